"""The settings in force: to be looked at, since they are read when the product starts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from console.pages import pages
from console.session.access import ReadsOperations
from console.settings.entries import Section, Setting, Source
from console.settings.words import SOURCES
from identity.names.text import fold
from kernel.http import Now

router = APIRouter(include_in_schema=False)
PATH = "/quan-tri/cau-hinh"


@router.get(PATH)
def show_settings(
    request: Request,
    caller: ReadsOperations,
    now: Now,
    q: Annotated[str, Query(max_length=100)] = "",
    given: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """`given`: only those that somebody has set."""
    in_force: Sequence[Section] = request.app.state.settings_in_force
    sections = list(_wanted(in_force, q.strip(), only_given=bool(given)))
    return pages.show(
        request,
        "settings/list.html",
        caller,
        now,
        part="results",
        sections=sections,
        count=sum(len(section.settings) for section in sections),
        sources=SOURCES,
        q=q,
        given=given,
    )


def _wanted(sections: Sequence[Section], text: str, *, only_given: bool) -> Iterator[Section]:
    for section in sections:
        found = tuple(
            setting
            for setting in section.settings
            if _is_meant(setting, text) and not (only_given and setting.source is Source.DEFAULT)
        )
        if found:
            yield replace(section, settings=found)


def _is_meant(setting: Setting, text: str) -> bool:
    """In either language, and without tone marks."""
    said = (setting.variable, setting.meaning.vi, setting.meaning.en)
    return any(fold(text) in fold(one) for one in said)
