"""What a registered system is and may do: the document stored with every client.

Names are those of RFC 7591, OpenID Connect Registration 1.0 and their successors, so that a
registration request, an entry of `deploy/clients.toml` and the stored row read alike. What no
standard names has names of our own, at the end.
"""

import enum
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sso.clients.addresses import is_fitting_address, is_fitting_redirect
from sso.clients.faults import Unfit
from sso.clients.username_template import unknown_fields
from sso.keys.models import Algorithm
from sso.settings import LONGEST_ACCESS_TOKEN_SECONDS

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Scope = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5B\x5D-\x7E]{1,100}$")]


class GrantType(enum.StrEnum):
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # a grant type
    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105


class AuthMethod(enum.StrEnum):
    NONE = "none"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105  # a method
    CLIENT_SECRET_POST = "client_secret_post"  # noqa: S105
    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS_CLIENT_AUTH = "tls_client_auth"
    SELF_SIGNED_TLS_CLIENT_AUTH = "self_signed_tls_client_auth"


SECRET_METHODS = {AuthMethod.CLIENT_SECRET_BASIC, AuthMethod.CLIENT_SECRET_POST}
KEY_METHODS = {AuthMethod.PRIVATE_KEY_JWT, AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH}
PROVES_ITSELF = set(AuthMethod) - {AuthMethod.NONE}


class SubjectType(enum.StrEnum):
    PUBLIC = "public"
    PAIRWISE = "pairwise"


class AccountKindAllowed(enum.StrEnum):
    PERSONAL = "personal"
    ORGANISATION = "organisation"


