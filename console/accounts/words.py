"""How the console calls what happened to accounts and what can be done with them."""

from dataclasses import dataclass

from console.accounts.actions import Action
from identity.accounts.models import AccountKind, AccountStatus
from identity.protection.service import Say
from theme.catalogue import _


@dataclass(frozen=True, slots=True)
class ActionWords:
    title: str
    explanation: str
    button: str


ACTIONS = {
    Action.SUSPEND: ActionWords(
        _("Tạm khóa tài khoản"),
        _("Không đăng nhập được nữa, mọi phiên đang mở kết thúc ngay. Thư vẫn nhận. Mở lại được."),
        _("Tạm khóa tài khoản này"),
    ),
    Action.REINSTATE: ActionWords(
        _("Mở lại tài khoản"),
        _("Trở lại như trước khi khóa: đang hoạt động, hoặc chờ kích hoạt nếu chưa có mật khẩu."),
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
            "Nếu mật khẩu đã lộ, hãy tạm khóa tài khoản."
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


def offered(kind: AccountKind, status: AccountStatus, say: Say) -> list[Action]:
    """What makes sense; the services decide."""
    mail_only = {Action.QUOTA, Action.ADDRESS, Action.LETTER}
    refused = set() if say.may_end else {Action.SUSPEND, Action.CLOSE}
    if say.is_own:
        refused.add(Action.RESET)
    if say.is_barred:
        refused = set(Action) - {Action.QUOTA}
    return [
        action
        for action in OFFERED[status]
        if action not in refused and (kind is not AccountKind.SERVICE or action not in mail_only)
    ]
