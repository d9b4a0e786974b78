"""An administrator who is signed in to the console."""

from sqlalchemy import select

from benchmarks.support.importing import ACTOR, BASIS
from console.session.relying_party import CLIENT_ID
from console.session.service import begin
from entrypoints.wiring import Services
from identity.accounts.models import Account, AccountStatus
from identity.roles.models import Role
from identity.roles.service import grant_role, roles_of
from sso.clients.models import ClientRow
from sso.protocol.authorization import ACR_PASSWORD
from sso.sessions.service import Browser, participate, start_session


def sign_in(services: Services) -> str:
    """The secret of a session of the console."""
    now = services.clock()
    with services.database.transaction() as session:
        found = (
            select(Account)
            .where(Account.status == AccountStatus.ACTIVE, Account.person_id.is_not(None))
            .order_by(Account.login)
        )
        account = session.scalars(found.limit(1)).one()
        if Role.ADMINISTRATOR not in roles_of(session, account.id):
            grant_role(session, ACTOR, account, Role.ADMINISTRATOR, now=now, basis=BASIS)
        started = start_session(
            session,
            account.id,
            acr=ACR_PASSWORD,
            amr=["pwd"],
            browser=Browser(None, None),
            settings=services.settings.sso,
            now=now,
        )
        client = session.scalars(select(ClientRow.id).where(ClientRow.client_id == CLIENT_ID)).one()
        sid = participate(session, started.id, client, account.id, now=now)
        return begin(session, sid, now=now)
