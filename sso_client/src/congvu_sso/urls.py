"""Comparing addresses, and which of them may be asked for keys."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """An http(s) address without query and fragment, in its normal form (RFC 3986 section 6.2)."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_private_to_transport(self) -> bool:
        """Nobody on the way can read or change what passes."""
        return self.scheme == "https" or self.host in _LOOPBACK

    def same_origin(self, other: "Address") -> bool:
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)


def parse_address(url: str) -> Address:
    """Raises ValueError when it is no absolute http or https address."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an absolute http or https address")
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    path = _without_dots(_ESCAPED.sub(_normal_escape, parts.path))
    return Address(parts.scheme, parts.hostname, port, path)


def _normal_escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4; an empty path is the root."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    ends_in_folder = bool(segments) and segments[-1] in {".", ".."}
    return "/" + "/".join(kept) + ("/" if ends_in_folder and kept else "")
