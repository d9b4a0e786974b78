"""What each scope releases (OpenID Connect Core section 5.4, and our own after it)."""

import enum
from collections.abc import Mapping

from kernel.messages import Message


class Scope(enum.StrEnum):
    OPENID = "openid"
    PROFILE = "profile"
    EMAIL = "email"
    PHONE = "phone"
    STAFF = "staff"
    ORGANISATION = "organisation"
    APPOINTMENTS = "appointments"
    GROUPS = "groups"
    CITIZEN_NUMBER = "citizen_number"
    """For the HR system alone."""
    OFFLINE_ACCESS = "offline_access"


RELEASES: Mapping[str, tuple[str, ...]] = {
    Scope.PROFILE: (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        "preferred_username",
        "locale",
        "zoneinfo",
        "account_kind",
    ),
    Scope.EMAIL: ("email", "email_verified"),
    Scope.PHONE: ("phone_number",),
    Scope.STAFF: ("staff_number",),
    Scope.ORGANISATION: ("organisation",),
    Scope.APPOINTMENTS: ("appointments",),
    Scope.GROUPS: ("groups",),
    Scope.CITIZEN_NUMBER: ("citizen_number",),
}

CLAIMS: Mapping[str, str] = {claim: scope for scope, claims in RELEASES.items() for claim in claims}
"""Claim to the scope that releases it."""

SHOWN: Mapping[str, Message] = {
    Scope.OPENID: Message("nhận ra tài khoản của bạn", "recognise your account"),
    Scope.PROFILE: Message("họ tên và tên đăng nhập", "your name and login"),
    Scope.EMAIL: Message("địa chỉ thư công vụ", "your official mail address"),
    Scope.PHONE: Message("số điện thoại", "your phone number"),
    Scope.STAFF: Message("số hiệu cán bộ", "your staff number"),
    Scope.ORGANISATION: Message("cơ quan, đơn vị công tác", "your organisation"),
    Scope.APPOINTMENTS: Message("các chức vụ hiện giữ", "the positions you hold"),
    Scope.GROUPS: Message("các nhóm theo cơ quan", "your groups by organisation"),
    Scope.CITIZEN_NUMBER: Message("số định danh cá nhân", "your citizen number"),
    Scope.OFFLINE_ACCESS: Message("truy cập cả khi bạn không có mặt", "access while you are away"),
}
"""What the consent page says that a scope is about."""


def requested_claims(parameter: object, place: str) -> list[str]:
    """Names in one part of a `claims` parameter (OpenID Connect Core section 5.5)."""
    part = parameter.get(place) if isinstance(parameter, dict) else None
    return [name for name in part if name in CLAIMS] if isinstance(part, dict) else []
