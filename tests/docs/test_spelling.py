"""One spelling of Vietnamese everywhere: the tone stands on the first of two vowels, as in khóa."""

import re

from entrypoints.home import CHECKOUT

FOLDERS = [
    "console",
    "deploy",
    "docs",
    "entrypoints",
    "identity",
    "kernel",
    "mail_admin",
    "sso",
    "sso_client",
    "theme",
]
KINDS = {".html", ".js", ".md", ".po", ".py", ".toml", ".txt"}
OTHER_FORM = re.compile(r"\w*(?:o[áàảãạéèẻẽẹ]|(?<!q)u[ýỳỷỹỵ])(?!\w)", re.IGNORECASE)
"""At the end of a syllable: in hoán the tone has no choice, and the u of quý belongs to its q."""
BOTH_FORMS = {
    "docs/explanation/matching.md",  # people write their names in either
    "identity/hr_import/file_claims.py",
    "identity/hr_import/rows.py",
    "identity/names/sort_key.py",
    "identity/names/syllables.py",
}


def test_pages_messages_and_documents_spell_alike() -> None:
    files = [*CHECKOUT.glob("*.md")]
    for folder in FOLDERS:
        files += [file for file in (CHECKOUT / folder).rglob("*") if file.suffix in KINDS]
    found = {
        f"{file.relative_to(CHECKOUT)}: {word}"
        for file in files
        if str(file.relative_to(CHECKOUT)) not in BOTH_FORMS
        for word in OTHER_FORM.findall(file.read_text(encoding="utf-8"))
    }
    assert found == set()
