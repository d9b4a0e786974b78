"""The DNS records that a mail domain needs, and whether what is published says the same."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from mail_admin.domains.models import DkimKey
from mail_admin.domains.settings import DomainSettings

IMAPS_PORT, SUBMISSIONS_PORT, SUBMISSION_PORT = 993, 465, 587
LONGEST_STRING = 255
"""Octets of one character-string of a TXT record (RFC 1035 section 3.3.14)."""


class RecordType(enum.StrEnum):
    MX = "MX"
    TXT = "TXT"
    SRV = "SRV"


class Purpose(enum.StrEnum):
    MX = "mx"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    CLIENTS = "clients"
    """Mail programs find their servers by it (RFC 6186, RFC 8314)."""


class Verdict(enum.StrEnum):
    OK = "ok"
    MISSING = "missing"
    DIFFERENT = "different"
    UNANSWERED = "unanswered"
    """No name server answered in time, so nothing is known."""


@dataclass(frozen=True, slots=True)
class Record:
    """All records of one name and type that serve a purpose."""

    purpose: Purpose
    name: str
    """Without the dot at the end."""
    type: RecordType
    values: tuple[str, ...]

    def zone_lines(self) -> list[str]:
        """As a zone file has them, long texts in pieces."""
        values = map(_quoted, self.values) if self.type is RecordType.TXT else self.values
        return [f"{self.name}. IN {self.type} {value}" for value in values]


def _quoted(text: str) -> str:
    pieces = (text[start : start + LONGEST_STRING] for start in range(0, len(text), LONGEST_STRING))
    return " ".join(f'"{piece}"' for piece in pieces)


def wanted_records(domain: str, settings: DomainSettings, key: DkimKey | None) -> list[Record]:
    """In the order in which they are published; without a key there is no DKIM record."""
    hosts = settings.mail_hosts or [f"mail.{domain}"]
    access = settings.access_host or hosts[0]
    exchangers = tuple(f"{10 * rank} {host}." for rank, host in enumerate(hosts, start=1))
    reports = settings.dmarc_reports or f"postmaster@{domain}"
    records = [
        Record(Purpose.MX, domain, RecordType.MX, exchangers),
        Record(Purpose.SPF, domain, RecordType.TXT, (_spf(settings),)),
    ]
    if key is not None:
        text = f"v=DKIM1; k=rsa; p={key.public_key}"
        name = f"{key.selector}._domainkey.{domain}"
        records.append(Record(Purpose.DKIM, name, RecordType.TXT, (text,)))
    text = f"v=DMARC1; p={settings.dmarc_policy}; rua=mailto:{reports}"
    records.append(Record(Purpose.DMARC, f"_dmarc.{domain}", RecordType.TXT, (text,)))
    services = {
        "_imaps": IMAPS_PORT, "_submissions": SUBMISSIONS_PORT, "_submission": SUBMISSION_PORT
    }  # fmt: skip
    records += [
        Record(
            Purpose.CLIENTS, f"{label}._tcp.{domain}", RecordType.SRV, (f"0 1 {port} {access}.",)
        )
        for label, port in services.items()
    ]
    return records


def _spf(settings: DomainSettings) -> str:
    networks = []
    for network in settings.outgoing_addresses:
        whole = network.prefixlen == network.max_prefixlen
        address = network.network_address if whole else network
        networks.append(f"ip{network.version}:{address}")
    return " ".join(["v=spf1", "mx", *networks, "-all"])


def judge(record: Record, published: Sequence[str]) -> Verdict:
    """What is published under the name, of any purpose. Tags that we do not set are others' own."""
    if record.type is not RecordType.TXT:
        if not published:
            return Verdict.MISSING
        same = _hosts(record, record.values) == _hosts(record, published)
        return Verdict.OK if same else Verdict.DIFFERENT
    marks = {Purpose.SPF: "v=spf1", Purpose.DMARC: "v=dmarc1", Purpose.DKIM: ""}
    relevant = [text for text in published if text.lower().startswith(marks[record.purpose])]
    if not relevant:
        return Verdict.MISSING
    if len(relevant) > 1:  # SPF and DMARC count for nothing then, DKIM for anything
        return Verdict.DIFFERENT
    agree = _same_spf if record.purpose is Purpose.SPF else _says_all
    return Verdict.OK if agree(record.values[0], relevant[0]) else Verdict.DIFFERENT


def _hosts(record: Record, values: Sequence[str]) -> list[str]:
    """In the order of preference; whose numbers are their owners' business."""
    fields = [value.lower().split() for value in values]
    if record.type is RecordType.SRV:
        return sorted(" ".join(field[2:]) for field in fields)  # port and host
    return [host for _, host in sorted((int(preference), host) for preference, host in fields)]


def _same_spf(wanted: str, found: str) -> bool:
    """RFC 7208: the order counts only for what stands after `all`."""
    return sorted(wanted.lower().split()) == sorted(found.lower().split())


def _says_all(wanted: str, found: str) -> bool:
    """Every tag that we set has our value there (RFC 6376 section 3.2, RFC 7489 section 6.3)."""
    ours, theirs = _tags(wanted), _tags(found)
    defaults = {"k": "rsa"} if "p" in theirs and "rua" not in ours else {}
    theirs = {"v": "DKIM1", **defaults, **theirs} if defaults else theirs
    return all(theirs.get(name) == value for name, value in ours.items())


def _tags(text: str) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in text.split(";") if tag.strip())
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}
