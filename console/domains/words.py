"""How the console calls what belongs to a mail domain."""

from identity.addresses.models import AddressRole, PolicySubject
from mail_admin.domains.records import Purpose, Verdict
from theme.catalogue import _

SUBJECTS = {
    PolicySubject.PERSON: _("Cá nhân"),
    PolicySubject.ORGANISATION: _("Cơ quan"),
}
ROLES = {
    AddressRole.PRIMARY: _("Địa chỉ chính"),
    AddressRole.ALIAS: _("Địa chỉ phụ"),
    AddressRole.LIST: _("Danh sách thư"),
    AddressRole.RETIRED: _("Thôi dùng"),
    AddressRole.RESERVED: _("Giữ lại"),
}
PURPOSES = {
    Purpose.MX: _("Nơi nhận thư"),
    Purpose.SPF: _("Máy được gửi thư (SPF)"),
    Purpose.DKIM: _("Khóa chữ ký (DKIM)"),
    Purpose.DMARC: _("Cách xử lý thư giả (DMARC)"),
    Purpose.CLIENTS: _("Chương trình thư tự tìm máy chủ"),
}
VERDICTS = {
    Verdict.OK: (_("Đúng"), "good", "circle-check"),
    Verdict.MISSING: (_("Chưa có"), "bad", "circle-x"),
    Verdict.DIFFERENT: (_("Khác giá trị"), "bad", "alert-triangle"),
    Verdict.UNANSWERED: (_("Không hỏi được"), "warn", "circle-minus"),
}
