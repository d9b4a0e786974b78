"""What the menu of the console leads to, for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.session.service import Caller
from kernel.access import Permission
from theme.catalogue import _


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    path: str
    icon: str
    permission: Permission | None = None
    """Whoever lacks it does not see the item."""
    beside: tuple[str, ...] = ()
    """Other pages of the same subject, where ids of its own take all the room below `path`."""

    def is_current(self, path: str) -> bool:
        if self.path == HOME.path:
            return path == self.path
        return any(path == one or path.startswith(one + "/") for one in (self.path, *self.beside))


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: tuple[Item, ...]


HOME = Item(_("Trang chủ"), "/quan-tri", "home")
GROUPS = (
    Group(
        _("Nhân sự"),
        (
            HOME,
            Item(
                _("Cơ quan, đơn vị"), "/quan-tri/co-quan", "sitemap", Permission.READ_ORGANISATIONS
            ),
            Item(_("Cán bộ"), "/quan-tri/can-bo", "users", Permission.READ_PEOPLE),
            Item(
                _("Tài khoản hộp thư"),
                "/quan-tri/tai-khoan",
                "key",
                Permission.READ_ACCOUNTS,
                beside=("/quan-tri/hang-loat",),
            ),
            Item(
                _("Nhập danh sách"),
                "/quan-tri/nhap-danh-sach",
                "upload",
                Permission.IMPORT,
            ),
        ),
    ),
    Group(
        _("Sử dụng"),
        (Item(_("Tỷ lệ sử dụng"), "/quan-tri/su-dung", "chart-bar", Permission.READ_USAGE),),
    ),
    Group(
        _("Kỹ thuật"),
        (
            Item(
                _("Hệ thống kết nối"),
                "/quan-tri/he-thong",
                "plug-connected",
                Permission.READ_CLIENTS,
                ("/quan-tri/them-he-thong", "/quan-tri/khoa-ky"),
            ),
            Item(_("Thư mục LDAP"), "/quan-tri/thu-muc", "server", Permission.READ_DIRECTORY),
            Item(_("Tên miền thư"), "/quan-tri/ten-mien", "mail", Permission.READ_DOMAINS),
            Item(
                _("Công việc nền"),
                "/quan-tri/cong-viec-nen",
                "clipboard-list",
                Permission.READ_OPERATIONS,
            ),
            Item(_("Nhật ký"), "/quan-tri/nhat-ky", "history", Permission.READ_AUDIT),
            Item(_("Tình trạng"), "/quan-tri/tinh-trang", "heartbeat", Permission.READ_OPERATIONS),
            Item(_("Cấu hình"), "/quan-tri/cau-hinh", "settings", Permission.READ_OPERATIONS),
            Item(_("Vai trò"), "/quan-tri/vai-tro", "shield-check", Permission.MANAGE_ROLES),
        ),
    ),
)


def menu_of(caller: Caller) -> Iterator[Group]:
    """Groups with the items that the caller may open; none that is empty."""
    for group in GROUPS:
        items = tuple(
            item for item in group.items if item.permission is None or caller.may(item.permission)
        )
        if items:
            yield Group(group.label, items)
