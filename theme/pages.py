"""Pages: templates, the language of the reader, and headers that keep a page to itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from kernel.errors import ERROR_KINDS, TooMany
from kernel.messages import Message
from theme import texts
from theme.appearance import appearance_of
from theme.assets import query_of
from theme.catalogue import Catalogue
from theme.icons import icon
from theme.language import language_of, remember

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "Referrer-Policy": "same-origin",  # without any, browsers would not say where a form is from
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=31536000",  # browsers ignore it on plain http
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
CARRIED = ("request", "to", "ui_locales")
"""Parameters that go along from page to page: the request that waits for the person."""


@dataclass(frozen=True, slots=True)
class Support:
    """Who runs this installation and whom to ask; `app.state.support`, shown on every page."""

    office: str = ""
    contact: str = ""


class Pages:
    """Renders the templates of one feature over the base of the theme."""

    def __init__(
        self,
        templates: Path,
        *,
        static: Mapping[str, Path] | None = None,
        catalogue: Catalogue | None = None,
        policy: str = HEADERS["Content-Security-Policy"],
    ) -> None:
        """`static`: name under /static to the folder with the feature's own files."""
        folders = (templates, TEMPLATES)
        self._static = {"theme": STATIC, **(static or {})}
        self._policy = policy
        self._catalogue = catalogue
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals |= {"asset": self.asset, "common": texts, "icon": icon}
        if catalogue is not None:
            catalogue.install(self.environment)

    def asset(self, name: str) -> str:
        """The address of a file, such as `theme/page.css`."""
        folder, _, file = name.partition("/")
        return f"/static/{name}?{query_of(self._static[folder] / file)}"

    def render(
        self,
        request: Request,
        template: str,
        *,
        status_code: int = 200,
        wait: int | None = None,
        form_targets: Sequence[str] = (),
        frame_origins: Sequence[str] = (),
        block: str | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """`wait`: seconds until another attempt is let through; the status is then TooMany's.

        `form_targets` are origins that a form on the page may lead to besides our own;
        `frame_origins` are those that it embeds pages of. `block` names the one part of the
        template that is wanted, for a page that is there already.
        """
        shown = {**_of(request), "wait": wait, **values}
        if self._catalogue is not None:
            shown |= self._catalogue.words_in(shown["language"])
        body = self._body(template, block, shown)
        policy = " ".join([self._policy, *form_targets])
        if frame_origins:
            policy += f"; frame-src {' '.join(frame_origins)}"
        headers = {**HEADERS, "Content-Security-Policy": policy}
        if wait is not None:
            status_code, headers["Retry-After"] = ERROR_KINDS[TooMany], str(wait)
        response = HTMLResponse(body, status_code=status_code, headers=headers)
        remember(request, response)
        return response

    def _body(self, template: str, block: str | None, shown: Mapping[str, Any]) -> str:
        found = self.environment.get_template(template)
        if block is None:
            return found.render(shown)
        context = found.new_context(dict(shown))
        next(found.root_render_func(context))  # imports, and the blocks of what it extends
        return "".join(context.blocks[block][0](context))


def _of(request: Request) -> dict[str, Any]:
    """What a template knows of the request."""
    language = language_of(request)

    def text(message: Message, **values: object) -> str:
        """The sentence in the reader's language, with values put in."""
        sentence = message.vi if language == "vi" else message.en
        return sentence.format(**values) if values else sentence

    def in_language(name: str) -> str:
        """The address of this page in another language, with everything else it carries."""
        return f"?{request.url.include_query_params(lang=name).query}"

    def onward(path: str) -> str:
        """The address of another page that knows which request waits."""
        return onward_address(request, path)

    return {
        "language": language,
        "t": text,
        "path": request.url.path,
        "theme": appearance_of(request),
        "request_path": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "here": f"?{request.url.query}" if request.url.query else request.url.path,
        "in_language": in_language,
        "onward": onward,
        "request_id": getattr(request.state, "request_id", ""),
        "support": _support(request),
    }


def _support(request: Request) -> Support:
    """Nobody where no application of ours is around, as in the last hand of an error."""
    app = request.scope.get("app")
    support: Support = getattr(app.state, "support", Support()) if app else Support()
    return support


def onward_address(request: Request, path: str, **more: str) -> str:
    """Of another page that knows what this one knows, and `more`."""
    carried = {name: request.query_params.get(name) for name in CARRIED} | more
    query = urlencode({name: value for name, value in carried.items() if value})
    return f"{path}?{query}" if query else path
