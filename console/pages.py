"""Pages of the console: one frame, the reader's language and theme, whole or a part of one."""

import enum
import gzip
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from jinja2 import pass_context
from jinja2.runtime import Context

from console import words
from console.menu import menu_of
from console.session.service import Caller
from kernel.clock import VIETNAM
from theme.catalogue import Catalogue
from theme.moments import moment_in_words
from theme.pages import Pages

FOLDER = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
WEB = FOLDER.parent / "theme" / "web"
STATIC = FOLDER / "static"
CATALOGUE = Catalogue(FOLDER / "locale")
SMALLEST_PACKED = 1000
PACKING = 4
"""Level of gzip: half a millisecond for a page of 100 kB."""


class ConsolePages:
    def __init__(self) -> None:
        self._pages = Pages(
            FOLDER / "templates",
            static={"web": WEB, "console": STATIC},
            catalogue=CATALOGUE,
            policy=POLICY,
        )
        self._pages.environment.globals |= {"words": words, "day": day_in_words, "new_key": uuid4}
        self._pages.environment.filters["choices"] = choices

    def show(
        self,
        request: Request,
        template: str,
        caller: Caller,
        now: datetime,
        *,
        part: str | None = None,
        **values: Any,
    ) -> Response:
        """`part`: the block that htmx asked for, when its id is that of the block."""
        wanted = part if part and request.headers.get("hx-target") == part else None
        return self._finished(
            request,
            template,
            block=wanted,
            caller=caller,
            menu=list(menu_of(caller)),
            now=now,
            moment=lambda at: moment_in_words(at, now),
            **values,
        )

    def plain(self, request: Request, template: str, **values: Any) -> Response:
        """Without a caller: nobody is signed in."""
        return self._finished(request, template, **values)

    def _finished(self, request: Request, template: str, **values: Any) -> Response:
        response = self._pages.render(request, template, **values)
        response.headers["Vary"] = "HX-Request, Accept-Encoding"
        return packed(request, response)


def packed(request: Request, response: Response) -> Response:
    """Nothing on a page repeats what a request says beside a secret, so it may be compressed."""
    accepted = request.headers.get("accept-encoding", "")
    if "gzip" in accepted and len(response.body) >= SMALLEST_PACKED:
        response.body = gzip.compress(response.body, PACKING)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response


@pass_context
def choices(context: Context, sentences: Mapping[enum.Enum | str, str]) -> list[tuple[str, str]]:
    """Values and how they are called, as `parts.choice` offers them."""
    translated = context.environment.filters["translated"]
    return [
        (one.value if isinstance(one, enum.Enum) else one, translated(context, sentence))
        for one, sentence in sentences.items()
    ]


def day_in_words(day: date | datetime | None) -> str:
    """27/11/2026, as offices write it in both languages."""
    if day is None:
        return ""
    local = day.astimezone(VIETNAM) if isinstance(day, datetime) else day
    return f"{local:%d/%m/%Y}"


pages = ConsolePages()
