"""The mail with which somebody who forgot the password chooses a new one."""

from datetime import datetime
from email.message import EmailMessage

from identity.accounts.resets import SentReset
from kernel.clock import VIETNAM
from kernel.mailer import Mailer
from kernel.messages import Message

RESET_PATH = "/dat-lai-mat-khau"
"""The page that takes the code, and of administrators' codes too."""

SUBJECT = Message("Đặt lại mật khẩu công vụ", "Reset your official-duty password")
BODY = Message(
    """\
Kính gửi anh/chị,

Có yêu cầu đặt lại mật khẩu của tài khoản {login}. Để tự đặt mật khẩu mới, hãy mở liên kết sau trước {until}:

{link}

Liên kết chỉ dùng được một lần. Nếu không phải anh/chị yêu cầu, hãy bỏ qua thư này: mật khẩu vẫn như cũ.
Cán bộ kỹ thuật không bao giờ hỏi mật khẩu hay liên kết này.
""",  # noqa: E501  # lines of a mail are as long as its sentences
    """\
Dear colleague,

Somebody asked to reset the password of the account {login}. To choose a new one, open this link before {until}:

{link}

It works once. If it was not you, ignore this mail: your password stays as it is.
No administrator will ever ask for your password or this link.
""",  # noqa: E501
)
BETWEEN = "\n----------\n\n"
MINUTE = "%H:%M %d/%m/%Y"


def reset_link(public_url: str, code: str) -> str:
    """The code is a fragment, which browsers never send: no log sees it."""
    return f"{public_url}{RESET_PATH}#{code}"


def compose(mailer: Mailer, reset: SentReset, *, public_url: str, now: datetime) -> EmailMessage:
    """In Vietnamese, then in English, for the recovery address. Raises MailRefused."""
    values = {
        "login": reset.login,
        "until": f"{reset.expires_at.astimezone(VIETNAM):{MINUTE}}",
        "link": reset_link(public_url, reset.code),
    }
    text = BETWEEN.join(body.format(**values) for body in (BODY.vi, BODY.en))
    return mailer.compose(reset.recovery_email, f"{SUBJECT.vi} / {SUBJECT.en}", text, now=now)
