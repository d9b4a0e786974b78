from kernel.errors import Conflict, NotFound


class SigningKeyNotFound(NotFound):
    code = "signing-key-not-found"

    def __init__(self, kid: str) -> None:
        super().__init__(
            f"Không có khóa ký {kid} đang công bố.",
            f"There is no published signing key {kid}.",
            place=kid,
        )


class KeysChangedMeanwhile(Conflict):
    code = "signing-keys-changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Các khóa ký vừa thay đổi; hãy xem lại trước khi đổi nữa.",
            "The signing keys changed meanwhile; look again before changing more.",
        )
