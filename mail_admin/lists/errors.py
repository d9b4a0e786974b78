from kernel.errors import Conflict, NotFound


class ListNotFound(NotFound):
    code = "list-not-found"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Không có danh sách thư {address}.",
            f"There is no distribution list {address}.",
            place="address",
        )


class ListNeedsStem(Conflict):
    code = "list-needs-stem"

    def __init__(self, organisation: str) -> None:
        super().__init__(
            f"{organisation} chưa có phần tên trong địa chỉ thư; hãy cho biết địa chỉ danh sách.",
            f"{organisation} has no stem for addresses; say the address of the list.",
            place="address",
        )
