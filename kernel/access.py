"""Who is calling, and what they may do."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kernel.errors import Forbidden
from kernel.messages import Message


class Permission(enum.StrEnum):
    READ_ORGANISATIONS = "organisations:read"
    MANAGE_ORGANISATIONS = "organisations:manage"
    READ_PEOPLE = "people:read"
    READ_CITIZEN_NUMBERS = "people:read-citizen-numbers"
    MANAGE_PEOPLE = "people:manage"
    READ_ACCOUNTS = "accounts:read"
    MANAGE_ACCOUNTS = "accounts:manage"
    IMPORT = "imports:manage"
    READ_DIRECTORY = "directory:read"
    MANAGE_DIRECTORY = "directory:manage"
    READ_CLIENTS = "clients:read"
    MANAGE_CLIENTS = "clients:manage"
    READ_USAGE = "usage:read"
    """How mailboxes are used, down to the single mailbox."""
    READ_AUDIT = "audit:read"
    """Who did what to whom, and why."""
    MANAGE_ROLES = "roles:manage"
    """Who may do what in the console."""
    READ_DOMAINS = "domains:read"
    """Mail domains with their address rules and DNS records."""
    MANAGE_DOMAINS = "domains:manage"
    READ_OPERATIONS = "operations:read"
    """How the parts run, what the worker does, and the settings in force."""
    MANAGE_OPERATIONS = "operations:manage"
    """To have the worker try again."""
    REGISTER_CLIENTS = "clients:register"
    """To register systems that describe themselves (RFC 7591): an initial access token."""
    REPORT_USAGE = "usage:report"
    """To tell what mailboxes were used for: a mail server."""


PERMISSION_NAMES = {
    Permission.READ_ORGANISATIONS: Message("xem cơ quan, đơn vị", "see organisations"),
    Permission.MANAGE_ORGANISATIONS: Message("quản lý cơ quan, đơn vị", "manage organisations"),
    Permission.READ_PEOPLE: Message("xem cán bộ", "see people"),
    Permission.READ_CITIZEN_NUMBERS: Message("xem số CCCD", "see citizen numbers"),
    Permission.MANAGE_PEOPLE: Message("quản lý cán bộ", "manage people"),
    Permission.READ_ACCOUNTS: Message("xem tài khoản", "see accounts"),
    Permission.MANAGE_ACCOUNTS: Message("quản lý tài khoản", "manage accounts"),
    Permission.IMPORT: Message("nhập danh sách", "import lists"),
    Permission.READ_DIRECTORY: Message("xem thư mục LDAP", "see the LDAP directory"),
    Permission.MANAGE_DIRECTORY: Message("quản lý thư mục LDAP", "manage the LDAP directory"),
    Permission.READ_CLIENTS: Message("xem hệ thống kết nối", "see connected systems"),
    Permission.MANAGE_CLIENTS: Message("quản lý hệ thống kết nối", "manage connected systems"),
    Permission.READ_USAGE: Message("xem việc sử dụng hộp thư", "see the use of mailboxes"),
    Permission.READ_AUDIT: Message("xem nhật ký", "see the audit trail"),
    Permission.MANAGE_ROLES: Message("giao vai trò", "grant roles"),
    Permission.READ_DOMAINS: Message("xem tên miền thư", "see mail domains"),
    Permission.MANAGE_DOMAINS: Message("quản lý tên miền thư", "manage mail domains"),
    Permission.READ_OPERATIONS: Message("xem tình trạng vận hành", "see how the parts run"),
    Permission.MANAGE_OPERATIONS: Message("vận hành hệ thống", "operate the parts"),
    Permission.REGISTER_CLIENTS: Message("đăng ký hệ thống kết nối", "register systems"),
    Permission.REPORT_USAGE: Message("báo việc sử dụng hộp thư", "report the use of mailboxes"),
}
"""As people say it who are told that they lack one."""


class ActorKind(enum.StrEnum):
    OPERATOR = "operator"
    """A person at the command line of the server."""
    MACHINE = "machine"
    """The bearer of an API token."""
    ACCOUNT = "account"
    """A signed-in account."""
    SYSTEM = "system"
    """The service itself: worker, reconciler."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. Every service call takes one; every audit record names it."""

    kind: ActorKind
    label: str
    permissions: frozenset[Permission]
    id: UUID | None = None
    request_id: str | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises PermissionMissing."""
        if permission not in self.permissions:
            raise PermissionMissing(permission)

    @classmethod
    def operator(cls, label: str) -> "Actor":
        """The person at the server's own command line, who may do everything."""
        return cls(ActorKind.OPERATOR, label, frozenset(Permission))

    @classmethod
    def system(cls, label: str) -> "Actor":
        return cls(ActorKind.SYSTEM, label, frozenset(Permission))

    def as_json(self) -> dict[str, Any]:
        """For a job that goes on with what was asked; without most permissions."""
        return {
            "kind": self.kind.value,
            "label": self.label,
            "id": str(self.id) if self.id else None,
            "request_id": self.request_id,
            "manages_roles": self.may(Permission.MANAGE_ROLES),
        }

    @classmethod
    def of_json(cls, fields: Mapping[str, Any], *permissions: Permission) -> "Actor":
        """Who asked, with no more than the permissions that were checked then.

        Managing roles comes along: no job asks for it, but it decides over accounts with a role.
        """
        also = (Permission.MANAGE_ROLES,) if fields.get("manages_roles") else ()
        return cls(
            ActorKind(fields["kind"]),
            fields["label"],
            frozenset((*permissions, *also)),
            id=UUID(fields["id"]) if fields["id"] else None,
            request_id=fields["request_id"],
        )


class PermissionMissing(Forbidden):
    code = "permission-missing"

    def __init__(self, permission: Permission) -> None:
        name = PERMISSION_NAMES[permission]
        super().__init__(
            f"Việc này cần quyền “{name.vi}” ({permission.value}) mà bạn chưa được giao.",
            f"This needs the permission to {name.en} ({permission.value}), which you lack.",
        )
