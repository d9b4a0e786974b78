"""Why the directory refused an entry and how entries differ, as people say it."""

from dataclasses import dataclass

from identity.directory.comparison import DriftKind
from identity.directory.comparison_models import ComparisonStanding
from theme.catalogue import _

REASONS = {
    "directory-attribute-unknown": _("Máy chủ không biết một thuộc tính của mục này."),
    "directory-constraint-violation": _("Một giá trị không đúng ràng buộc của thư mục."),
    "directory-syntax-invalid": _("Một giá trị không đúng cú pháp."),
    "directory-parent-missing": _("Chưa có mục cấp trên."),
    "directory-dn-invalid": _("Tên của mục không hợp lệ."),
    "directory-access-missing": _("Hệ thống không có quyền ghi mục này."),
    "directory-unwilling": _("Máy chủ không chịu thực hiện."),
    "directory-name-wrong": _("Mục không được mang tên này."),
    "directory-class-violated": _("Mục thiếu hoặc thừa thuộc tính so với lược đồ."),
    "directory-entry-has-children": _("Bên dưới còn mục khác nên chưa xóa được."),
    "directory-entry-exists": _("Đã có mục khác mang tên này mà không phải của hệ thống."),
}
PAGES = {
    "identity_account": "/quan-tri/tai-khoan/",
    "identity_organisation": "/quan-tri/co-quan/",
}


def reason_in_words(code: str) -> str:
    """Of a rare code: as the server said it."""
    return REASONS.get(code, code)


@dataclass(frozen=True, slots=True)
class KindWords:
    name: str
    meaning: str
    tone: str


KINDS = {
    DriftKind.MISSING: KindWords(_("Thiếu"), _("Phải có mà không có."), "bad"),
    DriftKind.OURS: KindWords(_("Chưa đúng"), _("Khác sổ đăng ký; hệ thống ghi lần cuối."), "warn"),
    DriftKind.FOREIGN: KindWords(
        _("Bị sửa tay"), _("Khác sổ đăng ký; người khác ghi lần cuối."), "bad"
    ),
    DriftKind.LEFT_OVER: KindWords(_("Thừa"), _("Do hệ thống ghi, lẽ ra đã bị xóa."), "warn"),
    DriftKind.UNKNOWN: KindWords(
        _("Lạ"), _("Không do hệ thống ghi nên không bị động đến."), "quiet"
    ),
    DriftKind.DISPUTED: KindWords(
        _("Bị chiếm chỗ"), _("Mục lạ đứng đúng chỗ này; không bị ghi đè."), "bad"
    ),
}
STANDINGS = {
    ComparisonStanding.WAITING: _("Đang chờ"),
    ComparisonStanding.RUNNING: _("Đang đối chiếu"),
    ComparisonStanding.DONE: _("Xong"),
    ComparisonStanding.FAILED: _("Không đối chiếu được"),
    ComparisonStanding.INTERRUPTED: _("Bị ngắt giữa chừng"),
}
TONES = {
    ComparisonStanding.FAILED: "bad",
    ComparisonStanding.INTERRUPTED: "bad",
}
FAILURES = {
    "directory-unavailable": _("Thư mục LDAP không trả lời, hoặc trả lời quá chậm."),
    "directory-refused": _("Thư mục LDAP không cho hệ thống đọc."),
}
UNFORESEEN = _("Có lỗi ngoài dự kiến; nhật ký worker.log trên máy chủ ghi rõ.")


def failure_in_words(code: str | None) -> str:
    """None: its job failed, and only the log says why."""
    return FAILURES.get(code or "", UNFORESEEN)
