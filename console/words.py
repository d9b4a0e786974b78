"""How the console calls what has a fixed set of values; templates translate it."""

from functools import lru_cache

from babel.numbers import format_decimal, format_percent

from identity.accounts.models import AccountKind, AccountStatus
from identity.organisations.models import OrganisationKind
from identity.people.models import ContractType, LeaveKind, Sex
from theme.catalogue import _
from theme.sizes import size_in_words

REMEMBERED = 4096
"""Numbers as they are written: a dashboard has a thousand, and the same ones again and again."""
SMALLEST_SHARE = 0.001
"""As far as shares are told apart."""
UNDER = {"vi": "dưới ", "en": "under "}
OVER = {"vi": "trên ", "en": "over "}
SEXES = {Sex.MALE: _("Nam"), Sex.FEMALE: _("Nữ")}
CONTRACT_TYPES = {
    ContractType.CIVIL_SERVANT: _("Cán bộ, công chức"),
    ContractType.PUBLIC_EMPLOYEE: _("Viên chức"),
    ContractType.CONTRACT_111: _("Hợp đồng 111"),
    ContractType.OTHER: _("Khác"),
}
LEAVE_KINDS = {
    LeaveKind.MATERNITY: _("Nghỉ thai sản"),
    LeaveKind.STUDY: _("Đi học"),
    LeaveKind.SICK: _("Nghỉ ốm"),
    LeaveKind.SECONDMENT: _("Biệt phái"),
    LeaveKind.OTHER: _("Nghỉ khác"),
}
STATUSES = {
    AccountStatus.PENDING: _("Chờ kích hoạt"),
    AccountStatus.ACTIVE: _("Đang hoạt động"),
    AccountStatus.SUSPENDED: _("Tạm khóa"),
    AccountStatus.CLOSED: _("Đã đóng"),
}
STATUS_TONES = {
    AccountStatus.PENDING: "warn",
    AccountStatus.ACTIVE: "good",
    AccountStatus.SUSPENDED: "bad",
    AccountStatus.CLOSED: "quiet",
}
ACCOUNT_KINDS = {
    AccountKind.PERSONAL: _("Cá nhân"),
    AccountKind.ORGANISATION: _("Cơ quan"),
    AccountKind.SERVICE: _("Dịch vụ"),
}
ORGANISATION_KINDS = {
    OrganisationKind.PROVINCIAL_COMMITTEE: _("Ủy ban nhân dân tỉnh"),
    OrganisationKind.DEPARTMENT: _("Sở, ban, ngành"),
    OrganisationKind.UNIT: _("Phòng, đơn vị trực thuộc"),
    OrganisationKind.DISTRICT_COMMITTEE: _("Ủy ban nhân dân huyện"),
    OrganisationKind.COMMUNE_COMMITTEE: _("Ủy ban nhân dân xã"),
    OrganisationKind.PUBLIC_SERVICE_UNIT: _("Đơn vị sự nghiệp"),
    OrganisationKind.PARTY: _("Cơ quan Đảng"),
    OrganisationKind.MASS_ORGANISATION: _("Đoàn thể"),
    OrganisationKind.SCHOOL: _("Trường học"),
    OrganisationKind.HEALTH_STATION: _("Trạm y tế"),
    OrganisationKind.OTHER: _("Khác"),
}


@lru_cache(REMEMBERED)
def number(value: int, language: str) -> str:
    """With the separator of the language: 6.433 and 6,433."""
    return str(format_decimal(value, locale=language))


@lru_cache(REMEMBERED)
def share(value: float | None, language: str, *, brief: bool = False) -> str:
    """92,1 % and 92.1 %; a dash where there is nothing to divide by.

    What is not nothing is not said to be nothing, nor all what is not all: "dưới 0,1 %" and
    "trên 99,9 %", briefly "<0,1 %".
    """
    if value is None:
        return "–"
    text = _percent(value, language)
    if value > 0 and text == _percent(0, language):
        under = "<" if brief else UNDER[language]
        return under + _percent(SMALLEST_SHARE, language)
    if value < 1 and text == _percent(1, language):
        over = ">" if brief else OVER[language]
        return over + _percent(1 - SMALLEST_SHARE, language)
    return text


def _percent(value: float, language: str) -> str:
    return str(format_percent(value, "#,##0.0 %", locale=language))


def size(octets: int, language: str) -> str:
    """1,5 GB and 1.5 GB."""
    return size_in_words(octets, language)


@lru_cache(REMEMBERED)
def goal(value: float, language: str) -> str:
    """90 %, and 92,5 % where it is not a whole number."""
    return str(format_percent(value, "#,##0.# %", locale=language))


@lru_cache(REMEMBERED)
def points(value: float | None, language: str) -> str:
    """A difference of shares in percentage points, with its sign: +1,2 and −0,4."""
    if value is None:
        return "–"
    return str(format_decimal(round(100 * value, 1) + 0.0, "+#,##0.0;−#,##0.0", locale=language))
