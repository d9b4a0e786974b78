"""How the console calls what is done to many accounts at once."""

from identity.bulk.models import BulkAction, BulkStatus, Verdict
from theme.catalogue import _

CHOICES = {
    BulkAction.SUSPEND: _("Tạm khóa tài khoản"),
    BulkAction.REINSTATE: _("Mở lại"),
    BulkAction.DEMAND_PASSWORD: _("Buộc đổi mật khẩu ở lần đăng nhập tới"),
    BulkAction.RESET: _("In thư đặt lại mật khẩu"),
    BulkAction.QUOTA: _("Đổi dung lượng"),
    BulkAction.LETTERS: _("In thư kích hoạt"),
}
"""Those that need no form of their own."""
ACTIONS = CHOICES | {
    BulkAction.MOVE: _("Điều động sang cơ quan khác"),
    BulkAction.MOVE_BACK: _("Hoàn tác điều động"),
}
VERDICTS = {
    Verdict.DO: _("Sẽ làm"),
    Verdict.NOTHING: _("Không cần làm"),
    Verdict.REFUSED: _("Không làm được"),
}
TONES = {Verdict.DO: "good", Verdict.NOTHING: "quiet", Verdict.REFUSED: "bad"}
STATUSES = {
    BulkStatus.PLANNED: _("Chờ xác nhận"),
    BulkStatus.QUEUED: _("Đang thực hiện"),
    BulkStatus.APPLIED: _("Đã thực hiện"),
    BulkStatus.FAILED: _("Không thực hiện được"),
    BulkStatus.GIVEN_UP: _("Đã bỏ"),
}
STATUS_TONES = {
    BulkStatus.PLANNED: "warn",
    BulkStatus.QUEUED: "warn",
    BulkStatus.APPLIED: "good",
    BulkStatus.FAILED: "bad",
    BulkStatus.GIVEN_UP: "quiet",
}
