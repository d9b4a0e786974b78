"""Words of pages from gettext catalogues: Vietnamese is the source, other languages are files.

Read from the `.po` that translators edit: there is nothing to compile and nothing to forget.
"""

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import babel.messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

SOURCE = "vi"
UNTRANSLATED = NullTranslations()


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is written; templates translate it."""
    return sentence


class Catalogue:
    """`folder` has a folder for each language but the source's, such as `en`, with `.po` files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._words: dict[str, Mapping[str, Callable[..., Markup]]] = {}

    @cached_property
    def _translations(self) -> dict[str, NullTranslations]:
        return {folder.name: _load(folder) for folder in self._folder.iterdir()}

    def of(self, language: str) -> NullTranslations:
        return self._translations.get(language) or UNTRANSLATED

    def words_in(self, language: str) -> Mapping[str, Callable[..., Markup]]:
        """The same words for the pages of one language, to be given to a template that is rendered.

        Whatever asks for the context gets a copy of it at each call within a loop.
        """
        if language not in self._words:
            self._words[language] = _words_of(self.of(language))
        return self._words[language]

    def install(self, environment: Environment) -> None:
        """Give templates `_()`, `ngettext()`, `{% trans %}` and the filter `translated`.

        What `_()` says is markup, since it stands in the template; what a value says is text, and
        goes through the filter: `{{ row.label | translated }}`.
        """
        environment.add_extension("jinja2.ext.i18n")

        @pass_context
        def gettext(context: Context, sentence: str, /, **variables: Any) -> Markup:
            found: Markup = self.words_in(context["language"])["_"](sentence, **variables)
            return found

        @pass_context
        def ngettext(
            context: Context, one: str, many: str, count: int, /, **variables: Any
        ) -> Markup:
            words = self.words_in(context["language"])
            found: Markup = words["ngettext"](one, many, count, **variables)
            return found

        @lru_cache(maxsize=8192)  # a table says the same few sentences in each of its rows
        def text(language: str, sentence: str) -> str:
            return self.of(language).ugettext(sentence).replace("%%", "%")

        @pass_context
        def translated(context: Context, sentence: str, /, **variables: Any) -> str:
            if not variables:
                return text(context["language"], sentence)
            return self.of(context["language"]).ugettext(sentence) % variables

        environment.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
        environment.filters["translated"] = translated
        environment.newstyle_gettext = True  # type: ignore[attr-defined]


def _words_of(translations: NullTranslations) -> Mapping[str, Callable[..., Markup]]:
    @lru_cache(maxsize=8192)  # a table says the same few sentences in each of its rows
    def plain(sentence: str) -> Markup:
        return _safe(translations.ugettext(sentence)) % {}

    def gettext(sentence: str, /, **variables: Any) -> Markup:
        if not variables:
            return plain(sentence)
        return _safe(translations.ugettext(sentence)) % variables

    def ngettext(one: str, many: str, count: int, /, **variables: Any) -> Markup:
        sentence = translations.ungettext(one, many, count)
        return _safe(sentence) % ({"num": count} | variables)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def _safe(sentence: str) -> Markup:
    """What stands in templates and catalogues; the variables in it are escaped."""
    return Markup(sentence)  # noqa: S704


def _load(folder: Path) -> Translations:
    whole = babel.messages.Catalog(locale=folder.name)
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=folder.name):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)
