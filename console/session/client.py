"""The console in the list of systems that people sign in to."""

from datetime import datetime

from console.session.relying_party import CALLBACK_PATH, CLIENT_ID, SCOPE
from kernel.access import Actor
from kernel.audit import Basis
from kernel.database import Database
from sso.clients.description import ClientDescription
from sso.clients.errors import ClientNotFound
from sso.clients.service import change_client, create_client, describe, get_client

BASIS = Basis("console of this installation")


def console_client(public_url: str) -> ClientDescription:
    """A public client: PKCE and the one address that codes are sent to are what proves it."""
    return describe(
        {
            "client_name": "Trang quản trị",
            "client_name_en": "Console",
            "redirect_uris": [public_url + CALLBACK_PATH],
            "scope": SCOPE.split(),
            "token_endpoint_auth_method": "none",
        }
    )


def keep_console_client(database: Database, public_url: str, now: datetime) -> None:
    """Register it, and follow the address of the installation. Repeating it changes nothing."""
    wanted, actor = console_client(public_url), Actor.system("console")
    with database.transaction() as session:
        try:
            present = get_client(session, CLIENT_ID).description
        except ClientNotFound:
            create_client(session, actor, CLIENT_ID, wanted, now=now, basis=BASIS)
            return
        if present.get("redirect_uris") != wanted.redirect_uris:
            change_client(session, actor, CLIENT_ID, wanted, now=now, basis=BASIS)
