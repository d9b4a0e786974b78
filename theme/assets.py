"""Style sheets and scripts, named by their content so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

VERSION = "v"
LENGTH = 12
FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"


@cache
def version_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:LENGTH]


class Assets(StaticFiles):
    """A folder of files; an address with a version never changes what it means."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(f"{VERSION}=".encode())
        response.headers["Cache-Control"] = FOR_EVER if versioned else SHORTLY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
