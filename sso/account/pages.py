"""The templates of the pages of the own account."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import Request, Response

from kernel.messages import Message
from sso.account import texts
from sso.account.frame import Frame
from theme.moments import moment_in_words
from theme.pages import Pages

pages = Pages(Path(__file__).parent / "templates")


def show(
    request: Request,
    template: str,
    frame: Frame,
    now: datetime,
    *,
    done: Mapping[str, Message] = texts.DONE,
    **values: Any,
) -> Response:
    """`done`: what the word in the address says that has just happened."""

    def moment(at: datetime) -> Message:
        return moment_in_words(at, now)

    return pages.render(
        request,
        template,
        texts=texts,
        frame=frame,
        me=frame.me,
        moment=moment,
        day=day_in_words,
        done=done.get(request.query_params.get("done", "")),
        **values,
    )


def day_in_words(day: date) -> str:
    """27/11/2026, as offices write it in both languages."""
    return f"{day:%d/%m/%Y}"
