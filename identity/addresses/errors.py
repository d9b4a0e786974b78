from datetime import date

from kernel.errors import Conflict, Invalid, NotFound


class AddressTaken(Conflict):
    code = "address-taken"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Địa chỉ {address} đã cấp hoặc từng cấp; địa chỉ đã dùng không cấp cho ai khác.",
            f"The address {address} is or was in use; a used address is never given again.",
            place="address",
        )


class AddressKept(Conflict):
    code = "address-kept"

    def __init__(self, address: str, since: date) -> None:
        super().__init__(
            f"Địa chỉ {address} đã được giữ lại từ ngày {since:%d/%m/%Y}; không cần giữ lần nữa.",
            f"The address {address} has been kept since {since:%d/%m/%Y}; once is enough.",
            place="address",
        )


class AddressNotHeld(NotFound):
    code = "address-not-held"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"Tài khoản không có địa chỉ {address}.",
            f"The account does not hold the address {address}.",
            place="address",
        )


class MailDomainNotFound(NotFound):
    code = "mail-domain-not-found"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Chưa có tên miền thư {name}.", f"There is no mail domain {name}.", place="domain"
        )


class MailDomainInvalid(Invalid):
    code = "mail-domain-invalid"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” không phải là tên miền.", f"“{name}” is not a domain name.", place="domain"
        )


class MailDomainExists(Conflict):
    code = "mail-domain-exists"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Đã có tên miền thư {name}.", f"The mail domain {name} exists already.", place="domain"
        )


class DefaultDomainExists(Conflict):
    code = "default-domain-exists"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Tên miền mặc định đã là {name}.",
            f"{name} is the default domain already.",
            place="domain",
        )


class NoAddressPolicy(Conflict):
    code = "address-policy-missing"

    def __init__(self) -> None:
        super().__init__(
            "Chưa có quy tắc đặt địa chỉ; hãy chạy `congvu domain add`.",
            "There is no address policy yet; run `congvu domain add`.",
        )
