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
