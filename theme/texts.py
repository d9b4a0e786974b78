"""What every page says around its own words."""

from kernel.messages import Message

PRODUCT = Message("Công Vụ", "Công Vụ")
TAGLINE = Message("Đăng nhập dùng chung của tỉnh", "The province's shared sign-in")
SKIP = Message("Chuyển đến nội dung chính", "Skip to the main content")
LANGUAGE = Message("Ngôn ngữ", "Language")
HELP = Message("Cần trợ giúp?", "Need help?")
OPERATED_BY = Message("Đơn vị vận hành", "Operated by")

MENU = Message("Trình đơn", "Menu")
MAIN_MENU = Message("Trình đơn chính", "Main menu")
LIGHT = Message("Giao diện sáng", "Light appearance")
DARK = Message("Giao diện tối", "Dark appearance")
SIGN_OUT = Message("Đăng xuất", "Sign out")

ERROR = Message("Lỗi", "Error")
PLEASE_CORRECT = Message("Hãy sửa những điều sau", "Please correct the following")
AND_MORE = Message("(và {count} điều nữa)", "(and {count} more)")
SHOW = Message("Hiện", "Show")
HIDE = Message("Ẩn", "Hide")
SHOW_PASSWORD = Message("Hiện mật khẩu", "Show the password")
CAPS_LOCK = Message("Phím Caps Lock đang bật.", "Caps Lock is on.")

TOO_MANY = Message("Đã thử quá nhiều lần", "Too many attempts")
WAIT = Message(
    "Để bảo vệ tài khoản, hãy đợi {seconds} giây rồi thử lại.",
    "To protect the account, the next attempt is possible in {seconds} s.",
)
WAIT_OVER = Message("Bây giờ bạn có thể thử lại.", "You can try again now.")
