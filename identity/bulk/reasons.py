"""Why nothing is done to an account of a plan; codes are stable."""

from kernel.messages import Message

REASONS = {
    "own-account": Message(
        "Là tài khoản của chính người lập kế hoạch.", "It is the account of whoever made the plan."
    ),
    "role-holder": Message(
        "Tài khoản đang có vai trò; chỉ người có quyền giao vai trò được thay đổi.",
        "It holds a role; only somebody who may manage roles may change it.",
    ),
    "last-administrator": Message(
        "Sẽ không còn quản trị hệ thống nào hoạt động.",
        "No active system administrator would be left.",
    ),
    "closed": Message("Tài khoản đã đóng.", "The account is closed."),
    "already-suspended": Message("Đang tạm khóa rồi.", "It is suspended already."),
    "not-suspended": Message("Không bị tạm khóa.", "It is not suspended."),
    "not-active": Message(
        "Chưa có mật khẩu hoặc đang bị khóa.", "It has no password or is suspended."
    ),
    "already-demanded": Message("Đã phải đổi mật khẩu rồi.", "A new password is demanded already."),
    "not-a-person": Message("Không phải tài khoản cá nhân.", "It is no personal account."),
    "no-mailbox": Message("Không có hộp thư.", "It has no mailbox."),
    "same-quota": Message("Dung lượng đã đúng như vậy.", "The quota is that already."),
    "quota-changed-since": Message(
        "Dung lượng đã được đổi lại sau đó.", "The quota was changed again after that."
    ),
    "already-there": Message("Đã ở đơn vị này.", "Works there already."),
    "later-appointment": Message(
        "Đã có chức vụ chính bắt đầu sau ngày này.",
        "Has a primary appointment that begins after this day.",
    ),
    "moved-since": Message(
        "Chức vụ đã thay đổi sau lần điều động đó.",
        "The appointments were changed after that move.",
    ),
    "not-pending": Message("Không chờ kích hoạt.", "It is not pending."),
    "no-reader": Message(
        "Không có người nhận thư: không công tác ở đơn vị nào.",
        "Nobody to receive a letter: no appointment.",
    ),
}
