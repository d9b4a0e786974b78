"""How a new installation is entered: the code with which its administrator chooses a password.

It is kept in the home until it has been used, for whoever starts the installation to read.
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from entrypoints.home import Home
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountStatus
from identity.accounts.service import issue_activation_codes
from identity.handover.batch import Purpose
from identity.roles.models import Role, RoleGrant
from kernel.access import Actor
from kernel.audit import Basis

FILE = "first-administrator"
OWNER_ONLY = 0o600
BASIS = Basis("first sign-in of a new installation")


class Invitation(NamedTuple):
    login: str
    address: str
    """Of the page that asks for a password, with the code in its fragment."""


def invite(services: Services, home: Home) -> None:
    """A fresh code at each start, as long as no administrator has ever signed in."""
    file = home.path / FILE
    with services.database.transaction() as session:
        account = _waiting(session)
        if account is None:
            file.unlink(missing_ok=True)
            return
        (code,) = issue_activation_codes(
            session,
            Actor.system("first run"),
            [account],
            now=services.clock(),
            lifetime=timedelta(days=services.handover.lifetime_days),
            basis=BASIS,
        )
    file.touch(OWNER_ONLY)
    file.write_text(f"{account.login} {services.handover.link_for(Purpose.ACTIVATION, code)}\n")


def invitation(home: Home) -> Invitation | None:
    """What a first start has left to be read."""
    file = home.path / FILE
    return Invitation(*file.read_text().split()) if file.exists() else None


def _waiting(session: Session) -> Account | None:
    """The administrator who has still to choose a password, if nobody else administers."""
    statement = (
        select(Account)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.ended_at.is_(None))
        .order_by(Account.login)
    )
    administrators = list(session.scalars(statement))
    if any(account.status is AccountStatus.ACTIVE for account in administrators):
        return None
    pending = (row for row in administrators if row.status is AccountStatus.PENDING)
    return next(pending, None)
