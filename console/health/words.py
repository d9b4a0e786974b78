"""How the console calls what is looked at, and what it found."""

from kernel.certificates import CertificateKind, Failure
from kernel.health import State
from theme.catalogue import _

CHECKS = {
    "database": (_("Cơ sở dữ liệu"), ""),
    "schema": (_("Cấu trúc cơ sở dữ liệu"), ""),
    "directory": (_("Thư mục LDAP"), "/quan-tri/thu-muc"),
    "projection": (_("Ghi sang thư mục LDAP"), "/quan-tri/thu-muc"),
    "worker": (_("Bộ phận xử lý nền"), "/quan-tri/cong-viec-nen"),
    "jobs": (_("Công việc nền"), "/quan-tri/cong-viec-nen"),
    "mailboxes": (_("Máy chủ hộp thư"), ""),
    "sending": (_("Gửi thư của hệ thống"), ""),
    "logs": (_("Đọc nhật ký thư"), ""),
    "signing-keys": (_("Khóa ký của đăng nhập một lần"), "/quan-tri/khoa-ky"),
    "dkim": (_("Chữ ký DKIM"), "/quan-tri/ten-mien"),
    "certificates": (_("Chứng thư số của máy chủ"), "/quan-tri/chung-thu-so"),
    "sign-outs": (_("Báo đăng xuất cho các hệ thống"), ""),
    "disk": (_("Chỗ trống trên đĩa"), ""),
    "parts": (_("Các phần trên máy này"), ""),
}
"""What each is called, and where it is looked after."""
STATES = {
    State.GOOD: (_("Tốt"), "good", "circle-check"),
    State.WARN: (_("Cần xem"), "warn", "alert-triangle"),
    State.BAD: (_("Hỏng"), "bad", "circle-x"),
    State.OFF: (_("Không dùng"), "quiet", "circle-minus"),
}
"""A word, a tone and an icon."""
CERTIFICATE_KINDS = {
    CertificateKind.SERVER: _("Máy chủ"),
    CertificateKind.AUTHORITY: _("Cơ quan chứng thực"),
}
LOOK_FAILURES = {
    Failure.UNREADABLE: _("Không đọc được tệp, hoặc tệp không có chứng thư số."),
    Failure.UNREACHABLE: _("Máy chủ không cho xem chứng thư số trong thời gian cho phép."),
}
