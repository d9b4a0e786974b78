"""The console's own entry: whoever changed it wrongly would lock everybody out of the console."""

from console.session.relying_party import CLIENT_ID
from kernel.errors import Conflict


class ClientOfInstallation(Conflict):
    code = "client-of-installation"

    def __init__(self) -> None:
        super().__init__(
            "Đây là chính trang quản trị; bản cài đặt tự giữ đăng ký này.",
            "This is the console itself; the installation looks after its entry.",
        )


def is_own(client_id: str) -> bool:
    return client_id == CLIENT_ID


def refuse_own(client_id: str) -> None:
    """Raises ClientOfInstallation."""
    if is_own(client_id):
        raise ClientOfInstallation
