"""What the pages say on which a password is chosen, and the rules for it in words."""

from kernel.messages import Message

# The rules, from the policy that holds here.
RULES = Message("Mật khẩu mới cần:", "The new password needs to:")
RULE_LENGTH = Message("dài ít nhất {shortest} ký tự", "be at least {shortest} characters long")
RULE_ALL_CLASSES = Message(
    "có đủ chữ hoa, chữ thường, chữ số và ký tự đặc biệt",
    "have upper and lower case letters, digits and special characters",
)
RULE_CLASSES = Message(
    "có ít nhất {classes} loại trong: chữ hoa, chữ thường, chữ số, ký tự đặc biệt",
    "have {classes} of: upper case, lower case, digits, special characters",
)
RULE_FORBIDDEN = Message("không chứa {things}", "hold none of: {things}")
LOGIN = Message("tên đăng nhập", "your login")
NAME = Message("họ tên", "your name")
ADDRESS = Message("địa chỉ thư", "your mail address")
BIRTH_DATE = Message("ngày sinh", "your date of birth")
OR_VI, OR_EN = " hay ", " and "
RULE_UNCOMMON = Message("không phải mật khẩu nhiều người dùng", "not be one that many people use")
RULE_UNGUESSABLE = Message(
    "khó đoán: một câu ngắn với vài từ ít gặp là tốt nhất, dấu cách cũng được",
    "be hard to guess: a short sentence with uncommon words is best, spaces are fine",
)
RULE_CURRENT = Message("khác mật khẩu đang dùng", "differ from the current one")
RULE_FORMER_ONE = Message(
    "khác mật khẩu đang dùng và mật khẩu trước đó", "differ from the current one and the last"
)
RULE_FORMER = Message(
    "khác mật khẩu đang dùng và {history} mật khẩu trước đó",
    "differ from the current one and the {history} before it",
)

NEW_PASSWORD = Message("Mật khẩu mới", "New password")
AGAIN = Message("Nhập lại mật khẩu mới", "The new password again")
NOT_ALIKE = Message("Hai lần nhập mật khẩu không giống nhau.", "The two passwords differ.")
MISSING = Message("Hãy nhập mật khẩu mới.", "Enter a new password.")
SIGN_IN = Message("Đăng nhập", "Sign in")
YOUR_LOGIN = Message("Tên đăng nhập của bạn:", "Your login:")
CANCEL = Message("Quay lại", "Cancel")
BACK_TO_SIGN_IN = Message("Quay lại trang đăng nhập", "Back to the sign-in page")

# Activation.
ACTIVATION = Message("Kích hoạt tài\u00a0khoản công\u00a0vụ", "Activate your official-duty account")
ACTIVATION_LEAD = Message(
    "Nhập mã trên thư kích hoạt và tự đặt mật khẩu. Mã chỉ dùng được một lần.",
    "Enter the code of your activation letter and choose a password. The code works once.",
)
CODE = Message("Mã kích hoạt", "Activation code")
CODE_HINT = Message(
    "16 ký tự; không cần gõ dấu gạch, chữ hoa hay thường đều được.",
    "16 characters; dashes and capitals do not matter.",
)
CODE_MISSING = Message("Hãy nhập mã kích hoạt.", "Enter the activation code.")
ACTIVATE = Message("Kích hoạt", "Activate")
NO_CODE = Message(
    "Mất thư hoặc mã đã hết hạn? Hãy liên hệ cán bộ quản lý tài khoản của cơ quan để được cấp mã "
    "mới.",
    "Lost the letter, or the code has expired? Ask whoever manages accounts in your organisation "
    "for a new one.",
)
ACTIVATED = Message("Tài\u00a0khoản đã được kích\u00a0hoạt", "Your account is active")
ACTIVATED_NEXT = Message(
    "Từ nay hãy đăng nhập bằng tên này và mật khẩu vừa đặt. Hãy hủy thư kích hoạt.",
    "From now on sign in with this login and your password. Destroy the letter.",
)

ACTIVATED_ORGANISATION = Message(
    "Mật khẩu này dùng trong phần mềm thư. Để vào các hệ thống dùng chung, người quản lý hộp thư "
    "đăng nhập bằng tài khoản của chính mình rồi chọn thay mặt cơ quan. Hãy hủy thư kích hoạt.",
    "This password is for mail programs. To enter shared systems, custodians sign in with their "
    "own account and choose to act for the organisation. Destroy the letter.",
)

