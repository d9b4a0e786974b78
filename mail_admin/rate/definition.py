"""The settings as they are kept beside figures, and the formula in words made of them."""

from typing import Any

from kernel.messages import Message
from mail_admin.rate.settings import ServiceRule, Sign, UsageRateSettings

RULES_OF_COUNTING = {
    "active_by",
    "minimum_active_days",
    "service_rule",
    "minimum_days_in_service",
    "target",
}

SIGNS = {
    Sign.WEB: Message("đăng nhập thư điện tử trên web", "a sign-in by webmail"),
    Sign.SENT: Message("gửi thư", "a message sent"),
    Sign.READ: Message("mở đọc thư", "a message read"),
    Sign.PROGRAM: Message("phần mềm thư đăng nhập", "a sign-in by a mail program"),
}


def as_kept(settings: UsageRateSettings) -> dict[str, Any]:
    """Always the same document for the same rules; the figures say by which they were computed."""
    kept = settings.model_dump(mode="json", include=RULES_OF_COUNTING)
    kept["active_by"] = sorted(set(kept["active_by"]))
    return kept


def from_kept(definition: dict[str, Any]) -> UsageRateSettings:
    return UsageRateSettings.model_validate(definition)


def formula(settings: UsageRateSettings) -> Message:
    """Printed with every number, because no regulation defines the rate."""
    active, service = _active(settings), _in_service(settings)
    if settings.service_rule is ServiceRule.PRO_RATA:
        return Message(
            "Tỷ lệ sử dụng = tổng số ngày phục vụ của các hộp thư có hoạt động ÷ tổng số ngày "
            f"phục vụ của mọi hộp thư trong tháng. {active.vi} {service.vi}",
            "Usage rate = days in service of the active mailboxes ÷ days in service of all "
            f"mailboxes in the month. {active.en} {service.en}",
        )
    return Message(
        "Tỷ lệ sử dụng = số hộp thư có hoạt động ÷ số hộp thư đang phục vụ trong tháng. "
        f"{active.vi} {service.vi}",
        "Usage rate = active mailboxes ÷ mailboxes in service in the month. "
        f"{active.en} {service.en}",
    )


def signs_in_words(settings: UsageRateSettings) -> Message:
    """What counts as use, as the end of a sentence."""
    signs = [SIGNS[sign] for sign in Sign if sign in settings.active_by]
    return Message(" hoặc ".join(sign.vi for sign in signs), " or ".join(sign.en for sign in signs))


def _active(settings: UsageRateSettings) -> Message:
    signs = signs_in_words(settings)
    days = settings.minimum_active_days
    programs = (
        Message("", "")
        if Sign.PROGRAM in settings.active_by
        else Message(
            " (phần mềm, điện thoại tự kết nối kiểm tra thư thì không tính)",
            " (programs and phones that only look for mail do not count)",
        )
    )
    return Message(
        f"Hộp thư có hoạt động: có ít nhất {days} ngày phục vụ trong tháng có "
        f"{signs.vi}{programs.vi}.",
        f"Active: on at least {_number(days, 'day')} in service of the month there was "
        f"{signs.en}{programs.en}.",
    )


def _in_service(settings: UsageRateSettings) -> Message:
    days = settings.minimum_days_in_service
    enough = (
        Message("", "")
        if settings.service_rule is ServiceRule.PRO_RATA
        else Message(
            f"Hộp thư đang phục vụ: có ít nhất {days} ngày phục vụ trong tháng. ",
            f"In service: for at least {_number(days, 'day')} of the month. ",
        )
    )
    return Message(
        f"{enough.vi}Ngày phục vụ: từ ngày cấp đến ngày thu hồi, trừ ngày bị khóa và ngày nghỉ đã "
        "đăng ký; hộp thư chưa kích hoạt vẫn tính.",
        f"{enough.en}Days in service: from issue to closing, without days locked or on registered "
        "leave; mailboxes never activated count.",
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
