"""What the pages of the own account say."""

from kernel.messages import Message

WORK = Message("Làm việc", "Work")
ACCOUNT = Message("Tài khoản của tôi", "My account")
ADMINISTRATION = Message("Quản trị", "Administration")
PORTAL = Message("Cổng ứng dụng", "Applications")
WHO = Message("Thông tin của tôi", "About me")
SECURITY = Message("Bảo mật", "Security")
SESSIONS = Message("Phiên và thiết bị", "Sessions and devices")
SYSTEMS = Message("Hệ thống đã kết nối", "Connected systems")
MAILBOX = Message("Hộp thư của tôi", "My mailbox")
MAILBOX_SHORT = Message("Hộp thư", "Mailbox")
CONSOLE = Message("Trang quản trị", "Console")
PASSWORD = Message("Đổi mật khẩu", "Change the password")

PORTAL_LEAD = Message(
    "{name}, bạn đã đăng nhập: bấm vào hệ thống cần dùng là vào được ngay.",
    "{name}, you are signed in: one click takes you into a system.",
)
ENTER = Message("Hệ thống dùng chung bạn được vào", "Shared systems that you may enter")
CONSOLE_ABOUT = Message("Cán bộ, tài khoản, tỷ lệ sử dụng", "People, accounts, usage rate")
SEARCH = Message("Tìm", "Search")
SEARCH_SYSTEMS = Message("Tìm hệ thống theo tên", "Find a system by its name")
NOTHING_FOUND = Message("Không có hệ thống nào khớp với “{typed}”", "No system matches “{typed}”")
ALL_SYSTEMS = Message("Xem cả {count} hệ thống", "All {count} systems")
NOTHING_TO_ENTER = Message(
    "Chưa có hệ thống nào mở cho bạn", "No system is open to you at the moment"
)
NOTHING_TO_ENTER_HINT = Message(
    "Khi tỉnh kết nối một hệ thống cho cơ quan bạn, ô của hệ thống đó hiện ở đây. Nếu cần một hệ "
    "thống cho công việc, hãy hỏi người quản trị của chính hệ thống đó.",
    "Once the province connects a system for your organisation, its tile stands here. If you need "
    "one for your work, ask the people who run that system.",
)

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
NOT_MEASURED = Message("chưa đo", "not measured yet")
FULL = Message("{share} dung lượng đã dùng", "{share} of the space in use")
NEARLY_FULL = Message(
    "Hộp thư sắp đầy. Hãy xóa bớt thư cũ, thư có tệp lớn, rồi dọn thư mục Thùng rác.",
    "The mailbox is nearly full. Delete old and large mails, then empty the trash.",
)
MONTHS_OF_USE = Message("Sử dụng theo tháng", "Use by month")
MONTH = Message("Tháng", "Month")
COUNTED = Message("Tính là", "Counts as")
USED_DAYS = Message("Ngày có sử dụng", "Days of use")
PROGRAM_DAYS = Message("Ngày phần mềm tự kết nối", "Days of programs connecting")
SENT = Message("Thư gửi", "Sent")
DELIVERED = Message("Thư nhận", "Received")
ACTIVE = Message("Có hoạt động", "Active")
NOT_ACTIVE = Message("Chưa hoạt động", "Not active")
NOT_ACTIVE_YET = Message("Chưa, tháng chưa hết", "Not yet, the month goes on")
WHY_USED = Message("dùng {days} ngày", "days of use: {days}")
WHY_TOO_FEW = Message(
    "dùng {days} ngày, cần ít nhất {least} ngày", "days of use: {days}, {least} are needed"
)
WHY_POLLING = Message(
    "chỉ có phần mềm, điện thoại tự kiểm tra thư", "programs and phones only looked for mail"
)
WHY_NOTHING = Message("không ghi nhận lần dùng nào", "no use was seen")
UNUSED_BEFORE = Message(
    "Từ ngày {since} đến trước tháng {month} không ghi nhận lần dùng nào.",
    "From {since} to before {month} no use was seen.",
)
HOW_COUNTED = Message("Cách tính", "How it is counted")

