from kernel.errors import Conflict, Invalid, NotFound


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

    def __init__(self, faults: str, place: str | None = None) -> None:
        super().__init__(
            f"Mô tả ứng dụng không hợp lệ: {faults}.",
            f"The description of the client is wrong: {faults}.",
            place=place,
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
