"""What the pages of signing out say."""

from kernel.messages import Message

SIGN_OUT = Message("Đăng xuất", "Sign out")
QUESTION = Message("Bạn muốn đăng xuất?", "Do you want to sign out?")
LEAD = Message(
    "Bạn sẽ rời khỏi mọi hệ thống dùng chung đã vào bằng trình duyệt này.",
    "You will leave every shared system that you entered with this browser.",
)
ASKED_BY = Message("{client} đề nghị bạn đăng xuất.", "{client} asks you to sign out.")
SIGNED_IN_AS = Message("Đang đăng nhập: {name}", "Signed in as {name}")
STAY = Message("Không, quay lại tài khoản", "No, back to my account")
WRONG_REQUEST = Message(
    "Hệ thống đưa bạn tới đây đã gửi một yêu cầu không hợp lệ; bạn vẫn có thể đăng xuất.",
    "The system that sent you here made an invalid request; you can sign out all the same.",
)

SIGNED_OUT = Message("Bạn đã đăng xuất", "You are signed out")
SIGNED_OUT_LEAD = Message(
    "Các hệ thống dùng chung đã được báo. Trên máy dùng chung, hãy đóng cả trình duyệt.",
    "The shared systems have been told. On a shared computer, close the browser too.",
)
GOING_ON = Message(
    "Bạn sẽ được đưa về {client} trong giây lát.", "You will be taken back to {client} in a moment."
)
GO_ON = Message("Về {client}", "Back to {client}")
SIGN_IN = Message("Đăng nhập lại", "Sign in again")
