"""Pages: templates, the language of the reader, and headers that keep a page to itself."""

from collections.abc import Sequence
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
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "same-origin",  # without any, browsers would not say where a form is from
    "X-Frame-Options": "DENY",
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
        self,
        request: Request,
        template: str,
        *,
        status_code: int = 200,
        form_targets: Sequence[str] = (),
        **values: Any,
    ) -> HTMLResponse:
        """`form_targets` are origins that a form on the page may lead to besides our own."""
        language = language_of(request)

        def text(message: Message) -> str:
            return message.vi if language == "vi" else message.en

        def in_language(chosen: str) -> str:
            """The address of this page in another language, with everything else it carries."""
            return f"?{request.url.include_query_params(lang=chosen).query}"

        body = self._environment.get_template(template).render(
            **values, language=language, t=text, path=request.url.path, in_language=in_language
        )
        policy = " ".join([HEADERS["Content-Security-Policy"], *form_targets])
        headers = {**HEADERS, "Content-Security-Policy": policy}
        return HTMLResponse(body, status_code=status_code, headers=headers)


def language_of(request: Request) -> str:
    """What the reader chose, else Vietnamese: `?lang=en`."""
    chosen = request.query_params.get("lang")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]
