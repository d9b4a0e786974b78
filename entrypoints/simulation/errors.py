from kernel.errors import Conflict, Unavailable


class NotATrial(Conflict):
    code = "not-a-trial"

    def __init__(self) -> None:
        super().__init__(
            "Chỉ mô phỏng được trên bản cài đặt thử của script/server với tỉnh mẫu: "
            "lệnh này kích hoạt tài khoản và ghi số liệu giả.",
            "Only a trial installation by script/server with the sample province can simulate: "
            "the command activates accounts and writes invented counts.",
        )


class MonthAhead(Conflict):
    code = "month-ahead"

    def __init__(self) -> None:
        super().__init__("Tháng này chưa bắt đầu.", "That month has not begun.", place="--month")


class MailNotDelivered(Unavailable):
    code = "mail-not-delivered"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Thư thử gửi tới {address} chưa đến; hãy xem congvu status.",
            f"The trial mail to {address} has not arrived; see congvu status.",
            place=address,
        )


class MailServersSilent(Unavailable):
    code = "mail-servers-silent"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Máy chủ thư không trả lời ở {address}; script/server có đang chạy không?",
            f"The mail servers do not answer at {address}; is script/server running?",
            place=address,
        )


class DirectoryBehind(Unavailable):
    code = "directory-behind"

    def __init__(self, count: int) -> None:
        super().__init__(
            f"Còn {count} mục chưa ghi vào thư mục LDAP; worker có đang chạy không?",
            f"{count} entries are not in the directory yet; is the worker running?",
        )
