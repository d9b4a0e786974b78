"""How the wizard calls kinds of files, verdicts, operations and reasons; templates translate."""

from identity.hr_import.kinds import SheetKind
from identity.hr_import.models import PlanStatus, Verdict
from theme.catalogue import _

KINDS = {
    SheetKind.PEOPLE: _("Danh sách cán bộ"),
    SheetKind.REQUESTS: _("Phiếu đề nghị"),
    SheetKind.ORGANISATIONS: _("Danh sách cơ quan, đơn vị"),
    SheetKind.ORGANISATION_ACCOUNTS: _("Danh sách tài khoản cơ quan"),
}
EXPLANATIONS = {
    SheetKind.PEOPLE: _("Họ và tên, ngày sinh, số CCCD hoặc số hiệu, chức vụ, đơn vị."),
    SheetKind.REQUESTS: _("Cấp mới, thay đổi, tạm khóa, mở khóa, thu hồi theo công văn."),
    SheetKind.ORGANISATIONS: _("Mã định danh, tên, đơn vị cấp trên, phần tên hộp thư."),
    SheetKind.ORGANISATION_ACCOUNTS: _("Hộp thư văn thư, lãnh đạo, một cửa của từng cơ quan."),
}
STATUSES = {
    PlanStatus.PENDING: _("Đang kiểm tra"),
    PlanStatus.FAILED: _("Không đọc được"),
    PlanStatus.PLANNED: _("Chờ xác nhận"),
    PlanStatus.APPLIED: _("Đã ghi"),
    PlanStatus.STALE: _("Cần kiểm tra lại"),
}
STATUS_TONES = {
    PlanStatus.PENDING: "",
    PlanStatus.FAILED: "bad",
    PlanStatus.PLANNED: "warn",
    PlanStatus.APPLIED: "good",
    PlanStatus.STALE: "warn",
}
VERDICTS = {
    Verdict.REFUSE: _("Bị từ chối"),
    Verdict.ACCEPT: _("Thêm mới"),
    Verdict.CHANGE: _("Thay đổi"),
    Verdict.UNCHANGED: _("Không đổi"),
    Verdict.DUPLICATE: _("Trùng dòng"),
    Verdict.HEADING: _("Dòng tiêu đề"),
}
VERDICT_TONES = {
    Verdict.REFUSE: "bad",
    Verdict.ACCEPT: "good",
    Verdict.CHANGE: "warn",
    Verdict.UNCHANGED: "quiet",
    Verdict.DUPLICATE: "quiet",
    Verdict.HEADING: "quiet",
}
OPERATIONS = {
    "to_create": _("Thêm mới"),
    "to_appoint": _("Kiêm nhiệm"),
    "to_change": _("Thay đổi thông tin"),
    "to_move": _("Điều chuyển"),
    "to_suspend": _("Tạm khóa tài khoản"),
    "to_reinstate": _("Mở khóa tài khoản"),
    "to_close": _("Đóng tài khoản"),
}
TAKING = ("to_suspend", "to_close")
REASONS = {
    "account_closed": _("Tài khoản đã đóng"),
    "account_missing": _("Chưa có tài khoản"),
    "account_state_forbids": _("Trạng thái tài khoản không cho phép"),
    "address_conflict": _("Địa chỉ của người khác"),
    "address_embarrassing": _("Địa chỉ dễ gây phản cảm"),
    "address_empty": _("Địa chỉ trống"),
    "address_malformed": _("Địa chỉ không hợp lệ"),
    "address_name_unusable": _("Không tạo được địa chỉ từ tên"),
    "address_needs_decision": _("Hết mẫu địa chỉ còn trống"),
    "address_policy_missing": _("Chưa có quy tắc đặt địa chỉ"),
    "address_reserved": _("Địa chỉ dành riêng cho hệ thống"),
    "address_stem_invalid": _("Phần tên địa chỉ không hợp lệ"),
    "address_stem_missing": _("Thiếu phần tên của địa chỉ"),
    "address_taken": _("Địa chỉ đã có"),
    "address_too_long": _("Địa chỉ quá dài"),
    "address_variable_missing": _("Thiếu thông tin cho mẫu địa chỉ"),
    "birth_date_invalid": _("Ngày sinh không hợp lệ"),
    "cell_error": _("Ô báo lỗi của bảng tính"),
    "citizen_number_conflict": _("Số CCCD của người khác"),
    "citizen_number_invalid": _("Số CCCD không hợp lệ"),
    "date_invalid": _("Ngày không hợp lệ"),
    "depends_on_refused_row": _("Dòng liên quan bị từ chối"),
    "effective_date_invalid": _("Ngày hiệu lực không hợp lệ"),
    "formula": _("Ô chứa công thức"),
    "gso_code_invalid": _("Mã thống kê không hợp lệ"),
    "identity_missing": _("Thiếu số CCCD và số hiệu"),
    "mail_stem_invalid": _("Phần tên hộp thư không hợp lệ"),
    "match_ambiguous_row": _("Không rõ dòng được xác nhận"),
    "match_needs_confirmation": _("Cần xác nhận là ai"),
    "match_unknown": _("Người được xác nhận không đúng"),
    "name_encoding": _("Họ tên gõ bằng phông chữ cũ"),
    "name_invalid": _("Họ tên không hợp lệ"),
    "name_missing": _("Thiếu họ và tên"),
    "organisation_ambiguous": _("Nhiều đơn vị cùng tên"),
    "organisation_closed": _("Đơn vị đã giải thể"),
    "organisation_code_conflict": _("Mã đơn vị đã dùng"),
    "organisation_code_invalid": _("Mã đơn vị không hợp lệ"),
    "organisation_code_missing": _("Thiếu mã đơn vị"),
    "organisation_kind_unknown": _("Không rõ loại đơn vị"),
    "organisation_missing": _("Thiếu đơn vị"),
    "organisation_name_missing": _("Thiếu tên đơn vị"),
    "organisation_unknown": _("Không có đơn vị này"),
    "parent_circle": _("Đơn vị cấp trên đi vòng"),
    "parent_refused": _("Đơn vị cấp trên bị từ chối"),
    "parent_unknown": _("Không có đơn vị cấp trên này"),
    "person_unknown": _("Không tìm thấy người này"),
    "request_conflict": _("Hai đề nghị trái nhau"),
    "request_unknown": _("Không rõ nội dung đề nghị"),
    "request_unsupported": _("Không làm được bằng danh sách"),
    "role_holder": _("Người đang có vai trò"),
    "staff_number_conflict": _("Số hiệu của người khác"),
    "staff_number_invalid": _("Số hiệu không hợp lệ"),
    "text_too_long": _("Nội dung ô quá dài"),
}
FIELDS = {
    "full_name": _("Họ và tên"),
    "birth_date": _("Ngày sinh"),
    "sex": _("Giới tính"),
    "staff_number": _("Số hiệu"),
    "citizen_number": _("Số CCCD"),
    "phone": _("Số điện thoại"),
    "recovery_email": _("Thư khôi phục"),
    "appointment": _("Công tác"),
    "status": _("Trạng thái"),
    "name": _("Tên"),
    "short_name": _("Tên viết tắt"),
    "kind": _("Loại"),
    "parent": _("Cấp trên"),
    "mail_stem": _("Phần tên hộp thư"),
    "display_name": _("Tên hiển thị"),
    "account": _("Tài khoản"),
    "address": _("Địa chỉ"),
}
SENSITIVE = ("citizen_number", "phone", "recovery_email")
