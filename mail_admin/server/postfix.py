"""The configuration of our Postfix."""

from mail_admin.server.settings import (
    MailServerSettings,
    MailSystem,
    PostfixPlace,
    SystemSender,
)
from mail_admin.server.templates import TEMPLATES, fill_in, require_plain, write_private

SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
FILES = (
    "main.cf",
    "master.cf",
    "domains.cf",
    "own-domains.cf",
    "mailboxes.cf",
    "aliases.cf",
    "list-recipients.cf",
    "sender-login.cf",
    "inactive.cf",
    "forwarded.regexp",
    "reinjection.cidr",
)
SERVER_GROUP = "postfix"
"""Its proxymap(8) reads the lookups after it has given up the rights of root."""
INBOUND = """\
{port}  inet  n       -       n       -       -       smtpd
    -o syslog_name=postfix/inbound
    -o smtpd_sender_restrictions=$inbound_sender_restrictions
    -o smtpd_recipient_restrictions=$inbound_recipient_restrictions
"""
POLICY = (
    "check_policy_service {{ {service}, timeout=5s, try_limit=1, default_action=DUNNO,\n"
    "    policy_context=submission }}"
)
LIST_POLICY = (
    "check_policy_service {{ {service}, timeout=5s, try_limit=1,\n"
    "    {{ default_action = 451 4.3.0 Cannot check now who may write to this list }},\n"
    "    policy_context=list }}"
)
MILTER = "{{ {service}, connect_timeout=5s, command_timeout=10s, default_action={away} }}"
REFUSED = "error:5.7.1 Mail to the outside is switched off here"


def write_postfix(system: MailSystem, place: PostfixPlace) -> None:
    """Raises MailServerSettingUnusable."""
    place.configuration.mkdir(mode=0o755, parents=True, exist_ok=True)
    values = {**_common(system), **_leaving(system.settings, place), **_place(system, place)}
    for name in FILES:
        text = fill_in(TEMPLATES / "postfix" / name, values)
        write_private(place.configuration / name, text, SERVER_GROUP)
        if name in {"main.cf", "master.cf"}:
            (place.configuration / name).chmod(0o644)  # postfix(1) insists; no secrets in them


def _common(system: MailSystem) -> dict[str, str]:
    settings, sender = system.settings, system.sender
    service = settings.policy_service
    return {
        "domain": system.domain,
        "host_name": settings.host_name,
        "message_bytes": str(settings.message_bytes),
        "trusted_authorities": SYSTEM_AUTHORITIES,
        "tls_required": "yes" if settings.require_tls else "no",
        "submission_tls": "encrypt" if settings.require_tls else "may",
        "connection": _connection(system),
        "base_dn": system.ldap.base_dn,
        "system_logins": _system_logins(sender),
        **_returns(system),
        "sender_check": _milter(settings.sender_service, "tempfail"),
        "signing": _milter(settings.signing_service, "tempfail"),
        "sieve_signing": _milter(settings.signing_service, "accept"),
        "policy": POLICY.format(service=service) if service else "",
        "list_policy": LIST_POLICY.format(service=service) if service else "reject",
    }


def _milter(service: str, away: str) -> str:
    return MILTER.format(service=service, away=away) if service else ""


def _system_logins(sender: SystemSender) -> str:
    addresses = [sender.address, *([sender.return_address] if sender.return_address else [])]
    return "inline:{ " + ", ".join(f"{address}={sender.name}" for address in addresses) + " }"


def _returns(system: MailSystem) -> dict[str, str]:
    """Mail of ours that comes back goes to the program that reads it, whatever the extension."""
    address, service = system.sender.return_address, system.settings.bounce_service
    if not (address and service):
        return {"returned": "", "transports": ""}
    return {
        "returned": f"inline:{{ {address}=returned }} ",
        "transports": f"inline:{{ {address}=lmtp:{service} }}",
    }


def _connection(system: MailSystem) -> str:
    ldap = system.ldap
    password = require_plain("ldap_mail_password", ldap.password.get_secret_value())
    lines = [
        f"server_host = {ldap.uri}",
        "bind = yes",
        f"bind_dn = {ldap.bind_dn}",
        f"bind_pw = {password}",
    ]
    if ldap.start_tls:
        lines.append("start_tls = yes")
    if ldap.authority or ldap.uri.startswith("ldaps:"):
        lines.append(f"tls_ca_cert_file = {ldap.authority or SYSTEM_AUTHORITIES}")
        lines.append("tls_require_cert = yes")
    return "\n".join(lines)


def _leaving(settings: MailServerSettings, place: PostfixPlace) -> dict[str, str]:
    """What goes outside, and by which way."""
    forwarded = f"/^X-Sieve-Redirected-From:/ FILTER lmtp:inet:{place.lmtp}"
    stay = "check_sender_access inline:{ {<> = OK} } reject_unauth_destination"
    # Postfix wants a refusal among the restrictions, also where none is reached
    anybody = f"check_client_access cidr:{place.configuration}/reinjection.cidr reject"
    free = settings.forward_outside
    return {
        "default_transport": REFUSED if settings.outside == "refuse" else "smtp",
        "relay_host": settings.relay_host if settings.outside == "relay" else "",
        "forwarded": "" if free else forwarded,
        "reinjection_recipients": anybody if free else f"{stay} permit",
        "reinjection_network": place.reinjection_network,
    }


def _place(system: MailSystem, place: PostfixPlace) -> dict[str, str]:
    takes_mail = system.settings.inbound and place.inbound
    return {
        "certificate": str(place.encryption.certificate),
        "key": str(place.encryption.key),
        "configuration": str(place.configuration),
        "queue": str(place.queue),
        "data": str(place.data),
        "log": str(place.log),
        "log_folder": str(place.log.parent),
        "listen": place.listen,
        "sasl": place.sasl,
        "lmtp": place.lmtp,
        "submission": str(place.submission),
        "reinjection": str(place.reinjection),
        "inbound": INBOUND.format(port=place.inbound) if takes_mail else "",
    }
