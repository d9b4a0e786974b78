"""Why nothing is done to an account of a plan; codes are stable."""

from kernel.messages import Message

REASONS = {
    "own-account": Message("Là tài khoản của chính bạn.", "It is your own account."),
    "closed": Message("Tài khoản đã đóng.", "The account is closed."),
    "already-suspended": Message("Đang tạm khoá rồi.", "It is suspended already."),
    "not-suspended": Message("Không bị tạm khoá.", "It is not suspended."),
    "not-active": Message(
        "Chưa có mật khẩu hoặc đang bị khoá.", "It has no password or is suspended."
    ),
    "already-demanded": Message("Đã phải đổi mật khẩu rồi.", "A new password is demanded already."),
    "not-a-person": Message("Không phải tài khoản cá nhân.", "It is no personal account."),
    "no-mailbox": Message("Không có hộp thư.", "It has no mailbox."),
    "same-quota": Message("Dung lượng đã đúng như vậy.", "The quota is that already."),
    "quota-changed-since": Message(
        "Dung lượng đã được đổi lại sau đó.", "The quota was changed again after that."
    ),
    "not-pending": Message("Không chờ kích hoạt.", "It is not pending."),
    "no-reader": Message(
        "Không có người nhận thư: không công tác ở đơn vị nào.",
        "Nobody to receive a letter: no appointment.",
    ),
}
