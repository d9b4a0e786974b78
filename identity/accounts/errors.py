from kernel.errors import Conflict, Invalid, NotFound


class AccountNotFound(NotFound):
    code = "account-not-found"

    def __init__(self, what: str) -> None:
        super().__init__(f"Không có tài khoản {what}.", f"There is no account {what}.")


class AccountStateForbids(Conflict):
    code = "account-state-forbids"

    def __init__(self, login: str, present: str, wanted: str) -> None:
        super().__init__(
            f"Tài khoản {login} đang ở trạng thái {present}, không thể chuyển sang {wanted}.",
            f"Account {login} is {present} and cannot become {wanted}.",
        )


class ActivationCodeRejected(Invalid):
    code = "activation-code-rejected"

    def __init__(self) -> None:
        super().__init__(
            "Mã kích hoạt không đúng, đã dùng hoặc đã hết hạn.",
            "The activation code is wrong, used or expired.",
            place="code",
        )


class PasswordRefused(Invalid):
    code = "password-refused"

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(vi, en, place="password")


class CustodianPeriodInvalid(Invalid):
    code = "custodian-period-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Ngày kết thúc phải sau ngày bắt đầu.", "The period must end after it starts."
        )


class AccountExists(Conflict):
    code = "account-exists"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Đã có tài khoản {login}.", f"The account {login} exists already.", place="login"
        )


class PersonHasNoAppointment(Conflict):
    code = "person-has-no-appointment"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} chưa có chức vụ ở cơ quan, đơn vị nào.",
            f"{name} holds no appointment in any organisation.",
            place="person_id",
        )
