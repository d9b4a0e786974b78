"""Errors as people at a browser get them, where programs get a problem document."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from kernel.messages import Message
from theme import problem_texts as texts
from theme.pages import TEMPLATES, Pages

PROGRAMS = ("/api/", "/scim/")
"""Nobody reads pages there, whatever a client says that it accepts."""
OURS = 500
"""Errors from here on are ours; before, the request was wrong."""
READING = ("GET", "HEAD")

pages = Pages(TEMPLATES)


def wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower()
    return "text/html" in accepted and not request.url.path.startswith(PROGRAMS)


def problem_page(
    request: Request, status: int, code: str, message: Message, *, wait: int | None = None
) -> HTMLResponse:
    """`wait`: seconds until it is worth trying again."""
    explanation = texts.BY_CODE.get(code, texts.CANNOT_GO_ON)
    return pages.render(
        request,
        "problem.html",
        status_code=status,
        texts=texts,
        title=explanation.title,
        lead=explanation.lead or message,
        code=code,
        wait=wait,
        again=status >= OURS and request.method in READING,
    )
