from kernel.errors import Conflict, Invalid, NotFound


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
