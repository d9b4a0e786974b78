from kernel.errors import Conflict, Invalid, NotFound


class PersonNotFound(NotFound):
    code = "person-not-found"

    def __init__(self, what: str) -> None:
        super().__init__(f"Không có người {what}.", f"There is no person {what}.")


class StaffNumberTaken(Conflict):
    code = "staff-number-taken"

    def __init__(self, staff_number: str) -> None:
        super().__init__(
            f"Số hiệu {staff_number} đã là của người khác.",
            f"The staff number {staff_number} belongs to somebody else.",
            place="staff_number",
        )


class CitizenNumberTaken(Conflict):
    code = "citizen-number-taken"

    def __init__(self) -> None:
        super().__init__(
            "Số CCCD này đã là của người khác.",
            "This citizen number belongs to somebody else.",
            place="citizen_number",
        )


class CitizenNumberInvalid(Invalid):
    code = "citizen-number-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Số CCCD phải gồm 12 chữ số.",
            "A citizen number has 12 digits.",
            place="citizen_number",
        )


class BirthDateImplausible(Invalid):
    code = "birth-date-implausible"

    def __init__(self, youngest: int, oldest: int) -> None:
        super().__init__(
            f"Ngày sinh phải ứng với tuổi từ {youngest} đến {oldest}.",
            f"The birth date must mean an age from {youngest} to {oldest}.",
            place="birth_date",
        )


class PersonChangedMeanwhile(Conflict):
    code = "person-changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Hồ sơ vừa được người khác sửa; hãy tải lại rồi sửa tiếp.",
            "Somebody else changed this person meanwhile; load it again.",
            place="version",
        )


class AppointmentNotFound(NotFound):
    code = "appointment-not-found"

    def __init__(self) -> None:
        super().__init__("Không có chức vụ này.", "There is no such appointment.")


class AppointmentPeriodInvalid(Invalid):
    code = "appointment-period-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Giai đoạn giữ chức vụ trùng với chức vụ chính khác hoặc kết thúc trước khi bắt đầu.",
            "The period overlaps another primary appointment or ends before it begins.",
            place="valid_from",
        )


class AppointmentUnchanged(Conflict):
    code = "appointment-unchanged"

    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"Chức vụ này ở {organisation} đang giữ rồi; chưa có gì thay đổi.",
            f"This very position at {organisation} is held already; nothing would change.",
            place="organisation_id",
        )


class LeaveNotFound(NotFound):
    code = "leave-not-found"

    def __init__(self) -> None:
        super().__init__("Không có đợt nghỉ này.", "There is no such leave.")


class LeavePeriodInvalid(Invalid):
    code = "leave-period-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Đợt nghỉ trùng với đợt nghỉ khác hoặc kết thúc trước khi bắt đầu.",
            "The leave overlaps another one or ends before it begins.",
            place="valid_from",
        )
