"""Forms of ours are submitted by pages of ours: protection against cross-site request forgery.

Browsers say with every unsafe request where it comes from. What says nothing is no browser and
carries nobody's cookies unasked. Source: Fetch metadata, and the algorithm of Go's
net/http.CrossOriginProtection.
"""

from urllib.parse import urlsplit

from fastapi import Request

from kernel.errors import Forbidden


class CrossOriginRequest(Forbidden):
    code = "cross-origin-request"

    def __init__(self) -> None:
        super().__init__(
            "Biểu mẫu được gửi từ một trang khác; hãy mở lại trang và thử lại.",
            "The form was sent from another site; open the page again and retry.",
        )


def require_same_origin(request: Request) -> None:
    """A dependency of every route that changes something. Raises CrossOriginRequest."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossOriginRequest
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CrossOriginRequest
