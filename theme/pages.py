"""Pages: templates, the language of the reader, and headers that keep a page to itself."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from kernel.messages import Message

LANGUAGES = ("vi", "en")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STATIC = Path(__file__).parent / "static"


class Pages:
    """Renders the templates of one feature over the base of the theme."""

    def __init__(self, templates: Path) -> None:
        folders = (templates, Path(__file__).parent / "templates")
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
        )

    def render(
        self, request: Request, template: str, *, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        language = language_of(request)

        def text(message: Message) -> str:
            return message.vi if language == "vi" else message.en

        body = self._environment.get_template(template).render(
            **values, language=language, t=text, path=request.url.path
        )
        return HTMLResponse(body, status_code=status_code, headers=HEADERS)


def language_of(request: Request) -> str:
    """What the reader chose, else Vietnamese: `?lang=en`."""
    chosen = request.query_params.get("lang")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]
