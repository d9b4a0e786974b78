"""What the pages of signing in say."""

from kernel.messages import Message

SIGN_IN = Message("Đăng nhập", "Sign in")
SIGN_IN_LEAD = Message(
    "Một lần đăng nhập cho mọi hệ thống dùng chung của tỉnh.",
    "One sign-in for all shared systems of the province.",
)
SIGN_IN_FOR = Message("Để vào {client}", "To continue to {client}")
IDENTIFIER = Message("Tên đăng nhập hoặc địa chỉ thư công vụ", "Login or official mail address")
IDENTIFIER_MISSING = Message(
    "Hãy nhập tên đăng nhập hoặc địa chỉ thư công vụ.", "Enter your login or official mail address."
)
YOUR_PASSWORD = Message("Mật khẩu", "Password")
PASSWORD_MISSING = Message("Hãy nhập mật khẩu.", "Enter your password.")
CHECK_INPUT = Message(
    "Hãy xem phím Caps Lock và bộ gõ tiếng Việt. Nếu quên mật khẩu, bạn có thể đặt lại.",
    "Check Caps Lock and the input method. If you have forgotten the password, you can reset it.",
)
FORGOTTEN = Message("Quên mật khẩu?", "Forgotten your password?")
HAVE_CODE = Message("Tôi có mã kích hoạt", "I have an activation code")
SIGN_IN_AGAIN = Message(
    "{client} đề nghị bạn nhập lại mật khẩu để xác nhận chính là bạn.",
    "{client} asks for your password again, to be sure that it is you.",
)
EVERYWHERE = Message(
    "Bạn đã đăng xuất khỏi mọi nơi: mọi trình duyệt và mọi hệ thống đã được báo.",
    "You are signed out everywhere: every browser and every system has been told.",
)
STEP_OVER = Message(
    "Đã quá thời gian đặt mật khẩu mới. Hãy đăng nhập lại bằng mật khẩu hiện tại.",
    "The time to choose a new password is over. Sign in again with the present one.",
)
UNDONE = Message(
    "Phiên đăng nhập đã hết nên việc vừa bấm chưa được thực hiện. Hãy đăng nhập rồi làm lại.",
    "Your session was over, so nothing was done. Sign in, then do it again.",
)
DONE = {"everywhere": EVERYWHERE, "step-over": STEP_OVER, "undone": UNDONE}
"""By the `done` in the address, after a form."""

EXPIRED = Message("Yêu cầu đăng\u00a0nhập đã hết hạn", "This sign-in request has expired")
EXPIRED_LEAD = Message(
    "Trang này đã mở quá lâu, hoặc bạn đã đăng nhập xong ở một thẻ khác.",
    "This page was open for too long, or you have already signed in in another tab.",
)
EXPIRED_NEXT = Message(
    "Hãy quay lại hệ thống bạn muốn vào và thử lại từ đầu.",
    "Please go back to the system that you wanted to enter and start again.",
)
TO_ACCOUNT = Message("Đến tài khoản của tôi", "Go to my account")
REFUSED = Message("Không thể tiếp tục", "We cannot continue")
REFUSED_LEAD = Message(
    "Hệ thống đưa bạn tới đây đã gửi một yêu cầu không hợp lệ. Tài khoản và mật khẩu của bạn "
    "không có vấn đề gì.",
    "The system that brought you here sent an invalid request. Nothing is wrong with your account "
    "or your password.",
)
REFUSED_NEXT = Message(
    "Hãy thử vào lại hệ thống đó. Nếu vẫn gặp trang này, hãy gửi những dòng dưới đây cho người "
    "quản trị của hệ thống đó.",
    "Try to enter that system again. If you still get this page, send the lines below to the "
    "people who run that system.",
)
FOR_ADMINISTRATORS = Message("Thông tin cho người quản trị", "For administrators")
ERROR_CODE = Message("Mã lỗi", "Error code")
DETAIL = Message("Chi tiết", "Detail")
REQUEST_ID = Message("Mã yêu cầu", "Request id")

CHOOSE = Message("Bạn vào với tư cách nào?", "Who are you acting as?")
CHOOSE_LEAD = Message(
    "Khi vào thay mặt cơ quan, hệ thống vẫn ghi nhận chính bạn là người thực hiện.",
    "When you act for an organisation, systems still record that it was you.",
)
AS_MYSELF = Message("Chính tôi", "Myself")
FOR_ORGANISATION = Message("Thay mặt cơ quan", "For the organisation")
CONTINUE = Message("Tiếp tục", "Continue")
CONSENT = Message("{client} muốn biết về bạn", "{client} would like to know about you")
CONSENT_LEAD = Message("Nếu bạn đồng ý, hệ thống này sẽ:", "If you allow it, this system will:")
KNOW = Message("biết {thing}", "know {thing}")
USE = Message("dùng quyền “{name}”", "use the right “{name}”")
CONSENT_NEXT = Message(
    "Bạn có thể thu hồi bất cứ lúc nào trong mục Hệ thống đã kết nối của tài khoản.",
    "You can take this back at any time under Connected systems in your account.",
)
ALLOW = Message("Đồng ý", "Allow")
DENY = Message("Từ chối", "Refuse")
POLICY = Message("Chính sách dữ liệu của hệ thống", "The system's privacy policy")
TERMS = Message("Điều khoản sử dụng", "Terms of use")
NO_ACCESS = Message("Bạn chưa được dùng hệ\u00a0thống này", "You may not use this system")
NO_ACCESS_LEAD = Message(
    "{client} chỉ dành cho một số cơ quan, đơn vị. Nếu cần dùng cho công việc, hãy liên hệ người "
    "quản trị của hệ thống đó.",
    "{client} is for certain organisations only. If you need it for your work, please ask the "
    "people who run it.",
)
NAME_TAKEN = Message(
    "{client} sẽ gọi bạn là {name}, nhưng đó là tên của người khác trong hệ thống này. Để không ai "
    "vào nhầm tài khoản, hãy gửi những dòng dưới đây cho bộ phận quản trị đăng nhập một lần; họ sẽ "
    "đặt cho bạn tên khác.",
    "{client} would call you {name}, which is somebody else's name there. So that nobody gets into "
    "the wrong account, send the lines below to the administrators of single sign-on, who will "
    "give you another name.",
)
LOGIN = Message("Tên đăng nhập", "Login")
CLIENT = Message("Mã ứng dụng", "Client")
GO_BACK = Message("Quay lại hệ thống", "Go back to the system")
SIGNED_IN_AS = Message("Bạn đang đăng nhập: {who}", "You are signed in as {who}")
