from kernel.errors import Conflict, Invalid, NotFound


class AgencyCodeInvalid(Invalid):
    code = "agency-code-invalid"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"Mã định danh “{text}” không đúng dạng H03.21.4 hoặc 000.00.21.H03.",
            f"The agency code “{text}” has neither the form H03.21.4 nor 000.00.21.H03.",
            place="code",
        )


class AgencyCodeTaken(Conflict):
    code = "agency-code-taken"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"Mã định danh {text} đã được cấp; mã đã cấp không bao giờ dùng lại.",
            f"The agency code {text} was issued before; codes are never issued again.",
            place="code",
        )


class OrganisationNotFound(NotFound):
    code = "organisation-not-found"

    def __init__(self, what: str) -> None:
        super().__init__(f"Không có cơ quan, đơn vị {what}.", f"There is no organisation {what}.")


class OrganisationWouldBeItsOwnAncestor(Conflict):
    code = "organisation-circle"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” không thể trực thuộc chính đơn vị cấp dưới của mình.",
            f"“{name}” cannot be placed below itself.",
            place="parent_id",
        )


class OrganisationInUse(Conflict):
    code = "organisation-in-use"

    def __init__(self, name: str, children: int, people: int) -> None:
        super().__init__(
            f"“{name}” còn {children} đơn vị trực thuộc và {people} người đang công tác.",
            f"“{name}” still has {children} organisations below it and {people} people.",
        )


class OrganisationClosed(Conflict):
    code = "organisation-closed"

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” đã giải thể.", f"“{name}” has been closed.")


class EffectiveDateInvalid(Invalid):
    code = "effective-date-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Ngày hiệu lực phải sau ngày bắt đầu của giai đoạn hiện tại.",
            "The change must take effect after the present period began.",
            place="effective_on",
        )
