"""What reports of other servers say, and what looks like one and is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_admin.bounces.report import LOOKED_AT_BYTES, read_report
from tests.support.reports import BOUNDARY, group, report


@pytest.mark.parametrize(
    ("status", "for_good"),
    [
        ("5.1.1", True),
        ("5.0.0 (no such user)", True),
        ("5.2.2", False),  # the mailbox is full
        ("4.4.1", False),
        ("4.2.2", False),
    ],
)
def test_a_mail_that_failed_says_whether_for_good(status: str, *, for_good: bool) -> None:
    for text in (report(group(status)), report(group(status)).replace(b"\r\n", b"\n")):
        failure = read_report(text)
        assert failure is not None
        assert failure.status == status.partition(" ")[0]
        assert failure.is_for_good is for_good


def test_addresses_beyond_ascii_have_reports_of_their_own() -> None:
    assert read_report(report(group(), kind="message/global-delivery-status")) is not None


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "", "FAILING"])
def test_what_is_under_way_or_has_arrived_did_not_fail(action: str) -> None:
    assert read_report(report(group("4.4.1", action))) is None
    assert read_report(report(group(), group("2.0.0", action))) is None


def test_of_several_who_all_failed_the_most_hopeful_counts() -> None:
    failure = read_report(report(group("5.1.1"), group("4.4.1"), group("5.1.2")))
    assert failure is not None
    assert failure.status == "4.4.1"
    assert not failure.is_for_good


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"Subject: I am away\r\n\r\nFinal-Recipient: x\r\nAction: failed\r\nStatus: 5.1.1",
        report(group(), report_type="disposition-notification"),
        report(group(), kind="text/plain"),
        report(group("5.1.1.1")),
        report(group("2.1.1")),
        report(group("permanent")),
        report(group().replace("Final-Recipient", "X-Recipient")),
        report(),
        report(*[group()] * 51),
        report(group()).replace(b"multipart/report", b"multipart/mixed"),
        report(group()).replace(BOUNDARY.encode(), b"", 1),
        report(group()).replace(b"boundary=", b"x=" + b"y" * 1000 + b"; boundary="),
        b"X: " + b"x" * 40_000 + b"\r\n" + report(group()),
        report(group()).replace(b"\r\n--", b"\r\n" + b"x" * LOOKED_AT_BYTES + b"\r\n--", 1),
        b"Content-Type: multipart/report; report-type*0*=foo'x'%zz; boundary*=bar'y'%ff\r\n\r\n",
    ],
)
def test_what_is_no_report_says_nothing(text: bytes) -> None:
    assert read_report(text) is None


def test_a_report_inside_the_mail_that_came_back_is_not_ours() -> None:
    inner = report(group("5.1.1")).decode()
    outer = report(group("4.4.7", "delayed")).replace(b"the mail itself", inner.encode())
    assert read_report(outer) is None


@given(st.binary(max_size=2000), st.integers(0, 3000), st.integers(0, 300))
def test_no_damage_makes_reading_fail(noise: bytes, place: int, length: int) -> None:
    whole = report(group(), group("4.0.0"))
    read_report(whole[:place] + noise + whole[place + length :])
    read_report(noise)
