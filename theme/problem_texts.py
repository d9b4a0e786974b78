"""What the page says that stands where another one should, by the stable code of the error."""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Explanation:
    title: Message
    lead: Message | None = None
    """None for the sentence of the error itself."""


CANNOT_GO_ON = Explanation(Message("Không thể tiếp tục", "We cannot continue"))
NO_PAGE = Explanation(
    Message("Không có trang này", "There is no such page"),
    Message(
        "Địa chỉ có thể gõ chưa đúng, hoặc trang đã được chuyển đi.",
        "The address may be mistyped, or the page has moved.",
    ),
)
OPENED_WRONGLY = Explanation(
    Message("Trang này không mở trực tiếp được", "This page cannot be opened like that"),
    Message(
        "Hãy quay lại trang trước và dùng nút trên trang đó.",
        "Go back to the page before and use its button.",
    ),
)
BY_CODE: Mapping[str, Explanation] = {
    "not-found": NO_PAGE,
    "method-not-allowed": OPENED_WRONGLY,
    "cross-origin-request": Explanation(
        Message("Biểu mẫu không được chấp nhận", "The form was not accepted"),
        Message(
            "Biểu mẫu này được gửi từ một trang khác, nên chúng tôi không thực hiện. Nếu chính bạn "
            "vừa bấm nút, hãy mở lại trang và thử lại.",
            "This form came from another site, so nothing was done. If it was you who pressed the "
            "button, open the page again and retry.",
        ),
    ),
    "too-many-attempts": Explanation(Message("Đã thử quá nhiều lần", "Too many attempts")),
    "request-invalid": Explanation(
        CANNOT_GO_ON.title,
        Message(
            "Trang nhận được thông tin không đúng dạng. Hãy quay lại trang trước và thử lại.",
            "The page received something that it does not understand. Go back and try again.",
        ),
    ),
    "database-unavailable": Explanation(
        Message("Hệ thống tạm thời gián đoạn", "Service is interrupted"),
        Message(
            "Đây không phải lỗi của bạn, và không có gì bị mất. Hãy thử lại sau vài phút.",
            "This is not your fault, and nothing is lost. Please try again in a few minutes.",
        ),
    ),
    "internal-error": Explanation(
        Message("Hệ thống gặp lỗi", "Something went wrong"),
        Message(
            "Đây không phải lỗi của bạn. Hãy thử lại; nếu vẫn lỗi, hãy báo đơn vị vận hành kèm mã "
            "yêu cầu dưới đây.",
            "This is not your fault. Please try again; if it happens again, tell the operator the "
            "request id below.",
        ),
    ),
}
TRY_AGAIN = Message("Thử lại", "Try again")
TO_START = Message("Về trang đầu", "Go to the start page")
ERROR_CODE = Message("Mã lỗi", "Error code")
REQUEST_ID = Message("Mã yêu cầu", "Request id")
