"""What the code writes: marked parts of docs/reference, and the catalogue of settings."""

from collections.abc import Callable, Iterator
from pathlib import Path

from entrypoints.home import CHECKOUT
from entrypoints.reference.audit_details import audit_details
from entrypoints.reference.client_members import client_members
from entrypoints.reference.columns import columns
from entrypoints.reference.commands import commands
from entrypoints.reference.markdown import BLOCK, fill_blocks
from entrypoints.reference.refusals import audit_tags, errors, notes, password_rules, reasons
from entrypoints.reference.setting_words import CATALOGUE, catalogue
from entrypoints.reference.variables import settings

WRITERS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "errors": errors,
    "password-rules": password_rules,
    "reasons": reasons,
    "notes": notes,
    "columns": columns,
    "client-members": client_members,
    "audit-tags": audit_tags,
    "audit-details": audit_details,
}


def current_pages() -> Iterator[tuple[Path, str]]:
    """Each page that has generated parts, and what it should hold now."""
    yield CATALOGUE, catalogue()
    for path in sorted((CHECKOUT / "docs" / "reference").glob("*.md")):
        page = path.read_text(encoding="utf-8")
        names = {match["name"] for match in BLOCK.finditer(page)}
        if names:
            yield path, fill_blocks(page, {name: WRITERS[name]() for name in names})
