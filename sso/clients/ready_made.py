"""The shared systems of `deploy/clients.toml`, to be taken as a beginning."""

import re
import tomllib
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "deploy" / "clients.toml"
PLACE = "{domain}"
DOMAIN = re.compile(r"(?=.{3,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))+")


def is_domain(text: str) -> bool:
    return DOMAIN.fullmatch(text) is not None


def ready_made(domain: str) -> dict[str, dict[str, Any]]:
    """Client id to description, with the domain of a province in its addresses.

    Only what was read is filled in: nothing in the domain can change what the file means.
    """
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["clients"]
    return {name: _filled(entry, domain) for name, entry in entries.items()}


def _filled(value: Any, domain: str) -> Any:
    if isinstance(value, str):
        return value.replace(PLACE, domain)
    if isinstance(value, list):
        return [_filled(one, domain) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, domain) for name, one in value.items()}
    return value
