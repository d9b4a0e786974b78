"""What the report says in words; every figure stands with the others that explain it."""

from collections.abc import Iterator

from kernel.clock import office_time
from mail_admin.rate.report import Scope, share
from mail_admin.reports import texts
from mail_admin.reports.selection import Overall, Selection


def summary(selection: Selection) -> Iterator[str]:
    yield _rate(selection)
    if selection.report.scope is Scope.BOTH:
        yield _apart(selection)
    yield _not_used(selection.overall)
    yield _more(selection)


def _rate(selection: Selection) -> str:
    report, overall = selection.report, selection.overall
    measures = overall.measures
    where = selection.name or "toàn tỉnh"
    over_months = len(report.windows) > 1
    unit = "lượt hộp thư-tháng" if over_months else "hộp thư"
    sentence = (
        f"{texts.capital(texts.period_name(report.period))}, {where} có "
        f"{texts.count(measures.in_service)} {unit} đang phục vụ (trong tổng số "
        f"{texts.count(measures.issued)} đã cấp), trong đó {texts.count(measures.active)} có hoạt "
        f"động; tỷ lệ sử dụng đạt {texts.percent(overall.rate)}"
    )
    if overall.rate is not None:
        sentence += f", {_against(overall.rate, report.target)} mục tiêu "
        sentence += texts.goal(report.target)
    if overall.rate is not None and overall.previous_rate is not None:
        sentence += f"; kỳ trước là {texts.percent(overall.previous_rate)} "
        change = texts.points(overall.rate - overall.previous_rate)
        sentence += f"({change} điểm phần trăm)"
    if over_months:
        sentence += f"; bình quân các tháng là {texts.percent(overall.average_monthly)}"
    return sentence + "."


def _against(rate: float, target: float) -> str:
    if rate == target:
        return "bằng"
    return "cao hơn" if rate > target else "thấp hơn"


def _apart(selection: Selection) -> str:
    persons = selection.overall_of(Scope.PERSONS)
    offices = selection.overall_of(Scope.ORGANISATIONS)
    return (
        f"Tính riêng, hộp thư của cá nhân đạt {_fraction(persons)}; hộp thư của cơ quan, đơn vị "
        f"đạt {_fraction(offices)}."
    )


def _fraction(overall: Overall) -> str:
    measures = overall.measures
    return (
        f"{texts.percent(overall.rate)} ({texts.count(measures.active)}/"
        f"{texts.count(measures.in_service)})"
    )


def _not_used(overall: Overall) -> str:
    measures = overall.measures
    of_issued = share(measures.active, measures.issued)
    return (
        f"Còn {texts.count(measures.unused)} hộp thư đang phục vụ mà chưa dùng; "
        f"{texts.count(measures.locked)} hộp thư bị khóa; {texts.count(measures.on_leave)} chủ hộp "
        f"thư đang nghỉ; {texts.count(measures.never_activated)} hộp thư chưa kích hoạt. Tính trên "
        f"mọi hộp thư đã cấp, kể cả bị khóa, tỷ lệ có hoạt động là {texts.percent(of_issued)}."
    )


def _more(selection: Selection) -> str:
    measures = selection.overall.measures
    sentence = (
        f"Vào ngày {texts.short_day(selection.report.last.reference_day)}, không hoạt động từ 30 "
        f"ngày: {texts.count(measures.dormant_30)} hộp thư, từ 60 ngày: "
        f"{texts.count(measures.dormant_60)}, từ 90 ngày: {texts.count(measures.dormant_90)}; dùng "
        f"trên 80 % dung lượng: {texts.count(measures.nearly_full)}."
    )
    if measures.officials:
        issued = share(measures.officials_with_account, measures.officials)
        sentence += (
            f" Đã cấp tài khoản cho {texts.count(measures.officials_with_account)}/"
            f"{texts.count(measures.officials)} cán bộ, công chức, viên chức và người lao động "
            f"({texts.percent(issued)})."
        )
    return sentence


def state(selection: Selection) -> str:
    report = selection.report
    computed = office_time(report.computed_at)
    missing = "; ".join(texts.window_name(window) for window in report.missing)
    without = f" Chưa có số liệu của {missing}." if missing else ""
    if report.is_closed:
        return f"Số liệu đã chốt, tính lúc {computed}.{without}"
    if report.is_over:
        return f"Số liệu chưa chốt, tính lúc {computed}.{without}"
    return f"Kỳ báo cáo chưa kết thúc; số liệu tính lúc {computed}.{without}"


def targets(selection: Selection) -> str:
    rated = [row for row in selection.rows if row.rate is not None]
    low = len(selection.under_target)
    target = texts.goal(selection.report.target)
    if not rated:
        return "Chưa có cơ quan, đơn vị nào có hộp thư đang phục vụ."
    return (
        f"Trong {texts.count(len(rated))} cơ quan, đơn vị có hộp thư đang phục vụ, "
        f"{texts.count(len(rated) - low)} đạt mục tiêu {target}, {texts.count(low)} chưa đạt."
    )
