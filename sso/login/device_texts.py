"""What the pages say on which devices are approved."""

from kernel.messages import Message

TITLE = Message("Đăng nhập trên thiết bị khác", "Sign in on another device")
LEAD = Message(
    "Nhập mã đang hiện trên thiết bị mà bạn muốn đăng nhập.",
    "Enter the code that the device shows on which you want to sign in.",
)
CODE = Message("Mã trên thiết bị", "Code on the device")
CODE_HINT = Message("Tám chữ cái, ví dụ BCDF-GHJK.", "Eight letters, such as BCDF-GHJK.")
CONTINUE = Message("Tiếp tục", "Continue")
UNKNOWN = Message(
    "Mã không đúng, đã hết hạn hoặc đã được dùng. Hãy xem lại mã trên thiết bị.",
    "The code is wrong, has expired or was used. Look at the code on the device again.",
)
CONFIRM = Message("{client} muốn đăng nhập", "{client} would like to sign in")
CONFIRM_LEAD = Message(
    "Chỉ đồng ý khi chính bạn vừa bật thiết bị đó và nó đang hiện đúng mã này:",
    "Allow this only if you have just started that device yourself and it shows this very code:",
)
WARNING = Message(
    "Nếu ai đó gửi cho bạn mã hoặc liên kết này, hãy từ chối.",
    "If somebody sent you this code or link, refuse.",
)
AS_WHOM = Message("Bằng tài khoản", "With the account")
MAY_KNOW = Message("Nếu bạn đồng ý, thiết bị sẽ:", "If you allow it, the device will:")
ALLOW = Message("Đồng ý", "Allow")
DENY = Message("Từ chối", "Refuse")
DONE = Message("Thiết bị đã được đăng nhập", "The device is signed in")
DONE_LEAD = Message(
    "Bạn có thể đóng trang này và tiếp tục trên thiết bị. Muốn thu hồi, hãy mở trang các hệ thống "
    "đã kết nối trong tài khoản của bạn.",
    "You can close this page and go on at the device. To take this back, open the connected "
    "systems in your account.",
)
DENIED = Message("Thiết bị đã bị từ chối", "The device was refused")
DENIED_LEAD = Message(
    "Không có gì được chia sẻ. Bạn có thể đóng trang này.",
    "Nothing was shared. You can close this page.",
)
NO_ACCESS = Message("Bạn chưa được dùng hệ thống này", "You may not use this system")
NO_ACCESS_LEAD = Message(
    "{client} chỉ dành cho một số cơ quan, đơn vị. Nếu cần dùng, hãy liên hệ quản trị hệ thống.",
    "{client} is for certain organisations only. If you need it, ask its administrator.",
)
