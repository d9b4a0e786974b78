"""Asking the DNS what it says of a mail domain. Slow: commands use it, requests do not."""

from collections.abc import Iterable
from dataclasses import dataclass

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from mail_admin.domains.records import Record, RecordType, Verdict, judge
from mail_admin.domains.settings import DomainSettings


@dataclass(frozen=True, slots=True)
class Finding:
    record: Record
    verdict: Verdict
    published: tuple[str, ...] = ()


def check_records(records: Iterable[Record], settings: DomainSettings) -> list[Finding]:
    """One after the other; what is not answered in time is said to be unknown, not missing."""
    resolver = _resolver(settings)
    return [_check(resolver, record) for record in records]


def _resolver(settings: DomainSettings) -> dns.resolver.Resolver | None:
    """None when the system names no name server."""
    try:
        resolver = dns.resolver.Resolver(configure=not settings.name_servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    if settings.name_servers:
        resolver.nameservers = list(settings.name_servers)
        resolver.port = settings.name_server_port
    resolver.lifetime = settings.dns_timeout_seconds
    return resolver


def _check(resolver: dns.resolver.Resolver | None, record: Record) -> Finding:
    if resolver is None:
        return Finding(record, Verdict.UNANSWERED)
    try:
        answer = resolver.resolve(f"{record.name}.", str(record.type))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Finding(record, Verdict.MISSING)
    except dns.exception.DNSException:  # a time-out, or servers that all refuse
        return Finding(record, Verdict.UNANSWERED)
    published = tuple(
        b"".join(data.strings).decode(errors="replace") if isinstance(data, TXT) else data.to_text()
        for data in answer
    )
    verdict = judge(record, published)
    shown = published if record.type is not RecordType.TXT or verdict is not Verdict.MISSING else ()
    return Finding(record, verdict, shown)
