"""How the console calls what happened to accounts and what can be done with them."""

from dataclasses import dataclass

from console.accounts.actions import Action
from identity.accounts.models import AccountKind, AccountStatus
from theme.catalogue import _

TAGS = {
    "account:created": _("Cấp tài khoản"),
    "account:activation-code-issued": _("Cấp mã kích hoạt"),
    "account:activated": _("Kích hoạt"),
    "account:suspended": _("Tạm khoá"),
    "account:reinstated": _("Mở lại"),
    "account:closed": _("Đóng tài khoản"),
    "account:renamed": _("Đổi tên hiển thị"),
    "account:quota-changed": _("Đổi dung lượng"),
    "account:custodian-added": _("Thêm người quản lý"),
    "account:custodian-ended": _("Kết thúc quản lý"),
    "account:password-changed": _("Đổi mật khẩu"),
    "account:password-rehashed": _("Băm lại mật khẩu"),
    "account:password-demanded": _("Buộc đổi mật khẩu"),
    "account:password-reset-issued": _("Cấp mã đặt lại mật khẩu"),
    "account:password-reset-not-sent": _("Không gửi được mã đặt lại mật khẩu"),
    "account:password-reset-returned": _("Thư đặt lại mật khẩu bị trả lại"),
    "account:password-reset-redeemed": _("Đặt lại mật khẩu"),
    "address:given": _("Cấp địa chỉ"),
    "address:retired": _("Thu hồi địa chỉ"),
    "organisation-account:handed-over": _("Bàn giao hộp thư"),
    "role:granted": _("Giao vai trò"),
    "role:ended": _("Kết thúc vai trò"),
}
"""Others are shown as they are."""


@dataclass(frozen=True, slots=True)
class ActionWords:
    title: str
    explanation: str
    button: str


ACTIONS = {
    Action.SUSPEND: ActionWords(
        _("Tạm khoá tài khoản"),
        _("Không đăng nhập được nữa, mọi phiên đang mở kết thúc ngay. Thư vẫn nhận. Mở lại được."),
        _("Tạm khoá"),
    ),
    Action.REINSTATE: ActionWords(
        _("Mở lại tài khoản"),
        _("Trở lại như trước khi khoá: đang hoạt động, hoặc chờ kích hoạt nếu chưa có mật khẩu."),
        _("Mở lại"),
    ),
    Action.CLOSE: ActionWords(
        _("Đóng tài khoản"),
        _("Không mở lại được. Thư gửi đến bị từ chối; tên và địa chỉ không cấp cho ai khác."),
        _("Đóng vĩnh viễn"),
    ),
    Action.QUOTA: ActionWords(
        _("Đổi dung lượng hộp thư"),
        _("Có hiệu lực khi máy chủ thư đọc lại thư mục, thường trong vài giây."),
        _("Đổi dung lượng"),
    ),
    Action.ADDRESS: ActionWords(
        _("Đổi địa chỉ chính"),
        _("Địa chỉ cũ vẫn nhận thư đến ngày đã chọn. Tên đăng nhập không đổi."),
        _("Đổi địa chỉ"),
    ),
    Action.CODE: ActionWords(
        _("Cấp mã kích hoạt"),
        _("Mã chỉ hiện một lần, trên trang sau. Thư và mã đã cấp trước đây hết dùng được."),
        _("Cấp mã"),
    ),
    Action.LETTER: ActionWords(
        _("In thư kích hoạt"),
        _("Tải về một lần dưới dạng PDF. Thư và mã đã cấp trước đây hết dùng được."),
        _("Tải thư PDF"),
    ),
    Action.RESET: ActionWords(
        _("Đặt lại mật khẩu"),
        _(
            "Mã chỉ hiện một lần, trên trang sau; chủ tài khoản dùng mã để chọn mật khẩu mới. "
            "Nếu mật khẩu đã lộ, hãy tạm khoá tài khoản."
        ),
        _("Cấp mã đặt lại"),
    ),
}
OFFERED = {
    AccountStatus.PENDING: (
        Action.LETTER,
        Action.CODE,
        Action.QUOTA,
        Action.ADDRESS,
        Action.SUSPEND,
        Action.CLOSE,
    ),
    AccountStatus.ACTIVE: (
        Action.RESET,
        Action.QUOTA,
        Action.ADDRESS,
        Action.SUSPEND,
        Action.CLOSE,
    ),
    AccountStatus.SUSPENDED: (Action.REINSTATE, Action.QUOTA, Action.ADDRESS, Action.CLOSE),
    AccountStatus.CLOSED: (),
}


def offered(kind: AccountKind, status: AccountStatus) -> list[Action]:
    """What makes sense; the services decide."""
    mail_only = {Action.QUOTA, Action.ADDRESS, Action.LETTER}
    return [
        action
        for action in OFFERED[status]
        if kind is not AccountKind.SERVICE or action not in mail_only
    ]
