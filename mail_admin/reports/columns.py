"""The columns of the table, for workbook and CSV alike."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from mail_admin.rate.report import ReportRow, share

Cell = str | int | float | None


class Form(enum.StrEnum):
    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    form: Form
    value: Callable[[ReportRow], Cell]
    width: float = 10


def _all(name: str) -> Callable[[ReportRow], Cell]:
    return lambda row: getattr(row.all, name)


def _own(name: str) -> Callable[[ReportRow], Cell]:
    return lambda row: getattr(row.own, name)


COLUMNS: tuple[Column, ...] = (
    Column("Cơ quan, đơn vị", Form.TEXT, lambda row: row.node.name, 48),
    Column("Mã định danh", Form.TEXT, lambda row: row.node.code, 16),
    Column("Đã cấp", Form.COUNT, _all("issued")),
    Column("Đang phục vụ", Form.COUNT, _all("in_service")),
    Column("Có hoạt động", Form.COUNT, _all("active")),
    Column("Chưa dùng", Form.COUNT, _all("unused")),
    Column("Bị khóa", Form.COUNT, _all("locked")),
    Column("Đang nghỉ", Form.COUNT, _all("on_leave")),
    Column("Chưa kích hoạt", Form.COUNT, _all("never_activated")),
    Column("Tỷ lệ sử dụng", Form.SHARE, lambda row: row.rate),
    Column("Có hoạt động / đã cấp", Form.SHARE, lambda row: row.active_of_issued),
    Column("Tỷ lệ kỳ trước", Form.SHARE, lambda row: row.previous_rate),
    Column("Tăng, giảm", Form.SHARE, lambda row: row.change),
    Column("Bình quân tháng", Form.SHARE, lambda row: row.average_monthly),
    Column("Riêng: đang phục vụ", Form.COUNT, _own("in_service")),
    Column("Riêng: có hoạt động", Form.COUNT, _own("active")),
    Column("Riêng: tỷ lệ", Form.SHARE, lambda row: row.own_rate),
    Column("Cán bộ trong danh sách", Form.COUNT, _all("officials")),
    Column("Cán bộ có tài khoản", Form.COUNT, _all("officials_with_account")),
    Column("Tỷ lệ cấp", Form.SHARE, lambda row: row.issued_rate),
    Column("Chỉ tự động kiểm tra thư", Form.COUNT, _all("polling_only")),
    Column("Dùng trong 7 ngày cuối", Form.COUNT, _all("weekly_active")),
    Column("Không dùng 30 ngày", Form.COUNT, _all("dormant_30")),
    Column("Không dùng 60 ngày", Form.COUNT, _all("dormant_60")),
    Column("Không dùng 90 ngày", Form.COUNT, _all("dormant_90")),
    Column("Trên 80 % dung lượng", Form.COUNT, _all("nearly_full")),
    Column("Thư gửi / hộp thư", Form.MEAN, lambda row: share(row.all.sent, row.all.in_service)),
    Column(
        "Thư nhận / hộp thư", Form.MEAN, lambda row: share(row.all.delivered, row.all.in_service)
    ),
    Column("Chuyển đến", Form.COUNT, _all("came")),
    Column("Chuyển đi", Form.COUNT, _all("left")),
)
