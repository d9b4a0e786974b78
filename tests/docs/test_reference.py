"""The reference says what the code says: `script/reference` writes it."""

import re

from entrypoints.home import CHECKOUT
from entrypoints.reference.pages import WRITERS, current_pages
from entrypoints.reference.refusals import errors, reasons
from identity.hr_import.findings import CODE_OF_HINT, REFUSALS

DOCS = CHECKOUT / "docs"
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")


def test_every_generated_part_is_current() -> None:
    stale = [path.name for path, text in current_pages() if path.read_text("utf-8") != text]
    assert stale == [], "run script/reference"


def test_every_writer_has_its_place_in_a_page() -> None:
    pages = [page.read_text("utf-8") for page in (DOCS / "reference").glob("*.md")]
    assert [
        name for name in WRITERS if not any(f"<!-- generated: {name} -->" in page for page in pages)
    ] == []


def test_reasons_of_the_parser_and_of_the_plan_are_both_listed() -> None:
    listed = set(re.findall(r"^\| `(\w+)`", reasons(), re.MULTILINE))
    assert listed >= set(REFUSALS) - set(CODE_OF_HINT)
    assert listed >= {"organisation_unknown", "match_needs_confirmation", "staff_number_conflict"}


def test_refusals_without_a_domain_error_are_listed_too() -> None:
    listed = set(re.findall(r"^\| `([\w-]+)`", errors(), re.MULTILINE))
    assert listed >= {"request-invalid", "too-many-attempts"}


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), *CHECKOUT.glob("*.md")]
    broken = [
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
