"""Columns that a list of people may have beside the name."""

import enum

from theme.catalogue import _


class Column(enum.StrEnum):
    PLACE = "place"
    STAFF_NUMBER = "staff_number"
    LOGIN = "login"
    STATUS = "status"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    CONTRACT = "contract"
    SINCE = "since"
    """First day of the appointment that is shown."""


CHOSEN_FIRST = (Column.PLACE, Column.STAFF_NUMBER, Column.LOGIN, Column.STATUS)
HEADINGS = {
    Column.PLACE: _("Đơn vị, chức vụ"),
    Column.STAFF_NUMBER: _("Số hiệu"),
    Column.LOGIN: _("Tên đăng nhập"),
    Column.STATUS: _("Tài khoản"),
    Column.ADDRESS: _("Địa chỉ thư"),
    Column.BIRTH_DATE: _("Ngày sinh"),
    Column.SEX: _("Giới tính"),
    Column.CONTRACT: _("Loại cán bộ"),
    Column.SINCE: _("Từ ngày"),
}