STAFF_NUMBER = Message("Số hiệu cán bộ", "Staff number")
LOGIN = Message("Tên đăng nhập", "Login")
CITIZEN_NUMBER = Message("Số CCCD", "Citizen number")
ON_RECORD = Message("đã có trong hồ sơ", "on record")
PHONE = Message("Điện thoại", "Telephone")
ADDRESS = Message("Thư công vụ", "Official mail")
ADDRESSES = Message("Địa chỉ thư công vụ", "Official mail addresses")
PRIMARY = Message("Chính", "Primary")
ALIAS = Message("Địa chỉ phụ, vẫn nhận thư", "Alias: mail still arrives")
ALIAS_UNTIL = Message(
    "Địa chỉ phụ, nhận thư đến trước ngày {until}", "Alias: mail arrives until {until}"
)
NO_ADDRESS = Message("Tài khoản này chưa có địa chỉ thư.", "This account has no mail address.")
WHERE = Message("Cơ quan, chức vụ hiện nay", "Organisation and position today")
NO_POSITION = Message("Chưa ghi chức vụ", "No position on record")
NOWHERE = Message(
    "Hồ sơ chưa ghi bạn đang công tác ở đâu.", "The registry does not say where you work."
)
CONCURRENT = Message("Kiêm nhiệm", "Concurrent")
SINCE = Message("Từ ngày {since}", "Since {since}")
FROM_UNTIL = Message("Từ ngày {since} đến trước ngày {until}", "From {since} until {until}")
ACTS_FOR = Message("Hộp thư cơ quan được giao", "Organisations' accounts that you hold")
LOCKED = Message("Đang bị khóa", "Suspended")
HOW_TO_OPEN = Message(
    "Mở bằng chính mật khẩu của bạn, không có mật khẩu riêng để chuyển tay:",
    "They open with your own password; there is none to hand on:",
)
OPEN_BY_MAIL = Message(
    "Thư: trong webmail hay phần mềm thư, tìm thư mục mang tên hộp thư cơ quan; khi soạn thư, chọn "
    "địa chỉ cơ quan ở ô Người gửi.",
    "Mail: look for the folder with the organisation's name in the webmail or your mail program; "
    "when you write, choose its address as the sender.",
)
OPEN_IN_SYSTEMS = Message(
    "Hệ thống dùng chung: khi vào, chọn thay mặt cơ quan. Hệ thống vẫn ghi chính bạn là người làm.",
    "Shared systems: choose to act for the organisation. They still record that it was you.",
)
RECOVERY = Message("Thư khôi phục", "Recovery address")
NONE_YET = Message("chưa có", "none yet")
MASKED = Message(
    "Chỉ hiện một phần, để người đứng cạnh không đọc được.",
    "Shown in part, so that nobody beside you can read it.",
)
WRONG = Message("Có gì chưa đúng?", "Is something wrong?")
WRONG_PERSON = Message(
    "Họ tên, cơ quan, chức vụ, số điện thoại, thư khôi phục: hãy báo bộ phận tổ chức cán bộ của cơ "
    "quan bạn.",
    "Name, organisation, position, telephone, recovery address: tell the personnel office of your "
    "organisation.",
)
WRONG_ACCOUNT = Message(
    "Địa chỉ thư, đăng nhập, hệ thống dùng chung: hãy báo đơn vị vận hành.",
    "Mail addresses, signing in, shared systems: tell the people who run this service.",
)

