"""What the mails say: Vietnamese first, English below."""

from collections.abc import Sequence
from datetime import date

from kernel.messages import Message
from mail_admin.reminders.idle import IdleMailbox

BETWEEN = "\n----------\n\n"
MOST_LINES = 300
"""Of one list; a mail with more is read by nobody."""


def day(moment: date) -> str:
    return f"{moment:%d/%m/%Y}"


def in_both(subject: Message, body: Message, **values: str) -> tuple[str, str]:
    """Subject line and text of a mail."""
    text = BETWEEN.join(part.format(**values) for part in (body.vi, body.en))
    subjects = " / ".join(part.format(**values) for part in (subject.vi, subject.en))
    return subjects, text


ACTIVATE_SUBJECT = Message(
    "Hộp thư công vụ của anh/chị chưa được kích hoạt", "Your official-duty mailbox is not activated"
)
ACTIVATE = Message(
    """\
Kính gửi anh/chị,

Hộp thư công vụ {address} đã được cấp từ ngày {since} nhưng chưa được kích hoạt. Thư gửi đến hộp thư này vẫn được nhận và đang chờ anh/chị.
Mã kích hoạt có trong thư giao tại cơ quan; nếu thất lạc, hãy đề nghị bộ phận phụ trách cấp lại. Trang kích hoạt: {page}
{warning}
Thư này không chứa mã và không bao giờ hỏi mật khẩu.
""",  # noqa: E501  # lines of a mail are as long as its sentences
    """\
Dear colleague,

The official-duty mailbox {address} was made for you on {since} and has not been activated. Mail to it is kept and waits for you.
The activation code is in the letter handed over at your office; if it is lost, ask your office for another. To activate: {page}
{warning_en}
This mail holds no code, and nobody will ever ask for your password.
""",  # noqa: E501
)
DORMANT_SUBJECT = Message(
    "Hộp thư công vụ {days} ngày chưa được sử dụng", "Official-duty mailbox unused for {days} days"
)
DORMANT = Message(
    """\
Kính gửi anh/chị,

Hộp thư công vụ {address} chưa được sử dụng ({signs}) từ ngày {since}, đến nay là {days} ngày.
Văn bản, thông báo gửi đến hộp thư này vẫn được nhận. Đề nghị anh/chị đăng nhập và sử dụng thường xuyên: {page}
{warning}
Nếu quên mật khẩu, hãy dùng mục “Quên mật khẩu” tại trang đăng nhập hoặc liên hệ bộ phận phụ trách của cơ quan.
""",  # noqa: E501
    """\
Dear colleague,

The official-duty mailbox {address} has not been used since {since}: {days} days without {signs_en}.
Documents and notices sent to it are kept. Please sign in and use it regularly: {page}
{warning_en}
If you have forgotten the password, the sign-in page helps, and so does your office.
""",
)
WARNING = Message(
    "Nếu vẫn không sử dụng, hộp thư sẽ bị tạm khóa từ ngày {lock_day} ({document}); khi bị tạm khóa, hộp thư vẫn nhận thư.",  # noqa: E501
    "If it stays unused, the mailbox is suspended from {lock_day} on ({document}); it still receives mail then.",  # noqa: E501
)
DIGEST_SUBJECT = Message(
    "{organisation}: {count} hộp thư công vụ chưa sử dụng",
    "{organisation}: {count} official-duty mailboxes not in use",
)
DIGEST = Message(
    """\
Kính gửi thủ trưởng cơ quan, đơn vị,

Đến ngày {today}, {count} hộp thư công vụ sau đây chưa được kích hoạt, hoặc từ {threshold} ngày trở lên không được sử dụng ({signs}):

{lines}
Đề nghị đôn đốc việc sử dụng, và báo ngay khi có người nghỉ hưu, nghỉ dài ngày, chuyển công tác để khóa hoặc điều chuyển hộp thư.
""",  # noqa: E501
    """\
To the head of the organisation,

As of {today}, {count} official-duty mailboxes have not been activated, or have not been used for {threshold} days or longer ({signs_en}); they are listed above.
Please see to it that they are used, and report at once who retires, is away for long, or moves to another office.
""",  # noqa: E501
)
ESCALATION_SUBJECT = Message(
    "{count} hộp thư công vụ của cấp dưới vẫn chưa sử dụng sau {reminders} lần nhắc",
    "{count} official-duty mailboxes below you still not in use after {reminders} reminders",
)
ESCALATION = Message(
    """\
Kính gửi thủ trưởng cơ quan cấp trên,

Sau {reminders} lần nhắc gửi tới đơn vị, đến ngày {today} vẫn còn {count} hộp thư công vụ chưa được sử dụng:

{lines}
Đề nghị chỉ đạo đơn vị thực hiện.
""",  # noqa: E501
    """\
To the head of the superior organisation,

After {reminders} lists sent to the organisations themselves, {count} official-duty mailboxes are still not in use as of {today}; they are listed above.
""",  # noqa: E501
)
QUARTERLY_SUBJECT = Message(
    "{organisation}: danh sách hộp thư công vụ bị khóa theo quy định",
    "{organisation}: official-duty mailboxes locked by rule",
)
QUARTERLY = Message(
    """\
Kính gửi thủ trưởng cơ quan, đơn vị,

Các hộp thư công vụ sau đây đang bị tạm khóa vì không sử dụng. Hộp thư vẫn nhận thư; để mở lại, đơn vị gửi đề nghị tới bộ phận phụ trách.

{lines}{revocation}
""",  # noqa: E501
    """\
To the head of the organisation,

The mailboxes listed above are suspended because nobody used them. They still receive mail; to have one opened again, send a request.
{revocation_en}
""",  # noqa: E501
)
REVOCATION = Message(
    "Hộp thư bị khóa quá {days} ngày mà không có đề nghị mở lại sẽ bị thu hồi.\n",
    "A mailbox that stays locked for more than {days} days without a request is closed for good.",
)
LIMIT_SUBJECT = Message(
    "Tạm khóa tài khoản {login}: gửi quá nhiều thư ra ngoài",
    "Account {login} suspended: too many messages to the outside",
)
LIMIT = Message(
    """\
Kính gửi cơ quan, đơn vị và bộ phận phụ trách,

Lúc {moment}, tài khoản {login} ({name}) đã gửi quá {count} thư ra ngoài tỉnh trong {minutes} phút và đã bị hệ thống tự động tạm khóa. Tài khoản có thể đã bị lộ mật khẩu.
Hãy liên hệ người sử dụng, kiểm tra máy tính, đặt lại mật khẩu, rồi đề nghị mở lại. Hộp thư vẫn nhận thư.
""",  # noqa: E501
    """\
To the organisation and its IT contact,

At {moment} the account {login} ({name}) had written to more than {count} addresses outside the province within {minutes} minutes and was suspended automatically. Its password may be in wrong hands.
Speak to its holder, check the computer, have the password reset, then ask for the account to be reinstated. It still receives mail.
""",  # noqa: E501
)


def listed(mailboxes: Sequence[IdleMailbox], today: date) -> str:
    """A numbered line for each, under the name of its organisation where there are several."""
    lines = [
        f"{number}. {mailbox.name}, {mailbox.address}: {_state(mailbox, today)}"
        for number, mailbox in enumerate(mailboxes[:MOST_LINES], start=1)
    ]
    more = len(mailboxes) - MOST_LINES
    if more > 0:
        lines.append(f"… và {more} hộp thư khác / and {more} more")
    return "\n".join(lines) + "\n"


def _state(mailbox: IdleMailbox, today: date) -> str:
    if mailbox.is_pending:
        return f"chưa kích hoạt, cấp ngày {day(mailbox.idle_since)}"
    days = mailbox.idle_days(today)
    return f"không sử dụng {days} ngày, từ {day(mailbox.idle_since)}"
