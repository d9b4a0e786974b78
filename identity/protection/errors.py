from kernel.errors import Conflict, Forbidden


class RoleHolderProtected(Forbidden):
    """Whoever could reset or lock the account of somebody with a role could become them."""

    code = "role-holder-protected"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Tài khoản {login} đang có vai trò trong hệ thống; chỉ người có quyền giao vai trò "
            "được thay đổi tài khoản này.",
            f"The account {login} holds a role; only somebody who may manage roles may change it.",
        )


class OwnAccountRefused(Conflict):
    code = "own-account-refused"

    def __init__(self) -> None:
        super().__init__(
            "Không ai tự khóa, đóng hay đặt lại mật khẩu tài khoản của chính mình tại đây; hãy nhờ "
            "người khác, hoặc đổi mật khẩu ở trang tài khoản cá nhân.",
            "Nobody suspends, closes or resets their own account here; ask somebody else, or "
            "change the password on your own account page.",
        )


class LastAdministrator(Conflict):
    code = "last-administrator"

    def __init__(self) -> None:
        super().__init__(
            "Đây là quản trị hệ thống cuối cùng còn hoạt động; "
            "hãy giao vai trò cho người khác trước.",
            "This is the last active system administrator; give the role to somebody else first.",
        )


PROTECTED = (RoleHolderProtected, OwnAccountRefused, LastAdministrator)
"""What suspending or closing an account may be refused with."""
