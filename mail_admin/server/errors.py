from datetime import date

from kernel.errors import Conflict, Unavailable


class MailServersUnavailable(Unavailable):
    code = "mail-servers-unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"Máy chủ thư không trả lời ({reason}); hãy thử lại sau.",
            f"The mail server does not answer ({reason}); try again later.",
        )


class MailServersNotConfigured(Unavailable):
    code = "mail-servers-not-configured"

    def __init__(self) -> None:
        super().__init__(
            "Chưa khai báo giao diện quản trị của Dovecot (CONGVU_MAIL_SERVER__DOVEADM_URL).",
            "The API of Dovecot is not set (CONGVU_MAIL_SERVER__DOVEADM_URL).",
            place="CONGVU_MAIL_SERVER__DOVEADM_URL",
        )


class MailStillKept(Conflict):
    code = "mail-still-kept"

    def __init__(self, closed_before: date, earliest: date) -> None:
        super().__init__(
            f"Thư của tài khoản đóng sau ngày {earliest:%d/%m/%Y} còn trong thời hạn lưu; "
            f"không thể xóa đến ngày {closed_before:%d/%m/%Y}.",
            f"Mail of accounts closed after {earliest} is still kept by the rule of retention; "
            f"it cannot be removed up to {closed_before}.",
            place="closed-before",
        )


class NotClosedYet(Conflict):
    code = "account-not-closed"

    def __init__(self, login: str) -> None:
        super().__init__(
            f"Tài khoản {login} chưa đóng, hoặc đóng sau ngày đã nêu; thư được giữ nguyên.",
            f"Account {login} is not closed, or was closed later than the day given; "
            "its mail stays.",
            place=login,
        )
