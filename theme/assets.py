"""Style sheets and scripts, named by their content so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

LENGTH = 12
FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"


@cache
def query_of(file: Path) -> str:
    """What the address of a file ends with as long as it is what it is."""
    return f"v={hashlib.sha256(file.read_bytes()).hexdigest()[:LENGTH]}"


class Assets(StaticFiles):
    """A folder of files; an address with the version of its file never changes what it means.

    One with another version, as a page of before an upgrade has it, is not kept: it would be
    the new file under the name of the old one.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        file, _ = self.lookup_path(path)
        current = scope["query_string"] == query_of(Path(file)).encode()
        response.headers["Cache-Control"] = FOR_EVER if current else SHORTLY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
