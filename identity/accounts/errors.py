from collections.abc import Sequence
from datetime import date

from kernel.errors import Conflict, Invalid, NotFound, Reason


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
    """Every rule that the password breaks, one sentence each."""

    code = "password-refused"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(
            " ".join(reason.message.vi for reason in reasons),
            " ".join(reason.message.en for reason in reasons),
            place="password",
        )
        self.reasons = reasons


class CurrentPasswordWrong(Invalid):
    code = "current-password-wrong"

    def __init__(self) -> None:
        super().__init__(
            "Mật khẩu hiện tại không đúng.", "The current password is wrong.", place="current"
        )


class PasswordChangedMeanwhile(Conflict):
    code = "password-changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Mật khẩu vừa được thay đổi ở nơi khác; hãy thử lại.",
            "The password was changed elsewhere just now; try again.",
        )


class ResetNeedsActiveAccount(Conflict):
    code = "reset-needs-active-account"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Tài khoản {login} không ở trạng thái hoạt động nên không đặt lại được mật khẩu; tài "
            "khoản chờ kích hoạt dùng thư kích hoạt.",
            f"The account {login} is not active, so its password cannot be reset; a pending one "
            "gets an activation letter.",
        )


class ResetCodeRejected(Invalid):
    code = "reset-code-rejected"

    def __init__(self) -> None:
        super().__init__(
            "Mã đặt lại mật khẩu không đúng, đã dùng hoặc đã hết hạn.",
            "The code is wrong, used or expired.",
            place="code",
        )


class CustodianPeriodInvalid(Invalid):
    code = "custodian-period-invalid"

    def __init__(self) -> None:
        super().__init__(
            "Ngày kết thúc phải sau ngày bắt đầu.",
            "The period must end after it starts.",
            place="valid_to",
        )


class CustodianAlready(Conflict):
    code = "custodian-already"

    def __init__(self, name: str, since: date) -> None:
        super().__init__(
            f"{name} đã là người quản lý từ ngày {since:%d/%m/%Y}.",
            f"{name} is a custodian from {since:%d/%m/%Y} on.",
            place="person_id",
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
