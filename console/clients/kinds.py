"""What a new system may begin as: an empty form for each kind, and the ready-made ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.clients.typed import Members, members_of
from identity.addresses.models import MailDomain
from sso.clients.ready_made import is_domain, ready_made
from theme.catalogue import _

PATH = "/quan-tri/he-thong"
NEW = "/quan-tri/them-he-thong"
FALLBACK = "tinh.gov.vn"


@dataclass(frozen=True, slots=True)
class Beginning:
    key: str
    label: str
    explanation: str
    symbol: str
    description: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{NEW}?{urlencode({'loai': self.key})}"


KINDS = (
    Beginning(
        "web",
        _("Ứng dụng web"),
        _("Cán bộ đăng nhập bằng trình duyệt, qua OpenID Connect."),
        "world",
        {"grant_types": ["authorization_code", "refresh_token"]},
    ),
    Beginning(
        "native",
        _("Chương trình trên máy, điện thoại"),
        _("Không giữ được mã bí mật; dùng PKCE."),
        "device-laptop",
        {
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
        },
    ),
    Beginning(
        "machine",
        _("Máy gọi máy"),
        _("Không có người dùng: một hệ thống lấy thẻ để gọi hệ thống khác."),
        "server",
        {"grant_types": ["client_credentials"], "scope": []},
    ),
    Beginning(
        "cas",
        _("Dịch vụ CAS"),
        _("Cổng dịch vụ và hệ thống cũ chỉ biết giao thức CAS."),
        "building",
        {"grant_types": [], "token_endpoint_auth_method": "none", "scope": ["profile", "email"]},
    ),
)


@dataclass(frozen=True, slots=True)
class ReadyMade:
    client_id: str
    description: Mapping[str, Any]
    domain: str

    @property
    def address(self) -> str:
        return f"{NEW}?{urlencode({'mau': self.client_id, 'ten-mien': self.domain})}"


def offered(domain: str) -> list[ReadyMade]:
    return [ReadyMade(name, entry, domain) for name, entry in ready_made(domain).items()]


def usual_domain(session: Session, typed: str, issuer: str) -> str:
    """What was typed if it is one, else that of the mail, else that of this installation."""
    if is_domain(typed):
        return typed
    own = session.scalar(select(MailDomain.name).order_by(MailDomain.is_default.desc()).limit(1))
    above = (urlsplit(issuer).hostname or "").partition(".")[2]
    return own or (above if is_domain(above) else FALLBACK)


def begun(kind: str, template: str, domain: str) -> tuple[str, Members] | None:
    """Client id and members of what was chosen; None for what there is not."""
    for one in KINDS:
        if one.key == kind:
            return "", members_of(one.description)
    entry = ready_made(domain).get(template)
    return None if entry is None else (template, members_of(entry))
