"""The words of the pages: English in the code, French in a catalog compiled in memory."""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from parvis.web.language.coins import EURO, Coined
from parvis.web.language.formats import Formats

__all__ = ["LANGUAGES", "Language", "load_languages", "read_catalog"]

#: The languages of the pages, each by its own name.
LANGUAGES: Final = {"en": "English", "fr": "Français"}


def read_catalog(code: str) -> bytes:
    """Return the text of a language's catalog."""
    place = resources.files("parvis.web") / "locale" / code / "LC_MESSAGES" / "parvis.po"
    return place.read_bytes()


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its words and its figures.

    Parameters
    ----------
    code
        ``en`` or ``fr``.
    formats
        How it writes figures.
    translations
        Its words.
    """

    code: str
    formats: Formats
    translations: NullTranslations

    def say(self, text: str, **values: Any) -> str:
        """Translate a text and fill it in."""
        told: str = self.translations.ugettext(text) if text else ""
        return told % values if values else told

    def say_n(self, one: str, many: str, count: float, **values: Any) -> str:
        """Translate a text that depends on a number (``%(n)s`` in it)."""
        # French says "1,5 client": below two is one
        whole = int(count) if self.code == "fr" or count == int(count) else 2
        told: str = self.translations.ungettext(one, many, whole)
        return told % {"n": self.formats.number(count), **values}


def load_languages(currency: str = EURO) -> dict[str, Language]:
    """Read the catalogs; English needs none.

    Parameters
    ----------
    currency
        In which the workspace counts: "the last euro" is called so.
    """

    def loaded_as(code: str, words: NullTranslations) -> Language:
        spoken = words if currency == EURO else Coined(words, code, currency)
        return Language(code, Formats(code), spoken)

    loaded = {"en": loaded_as("en", NullTranslations())}
    for code in LANGUAGES:
        if code not in loaded:
            catalog = read_po(io.BytesIO(read_catalog(code)), locale=code)
            compiled = io.BytesIO()
            write_mo(compiled, catalog)
            compiled.seek(0)
            loaded[code] = loaded_as(code, Translations(compiled))
    return loaded
