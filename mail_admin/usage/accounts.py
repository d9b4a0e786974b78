"""Whose mailbox a name is. Names are looked up together and remembered for a while."""

import time
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import literal_column, select, tuple_
from sqlalchemy.orm import Session

from identity.accounts.models import Account
from identity.addresses.models import Address, MailDomain
from mail_admin.usage.events import plain_name

KEPT_SECONDS = 600.0
"""A login may be changed and then be somebody else's; an address never is."""
SKEW_SECONDS = 5.0
"""How far behind ours the clock of a source may be before an account made just now is missed."""
MOST_UNKNOWN = 100_000
"""Strangers try any name: those are not remembered without end."""


class Accounts:
    """Logins and addresses of the ledger, also retired ones, to the ids of accounts.

    One query for each batch that has a name not known yet. A name that was nobody's is asked for
    again only for what happened after the last answer: somebody who signs in unknown, once a second
    for ever, costs a query for each batch and not a copy of the registry.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, str] = {}
        self._unknown: dict[str, float] = {}
        self._since = monotonic()

    def learn(self, session: Session, names: dict[str, float]) -> Mapping[str, str]:
        """Names, each with the moment of the last event that names it, to ids of accounts."""
        if self._monotonic() - self._since > KEPT_SECONDS:
            self.forget()
        known, unknown = self._known, self._unknown
        wanted = [
            name
            for name, at in names.items()
            if name not in known and (name not in unknown or at > unknown[name] - SKEW_SECONDS)
        ]
        if not wanted:
            return known
        asked_at = self._clock()
        found = _look_up(session, {name for text in wanted if (name := plain_name(text))})
        if len(unknown) > MOST_UNKNOWN:
            unknown.clear()
        for text in wanted:
            account_id = found.get(plain_name(text) or "")
            if account_id is None:
                unknown[text] = asked_at
            else:
                known[text] = account_id
        return known

    def forget(self) -> None:
        """Others may still hold what `learn` gave them: it is replaced, not emptied."""
        self._known, self._unknown = {}, {}
        self._since = self._monotonic()


def _look_up(session: Session, names: Collection[str]) -> dict[str, str]:
    logins = [name for name in names if "@" not in name]
    pairs = [(local, domain) for local, at, domain in (n.rpartition("@") for n in names) if at]
    found: dict[str, str] = {}
    if logins:
        rows = session.execute(select(Account.login, Account.id).where(Account.login.in_(logins)))
        found |= {login: str(account_id) for login, account_id in rows}
    if pairs:
        statement = (
            select(Address.local_part + literal_column("'@'") + MailDomain.name, Address.account_id)
            .join(MailDomain, MailDomain.id == Address.domain_id)
            .where(
                Address.account_id.is_not(None),
                tuple_(Address.local_part, MailDomain.name).in_(pairs),
            )
        )
        rows_of_addresses = session.execute(statement)
        found |= {address: str(account_id) for address, account_id in rows_of_addresses}
    return found
