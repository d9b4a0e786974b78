"""Vietnamese of the files: how numbers, days and periods are written there."""

from datetime import date

from mail_admin.rate.periods import Period, PeriodKind, Window
from mail_admin.rate.report import Scope

EARLY_MONTHS = 2
SINGLE_DIGITS = 10
SCOPES = {
    Scope.BOTH: "hộp thư của cá nhân và của cơ quan, đơn vị",
    Scope.PERSONS: "hộp thư của cá nhân",
    Scope.ORGANISATIONS: "hộp thư của cơ quan, đơn vị",
}
COLUMNS: dict[str, str] = {
    "issued": "Đã cấp",
    "in_service": "Đang phục vụ",
    "active": "Có hoạt động",
    "unused": "Chưa dùng",
    "locked": "Bị khóa",
    "on_leave": "Đang nghỉ",
    "never_activated": "Chưa kích hoạt",
}
ROMAN_HALVES = {1: "đầu", 2: "cuối"}


def count(value: int) -> str:
    """1234567 as 1.234.567."""
    return f"{value:,}".replace(",", ".")


def percent(rate: float | None) -> str:
    """0.915 as 91,5 %; what has no denominator is a dash."""
    return "–" if rate is None else f"{100 * rate:.1f} %".replace(".", ",")


def goal(target: float) -> str:
    """A target, which is nearly always a whole number: 90 %."""
    return percent(target).replace(",0 %", " %")


def points(change: float | None) -> str:
    """A difference of rates in percentage points, with its sign."""
    return "–" if change is None else f"{100 * change:+.1f}".replace(".", ",")


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}".replace(".", ",")


def written_day(day: date) -> str:
    """Days below 10 and months 1 and 2 with a zero in front (decree 30/2020/NĐ-CP, annex I)."""
    digits = f"{day.day:02}" if day.day < SINGLE_DIGITS else str(day.day)
    month = f"{day.month:02}" if day.month <= EARLY_MONTHS else str(day.month)
    return f"ngày {digits} tháng {month} năm {day.year}"


def short_day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def period_name(period: Period) -> str:
    """In the middle of a sentence: `tháng 11 năm 2026`."""
    year = period.windows[-1].starts_on.year
    first = period.starts_on
    match period.kind:
        case PeriodKind.MONTH:
            return f"tháng {first.month} năm {year}"
        case PeriodKind.QUARTER:
            return f"quý {('I', 'II', 'III', 'IV')[(first.month - 1) // 3]} năm {year}"
        case PeriodKind.HALF_YEAR:
            return f"6 tháng {ROMAN_HALVES[1 if first.month == 1 else 2]} năm {year}"
        case PeriodKind.YEAR:
            return f"năm {year}"
        case PeriodKind.YEAR_10_DECEMBER:
            return f"năm {year} (từ {short_day(first)} đến {short_day(period.ends_on)})"


def window_name(window: Window) -> str:
    """`tháng 11`, or the days from and to."""
    if window.is_month:
        return f"tháng {window.starts_on.month}"
    return f"{short_day(window.starts_on)} đến {short_day(window.last_day)}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
