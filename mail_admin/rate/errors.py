from kernel.errors import Conflict, Invalid, NotFound


class MonthInvalid(Invalid):
    code = "usage-month-invalid"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} không phải là tháng; hãy viết như 2026-11.",
            f"{text!r} is no month; write it like 2026-11.",
            place="month",
        )


class NoFigures(NotFound):
    code = "usage-figures-missing"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"Chưa có số liệu sử dụng hộp thư của kỳ {label}.",
            f"There are no figures of the use of mailboxes for {label}.",
            place="month",
        )


class OrganisationNotInReport(NotFound):
    code = "usage-organisation-missing"

    def __init__(self, code: str) -> None:
        super().__init__(
            f"Vào ngày cuối kỳ không có cơ quan nào mang mã {code}.",
            f"On the last day of the period there was no organisation {code}.",
            place="organisation",
        )


class MonthNotOver(Conflict):
    code = "usage-month-not-over"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"Tháng {label} chưa kết thúc nên chưa thể chốt số liệu.",
            f"The month {label} is not over, so it cannot be closed.",
            place="month",
        )


class MonthClosed(Conflict):
    code = "usage-month-closed"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"Số liệu tháng {label} đã chốt và không thay đổi nữa.",
            f"The month {label} is closed; its figures do not change any more.",
            place="month",
        )


class MonthOpen(Conflict):
    code = "usage-month-open"

    def __init__(self, label: str) -> None:
        super().__init__(
            f"Tháng {label} chưa chốt: mọi điều chỉnh đã có trong số liệu.",
            f"The month {label} is not closed: every correction is in its figures.",
            place="month",
        )
