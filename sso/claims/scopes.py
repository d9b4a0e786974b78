"""What each scope releases (OpenID Connect Core section 5.4, and our own after it)."""

import enum
from collections.abc import Collection, Mapping, Sequence

from kernel.messages import Message
from sso.clients.registry import Client


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


USERNAME = "preferred_username"

RELEASES: Mapping[str, tuple[str, ...]] = {
    Scope.PROFILE: (
        "name",
        "family_name",
        "given_name",
        "middle_name",
        USERNAME,
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

USERINFO, ID_TOKEN = "userinfo", "id_token"
"""Places of a `claims` parameter (OpenID Connect Core section 5.5)."""


def released_names(
    client: Client, scope: Collection[str], *, requested: object = None, place: str = USERINFO
) -> set[str]:
    """The claims that a client hears by its scope and by name, as far as its registration goes."""
    description = client.description
    names = {claim for name in scope for claim in RELEASES.get(name, ())}
    names |= {
        claim for claim in _requested(requested, place) if CLAIMS.get(claim) in description.scope
    }
    if description.claims is not None:
        names &= set(description.claims)
    if Scope.CITIZEN_NUMBER not in scope:  # by its own scope only, never in passing
        names.discard("citizen_number")
    return names


def released_anywhere(client: Client, scope: Collection[str], requested: object) -> set[str]:
    return {
        name
        for place in (USERINFO, ID_TOKEN)
        for name in released_names(client, scope, requested=requested, place=place)
    }


def scope_told(client: Client, scope: Sequence[str], requested: object = None) -> tuple[str, ...]:
    """The scope, and behind it the scopes of claims that are asked for by name.

    What people are asked to allow must be all that the client will hear, whichever way it asks.
    """
    named = {CLAIMS[claim] for claim in released_anywhere(client, (), requested)}
    return (*scope, *(name for name in RELEASES if name in named and name not in scope))


def _requested(parameter: object, place: str) -> Collection[str]:
    part = parameter.get(place) if isinstance(parameter, Mapping) else None
    return part if isinstance(part, dict) else ()
