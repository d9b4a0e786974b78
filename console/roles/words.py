"""What each role is for, in a sentence."""

from identity.roles.models import Role
from theme.catalogue import _

MEANING = {
    Role.ADMINISTRATOR: _("Làm được mọi việc ở trang quản trị, kể cả giao vai trò cho người khác."),
    Role.HR: _("Quản lý cơ quan, cán bộ, tài khoản và nhập danh sách; xem được số định danh."),
    Role.LEADER: _("Xem tỷ lệ sử dụng hộp thư của các cơ quan, không thay đổi gì."),
    Role.IT: _("Quản lý hệ thống kết nối, thư mục LDAP, tên miền thư; xem nhật ký."),
}
