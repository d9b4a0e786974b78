"""What the DNS should say, and when what it says is as good."""

import base64
from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_admin.domains.models import DkimKey
from mail_admin.domains.records import Purpose, Record, RecordType, Verdict, judge, wanted_records
from mail_admin.domains.settings import DomainSettings

DOMAIN = "backan.gov.vn"
KEY = DkimKey(
    domain_id=uuid4(),
    selector="cv20261123",
    private_sealed=b"",
    public_key=base64.b64encode(b"k" * 294).decode(),
    created_at=datetime(2026, 11, 23, tzinfo=UTC),
)
SETTINGS = DomainSettings(
    mail_hosts=["mx1.backan.gov.vn", "mx2.backan.gov.vn"],
    outgoing_addresses=[ip_network("203.0.113.9/32"), ip_network("2001:db8::/64")],
)


def record(purpose: Purpose) -> Record:
    return next(r for r in wanted_records(DOMAIN, SETTINGS, KEY) if r.purpose is purpose)


def test_hosts_senders_key_and_policy_are_told_by_one_record_each() -> None:
    found = {r.name: r.values for r in wanted_records(DOMAIN, SETTINGS, KEY)}
    assert found["cv20261123._domainkey.backan.gov.vn"] == (f"v=DKIM1; k=rsa; p={KEY.public_key}",)
    assert found["_dmarc.backan.gov.vn"] == (
        "v=DMARC1; p=quarantine; rua=mailto:postmaster@backan.gov.vn",
    )
    assert found["_imaps._tcp.backan.gov.vn"] == ("0 1 993 mx1.backan.gov.vn.",)
    assert record(Purpose.MX).values == ("10 mx1.backan.gov.vn.", "20 mx2.backan.gov.vn.")
    assert record(Purpose.SPF).values == ("v=spf1 mx ip4:203.0.113.9 ip6:2001:db8::/64 -all",)


def test_without_settings_the_mail_host_is_called_mail() -> None:
    first = wanted_records(DOMAIN, DomainSettings(), None)[0]
    assert first.values == ("10 mail.backan.gov.vn.",)


@given(st.text(alphabet="abc123", max_size=900))
def test_a_long_text_is_published_in_pieces_that_make_the_whole(text: str) -> None:
    (line,) = Record(Purpose.DKIM, "x", RecordType.TXT, (text,)).zone_lines()
    pieces = [piece.strip('"') for piece in line.partition(" IN TXT ")[2].split()]
    assert "".join(pieces) == text
    assert all(len(piece) <= 255 for piece in pieces)


@pytest.mark.parametrize(
    ("purpose", "published", "verdict"),
    [
        (Purpose.MX, ["5 MX1.backan.gov.vn.", "50 mx2.backan.gov.vn."], Verdict.OK),
        (Purpose.MX, ["50 mx1.backan.gov.vn.", "5 mx2.backan.gov.vn."], Verdict.DIFFERENT),
        (Purpose.MX, ["10 mx1.backan.gov.vn."], Verdict.DIFFERENT),
        (Purpose.MX, [], Verdict.MISSING),
        (Purpose.SPF, ["v=spf1 ip6:2001:db8::/64 ip4:203.0.113.9 mx -all"], Verdict.OK),
        (Purpose.SPF, ["v=spf1 mx ip4:203.0.113.9 ip6:2001:db8::/64 ~all"], Verdict.DIFFERENT),
        (Purpose.SPF, ["google-site-verification=x"], Verdict.MISSING),
        (Purpose.SPF, ["v=spf1 -all", "v=spf1 mx -all"], Verdict.DIFFERENT),
        (
            Purpose.DMARC,
            ["v=DMARC1;p=quarantine; sp=reject; rua=mailto:postmaster@backan.gov.vn;"],
            Verdict.OK,
        ),
        (Purpose.DMARC, ["v=DMARC1; p=none"], Verdict.DIFFERENT),
        (Purpose.DKIM, [f"p={KEY.public_key[:100]} {KEY.public_key[100:]}"], Verdict.OK),
        (Purpose.DKIM, ["v=DKIM1; k=rsa; p="], Verdict.DIFFERENT),  # revoked
        (Purpose.CLIENTS, ["5 0 993 mx1.backan.gov.vn."], Verdict.OK),
        (Purpose.CLIENTS, ["0 1 143 mx1.backan.gov.vn."], Verdict.DIFFERENT),
    ],
)
def test_what_is_published_is_judged_by_its_meaning(
    purpose: Purpose, published: list[str], verdict: Verdict
) -> None:
    assert judge(record(purpose), published) is verdict


@given(st.sampled_from(list(Purpose)), st.lists(st.text(max_size=60), max_size=4))
def test_whatever_stands_in_a_text_record_is_judged(purpose: Purpose, published: list[str]) -> None:
    wanted = record(purpose)
    if wanted.type is RecordType.TXT:
        assert judge(wanted, published) in Verdict
