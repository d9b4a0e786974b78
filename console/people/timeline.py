"""What happened to a person and their account, in one order of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from console.people.person import AccountSide, PersonPage
from identity.accounts.models import AccountStatus
from identity.addresses.models import AddressRole
from kernel.clock import office_day
from theme.catalogue import _


@dataclass(frozen=True, slots=True)
class Event:
    day: date
    sentence: str
    values: dict[str, str] = field(default_factory=dict)
    symbol: str = "history"
    below: str = ""
    """A position, a document number: words of the registry, shown as they are."""


STATUS_SENTENCES = {
    AccountStatus.PENDING: _("Tài khoản chờ kích hoạt"),
    AccountStatus.ACTIVE: _("Tài khoản hoạt động"),
    AccountStatus.SUSPENDED: _("Tài khoản bị tạm khóa"),
    AccountStatus.CLOSED: _("Tài khoản bị đóng"),
}


def timeline(page: PersonPage, today: date) -> list[Event]:
    """The latest first; nothing that is only planned."""
    events = [event for event in _events(page) if event.day <= today]
    return sorted(events, key=lambda event: event.day, reverse=True)


def _events(page: PersonPage) -> Iterator[Event]:
    yield from _posts(page)
    for leave in page.leaves:
        document = leave.document_number or ""
        yield Event(leave.valid_from, _("Bắt đầu nghỉ"), symbol="calendar", below=document)
        if leave.valid_to is not None:
            yield Event(leave.valid_to, _("Hết đợt nghỉ, làm việc trở lại"), symbol="calendar")
    for custodian, account in page.held:
        name = {"name": account.display_name}
        yield Event(custodian.valid_from, _("Nhận quản lý hộp thư %(name)s"), name, "mail")
        if custodian.valid_to is not None:
            yield Event(custodian.valid_to, _("Thôi quản lý hộp thư %(name)s"), name, "mail")
    if page.side is not None:
        yield from _account(page.side)


def _posts(page: PersonPage) -> Iterator[Event]:
    for post in page.posts:
        row, where = post.appointment, {"name": post.organisation}
        sentence = _("Về %(name)s") if row.is_primary else _("Kiêm nhiệm tại %(name)s")
        below = ", ".join(filter(None, (row.position, row.document_number)))
        yield Event(row.valid_from, sentence, where, "building", below)
        if row.valid_to is not None:
            left = _("Rời %(name)s") if row.is_primary else _("Thôi kiêm nhiệm tại %(name)s")
            yield Event(row.valid_to, left, where, "building")


def _account(side: AccountSide) -> Iterator[Event]:
    for period in side.periods:
        yield Event(office_day(period.began_at), STATUS_SENTENCES[period.status], {}, "key")
    for held in side.addresses:
        sentence = (
            _("Được cấp địa chỉ %(address)s")
            if held.role is AddressRole.PRIMARY
            else _("Địa chỉ %(address)s được cấp, nay là địa chỉ phụ hoặc đã thôi")
        )
        yield Event(held.given_on, sentence, {"address": held.address}, "mail")