# A password that has to be changed at sign-in.
STEP = Message("Đặt mật khẩu mới", "Choose a new password")
STEP_EXPIRED = Message(
    "Mật khẩu của bạn đã hết hạn sử dụng. Hãy đặt mật khẩu mới để vào tiếp.",
    "Your password has expired. Choose a new one to go on.",
)
STEP_MUST_CHANGE = Message(
    "Người quản trị đề nghị bạn đổi mật khẩu. Hãy đặt mật khẩu mới để vào tiếp.",
    "An administrator asks you to change your password. Choose a new one to go on.",
)
STEP_SAVE = Message("Lưu và đăng nhập", "Save and sign in")

# Changing it.
CHANGE = Message("Đổi mật khẩu", "Change the password")
CHANGE_LEAD = Message(
    "Sau khi đổi, mọi thiết bị khác đang đăng nhập tài khoản này sẽ bị đăng xuất. Nhớ đổi cả mật "
    "khẩu đã lưu trong phần mềm thư.",
    "After the change every other device is signed out. Remember to change the password in your "
    "mail program, too.",
)
CURRENT = Message("Mật khẩu hiện tại", "Current password")
CURRENT_MISSING = Message("Hãy nhập mật khẩu hiện tại.", "Enter your current password.")
SAVE = Message("Đổi mật khẩu", "Change the password")
FORGOTTEN_CURRENT = Message("Không nhớ mật khẩu hiện tại?", "Forgotten your current password?")

# Forgetting it.
FORGOTTEN = Message("Quên mật khẩu", "Forgotten password")
FORGOTTEN_LEAD = Message(
    "Chúng tôi gửi một liên kết đặt lại mật khẩu tới thư khôi phục mà bạn đã đăng ký với cơ quan.",
    "We send a link for choosing a new password to the recovery address that your organisation "
    "has registered for you.",
)
FORGOTTEN_OFFICE = Message(
    "Hãy đến gặp cán bộ quản lý tài khoản của cơ quan; họ sẽ cấp cho bạn mã đặt lại mật khẩu dùng "
    "một lần. Nhớ mang theo giấy tờ tùy thân.",
    "Please see whoever manages accounts in your organisation: they will hand you a code that "
    "works once. Bring your identity card.",
)
IDENTIFIER = Message("Tên đăng nhập hoặc địa chỉ thư công vụ", "Login or official mail address")
IDENTIFIER_MISSING = Message(
    "Hãy nhập tên đăng nhập hoặc địa chỉ thư công vụ.", "Enter your login or official mail address."
)
SEND = Message("Gửi liên kết", "Send the link")
SENT = Message("Hãy xem thư khôi phục", "Check your recovery mailbox")
SENT_LEAD = Message(
    "Nếu tài khoản này có thư khôi phục, một liên kết vừa được gửi tới đó. Liên kết dùng được "
    "trong {minutes} phút và chỉ một lần.",
    "If this account has a recovery address, a link is on its way to it. The link works for "
    "{minutes} minutes and only once.",
)
SENT_NOTHING = Message("Không nhận được thư?", "No mail?")
SENT_NOTHING_STEPS = (
    Message("Xem thư mục thư rác.", "Look into the spam folder."),
    Message(
        "Kiểm tra lại tên đăng nhập vừa nhập: {identifier}",
        "Check the login that you entered: {identifier}",
    ),
    Message(
        "Nếu chưa đăng ký thư khôi phục, hãy đến gặp cán bộ quản lý tài khoản của cơ quan để được "
        "cấp mã đặt lại.",
        "Without a recovery address, see whoever manages accounts in your organisation: they can "
        "hand you a code.",
    ),
)
HAVE_RESET_CODE = Message("Tôi đã có mã đặt lại", "I have a code already")
TRY_ANOTHER = Message("Nhập tên khác", "Enter another login")

# Choosing another one by a code.
RESET = Message("Đặt lại mật khẩu", "Choose a new password")
RESET_LEAD = Message(
    "Dán mã trong thư khôi phục, hoặc nhập mã do cán bộ quản lý tài khoản cấp.",
    "Paste the code of the recovery mail, or enter the one that you were handed.",
)
RESET_CODE = Message("Mã đặt lại", "Code")
RESET_CODE_HINT = Message(
    "Dấu gạch và chữ hoa, chữ thường không quan trọng.", "Dashes and capitals do not matter."
)
NEW_CODE = Message("Mã đã hết hạn? Yêu cầu liên kết mới", "The code has expired? Ask for another")
RESET_CODE_MISSING = Message("Hãy nhập mã đặt lại.", "Enter the code.")
RESET_SAVE = Message("Đặt mật khẩu mới", "Save the new password")
RESET_DONE = Message("Mật khẩu mới đã được lưu", "Your new password is saved")
RESET_DONE_LEAD = Message(
    "Mọi thiết bị đang đăng nhập tài khoản này đã bị đăng xuất. Hãy đăng nhập bằng mật khẩu mới.",
    "Every device that was signed in has been signed out. Sign in with the new password.",
)
