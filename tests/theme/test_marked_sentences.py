"""What is safe on a page stands in its template: nothing else is taken for markup."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from theme.catalogue import Catalogue

ROOT = Path(__file__).parents[2]
LAYERS = ("theme", "sso", "console")
HOSTILE = "<b>50%%</b> của %(name)s"
SENTENCES = {"_": 1, "gettext": 1, "ngettext": 2}
"""How many of the first arguments of each are sentences."""
UNSAFE = ("safe", "mark_safe")


@pytest.fixture(scope="module")
def environment() -> Environment:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    Catalogue(ROOT / "console" / "locale").install(environment)
    return environment


def templates() -> list[Path]:
    return sorted(
        file for layer in LAYERS for file in (ROOT / layer).glob("**/templates/**/*.html")
    )


def test_only_sentences_that_stand_in_templates_are_taken_for_markup(
    environment: Environment,
) -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{call.lineno} (a value goes through the filter `translated`)"
        for file in templates()
        for call in environment.parse(file.read_text()).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and any(
            not isinstance(sentence, nodes.Const)
            for sentence in call.args[: SENTENCES.get(call.node.name, 0)]
        )
    ]
    assert wrong == []


def test_no_template_declares_a_value_safe(environment: Environment) -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{one.lineno}"
        for file in templates()
        for one in environment.parse(file.read_text()).find_all(
            (nodes.Filter, nodes.MarkSafe, nodes.ScopedEvalContextModifier)
        )
        if not isinstance(one, nodes.Filter) or one.name in UNSAFE
    ]
    assert wrong == []


def test_what_a_value_says_is_text_also_when_it_is_translated(environment: Environment) -> None:
    page = environment.from_string("{{ said | translated }} {{ said | translated(name=said) }}")
    shown = page.render(language="en", said=HOSTILE)
    assert shown == (
        "&lt;b&gt;50%&lt;/b&gt; của %(name)s "
        "&lt;b&gt;50%&lt;/b&gt; của &lt;b&gt;50%%&lt;/b&gt; của %(name)s"
    )


def test_a_value_that_is_no_sentence_is_said_as_it_is(environment: Environment) -> None:
    assert environment.from_string("{{ 'x:100%' | translated }}").render(language="vi") == "x:100%"


def test_a_value_is_translated_where_the_catalogue_has_it(environment: Environment) -> None:
    page = environment.from_string("{{ 'Nữ' | translated }}")
    assert page.render(language="en") == "Female"
