"""How periods, states and orders are called; templates translate what is marked."""

from console.usage.filters import Order
from kernel.messages import Message
from mail_admin.rate.periods import Period, PeriodKind, Window
from mail_admin.rate.reasons import Reason
from mail_admin.rate.report import Scope
from mail_admin.rate.roster import MailboxState
from mail_admin.reminders.models import NoticeKind, NoticeState
from mail_admin.reports.texts import capital, period_name, short_day
from theme.catalogue import _
from theme.moments import MONTHS

PERIODS = {
    PeriodKind.MONTH: _("Tháng"),
    PeriodKind.QUARTER: _("Quý"),
    PeriodKind.HALF_YEAR: _("6 tháng"),
    PeriodKind.YEAR: _("Năm"),
    PeriodKind.YEAR_10_DECEMBER: _("Năm báo cáo (10/12 đến 10/12)"),
}
SCOPES = {
    Scope.BOTH: _("Cá nhân và cơ quan"),
    Scope.PERSONS: _("Hộp thư cá nhân"),
    Scope.ORGANISATIONS: _("Hộp thư cơ quan"),
}
ORDERS = {
    Order.TREE: _("Theo danh sách"),
    Order.WORST: _("Thấp nhất trước"),
    Order.BEST: _("Cao nhất trước"),
    Order.DOWN: _("Giảm nhiều nhất trước"),
    Order.UP: _("Tăng nhiều nhất trước"),
}
STATES = {
    MailboxState.ISSUED: _("Đã cấp"),
    MailboxState.IN_SERVICE: _("Đang phục vụ"),
    MailboxState.NOT_IN_SERVICE: _("Không tính là đang phục vụ"),
    MailboxState.ACTIVE: _("Có hoạt động"),
    MailboxState.UNUSED: _("Chưa dùng"),
    MailboxState.LOCKED: _("Bị khóa"),
    MailboxState.ON_LEAVE: _("Đang nghỉ"),
    MailboxState.NEVER_ACTIVATED: _("Chưa kích hoạt"),
    MailboxState.POLLING_ONLY: _("Chỉ tự động kiểm tra thư"),
    MailboxState.WEEKLY_ACTIVE: _("Dùng trong 7 ngày cuối"),
    MailboxState.DORMANT_30: _("Không dùng 30 ngày"),
    MailboxState.DORMANT_60: _("Không dùng 60 ngày"),
    MailboxState.DORMANT_90: _("Không dùng 90 ngày"),
    MailboxState.NEARLY_FULL: _("Trên 80 %% dung lượng"),
    MailboxState.MOVED_IN: _("Chuyển đến"),
}
NOTICE_KINDS = {
    NoticeKind.NEVER_ACTIVATED: _("Nhắc kích hoạt"),
    NoticeKind.DORMANT: _("Nhắc dùng hộp thư"),
    NoticeKind.DIGEST: _("Danh sách gửi cơ quan"),
    NoticeKind.ESCALATION: _("Báo cơ quan cấp trên"),
    NoticeKind.QUARTERLY: _("Danh sách bị khóa hằng quý"),
    NoticeKind.LIMIT_LOCK: _("Báo khóa vì gửi quá nhiều"),
    NoticeKind.OPERATOR: _("Báo trung tâm vận hành"),
}
NOTICE_STATES = {
    NoticeState.SENT: _("Đã gửi"),
    NoticeState.CLAIMED: _("Đang gửi"),
    NoticeState.REFUSED: _("Bị từ chối"),
    NoticeState.UNDELIVERED: _("Bị trả lại"),
}
NOTICE_TONES = {
    NoticeState.SENT: "good",
    NoticeState.CLAIMED: "",
    NoticeState.REFUSED: "bad",
    NoticeState.UNDELIVERED: "warn",
}
REASONS = {
    Reason.STARTED: _("Trước chưa dùng, nay đã dùng"),
    Reason.STOPPED: _("Trước có dùng, nay không dùng"),
    Reason.ISSUED_ACTIVE: _("Mới cấp, đã dùng"),
    Reason.ISSUED_UNUSED: _("Mới cấp, đã kích hoạt nhưng chưa dùng"),
    Reason.ISSUED_NEVER_ACTIVATED: _("Mới cấp, chưa kích hoạt"),
    Reason.LOCKED: _("Bị khóa"),
    Reason.UNLOCKED: _("Được mở khóa"),
    Reason.ON_LEAVE: _("Bắt đầu nghỉ"),
    Reason.RETURNED: _("Đi làm lại sau nghỉ"),
    Reason.CLOSED: _("Thu hồi"),
    Reason.MOVED_IN: _("Chuyển đến"),
    Reason.MOVED_OUT: _("Chuyển đi"),
    Reason.OTHERWISE: _("Không đủ ngày phục vụ"),
    Reason.SAME: _("Không đổi, chỉ khác tỷ trọng"),
}


def period_in_words(period: Period) -> Message:
    """Tháng 11 năm 2026."""
    return Message(capital(period_name(period)), _in_english(period))


def _in_english(period: Period) -> str:
    year = period.windows[-1].starts_on.year
    first = period.starts_on
    match period.kind:
        case PeriodKind.MONTH:
            return f"{MONTHS[first.month - 1]} {year}"
        case PeriodKind.QUARTER:
            return f"Quarter {(first.month - 1) // 3 + 1} of {year}"
        case PeriodKind.HALF_YEAR:
            return f"{'First' if first.month == 1 else 'Second'} half of {year}"
        case PeriodKind.YEAR:
            return f"{year}"
        case PeriodKind.YEAR_10_DECEMBER:
            return f"{year} (from {short_day(first)} to {short_day(period.ends_on)})"


def month_short(window: Window) -> str:
    """11/2026, which both languages read."""
    return f"{window.starts_on:%m/%Y}"
