"""Pages for those who connect systems; tests/sso/relying_parties run their blocks."""

import shlex

import pytest

from entrypoints.cli.clients import create
from tests.support.walkthrough import PAGES, blocks

ALL = sorted(path.name for path in PAGES.glob("*.md") if path.name != "README.md")


def commands(page: str) -> list[list[str]]:
    text = "\n".join(blocks(page, "console")).replace("\\\n", " ")
    return [shlex.split(line[2:]) for line in text.splitlines() if "client create" in line]


@pytest.mark.parametrize("page", ALL)
def test_the_index_leads_to_every_page(page: str) -> None:
    assert f"]({page})" in (PAGES / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ALL)
def test_every_page_registers_its_systems_with_options_that_exist(page: str) -> None:
    shown = commands(page)
    assert shown
    for words in shown:
        assert words[:3] == ["congvu", "client", "create"]
        context = create.make_context("create", words[3:])
        assert context.params["reason"]
