"""Asking the DNS what it says of a mail domain. Slow: never inside a transaction."""

import time
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


def check_records(
    records: Iterable[Record], settings: DomainSettings, limit_seconds: float | None = None
) -> list[Finding]:
    """One after the other; what is not answered in time is said to be unknown, not missing.

    `limit_seconds`: for all of them together.
    """
    resolver = _resolver(settings)
    until = None if limit_seconds is None else time.monotonic() + limit_seconds
    findings = []
    for record in records:
        left = settings.dns_timeout_seconds if until is None else until - time.monotonic()
        if resolver is None or left <= 0:
            findings.append(Finding(record, Verdict.UNANSWERED))
            continue
        resolver.lifetime = min(settings.dns_timeout_seconds, left)
        findings.append(_check(resolver, record))
    return findings


def _resolver(settings: DomainSettings) -> dns.resolver.Resolver | None:
    """None when the system names no name server."""
    try:
        resolver = dns.resolver.Resolver(configure=not settings.name_servers)
    except dns.resolver.NoResolverConfiguration:
        return None
    if settings.name_servers:
        resolver.nameservers = list(settings.name_servers)
        resolver.port = settings.name_server_port
    return resolver


def _check(resolver: dns.resolver.Resolver, record: Record) -> Finding:
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
