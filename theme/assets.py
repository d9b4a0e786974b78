"""Style sheets and scripts, named by their content so that browsers may keep them for ever."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

LENGTH = 12
FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=300"
PACKED = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
"""What compressing makes smaller, with its media type."""
OK = 200


@cache
def query_of(file: Path) -> str:
    """What the address of a file ends with as long as it is what it is."""
    return f"v={hashlib.sha256(file.read_bytes()).hexdigest()[:LENGTH]}"


@cache
def _packed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


class Assets(StaticFiles):
    """A folder of files; an address with the version of its file never changes what it means.

    One with another version, as a page of before an upgrade has it, is not kept: it would be
    the new file under the name of the old one.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        found, _ = self.lookup_path(path)
        file = Path(found)
        current = scope["query_string"] == query_of(file).encode()
        if response.status_code == OK and file.suffix in PACKED:
            response = _smaller(file, response, scope)
        response.headers["Cache-Control"] = FOR_EVER if current else SHORTLY
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _smaller(file: Path, response: Response, scope: Scope) -> Response:
    """Compressed where the browser takes it: the style sheet of the console is 530 kB, or 69."""
    if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
        body = b"" if scope["method"] == "HEAD" else _packed(file)
        etag = response.headers["etag"]
        response = Response(body, media_type=PACKED[file.suffix])
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(_packed(file)))
        response.headers["ETag"] = f"W/{etag}"  # the same content, not the same bytes
    response.headers["Vary"] = "Accept-Encoding"
    return response