class AllowedGroup(BaseModel):
    """The members of an organisation, alone or with everything below it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    organisation_id: UUID
    scope: Literal["own", "subtree"] = "subtree"


class ClientDescription(BaseModel):
    """Raises pydantic's ValidationError for whatever does not fit together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_name: Name
    """As people see it, in Vietnamese."""
    client_name_en: Name | None = None
    summary: Line | None = None
    """What it is for, in a few words; stands on its tile."""
    summary_en: Line | None = None
    client_uri: Address | None = None
    """Its home page; shown as a tile."""
    policy_uri: Address | None = None
    tos_uri: Address | None = None
    contacts: list[Name] = Field([], max_length=10)
    """Whom to ask about it."""

    redirect_uris: list[Address] = Field([], max_length=20)
    """The only addresses that codes are sent to."""
    post_logout_redirect_uris: list[Address] = Field([], max_length=20)
    """Where people may be sent after signing out."""
    initiate_login_uri: Address | None = None
    """Where a sign-in can be begun from outside."""
    grant_types: list[GrantType] = [GrantType.AUTHORIZATION_CODE]
    """How it may get tokens."""
    response_types: list[Literal["code"]] = ["code"]
    application_type: Literal["web", "native"] = "web"
    """Native ones may have loopback addresses with any port and schemes of their own."""
    scope: list[Scope] = ["openid", "profile", "email"]
    """The most that it may ask for."""

    token_endpoint_auth_method: AuthMethod = AuthMethod.CLIENT_SECRET_BASIC
    """How it proves who it is, at every endpoint that asks."""
    token_endpoint_auth_signing_alg: Algorithm | None = None
    jwks: dict[str, Any] | None = None
    """Its public keys."""
    jwks_uri: Address | None = None
    """Where it publishes them instead; fetched within limits."""
    tls_client_auth_subject_dn: Name | None = None
    """Subject of its certificate (RFC 4514), for `tls_client_auth`."""
    tls_client_auth_san_dns: Name | None = None
    """Or a DNS name in it."""
    tls_client_certificate_bound_access_tokens: bool = False
    """Its tokens work over its certificate only (RFC 8705)."""
    dpop_bound_access_tokens: bool = False
    """It must show DPoP proofs (RFC 9449)."""

    require_pushed_authorization_requests: bool = False
    """Requests come over the back channel only (RFC 9126)."""
    require_signed_request_object: bool = False
    """Requests come signed only (RFC 9101)."""
    request_object_signing_alg: Algorithm | None = None

    id_token_signed_response_alg: Algorithm = Algorithm.ES256
    userinfo_signed_response_alg: Algorithm | None = None
    """Userinfo as a signed JWT."""
    introspection_signed_response_alg: Algorithm | None = None
    """Introspection as a signed JWT (RFC 9701)."""
    subject_type: SubjectType = SubjectType.PUBLIC
    """Pairwise: nobody else knows its `sub`."""
    sector_identifier_uri: Address | None = None
    """Whose host is the sector of pairwise subjects, when redirect addresses differ in host or
    have none."""
    default_max_age: int | None = Field(None, ge=0)
    """Seconds after which the password is asked for again."""
    require_auth_time: bool = False
    """Kept, and always fulfilled: `auth_time` stands in every ID token."""

    backchannel_logout_uri: Address | None = None
    """Where it hears that somebody left."""
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: Address | None = None
    """The same through the browser, for systems that cannot otherwise."""
    frontchannel_logout_session_required: bool = False

    access_token_signed_response_alg: Algorithm = Algorithm.ES256
    access_token_seconds: int | None = Field(None, ge=30, le=LONGEST_ACCESS_TOKEN_SECONDS)
    """Lifetime of its access tokens, if it is not the usual one."""
    resources: list[Address] = Field([], max_length=20)
    """Resource servers that it may get tokens for (RFC 8707). When it names none, a token of its
    own is for the first one, and one of a person with `openid` for our userinfo alone."""
    resource_identifiers: list[Address] = Field([], max_length=20)
    """What it is itself called as a resource server: tokens for these it may introspect."""
    claims: list[Name] | None = None
    """The only claims it is ever told; None for all that its scopes release."""
    id_token_claims: bool = False
    """Claims of the scopes stand in the ID token too, for systems that never ask userinfo."""
    introspection_claims: bool = False
    """As a resource server it is told them at introspection, within its own scope: mail servers
    know people by their addresses."""
    username_template: Annotated[str, StringConstraints(max_length=200)] | None = None
    """How it calls people when they first enter, such as `{unit}_{name}`; they keep the name."""
    require_consent: bool = False
    """People are asked before it is told anything."""
    allow_acting: bool = False
    """Custodians may choose to sign in to it as their organisation."""
    allowed_account_kinds: list[AccountKindAllowed] = [AccountKindAllowed.PERSONAL]
    """Kinds of accounts that may enter."""
    allowed_groups: list[AllowedGroup] = Field([], max_length=200)
    """Who may use it; empty for everybody with an account of an allowed kind."""
    token_exchange_for: list[Name] = Field([], max_length=50)
    """Client ids whose tokens it may exchange to act for the same person (RFC 8693)."""
    cas_services: list[Address] = Field([], max_length=20)
    """CAS service addresses; what follows the path is free, host and path are not."""
    cas_proxy: bool = False
    """May ask for proxy-granting tickets."""

    def name(self, language: str) -> str:
        return self.client_name_en or self.client_name if language == "en" else self.client_name

    def about(self, language: str) -> str | None:
        return self.summary_en or self.summary if language == "en" else self.summary

    @property
    def sector(self) -> str:
        """Host that pairwise subjects are computed for (OpenID Connect Core section 8.1)."""
        address = self.sector_identifier_uri or next(iter(self.redirect_uris), "")
        return urlsplit(address).hostname or ""

    @classmethod
    def of_stored(cls, values: Mapping[str, Any]) -> Self:
        """What is stored may have members of a later release, or of a former one."""
        return cls.model_validate(values, extra="ignore")

    @model_validator(mode="after")
    def _redirects_fit(self) -> Self:
        for address in self.redirect_uris:
            if not is_fitting_redirect(address, native=self.application_type == "native"):
                raise _no_address("redirect_uris", address)
        for name in ("post_logout_redirect_uris", "cas_services"):
            for address in getattr(self, name):
                if not is_fitting_address(address):
                    raise _no_address(name, address)
        for name in (
            "backchannel_logout_uri",
            "frontchannel_logout_uri",
            "jwks_uri",
            "client_uri",
            "policy_uri",
            "tos_uri",
            "initiate_login_uri",
            "sector_identifier_uri",
        ):
            address = getattr(self, name)
            if address is not None and not is_fitting_address(address):
                raise _no_address(name, address)
        return self

    @model_validator(mode="after")
    def _grants_fit(self) -> Self:
        code = GrantType.AUTHORIZATION_CODE in self.grant_types
        if code and not self.redirect_uris:
            raise Unfit(
                "redirect_uris",
                "đăng nhập bằng mã (authorization_code) cần ít nhất một địa chỉ",
                "authorization_code needs at least one address",
            )
        proves_itself = self.token_endpoint_auth_method in PROVES_ITSELF
        for grant in (GrantType.CLIENT_CREDENTIALS, GrantType.TOKEN_EXCHANGE):
            if grant in self.grant_types and not proves_itself:
                raise Unfit(
                    "grant_types",
                    f"{grant} chỉ dành cho hệ thống tự chứng minh được mình",
                    f"{grant} needs a client that authenticates itself",
                )
        return self

    @model_validator(mode="after")
    def _sector_fits(self) -> Self:
        """Clients of one sector know people by the same `sub`: it must be a name, and one."""
        if self.subject_type is not SubjectType.PAIRWISE or self.sector_identifier_uri is not None:
            return self
        if len(self.redirect_hosts) > 1:
            raise Unfit(
                "sector_identifier_uri",
                "cần có khi các địa chỉ nhận mã ở nhiều máy khác nhau",
                "needed when redirect addresses differ in host",
            )
        if not self.sector:
            raise Unfit(
                "sector_identifier_uri",
                "cần có khi không địa chỉ nhận mã nào có tên máy",
                "needed when no redirect address has a host",
            )
        return self

    @model_validator(mode="after")
    def _consent_can_be_asked(self) -> Self:
        if self.cas_services and self.require_consent:
            raise Unfit(
                "require_consent",
                "CAS không có bước nào để hỏi ý kiến người dùng",
                "CAS has no step in which people could be asked",
            )
        return self

    @property
    def redirect_hosts(self) -> set[str]:
        return {urlsplit(address).hostname or "" for address in self.redirect_uris}

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        if self.jwks is not None and self.jwks_uri is not None:
            raise Unfit(
                "jwks",
                "chỉ khai jwks hoặc jwks_uri, không khai cả hai (RFC 7591 mục 2)",
                "give jwks or jwks_uri, not both (RFC 7591 section 2)",
            )
        method = self.token_endpoint_auth_method
        if method in KEY_METHODS and self.jwks is None and self.jwks_uri is None:
            raise Unfit(
                "jwks", f"{method} cần jwks hoặc jwks_uri", f"{method} needs jwks or jwks_uri"
            )
        names = (self.tls_client_auth_subject_dn, self.tls_client_auth_san_dns)
        if method is AuthMethod.TLS_CLIENT_AUTH and sum(name is not None for name in names) != 1:
            raise Unfit(
                "tls_client_auth_subject_dn",
                "tls_client_auth cần đúng một trong hai: subject_dn hoặc san_dns",
                "tls_client_auth needs exactly one of subject_dn and san_dns",
            )
        return self

    @model_validator(mode="after")
    def _template_fits(self) -> Self:
        try:
            names = unknown_fields(self.username_template or "")
        except ValueError as error:
            raise Unfit(
                "username_template",
                "chỉ gồm chữ và các mục trong ngoặc nhọn như {unit}_{name}",
                str(error),
            ) from None
        if names:
            listed = ", ".join(names)
            raise Unfit("username_template", f"không có mục {listed}", f"there is no {listed}")
        return self


def _no_address(member: str, address: str) -> Unfit:
    return Unfit(
        member,
        f"{address} không phải địa chỉ https đầy đủ",
        f"{address} is not an absolute https address",
    )
