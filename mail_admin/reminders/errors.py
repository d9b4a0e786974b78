from kernel.errors import Conflict


class QuietHours(Conflict):
    code = "quiet-hours"

    def __init__(self) -> None:
        super().__init__(
            "Ngoài giờ gửi thư nhắc (CONGVU_REMINDERS__*); dùng --now để gửi ngay.",
            "Reminders are not sent at this hour (CONGVU_REMINDERS__*); --now sends them anyway.",
        )


class MassLockStopped(Conflict):
    code = "mass-lock-stopped"

    def __init__(self, count: int, accounts: int) -> None:
        super().__init__(
            f"Quy tắc sẽ khóa hoặc thu hồi {count} trên {accounts} tài khoản; cần xác nhận riêng.",
            f"The rule would lock or close {count} of {accounts} accounts; confirm it explicitly.",
        )


class RulesOff(Conflict):
    code = "usage-rules-off"

    def __init__(self) -> None:
        super().__init__(
            "Chưa bật quy tắc khóa hộp thư (CONGVU_REMINDERS__RULES__MODE=apply).",
            "The rules that lock mailboxes are off (CONGVU_REMINDERS__RULES__MODE=apply).",
        )
