"""What the months of one mailbox count as."""

from datetime import date

import pytest

from mail_admin.rate.one_mailbox import Why, months_of
from mail_admin.rate.settings import Sign, UsageRateSettings
from mail_admin.usage.models import UsageMonth
from mail_admin.usage.of_mailbox import MailboxUse

TODAY = date(2026, 11, 28)


def month(first: date, **bits: int) -> UsageMonth:
    empty = {"web_days": 0, "program_days": 0, "sent_days": 0, "read_days": 0}
    return UsageMonth(month=first, sent=0, delivered=0, **(empty | bits))


@pytest.mark.parametrize(
    ("bits", "why"),
    [
        ({"web_days": 0b111}, Why.USED),
        ({"web_days": 0b1, "sent_days": 0b10, "read_days": 0b100}, Why.USED),
        ({"web_days": 0b11, "sent_days": 0b11}, Why.TOO_FEW),
        ({"program_days": 0b1111}, Why.POLLING_ONLY),
        ({}, Why.NOTHING),
    ],
)
def test_why_follows_the_definition_of_the_province(bits: dict[str, int], why: Why) -> None:
    use = MailboxUse([month(date(2026, 11, 1), **bits)])
    (found,) = months_of(use, UsageRateSettings(minimum_active_days=3), TODAY, TODAY)
    assert (found.why, found.is_active) == (why, why is Why.USED)


def test_programs_count_where_the_province_says_so() -> None:
    use = MailboxUse([month(date(2026, 11, 1), program_days=0b1)])
    (found,) = months_of(use, UsageRateSettings(active_by=[Sign.PROGRAM]), TODAY, TODAY)
    assert found.is_active


def test_months_without_anything_are_there_too() -> None:
    use = MailboxUse([month(date(2026, 8, 1), web_days=1)])
    found = months_of(use, UsageRateSettings(), date(2026, 8, 15), TODAY)
    assert [one.month.month for one in found] == [11, 10, 9, 8]
    assert [one.is_active for one in found] == [False, False, False, True]
