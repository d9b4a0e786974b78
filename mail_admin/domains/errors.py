from kernel.errors import Conflict


class DkimKeyMissing(Conflict):
    code = "dkim-key-missing"

    def __init__(self, domain: str) -> None:
        super().__init__(
            f"Tên miền {domain} chưa có khóa DKIM; hãy chạy: congvu domain dkim {domain}",
            f"The domain {domain} has no DKIM key yet; run: congvu domain dkim {domain}",
        )


class DkimKeyPresent(Conflict):
    code = "dkim-key-present"

    def __init__(self, selector: str) -> None:
        super().__init__(
            f"Hôm nay đã tạo khóa DKIM {selector} cho tên miền này.",
            f"The DKIM key {selector} of this domain was made today already.",
        )
