"""Words of pages from gettext catalogues: Vietnamese is the source, other languages are files.

Read from the `.po` that translators edit: there is nothing to compile and nothing to forget.
"""

from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import Environment, pass_context
from jinja2.runtime import Context

SOURCE = "vi"


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is written; templates translate it."""
    return sentence


class Catalogue:
    """`folder` has a file for each language besides the source's, such as `en.po`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _translations(self) -> dict[str, NullTranslations]:
        return {file.stem: _load(file) for file in self._folder.glob("*.po")}

    def of(self, language: str) -> NullTranslations:
        return self._translations.get(language) or NullTranslations()

    def install(self, environment: Environment) -> None:
        """Give templates `_()`, `ngettext()` and `{% trans %}` in the language of the page."""
        environment.add_extension("jinja2.ext.i18n")

        @pass_context
        def gettext(context: Context, sentence: str) -> str:
            return self.of(context["language"]).ugettext(sentence)

        @pass_context
        def ngettext(context: Context, one: str, many: str, count: int) -> str:
            return self.of(context["language"]).ungettext(one, many, count)

        install: Callable[..., Any] = environment.install_gettext_callables  # type: ignore[attr-defined]
        install(gettext, ngettext, newstyle=True)


def _load(file: Path) -> Translations:
    with file.open("rb") as source:
        catalogue = read_po(source, locale=file.stem)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
