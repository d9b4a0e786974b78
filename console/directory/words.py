"""Why the directory refused an entry, as people say it."""

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
    "directory-entry-has-children": _("Bên dưới còn mục khác nên chưa xoá được."),
    "directory-entry-exists": _("Đã có mục khác mang tên này mà không phải của hệ thống."),
}
PAGES = {
    "identity_account": "/quan-tri/tai-khoan/",
    "identity_organisation": "/quan-tri/co-quan/",
}


def reason_in_words(code: str) -> str:
    """Of a rare code: as the server said it."""
    return REASONS.get(code, code)