SECURITY_LEAD = Message(
    "Mật khẩu, cách lấy lại tài khoản và những lớp bảo vệ.",
    "The password, ways to get the account back, and what else protects it.",
)
YOUR_PASSWORD = Message("Mật khẩu", "Password")
PASSWORD_ADVICE = Message(
    "Mật khẩu này mở mọi hệ thống dùng chung và hộp thư. Không dùng nó ở nơi khác, không cho ai "
    "biết, kể cả cán bộ kỹ thuật.",
    "This password opens all shared systems and the mailbox. Use it nowhere else and tell nobody, "
    "not even technicians.",
)
IF_FORGOTTEN = Message("Nếu quên mật khẩu", "Should you forget it")
RECOVERY_LINE = Message("Liên kết đặt lại được gửi tới", "A link to choose another is sent to")
RECOVERY_WRONG = Message(
    "Không còn dùng địa chỉ này? Hãy báo bộ phận tổ chức cán bộ của cơ quan bạn.",
    "Is it no longer yours? Tell the personnel office of your organisation.",
)
NO_RECOVERY = Message(
    "Bạn chưa có thư khôi phục, nên phải đến gặp cán bộ quản lý tài khoản để lấy mã đặt lại. Muốn "
    "nhận qua thư, hãy báo bộ phận tổ chức cán bộ địa chỉ thư riêng của bạn.",
    "You have no recovery address, so you would have to see whoever manages accounts. To be sent a "
    "link instead, tell the personnel office an address of your own.",
)
FACTORS = Message("Các lớp xác thực", "Factors of authentication")
IN_USE = Message("Đang dùng", "In use")
FIRST_FACTOR = Message(
    "Thứ bạn biết. Hiện là lớp duy nhất bảo vệ tài khoản.",
    "Something you know. Today nothing else protects the account.",
)
SECOND_FACTOR = Message("Lớp thứ hai", "Second factor")
SECOND_FACTOR_LINE = Message(
    "Thứ bạn có, như ứng dụng tạo mã trên điện thoại hay khóa bảo mật. Hệ thống chưa nhận loại "
    "nào; khi có, bạn đăng ký tại đây.",
    "Something you have, such as an app on the phone or a security key. None is accepted yet; once "
    "one is, this is the place to register it.",
)
NOT_OFFERED = Message("Chưa có", "Not offered yet")
UNTIL_THEN = Message(
    "Trong lúc chờ: thỉnh thoảng xem Phiên và thiết bị, thấy lạ thì bấm Không phải tôi.",
    "Until then: look at Sessions and devices now and then, and say so when one is not yours.",
)
SIGNED_IN_WHERE = Message("Tài khoản đang được dùng ở đâu", "Where the account is in use")
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
    "Your password expires soon (days left: {days}). Change it so that your work goes on.",
)
PASSWORD_EXPIRES_TODAY = Message(
    "Mật khẩu sẽ hết hạn trong hôm nay. Hãy đổi ngay.",
    "Your password expires today. Change it now.",
)

SESSIONS_LEAD = Message(
    "Những trình duyệt đang đăng nhập tài khoản của bạn, và các lần đăng nhập gần đây.",
    "Browsers that are signed in to your account, and the last attempts to sign in.",
)
OPEN_SESSIONS = Message("Đang đăng nhập", "Signed in")
ATTEMPTS = Message("Các lần đăng nhập gần đây", "Last attempts to sign in")
SUCCEEDED = Message("Thành công", "Signed in")
REFUSED = Message("Bị từ chối", "Refused")
ATTEMPTS_HINT = Message(
    "Bị từ chối thường là gõ nhầm. Nếu không phải bạn và lặp lại nhiều lần, hãy đổi mật khẩu và "
    "báo đơn vị vận hành.",
    "A refusal is mostly a slip. If it was not you and happens often, change the password and tell "
    "the people who run this service.",
)
DISOWNED = Message("Hãy đổi mật khẩu ngay", "Change your password now")
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
NO_SYSTEMS = Message("Chưa có hệ thống nào biết bạn", "No system knows you yet")
NO_SYSTEMS_HINT = Message(
    "Hệ thống bạn vào lần đầu sẽ hiện ở đây, cùng những gì nó được biết.",
    "A system that you enter for the first time appears here, with what it may know.",
)
WITHDRAW_HINT = Message(
    "Thu hồi: hệ thống đăng xuất bạn và không còn được biết gì về bạn cho tới khi bạn vào lại.",
    "Withdrawing signs you out there; the system learns nothing of you until you enter it again.",
)
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
        "Phiên lạ đã kết thúc, cùng mọi quyền truy cập có từ phiên đó, và việc này đã được ghi vào "
        "nhật ký. Có thể người khác biết mật khẩu của bạn.",
        "That session has ended, with all access that came from it, and the audit trail has it. "
        "Somebody may know your password.",
    ),
    "withdrawn": Message(
        "Đã thu hồi. Hệ thống này không còn dùng được tài khoản của bạn cho tới khi bạn vào lại.",
        "Done. The system cannot use your account until you enter it again.",
    ),
}
"""By the `done` in the address, after a form."""
