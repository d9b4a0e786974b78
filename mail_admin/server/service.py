import enum
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from identity.accounts.models import Account
from kernel import audit
from kernel.access import Actor
from kernel.audit import Basis
from kernel.clock import start_of_office_day
from kernel.database import Database
from mail_admin.server import custodians, queries
from mail_admin.server.custodians import AccessChange
from mail_admin.server.doveadm import Doveadm
from mail_admin.server.errors import MailStillKept, NotClosedYet


class MailboxAuditTag(enum.StrEnum):
    PURGED = "mailbox:purged"


def purgeable(
    session: Session,
    closed_before: date,
    *,
    retention_days: int,
    today: date,
    logins: Sequence[str],
) -> list[Account]:
    """Closed accounts whose mail may be removed now. Raises MailStillKept, NotClosedYet."""
    latest = today - timedelta(days=retention_days)
    if closed_before > latest:
        raise MailStillKept(closed_before, latest)
    found = queries.to_purge(session, start_of_office_day(closed_before), logins)
    if missing := set(logins) - {account.login for account in found}:
        raise NotClosedYet(min(missing))
    return found


def purge(
    database: Database,
    doveadm: Doveadm,
    actor: Actor,
    account: Account,
    *,
    now: datetime,
    basis: Basis,
) -> None:
    """Remove the mail of a closed account for good; the registry keeps everything else.

    Killed in between, it is done again. Raises MailServersUnavailable.
    """
    doveadm.remove_mail(account.id)
    with database.transaction() as session:
        queries.record_purged(session, account.id, now)
        audit.record(session, actor, MailboxAuditTag.PURGED, account.id, basis, login=account.login)


def check_custodians(
    database: Database, doveadm: Doveadm, today: date, *, repair: bool
) -> dict[str, list[AccessChange]]:
    """Every organisation mailbox whose access lists differ from the registry, by login.

    Raises MailServersUnavailable.
    """
    found = {}
    with database.transaction() as session:
        mailboxes = queries.organisation_mailboxes(session)
    for account_id, login in mailboxes:
        with database.transaction() as session:
            wanted = queries.custodian_logins(session, account_id, today)
        if changes := custodians.compare(doveadm, login, wanted):
            found[login] = changes
            if repair:
                doveadm.end_sessions(sorted(custodians.apply(doveadm, login, wanted)))
    return found
