"""Why a rate moved: what became of each mailbox between two windows, and what that contributed.

Every mailbox is in exactly one group, so the contributions of the groups add up to the change.
"""

import enum
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts.models import Account, AccountStatus
from kernel.database import is_among
from mail_admin.rate.branch import Branch, read_organisations
from mail_admin.rate.changes import Contribution, contributions
from mail_admin.rate.errors import OrganisationNotInReport
from mail_admin.rate.periods import midnight
from mail_admin.rate.queries import KeptWindow
from mail_admin.rate.report import WHOLE, Parts, Scope, sum_of
from mail_admin.rate.roster import Standing, standings
from mail_admin.rate.settings import ServiceRule


class Reason(enum.StrEnum):
    STARTED = "started"
    """Unused before, active now."""
    STOPPED = "stopped"
    ISSUED_ACTIVE = "issued-active"
    ISSUED_UNUSED = "issued-unused"
    ISSUED_NEVER_ACTIVATED = "issued-never-activated"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    ON_LEAVE = "on-leave"
    RETURNED = "returned"
    CLOSED = "closed"
    MOVED_IN = "moved-in"
    MOVED_OUT = "moved-out"
    OTHERWISE = "otherwise"
    """In service for too few days of one of the windows."""
    SAME = "same"
    """Active or unused in both: weighs otherwise because the whole has grown or shrunk."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Of a mailbox that is on one of the two lists only."""

    status: AccountStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reasoned:
    reason: Reason
    mailboxes: int
    contribution: Contribution


def explain(
    session: Session, before: KeptWindow, now: KeptWindow, branch: Branch, scope: Scope
) -> list[Reasoned] | None:
    """None where one of the windows has no rate. Raises OrganisationNotInReport."""
    nodes = read_organisations(session, now.id, branch).nodes
    try:
        nodes_before = read_organisations(session, before.id, branch).nodes
    except OrganisationNotInReport:
        return None
    was = standings(session, before, nodes_before, scope)
    is_now = standings(session, now, nodes, scope)
    single = was.keys() ^ is_now.keys()
    return reasoned(was, is_now, _elsewhere(session, single), kept_before=before, kept_now=now)


def _elsewhere(session: Session, accounts: Collection[UUID]) -> dict[UUID, Elsewhere]:
    statement = select(Account.id, Account.status, Account.created_at)
    rows = session.execute(statement.where(is_among(Account.id, accounts)))
    return {row.id: Elsewhere(row.status, row.created_at) for row in rows}


def reasoned(
    before: Mapping[UUID, Standing],
    now: Mapping[UUID, Standing],
    elsewhere: Mapping[UUID, Elsewhere],
    *,
    kept_before: KeptWindow,
    kept_now: KeptWindow,
) -> list[Reasoned] | None:
    """The largest contribution first, without groups that nobody is in."""
    groups: dict[Reason, list[tuple[int, Parts, Parts]]] = defaultdict(list)
    for (one, other, place), mailboxes in _alike(before, now, elsewhere).items():
        was, is_now = _parts(one, kept_before), _parts(other, kept_now)
        if (was, is_now) != ((0, 0), (0, 0)):
            group = groups[reason_of(one, other, place, kept_before)]
            group.append((mailboxes, _times(was, mailboxes), _times(is_now, mailboxes)))
    found = contributions(
        [sum_of([was for _, was, _ in group]) for group in groups.values()],
        [sum_of([is_now for *_, is_now in group]) for group in groups.values()],
    )
    if found is None:
        return None
    listed = [
        Reasoned(reason, sum(mailboxes for mailboxes, *_ in group), share)
        for (reason, group), share in zip(groups.items(), found, strict=True)
    ]
    return sorted(listed, key=lambda one: (-abs(one.contribution.total), one.reason))


def _alike(
    before: Mapping[UUID, Standing],
    now: Mapping[UUID, Standing],
    elsewhere: Mapping[UUID, Elsewhere],
) -> Counter[tuple[Standing | None, Standing | None, Elsewhere | None]]:
    """How many mailboxes stand the same way in both: thousands of them in some dozen ways."""
    return Counter(
        (before.get(account_id), now.get(account_id), elsewhere.get(account_id))
        for account_id in before.keys() | now.keys()
    )


def _times(parts: Parts, mailboxes: int) -> Parts:
    return parts[0] * mailboxes, parts[1] * mailboxes


def _parts(row: Standing | None, kept: KeptWindow) -> Parts:
    if row is None or not row.in_service:
        return 0, 0
    weight = WHOLE
    if kept.settings.service_rule is ServiceRule.PRO_RATA:
        weight = WHOLE // kept.window.days * row.days_in_service
    return weight if row.active else 0, weight


def reason_of(
    before: Standing | None,
    now: Standing | None,
    elsewhere: Elsewhere | None,
    kept_before: KeptWindow,
) -> Reason:
    if before is not None and before.in_service:
        if now is not None and now.in_service:
            return _both(before, now)
        return _left(now, elsewhere)
    if now is None:  # it had no part before and has none now
        return Reason.SAME
    return _came(before, now, elsewhere, kept_before)


def _both(before: Standing, now: Standing) -> Reason:
    if before.active == now.active:
        return Reason.SAME
    return Reason.STARTED if now.active else Reason.STOPPED


def _left(now: Standing | None, elsewhere: Elsewhere | None) -> Reason:
    if now is None:
        is_closed = elsewhere is None or elsewhere.status is AccountStatus.CLOSED
        return Reason.CLOSED if is_closed else Reason.MOVED_OUT
    if now.status == AccountStatus.SUSPENDED:
        return Reason.LOCKED
    if now.status == AccountStatus.CLOSED:
        return Reason.CLOSED
    return Reason.ON_LEAVE if now.on_leave else Reason.OTHERWISE


def _came(
    before: Standing | None,
    now: Standing,
    elsewhere: Elsewhere | None,
    kept_before: KeptWindow,
) -> Reason:
    if before is None:
        if elsewhere is not None and elsewhere.created_at < midnight(kept_before.window.starts_on):
            return Reason.MOVED_IN
        return _issued(now)
    if before.status == AccountStatus.SUSPENDED:
        return Reason.UNLOCKED
    if before.on_leave:
        return Reason.RETURNED
    return _issued(now)


def _issued(now: Standing) -> Reason:
    if now.active:
        return Reason.ISSUED_ACTIVE
    if now.status == AccountStatus.PENDING:
        return Reason.ISSUED_NEVER_ACTIVATED
    return Reason.ISSUED_UNUSED
