"""What the pages say."""

from kernel.messages import Message

TITLE = Message("Kích hoạt tài khoản công vụ", "Activate your official-duty account")
LEAD = Message(
    "Nhập mã trên thư kích hoạt và tự đặt mật khẩu. Mã chỉ dùng được một lần.",
    "Enter the code of your activation letter and choose a password. The code works once.",
)
CODE = Message("Mã kích hoạt", "Activation code")
PASSWORD = Message("Mật khẩu mới", "New password")
PASSWORD_HINT = Message(
    "Ít nhất {shortest} ký tự, không chứa tên đăng nhập hoặc họ tên. Một câu ngắn dễ nhớ là tốt.",
    "At least {shortest} characters, without your login or name. A short sentence works well.",
)
AGAIN = Message("Nhập lại mật khẩu", "The password again")
ACTIVATE = Message("Kích hoạt", "Activate")
NOT_ALIKE = Message("Hai lần nhập mật khẩu không giống nhau.", "The two passwords differ.")
DONE = Message("Tài khoản đã được kích hoạt", "Your account is active")
YOUR_LOGIN = Message("Tên đăng nhập của bạn:", "Your login:")
NEXT = Message(
    "Từ nay hãy đăng nhập bằng tên này và mật khẩu vừa đặt. Hãy hủy thư kích hoạt.",
    "From now on sign in with this login and your password. Destroy the letter.",
)

SIGN_IN = Message("Đăng nhập", "Sign in")
SIGN_IN_LEAD = Message(
    "Một lần đăng nhập cho mọi hệ thống dùng chung của tỉnh.",
    "One sign-in for all shared systems of the province.",
)
SIGN_IN_FOR = Message("Để vào {client}", "To continue to {client}")
IDENTIFIER = Message("Tên đăng nhập hoặc địa chỉ thư công vụ", "Login or official mail address")
YOUR_PASSWORD = Message("Mật khẩu", "Password")
FORGOTTEN = Message("Quên mật khẩu?", "Forgotten your password?")
HAVE_CODE = Message("Tôi có mã kích hoạt", "I have an activation code")
EXPIRED = Message("Yêu cầu đăng nhập đã hết hạn", "This sign-in request has expired")
EXPIRED_LEAD = Message(
    "Hãy quay lại hệ thống bạn muốn vào và thử lại từ đầu.",
    "Please go back to the system that you wanted to enter and start again.",
)
REFUSED = Message("Không thể tiếp tục", "We cannot go on")
REFUSED_LEAD = Message(
    "Hệ thống đã gửi bạn tới đây với một yêu cầu không hợp lệ. Hãy báo quản trị hệ thống đó.",
    "The system that sent you here made an invalid request. Please tell its administrator.",
)
CHOOSE = Message("Bạn vào với tư cách nào?", "Who do you want to be?")
CHOOSE_LEAD = Message(
    "Khi vào thay mặt cơ quan, hệ thống vẫn ghi nhận chính bạn là người thực hiện.",
    "When you act for an organisation, systems still record that it was you.",
)
CONTINUE = Message("Tiếp tục", "Continue")
CONSENT = Message("{client} muốn biết về bạn", "{client} would like to know about you")
ALLOW = Message("Đồng ý", "Allow")
DENY = Message("Từ chối", "Refuse")
NO_ACCESS = Message("Bạn chưa được dùng hệ thống này", "You may not use this system")
NO_ACCESS_LEAD = Message(
    "{client} chỉ dành cho một số cơ quan, đơn vị. Nếu cần dùng, hãy liên hệ quản trị hệ thống.",
    "{client} is for certain organisations only. If you need it, ask its administrator.",
)
GO_BACK = Message("Quay lại", "Go back")
