from uuid import UUID

from kernel.errors import Conflict, Invalid, NotFound, Unavailable


class ImportPlanNotFound(NotFound):
    code = "import-plan-not-found"

    def __init__(self, plan_id: UUID) -> None:
        super().__init__(
            f"Không có kế hoạch nhập {plan_id}.", f"There is no import plan {plan_id}."
        )


class ImportPlanNotOpen(Conflict):
    code = "import-plan-not-open"

    def __init__(self, status: str) -> None:
        super().__init__(
            f"Kế hoạch đang ở trạng thái {status}, không thể áp dụng.",
            f"The plan is {status} and cannot be applied.",
        )


class ImportPlanRevised(Conflict):
    code = "import-plan-revised"

    def __init__(self) -> None:
        super().__init__(
            "Tệp đã được kiểm tra lại từ lúc bạn mở trang này; hãy xem kết quả mới.",
            "The file was planned again since you opened this page; look at the new result.",
        )


class ImportPlanAsked(Conflict):
    code = "import-plan-asked"

    def __init__(self) -> None:
        super().__init__(
            "Đã có người xác nhận; danh sách đang được ghi vào hệ thống.",
            "Somebody has confirmed it already; the list is being applied.",
        )


class ImportPlanStopped(Unavailable):
    code = "import-plan-stopped"

    def __init__(self) -> None:
        super().__init__(
            "Bộ phận xử lý nền đã thử nhiều lần mà không xong. Chưa có gì được ghi và tệp vẫn được "
            "giữ; nếu thử lại vẫn không được, hãy báo quản trị kỹ thuật.",
            "The background worker tried several times and did not get to the end. Nothing was "
            "written and the file is kept; if trying again does not help, tell the administrators.",
        )


class ImportPlanGivenUp(Conflict):
    code = "import-plan-given-up"

    def __init__(self, who: str) -> None:
        super().__init__(
            f"{who} đã bỏ danh sách này; tệp không còn được giữ.",
            f"{who} gave this list up; the file is no longer kept.",
        )


class FileMissing(Invalid):
    code = "import-file-missing"

    def __init__(self) -> None:
        super().__init__("Hãy chọn một tệp.", "Choose a file.", place="file")


class ImportDraftUnchecked(Conflict):
    code = "import-draft-unchecked"

    def __init__(self) -> None:
        super().__init__(
            "Có ô đã sửa mà chưa kiểm tra lại; hãy kiểm tra lại cả tệp, hoặc bỏ những chỗ sửa đó.",
            "Cells were retyped and not checked yet; check the file again, or drop what was typed.",
        )


class NothingCorrected(Invalid):
    code = "import-nothing-corrected"

    def __init__(self) -> None:
        super().__init__(
            "Chưa có ô nào được sửa và chưa có câu hỏi nào được trả lời.",
            "No cell was corrected and no question was answered.",
        )


class ImportPlanStale(Conflict):
    code = "import-plan-stale"

    def __init__(self) -> None:
        super().__init__(
            "Dữ liệu đã thay đổi sau khi lập kế hoạch; hãy lập lại từ tệp. Chưa có gì được ghi.",
            "The registry has changed since the plan was made; plan the file again. Nothing was "
            "written.",
        )


class ImportPlanSealed(Conflict):
    code = "import-plan-file-gone"

    def __init__(self) -> None:
        super().__init__(
            "Tệp gốc của kế hoạch không còn được giữ.", "The file of this plan is no longer kept."
        )


class ImportValueUnstorable(Invalid):
    code = "import-value-unstorable"

    def __init__(self) -> None:
        super().__init__(
            "Tệp có một giá trị mà cơ sở dữ liệu không lưu được. Chưa có gì được ghi.",
            "The file holds a value that the database cannot store. Nothing was written.",
        )


class MassChangeStopped(Conflict):
    code = "mass-change-stopped"

    def __init__(self, count: int, total: int) -> None:
        super().__init__(
            f"Tệp này sẽ khóa hoặc thu hồi {count} trên {total} tài khoản; cần xác nhận riêng.",
            f"This file would suspend or close {count} of {total} accounts; confirm it explicitly.",
        )


class MatchesMalformed(Invalid):
    code = "matches-malformed"

    def __init__(self) -> None:
        super().__init__(
            'matches phải là JSON: số dòng, hoặc "số dòng:trang tính" → mã người hoặc "new".',
            'matches must be JSON: row, or "row:sheet" → id of the person or "new".',
            place="matches",
        )
