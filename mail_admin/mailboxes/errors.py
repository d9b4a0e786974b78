from kernel.errors import Conflict, NotFound


class HandoverNeedless(Conflict):
    code = "handover-needless"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Người nhận đã là người duy nhất quản lý hộp thư {login} vào ngày đó.",
            f"The receiver is the only custodian of {login} on that day already.",
        )


class HandoverNotFound(NotFound):
    code = "handover-not-found"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Không có lần bàn giao {what}.", f"There is no hand-over {what}.", place="handover_id"
        )
