"""Dovecot of the one-machine default as a client of our own provider."""

from datetime import timedelta

from entrypoints.embedded.configuration import CLIENT_SECRET, domain_of, remember
from entrypoints.home import Home
from entrypoints.wiring import Services
from kernel.access import Actor
from kernel.audit import Basis
from sso.clients.errors import ClientExists
from sso.clients.service import create_client, describe, rotate_secret

CLIENT_ID = "congvu-mail"
"""Not `dovecot`, which deploy/clients.toml gives to a mail server that somebody else runs."""


def ensure_mail_client(services: Services, home: Home) -> None:
    """Register it once; a secret that was lost is replaced. Repeating it changes nothing."""
    servers = services.settings.servers
    if servers is not None and servers.dovecot_client_secret.get_secret_value():
        return
    description = describe(
        {
            "client_name": "Máy chủ thư của bản cài đặt này",
            "client_name_en": "Mail server of this installation",
            "grant_types": [],
            "scope": ["email"],
            "resource_identifiers": [f"https://mail.{domain_of(services.base_dn)}"],
            "introspection_claims": True,
        }
    )
    actor, basis, now = Actor.system("first run"), Basis("first run"), services.clock()
    with services.database.transaction() as session:
        try:
            with session.begin_nested():
                _, secret = create_client(
                    session, actor, CLIENT_ID, description, now=now, basis=basis
                )
        except ClientExists:
            secret = rotate_secret(
                session, actor, CLIENT_ID, overlap=timedelta(), now=now, basis=basis
            )
    remember(home, {CLIENT_SECRET: secret or ""})
