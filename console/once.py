"""A form that is sent several times within a moment makes one thing.

Its page carries a key (`parts.once`). What is made gets an id of that key and all that was sent:
the same once more finds what it made, and a form that was changed since makes another.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from console.forms import tried
from kernel.database import Base, Database
from theme.faults import Fault

KEY = "once"
CHUNK = 64 * 1024
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))")


@dataclass(frozen=True, slots=True)
class Once:
    id: UUID
    """Of what the form makes."""

    def tried(
        self,
        db: Database,
        kind: type[Base],
        write: Callable[[Session], object],
        faults: Sequence[Fault] = (),
    ) -> list[Fault]:
        """`console.forms.tried` for what is not made yet, unless there are `faults`.

        What was made in the meantime may be what the form is at fault with.
        """

        def write_first(session: Session) -> None:
            if not self._is_made(session, kind):
                write(session)

        found = [*faults] or tried(db, write_first)
        if found:
            with db.transaction() as session:
                return [] if self._is_made(session, kind) else found
        return []

    def _is_made(self, session: Session, kind: type[Base]) -> bool:
        """Waits for whoever is making it."""
        session.execute(ONE_AT_A_TIME, {"id": str(self.id)})
        return session.get(kind, self.id) is not None


async def once(request: Request) -> Once:
    """Where the form has no key, each request makes a thing of its own."""
    form = await request.form()
    try:
        key = UUID(str(form.get(KEY, "")))
    except ValueError:
        return Once(uuid4())
    sent = [(name, await _sent(value)) for name, value in form.multi_items()]
    return Once(uuid5(key, f"{request.url.path}?{request.url.query}\n{urlencode(sent)}"))


async def _sent(value: UploadFile | str) -> str:
    if isinstance(value, str):
        return value
    digest = hashlib.sha256()
    while chunk := await value.read(CHUNK):
        digest.update(chunk)
    await value.seek(0)
    return f"{value.filename} {digest.hexdigest()}"


MakesOnce = Annotated[Once, Depends(once)]
