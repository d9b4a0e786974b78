"""How the console calls what the worker does, when it does it, and why it failed."""

from dataclasses import dataclass

from kernel.jobs import JobStanding
from kernel.messages import Message
from theme.catalogue import _

HOURS_AHEAD = 7
"""Schedules are in UTC, people are in Vietnam."""


@dataclass(frozen=True, slots=True)
class TaskWords:
    name: str
    may_be_retried: bool = True


TASKS = {
    "bulk.apply": TaskWords(_("Thực hiện thao tác hàng loạt")),
    "certificates.look": TaskWords(_("Xem hạn của chứng thư số")),
    "directory.compare": TaskWords(_("Đối chiếu thư mục LDAP"), may_be_retried=False),
    "directory.compare-daily": TaskWords(_("Đối chiếu thư mục LDAP hằng ngày")),
    "directory.follow-calendar": TaskWords(_("Ghi thư mục theo ngày hiệu lực")),
    "identity.password-reset-mail": TaskWords(_("Gửi thư đặt lại mật khẩu"), may_be_retried=False),
    "import.apply": TaskWords(_("Ghi danh sách đã xác nhận")),
    "import.forget": TaskWords(_("Xóa tệp danh sách cũ")),
    "import.plan": TaskWords(_("Đọc và kiểm tra danh sách")),
    "mail-admin.limit-notice": TaskWords(_("Báo khóa do gửi quá nhiều"), may_be_retried=False),
    "mail-admin.remind": TaskWords(_("Nhắc hộp thư không dùng")),
    "mail-admin.usage-rules": TaskWords(_("Xử lý hộp thư không dùng theo quy tắc")),
    "mailboxes.check-custodians": TaskWords(_("Kiểm tra quyền vào hộp thư cơ quan")),
    "sign-on.end-stale-sessions": TaskWords(_("Kết thúc phiên đã hết hạn")),
    "sign-on.follow-calendar": TaskWords(_("Phiên và quyền theo ngày hiệu lực")),
    "sign-on.forget": TaskWords(_("Xóa dữ liệu đăng nhập cũ")),
    "sign-on.keep-keys-ready": TaskWords(_("Chuẩn bị khóa ký kế tiếp")),
    "usage.forget-old": TaskWords(_("Xóa số liệu sử dụng cũ")),
    "usage.measure-sizes": TaskWords(_("Đo dung lượng hộp thư")),
}
"""Mails that were due days ago surprise people, and comparing is asked for anew at its own page."""
STANDINGS = {
    JobStanding.FAILED: (_("Hỏng"), "bad", "circle-x"),
    JobStanding.INTERRUPTED: (_("Bị ngắt"), "warn", "alert-triangle"),
}
FAILURES = {
    "directory-not-compared": _("Chưa đối chiếu được; xem trang Thư mục LDAP."),
    "directory-unavailable": _("Thư mục LDAP không trả lời."),
    "mail-servers-unavailable": _("Dovecot không trả lời."),
    "mail-unavailable": _("Máy chủ gửi thư chưa nhận thư."),
    "mail-refused": _("Máy chủ gửi thư từ chối."),
    "mail-not-configured": _("Chưa khai báo máy chủ gửi thư."),
    "OperationalError": _("Mất kết nối hoặc quá giờ ở cơ sở dữ liệu."),
    "IntegrityError": _("Dữ liệu đã đổi trong lúc làm."),
    "MemoryError": _("Hết bộ nhớ."),
    "OSError": _("Lỗi tệp hoặc mạng trên máy chủ."),
}
UNFORESEEN = _("Lỗi ngoài dự kiến; nhật ký worker.log ghi rõ.")
NOT_KNOWN = _("Không rõ; nhật ký worker.log ghi rõ.")
DIED = _("Tiến trình làm việc này đã dừng giữa chừng.")


def failure_in_words(code: str | None) -> str:
    return FAILURES.get(code, UNFORESEEN) if code else NOT_KNOWN


def schedule_in_words(cron: str | None) -> Message:
    """Of the forms that are in use; others as they are."""
    if cron is None:
        return Message("Khi có yêu cầu", "When asked for")
    minute, hour, *days = cron.split()
    if days != ["*", "*", "*"]:
        return Message(cron, cron)
    if hour == "*" and minute.startswith("*/"):
        every = minute.removeprefix("*/")
        return Message(f"Mỗi {every} phút", f"Every {every} minutes")
    if hour == "*":
        return Message(f"Mỗi giờ, phút thứ {int(minute)}", f"Every hour, at minute {int(minute)}")
    local = f"{(int(hour) + HOURS_AHEAD) % 24:02}:{int(minute):02}"
    return Message(f"Hằng ngày, {local}", f"Daily, {local}")
