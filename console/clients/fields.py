"""The form of a connected system: which members of its description are asked for, and how."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from sso.claims.scopes import CLAIMS, Scope
from sso.clients.description import AccountKindAllowed, AuthMethod, GrantType, SubjectType
from sso.keys.models import Algorithm
from theme.catalogue import _

Choices = Sequence[tuple[str, str]]


class Kind(enum.StrEnum):
    TEXT = "text"
    LINES = "lines"
    """One value on each line."""
    NUMBER = "number"
    TICK = "tick"
    TICKS = "ticks"
    CHOICE = "choice"
    SCOPES = "scopes"
    """Those that we know to be ticked, and lines for names of other resource servers."""
    CLAIMS = "claims"
    """All, or only those that are ticked."""
    JSON = "json"
    GROUPS = "groups"
    """Organisations, each alone or with everything below it."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    """Of the member, which IT people know from the standards."""
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    choices: Choices = ()
    empty: str = ""
    """What it means to choose nothing."""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    lead: str
    fields: Sequence[Field]
    folded: bool = False
    """Opened only by whoever needs it, and where something in it is wrong."""


ALGORITHMS: Choices = [(one.value, one.value) for one in Algorithm]
GRANTS: Choices = [
    (GrantType.AUTHORIZATION_CODE.value, _("Cán bộ đăng nhập qua trình duyệt")),
    (GrantType.REFRESH_TOKEN.value, _("Gia hạn thẻ không cần đăng nhập lại")),
    (GrantType.CLIENT_CREDENTIALS.value, _("Máy gọi máy, không có người dùng")),
    (GrantType.DEVICE_CODE.value, _("Thiết bị không có bàn phím (mã hiện trên màn hình)")),
    (GrantType.TOKEN_EXCHANGE.value, _("Đổi thẻ của hệ thống khác để làm tiếp thay cán bộ")),
]
METHODS: Choices = [
    (AuthMethod.CLIENT_SECRET_BASIC.value, _("Mã bí mật (thường dùng nhất)")),
    (AuthMethod.CLIENT_SECRET_POST.value, _("Mã bí mật, gửi trong nội dung")),
    (AuthMethod.PRIVATE_KEY_JWT.value, _("Ký bằng khóa riêng của hệ thống")),
    (AuthMethod.TLS_CLIENT_AUTH.value, _("Chứng thư số do cơ quan chứng thực cấp")),
    (AuthMethod.SELF_SIGNED_TLS_CLIENT_AUTH.value, _("Chứng thư số tự ký, đã khai khóa")),
    (AuthMethod.NONE.value, _("Không chứng minh: chương trình trên trình duyệt, điện thoại")),
]
SCOPES: Choices = [
    (Scope.OPENID.value, _("Nhận ra tài khoản")),
    (Scope.PROFILE.value, _("Họ tên, tên đăng nhập")),
    (Scope.EMAIL.value, _("Địa chỉ thư công vụ")),
    (Scope.PHONE.value, _("Số điện thoại")),
    (Scope.STAFF.value, _("Số hiệu cán bộ")),
    (Scope.ORGANISATION.value, _("Cơ quan, đơn vị công tác")),
    (Scope.APPOINTMENTS.value, _("Các chức vụ hiện giữ")),
    (Scope.GROUPS.value, _("Các nhóm theo cơ quan")),
    (Scope.CITIZEN_NUMBER.value, _("Số định danh cá nhân – chỉ cho hệ thống nhân sự")),
    (Scope.OFFLINE_ACCESS.value, _("Truy cập cả khi cán bộ không có mặt")),
]
CLAIM_CHOICES: Choices = [(name, name) for name in CLAIMS]
KINDS: Choices = [
    (AccountKindAllowed.PERSONAL.value, _("Tài khoản cá nhân")),
    (AccountKindAllowed.ORGANISATION.value, _("Tài khoản cơ quan")),
]

ABOUT = Section(
    "about",
    _("Hệ thống này là gì"),
    _("Cán bộ thấy tên và ô của hệ thống trên trang chủ của họ."),
    (
        Field("client_name", _("Tên, như cán bộ thấy"), required=True),
        Field("client_name_en", _("Tên bằng tiếng Anh")),
        Field(
            "summary",
            _("Dùng để làm gì, một dòng"),
            hint=_("Hiện dưới tên, trên ô của hệ thống."),
        ),
        Field("summary_en", _("Dòng đó bằng tiếng Anh")),
        Field(
            "client_uri",
            _("Địa chỉ trang chủ"),
            hint=_("Ô trên trang chủ của cán bộ dẫn đến đây. Để trống thì không có ô."),
        ),
        Field(
            "contacts",
            _("Hỏi ai khi hệ thống có vấn đề"),
            Kind.LINES,
            hint=_("Mỗi dòng một người hoặc một đầu mối."),
        ),
    ),
)
WHO = Section(
    "who",
    _("Ai được vào"),
    "",
    (
        Field("allowed_account_kinds", _("Loại tài khoản"), Kind.TICKS, choices=KINDS),
        Field("allowed_groups", _("Cơ quan, đơn vị"), Kind.GROUPS),
        Field("allow_acting", _("Người giữ hộp thư cơ quan được vào thay mặt cơ quan"), Kind.TICK),
        Field("require_consent", _("Hỏi ý kiến cán bộ trước khi cho biết thông tin"), Kind.TICK),
    ),
)
TOLD = Section(
    "told",
    _("Hệ thống được biết gì"),
    _("Chỉ chọn điều hệ thống cần."),
    (
        Field(
            "scope",
            _("Được hỏi"),
            Kind.SCOPES,
            choices=SCOPES,
            hint=_("Phạm vi khác của máy chủ dữ liệu: mỗi dòng một tên."),
        ),
        Field(
            "username_template",
            _("Mẫu tên người dùng"),
            hint=_(
                "Ví dụ {unit}_{name} cho ra skhcn_nguyenvana. Có: login, email, staff_number, "
                "unit, name, given, initials, id. Để trống là tên đăng nhập."
            ),
        ),
    ),
)
SIGNING_IN = Section(
    "signing-in",
    _("Đăng nhập và đăng xuất"),
    _("Địa chỉ phải bắt đầu bằng https; so đúng từng chữ."),
    (
        Field("grant_types", _("Cách nhận thẻ"), Kind.TICKS, choices=GRANTS),
        Field(
            "redirect_uris",
            _("Địa chỉ nhận mã sau khi đăng nhập"),
            Kind.LINES,
            hint=_("Mỗi dòng một địa chỉ."),
        ),
        Field(
            "post_logout_redirect_uris",
            _("Địa chỉ về sau khi đăng xuất"),
            Kind.LINES,
            hint=_("Mỗi dòng một địa chỉ."),
        ),
        Field(
            "backchannel_logout_uri",
            _("Địa chỉ nhận tin đăng xuất"),
            hint=_("Máy chủ gọi thẳng đến đây khi cán bộ đăng xuất ở nơi khác."),
        ),
    ),
)
PROOF = Section(
    "proof",
    _("Hệ thống chứng minh mình bằng gì"),
    "",
    (Field("token_endpoint_auth_method", _("Cách chứng minh"), Kind.CHOICE, choices=METHODS),),
)
CAS = Section(
    "cas",
    _("CAS"),
    _("Cho cổng dịch vụ và hệ thống cũ dùng giao thức CAS."),
    (
        Field(
            "cas_services",
            _("Địa chỉ dịch vụ CAS"),
            Kind.LINES,
            hint=_("Mỗi dòng một địa chỉ; phần sau đường dẫn tùy hệ thống."),
        ),
        Field("cas_proxy", _("Được xin vé thay mặt (proxy)"), Kind.TICK),
    ),
    folded=True,
)
LOGOUT = Section(
    "logout",
    _("Địa chỉ khác và đăng xuất nâng cao"),
    "",
    (
        Field(
            "initiate_login_uri",
            _("Địa chỉ bắt đầu đăng nhập"),
            hint=_("Nếu có, ô trên trang chủ dẫn đến đây thay cho trang chủ của hệ thống."),
        ),
        Field("backchannel_logout_session_required", _("Tin đăng xuất kèm mã phiên"), Kind.TICK),
        Field(
            "frontchannel_logout_uri",
            _("Địa chỉ đăng xuất qua trình duyệt"),
            hint=_("Chỉ cho hệ thống không nhận được tin trực tiếp."),
        ),
        Field(
            "frontchannel_logout_session_required",
            _("Đăng xuất qua trình duyệt kèm mã phiên"),
            Kind.TICK,
        ),
        Field("policy_uri", _("Trang về quyền riêng tư")),
        Field("tos_uri", _("Trang về điều khoản")),
    ),
    folded=True,
)
KEYS = Section(
    "keys",
    _("Khóa và chứng thư số của hệ thống"),
    _("Chỉ cần khi hệ thống không dùng mã bí mật, hoặc ký yêu cầu."),
    (
        Field("jwks_uri", _("Nơi hệ thống công bố khóa")),
        Field("jwks", _("Hoặc khóa công khai (JSON)"), Kind.JSON),
        Field(
            "token_endpoint_auth_signing_alg",
            _("Thuật toán ký khi chứng minh"),
            Kind.CHOICE,
            choices=ALGORITHMS,
            empty=_("Bất kỳ"),
        ),
        Field("tls_client_auth_subject_dn", _("Chủ thể của chứng thư số (DN)")),
        Field("tls_client_auth_san_dns", _("Hoặc tên máy trong chứng thư số")),
        Field(
            "tls_client_certificate_bound_access_tokens",
            _("Thẻ chỉ dùng được cùng chứng thư số"),
            Kind.TICK,
        ),
        Field("dpop_bound_access_tokens", _("Bắt buộc có bằng chứng DPoP"), Kind.TICK),
    ),
    folded=True,
)
REQUESTS = Section(
    "requests",
    _("Yêu cầu đăng nhập"),
    "",
    (
        Field(
            "application_type",
            _("Loại ứng dụng"),
            Kind.CHOICE,
            choices=[("web", _("Ứng dụng web")), ("native", _("Cài trên máy, điện thoại"))],
        ),
        Field(
            "require_pushed_authorization_requests",
            _("Yêu cầu phải gửi trước qua máy chủ (PAR)"),
            Kind.TICK,
        ),
        Field("require_signed_request_object", _("Yêu cầu phải được ký"), Kind.TICK),
        Field(
            "request_object_signing_alg",
            _("Thuật toán ký yêu cầu"),
            Kind.CHOICE,
            choices=ALGORITHMS,
            empty=_("Bất kỳ"),
        ),
        Field(
            "default_max_age",
            _("Hỏi lại mật khẩu sau (giây)"),
            Kind.NUMBER,
            hint=_("Để trống: theo phiên đăng nhập chung."),
        ),
        Field("require_auth_time", _("Luôn cho biết lúc nhập mật khẩu"), Kind.TICK),
    ),
    folded=True,
)
TOKENS = Section(
    "tokens",
    _("Thẻ và thuật toán"),
    "",
    (
        Field(
            "access_token_seconds",
            _("Thẻ truy cập dùng được (giây)"),
            Kind.NUMBER,
            hint=_("Từ 30 đến 600. Để trống: như mọi hệ thống."),
        ),
        Field(
            "id_token_signed_response_alg",
            _("Thuật toán ký thẻ danh tính"),
            Kind.CHOICE,
            choices=ALGORITHMS,
        ),
        Field(
            "access_token_signed_response_alg",
            _("Thuật toán ký thẻ truy cập"),
            Kind.CHOICE,
            choices=ALGORITHMS,
        ),
        Field(
            "userinfo_signed_response_alg",
            _("Ký câu trả lời userinfo"),
            Kind.CHOICE,
            choices=ALGORITHMS,
            empty=_("Không ký"),
        ),
        Field(
            "introspection_signed_response_alg",
            _("Ký câu trả lời kiểm tra thẻ"),
            Kind.CHOICE,
            choices=ALGORITHMS,
            empty=_("Không ký"),
        ),
    ),
    folded=True,
)
CLAIMS_SECTION = Section(
    "claims",
    _("Từng thông tin, mã định danh riêng"),
    "",
    (
        Field("claims", _("Thông tin được cho biết"), Kind.CLAIMS, choices=CLAIM_CHOICES),
        Field("id_token_claims", _("Để thông tin ngay trong thẻ danh tính"), Kind.TICK),
        Field("introspection_claims", _("Cho biết thông tin khi kiểm tra thẻ"), Kind.TICK),
        Field(
            "subject_type",
            _("Mã định danh của cán bộ (sub)"),
            Kind.CHOICE,
            choices=[
                (SubjectType.PUBLIC.value, _("Như nhau ở mọi hệ thống")),
                (SubjectType.PAIRWISE.value, _("Riêng cho hệ thống này")),
            ],
        ),
        Field(
            "sector_identifier_uri",
            _("Địa chỉ nhóm hệ thống dùng chung mã riêng"),
            hint=_("Chỉ khi các địa chỉ nhận mã ở nhiều máy."),
        ),
    ),
    folded=True,
)
MACHINES = Section(
    "machines",
    _("Máy gọi máy"),
    "",
    (
        Field("resources", _("Được lấy thẻ cho các máy chủ"), Kind.LINES),
        Field(
            "resource_identifiers",
            _("Bản thân là máy chủ dữ liệu có tên"),
            Kind.LINES,
            hint=_("Được kiểm tra các thẻ cấp cho những tên này."),
        ),
        Field(
            "token_exchange_for",
            _("Được đổi thẻ của các hệ thống"),
            Kind.LINES,
            hint=_("Mỗi dòng một mã hệ thống."),
        ),
    ),
    folded=True,
)
SECTIONS = (
    ABOUT,
    WHO,
    TOLD,
    SIGNING_IN,
    PROOF,
    CAS,
    LOGOUT,
    KEYS,
    REQUESTS,
    TOKENS,
    CLAIMS_SECTION,
    MACHINES,
)
FIELDS = {field.name: field for section in SECTIONS for field in section.fields}
