from collections.abc import Sequence

from kernel.errors import Conflict, Invalid, NotFound
from sso.clients.faults import DescriptionFault


class ClientNotFound(NotFound):
    code = "client-not-found"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Không có ứng dụng {client_id}.", f"There is no client {client_id}.", place="client_id"
        )


class ClientExists(Conflict):
    code = "client-exists"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Đã có ứng dụng {client_id}.",
            f"The client {client_id} exists already.",
            place="client_id",
        )


class ClientDescriptionInvalid(Invalid):
    code = "client-description-invalid"

    def __init__(self, faults: Sequence[DescriptionFault]) -> None:
        self.faults = faults
        """At least one."""
        vi = "; ".join(_beside(fault.path, fault.message.vi) for fault in faults)
        en = "; ".join(_beside(fault.path, fault.message.en) for fault in faults)
        super().__init__(
            f"Mô tả ứng dụng không hợp lệ: {vi}.",
            f"The description of the client is wrong: {en}.",
            place=faults[0].path or None,
        )


def _beside(path: str, sentence: str) -> str:
    return f"{path}: {sentence}" if path else sentence


class ClientChangedMeanwhile(Conflict):
    code = "client-changed-meanwhile"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Ứng dụng {client_id} vừa được người khác sửa; hãy tải lại rồi sửa tiếp.",
            f"Somebody else changed the client {client_id} meanwhile; load it again.",
            place="revision",
        )


class ClientHasNoSecret(Conflict):
    code = "client-has-no-secret"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Ứng dụng {client_id} không dùng mã bí mật.",
            f"The client {client_id} does not use a secret.",
        )


class CasServiceTaken(Conflict):
    """Which of two clients such an address means would be anybody's guess."""

    code = "cas-service-taken"

    def __init__(self, address: str, client_id: str) -> None:
        super().__init__(
            f"Ứng dụng {client_id} đã có địa chỉ CAS {address}.",
            f"The client {client_id} already has the CAS address {address}.",
            place="cas_services",
        )


class UsernameTaken(Conflict):
    code = "username-taken"

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(
            f"Ứng dụng đã gọi một tài khoản khác là {username}.",
            f"The client already calls another account {username}.",
            place="username",
        )


class UsernameNotKept(NotFound):
    code = "username-not-kept"

    def __init__(self, client_id: str) -> None:
        super().__init__(
            f"Ứng dụng {client_id} không ghi tên riêng nào cho tài khoản này.",
            f"The client {client_id} keeps no name of its own for this account.",
        )


class UsernameChangedMeanwhile(Conflict):
    code = "username-changed-meanwhile"

    def __init__(self, username: str | None) -> None:
        vi = f"giờ là {username}" if username else "giờ chưa có"
        en = f"it is {username} now" if username else "there is none now"
        super().__init__(
            f"Tên này vừa được người khác đổi, {vi}; hãy xem lại.",
            f"Somebody else changed this name meanwhile: {en}.",
            place="username",
        )
