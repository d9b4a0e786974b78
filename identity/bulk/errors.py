from kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class BulkPlanNotFound(NotFound):
    code = "bulk-plan-not-found"

    def __init__(self, what: str) -> None:
        super().__init__(f"Không có kế hoạch {what}.", f"There is no plan {what}.")


class BulkSelectionEmpty(Invalid):
    code = "bulk-selection-empty"

    def __init__(self) -> None:
        super().__init__("Chưa chọn tài khoản nào.", "No account is selected.")


class BulkPlanApplied(Conflict):
    code = "bulk-plan-applied"

    def __init__(self) -> None:
        super().__init__(
            "Kế hoạch này đã được thực hiện hoặc đang chờ thực hiện.",
            "This plan has been applied, or waits to be.",
        )


class BulkPlanLasting(Conflict):
    code = "bulk-plan-not-undoable"

    def __init__(self) -> None:
        super().__init__("Việc này không hoàn tác được.", "What this plan did cannot be undone.")


class BulkPlanRevised(Conflict):
    code = "bulk-plan-revised"

    def __init__(self) -> None:
        super().__init__(
            "Kế hoạch đã được lập lại từ lúc bạn mở trang này; hãy xem lại rồi xác nhận.",
            "The plan was made anew since you opened this page; look at it again, then confirm.",
        )


class BulkPlanGivenUp(Conflict):
    code = "bulk-plan-given-up"

    def __init__(self) -> None:
        super().__init__("Kế hoạch này đã được bỏ.", "This plan was given up.")


class BulkPlanBeingApplied(Conflict):
    code = "bulk-plan-being-applied"

    def __init__(self) -> None:
        super().__init__(
            "Kế hoạch đang được thực hiện ngay lúc này nên không bỏ được nữa.",
            "This plan is being applied at this moment and can no longer be given up.",
        )


class BulkPlanOfOneself(Forbidden):
    code = "bulk-plan-of-oneself"

    def __init__(self) -> None:
        super().__init__(
            "Kế hoạch này thay đổi cả tài khoản của chính bạn, nên bạn không xác nhận được. Hãy để "
            "người khác xác nhận, hoặc lập kế hoạch không có tài khoản của bạn.",
            "This plan changes your own account too, so you cannot confirm it. Let somebody else "
            "confirm it, or make a plan without your account.",
        )


class BulkPlanStopped(Unavailable):
    code = "bulk-plan-stopped"

    def __init__(self) -> None:
        super().__init__(
            "Bộ phận xử lý nền đã thử nhiều lần mà không xong. Chưa có gì thay đổi; nếu thử lại "
            "vẫn không được, hãy báo quản trị kỹ thuật.",
            "The background worker tried several times and did not get to the end. Nothing was "
            "changed; if trying again does not help, tell the administrators.",
        )
