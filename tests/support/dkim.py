"""Signatures as a receiver verifies them, with the very record that we tell people to publish."""

import re

import dkim

from identity.addresses.queries import get_domain
from kernel.access import Actor
from kernel.clock import utc_now
from kernel.encryption import KeyRing
from mail_admin.domains.dkim import find_dkim_key, make_dkim_key
from mail_admin.domains.models import DkimKey
from mail_admin.domains.records import Purpose, Record, wanted_records
from mail_admin.domains.settings import DomainSettings
from tests.support.mail import MailStack
from tests.support.provider import Member
from tests.support.registry import BASIS, DOMAIN


def record_of(domain: str, key: DkimKey) -> Record:
    (found,) = (
        record
        for record in wanted_records(domain, DomainSettings(), key)
        if record.purpose is Purpose.DKIM
    )
    return found


def ensure_key(mail: MailStack, keys: KeyRing) -> Record:
    """All tests on one stack share the key of its domain."""
    with mail.provider.province.db.transaction() as session:
        domain = get_domain(session, DOMAIN)
        key = find_dkim_key(session, domain.id) or make_dkim_key(
            session, Actor.system("test"), domain, keys, now=utc_now(), basis=BASIS
        )
        return record_of(DOMAIN, key)


def verifies(content: bytes, record: Record) -> bool:
    """As published in pieces and put together again."""
    zone_line = record.zone_lines()[0]
    published = "".join(re.findall(r'"([^"]*)"', zone_line)).encode()

    def resolve(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001  # as it is called
        return published if name.decode().rstrip(".") == record.name else None

    return bool(dkim.verify(content, dnsfunc=resolve))


def content_of(mail: MailStack, member: Member, subject: str) -> bytes:
    """Of the one message with that subject, once it is there, to the byte."""
    mail.wait_for(member, subject)
    with mail.mailbox(member) as imap:
        imap.select("INBOX", readonly=True)
        _, found = imap.search(None, "HEADER", "SUBJECT", f'"{subject}"')
        _, parts = imap.fetch(found[0].split()[0].decode(), "(BODY.PEEK[])")
    (content,) = (part[1] for part in parts if isinstance(part, tuple))
    assert isinstance(content, bytes)
    return content
