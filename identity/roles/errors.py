from kernel.errors import Conflict, Invalid


class RoleNotHeld(Conflict):
    code = "role-not-held"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Tài khoản {login} không có vai trò này.",
            f"The account {login} does not hold this role.",
        )


class RoleHeldAlready(Conflict):
    code = "role-held-already"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Tài khoản {login} đã có vai trò này.",
            f"The account {login} holds this role already.",
        )


class RoleForPeopleOnly(Invalid):
    code = "role-for-people-only"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Chỉ tài khoản cá nhân được giao vai trò; {login} không phải tài khoản cá nhân.",
            f"Roles are for personal accounts only; {login} is none.",
            place="login",
        )
