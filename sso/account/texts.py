"""What the pages of the own account say."""

from kernel.messages import Message

SECTIONS = Message("Các mục của tài khoản", "Sections of the account")
ACCOUNT = Message("Tài khoản của tôi", "My account")
SESSIONS = Message("Phiên đăng nhập", "Sessions")
ACCOUNT_SHORT = Message("Tài khoản", "Account")
SESSIONS_SHORT = Message("Phiên đăng nhập", "Sessions")
SYSTEMS_SHORT = Message("Hệ thống", "Systems")
PASSWORD_SHORT = Message("Mật khẩu", "Password")
SYSTEMS = Message("Hệ thống đã kết nối", "Connected systems")
PASSWORD = Message("Đổi mật khẩu", "Change the password")
SIGN_OUT = Message("Đăng xuất", "Sign out")

MAILBOX = Message("Hộp thư của tôi", "My mailbox")
MAILBOX_SHORT = Message("Hộp thư", "Mailbox")
MAILBOX_LEAD = Message(
    "Những gì hệ thống đếm khi tính tỷ lệ sử dụng: ngày và số lượng, không có nội dung thư.",
    "What is counted for the usage rate: days and numbers, nothing of what a mail says.",
)
MY_MAILBOX = Message("Hộp thư cá nhân", "Personal mailbox")
HELD = Message(
    "Hộp thư của cơ quan mà bạn được giao quản lý; mở bằng chính tài khoản của bạn.",
    "The mailbox of an organisation that you look after; you open it with your own account.",
)
LAST_SIGN_IN = Message("Đăng nhập gần nhất", "Last sign-in")
NEVER_SIGNED_IN = Message("chưa có trong thời gian còn lưu", "none as far as is kept")
STORED = Message("Dung lượng", "Size")
QUOTA = Message("Dung lượng tối đa", "Largest size")
MONTHS_OF_USE = Message("Sử dụng theo tháng", "Use by month")
MONTH = Message("Tháng", "Month")
USED_DAYS = Message("Ngày có sử dụng", "Days of use")
PROGRAM_DAYS = Message("Ngày phần mềm tự kết nối", "Days of programs connecting")
SENT = Message("Thư gửi", "Sent")
DELIVERED = Message("Thư nhận", "Received")
NO_USE_YET = Message(
    "Ba tháng gần đây chưa ghi nhận lần sử dụng nào.", "No use was seen in the last three months."
)
CONSOLE = Message("Trang quản trị", "Console")

WHO = Message("Thông tin của bạn", "About you")
STAFF_NUMBER = Message("Số hiệu", "Staff number")
LOGIN = Message("Tên đăng nhập", "Login")
ADDRESS = Message("Thư công vụ", "Official mail")
WHERE = Message("Cơ quan, chức vụ", "Organisation and position")
CONCURRENT = Message("kiêm nhiệm", "concurrent")
ACTS_FOR = Message("Được thay mặt", "May act for")
RECOVERY = Message("Thư khôi phục", "Recovery address")
NO_RECOVERY = Message(
    "chưa có; nếu quên mật khẩu, bạn phải đến gặp cán bộ quản lý tài khoản",
    "none yet; should you forget the password, you have to see whoever manages accounts",
)
WRONG = Message(
    "Có thông tin chưa đúng? Hãy báo bộ phận tổ chức cán bộ của cơ quan bạn.",
    "Is something wrong? Tell the personnel office of your organisation.",
)
ENTER = Message("Vào hệ thống dùng chung", "Enter a shared system")
SAFETY = Message("An toàn tài khoản", "Safety")
SESSIONS_LINE = Message(
    "Xem bạn đang đăng nhập ở đâu, và đăng xuất từ xa.",
    "See where you are signed in, and sign out from afar.",
)
SYSTEMS_LINE = Message(
    "Xem hệ thống nào đang dùng tài khoản của bạn.", "See which systems use your account."
)
PASSWORD_LINE = Message("Mật khẩu đặt {moment}.", "Password chosen {moment}.")
PASSWORD_EXPIRES = Message(
    "Mật khẩu sẽ hết hạn sau {days} ngày. Hãy đổi sớm để không bị gián đoạn công việc.",
    "Your password expires in {days} days. Change it soon so that your work is not interrupted.",
)
PASSWORD_EXPIRES_TODAY = Message(
    "Mật khẩu sẽ hết hạn trong hôm nay. Hãy đổi ngay.",
    "Your password expires today. Change it now.",
)

SESSIONS_LEAD = Message(
    "Mỗi dòng là một trình duyệt đang đăng nhập tài khoản của bạn.",
    "Each line is a browser that is signed in to your account.",
)
THIS_ONE = Message("bạn đang dùng", "in use now")
SIGNED_IN_AT = Message("Đăng nhập {moment}", "Signed in {moment}")
SEEN_AT = Message("dùng gần nhất {moment}", "last used {moment}")
FROM = Message("Địa chỉ mạng {address}", "Network address {address}")
ENTERED = Message("Đã vào:", "Entered:")
END = Message("Kết thúc", "End")
END_NAMED = Message("Kết thúc phiên {device}", "End the session of {device}")
NOT_ME = Message("Không phải tôi", "That was not me")
NOT_ME_NAMED = Message("Không phải tôi: {device}", "That was not me: {device}")
END_OTHERS = Message("Kết thúc mọi phiên khác", "End all other sessions")
EVERYWHERE = Message("Đăng xuất khỏi mọi nơi", "Sign out everywhere")
EVERYWHERE_LEAD = Message(
    "Dùng khi mất điện thoại, máy tính hoặc quên đăng xuất ở máy chung. Các hệ thống đang dùng tài "
    "khoản của bạn cũng bị đăng xuất.",
    "For a lost phone or computer, or a shared one that you forgot to sign out of. Systems that "
    "use your account are signed out, too.",
)

SYSTEMS_LEAD = Message(
    "Những hệ thống bạn đã vào hoặc đã cho phép biết về bạn.",
    "Systems that you entered, or allowed to know about you.",
)
NO_SYSTEMS = Message("Chưa có hệ thống nào.", "There is none yet.")
KNOWS = Message("Được biết:", "May know:")
OUTLIVES = Message(
    "Có thể truy cập cả khi bạn không đăng nhập.", "May go on while you are not signed in."
)
USED_AT = Message("Dùng gần nhất {moment}", "Last used {moment}")
WITHDRAW = Message("Thu hồi", "Withdraw")
WITHDRAW_NAMED = Message("Thu hồi quyền của {client}", "Withdraw what {client} may")

DONE = {
    "password": Message(
        "Mật khẩu đã được đổi. Các thiết bị khác đã bị đăng xuất.",
        "Your password is changed. Other devices have been signed out.",
    ),
    "ended": Message("Phiên đã kết thúc.", "The session has ended."),
    "gone": Message(
        "Không còn phiên đó trong tài khoản của bạn.", "Your account has no such session any more."
    ),
    "others": Message("Mọi phiên khác đã kết thúc.", "All other sessions have ended."),
    "disowned": Message(
        "Phiên lạ đã kết thúc, cùng mọi quyền truy cập có từ phiên đó. Có thể người khác biết mật "
        "khẩu của bạn: hãy đổi mật khẩu ngay.",
        "That session has ended, with all access that came from it. Somebody may know your "
        "password: change it now.",
    ),
    "withdrawn": Message(
        "Đã thu hồi. Hệ thống này không còn dùng được tài khoản của bạn cho tới khi bạn vào lại.",
        "Done. The system cannot use your account until you enter it again.",
    ),
}
"""By the `done` in the address, after a form."""
