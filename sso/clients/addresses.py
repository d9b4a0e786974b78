"""Which addresses a client may register, and when a requested one is the same.

Source: RFC 9700 section 2.1, RFC 8252 sections 7 and 8.4.
"""

import re
from urllib.parse import SplitResult, urlencode, urlsplit

LOOPBACK_HOSTS = {"127.0.0.1", "::1", "localhost"}
LOOPBACK_ADDRESSES = {"127.0.0.1", "::1"}
"""Literals only: what `localhost` means is up to the resolver (RFC 8252 section 8.3)."""
ODD = set('\\"<>^`{|}')
PLAIN_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
"""A name, IPv4 or IPv6: nothing that could mean more in a header that names it."""
PORT = re.compile(r":[1-9][0-9]{0,4}")
DANGEROUS = {"javascript", "data", "file", "vbscript", "blob", "about"}


def is_fitting_address(address: str) -> bool:
    """An absolute https address without fragment or credentials; plain http on loopback only."""
    parts = _split(address)
    if parts is None or parts.fragment or "#" in address or not parts.hostname:
        return False
    if parts.username is not None or parts.password is not None:
        return False
    if PLAIN_HOST.fullmatch(parts.hostname) is None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)


def is_fitting_redirect(address: str, *, native: bool) -> bool:
    """Native applications may also use a scheme of their own, which has a dot (RFC 8252)."""
    if is_fitting_address(address):
        return True
    parts = _split(address)
    if parts is None or not native or "#" in address:
        return False
    return "." in parts.scheme and parts.scheme not in DANGEROUS


def is_same_redirect(registered: str, requested: str) -> bool:
    """To the letter, but for the port of a loopback address, which native programs choose late."""
    if registered == requested:
        return True
    parts = _split(registered)
    if parts is None or parts.scheme != "http" or parts.hostname not in LOOPBACK_ADDRESSES:
        return False
    if parts.port is not None:  # registered without a port: any will do
        return False
    head, _, rest = registered.partition(parts.netloc)
    head += parts.netloc
    port = requested.removeprefix(head).removesuffix(rest)
    return requested == f"{head}{port}{rest}" and PORT.fullmatch(port) is not None


def _split(address: str) -> SplitResult | None:
    if " " in address or not address.isprintable() or ODD & set(address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port  # parsed only now; may be no number
    except ValueError:
        return None
    return parts


def with_query(address: str, **parameters: str | None) -> str:
    """`address`, which may have a query of its own, with those that are not None added."""
    present = {name: value for name, value in parameters.items() if value is not None}
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{urlencode(present)}" if present else address
