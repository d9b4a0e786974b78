"""Who may decide over accounts with a role in force, and that somebody always administers.

Stands below accounts and people, whose services ask it; so it reads their tables by name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from identity.protection.errors import LastAdministrator, OwnAccountRefused, RoleHolderProtected
from kernel.access import Actor, ActorKind, Permission

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('identity_role'))")
"""Two could take the last administrators at once."""
HOLDERS = text("""
    SELECT account.id, account.login
    FROM identity_account AS account
    WHERE account.id = ANY(:ids) AND EXISTS (
        SELECT FROM identity_role_grant AS role
        WHERE role.account_id = account.id AND role.ended_at IS NULL)
    ORDER BY account.login
""")
PEOPLE = text("""
    SELECT account.person_id, account.login
    FROM identity_account AS account
    WHERE account.person_id IS NOT NULL AND EXISTS (
        SELECT FROM identity_role_grant AS role
        WHERE role.account_id = account.id AND role.ended_at IS NULL)
""")
ADMINISTRATORS = text("""
    SELECT account.id, account.status
    FROM identity_account AS account
    JOIN identity_role_grant AS role ON role.account_id = account.id
    WHERE role.role = 'administrator' AND role.ended_at IS NULL
        AND account.status IN ('pending', 'active')
""")


def may_decide(actor: Actor) -> bool:
    """Over accounts with a role: whoever may manage roles, the command line, the service itself."""
    return actor.kind in {ActorKind.OPERATOR, ActorKind.SYSTEM} or actor.may(
        Permission.MANAGE_ROLES
    )


def barred_accounts(
    session: Session, actor: Actor, account_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Those of these that the actor may not decide over, with their logins."""
    if may_decide(actor) or not account_ids:
        return {}
    return {row.id: row.login for row in session.execute(HOLDERS, {"ids": list(account_ids)})}


def barred_people(session: Session, actor: Actor) -> dict[UUID, str]:
    """Everybody whose contact the actor may not change, with their logins: codes are sent there."""
    if may_decide(actor):
        return {}
    return {row.person_id: row.login for row in session.execute(PEOPLE)}


def require_say(session: Session, actor: Actor, *account_ids: UUID) -> None:
    """Raises RoleHolderProtected."""
    for login in barred_accounts(session, actor, account_ids).values():
        raise RoleHolderProtected(login)


def require_say_over_person(session: Session, actor: Actor, person_id: UUID) -> None:
    """Raises RoleHolderProtected."""
    if login := barred_people(session, actor).get(person_id):
        raise RoleHolderProtected(login)


def require_other(actor: Actor, *account_ids: UUID) -> None:
    """Nobody does to themselves what locks them out. Raises OwnAccountRefused."""
    if is_own(actor, account_ids):
        raise OwnAccountRefused


def is_own(actor: Actor, account_ids: Collection[UUID]) -> bool:
    return actor.kind is ActorKind.ACCOUNT and actor.id in account_ids


def require_may_end(session: Session, actor: Actor, *account_ids: UUID) -> None:
    """Before accounts are suspended or closed.

    Raises OwnAccountRefused, RoleHolderProtected, LastAdministrator.
    """
    require_other(actor, *account_ids)
    require_say(session, actor, *account_ids)
    if last_administrators(session, actor, account_ids):
        raise LastAdministrator


def last_administrators(
    session: Session, actor: Actor, account_ids: Collection[UUID]
) -> frozenset[UUID]:
    """Those of these without whom nobody would administer; they go together or not at all.

    An active one is replaced by an active one only: whoever is pending has no way in yet. The
    command line may do it all the same, and can give the role again.
    """
    if actor.kind is ActorKind.OPERATOR:
        return frozenset()
    present = _administrators(session)
    going = present.keys() & set(account_ids)
    if not going:
        return frozenset()
    session.execute(ONE_AT_A_TIME)
    present = _administrators(session)
    staying = {present[one] for one in present.keys() - going}
    gone = {present[one] for one in present.keys() & going}
    if "active" in staying or (staying and "active" not in gone):
        return frozenset()
    return frozenset(going)


def _administrators(session: Session) -> dict[UUID, str]:
    return {row.id: row.status for row in session.execute(ADMINISTRATORS)}


def somebody_administers(session: Session) -> bool:
    return bool(_administrators(session))


@dataclass(frozen=True, slots=True)
class Say:
    """What somebody may do with one account, for whoever shows what can be done."""

    is_barred: bool
    is_own: bool
    is_last_administrator: bool

    @property
    def may_end(self) -> bool:
        return not (self.is_barred or self.is_own or self.is_last_administrator)


def say_of(session: Session, actor: Actor, account_id: UUID) -> Say:
    return Say(
        bool(barred_accounts(session, actor, [account_id])),
        is_own(actor, [account_id]),
        bool(last_administrators(session, actor, [account_id])),
    )
