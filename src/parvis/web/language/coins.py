"""What a unit of money is called where the pages speak of "the last euro"."""

from __future__ import annotations

import re
from typing import Final

from babel.support import NullTranslations

__all__ = ["EURO", "Coined"]

#: The texts are written in it.
EURO: Final = "EUR"

_DOLLAR: Final = ("dollar", "dollars")
#: One and many, by language. Others are called by their code, which French writes with "le" too.
_COINS: Final = {
    "en": {
        "USD": _DOLLAR, "CAD": _DOLLAR, "AUD": _DOLLAR, "NZD": _DOLLAR, "GBP": ("pound", "pounds"),
        "CHF": ("franc", "francs"), "JPY": ("yen", "yen"),
    },
    "fr": {
        "USD": _DOLLAR, "CAD": _DOLLAR, "AUD": _DOLLAR, "NZD": _DOLLAR, "CHF": ("franc", "francs"),
        "JPY": ("yen", "yens"),
    },
}  # fmt: skip
_WORD: Final = re.compile(r"\b(euro)(s?)\b")


class Coined(NullTranslations):
    """Translations in which money is called as the workspace counts it.

    Parameters
    ----------
    inner
        The translations.
    code
        Of the language.
    currency
        Of the workspace, ISO 4217.
    """

    def __init__(self, inner: NullTranslations, code: str, currency: str) -> None:
        super().__init__()
        self._inner = inner
        self._one, self._many = _COINS[code].get(currency, (currency, currency))

    def gettext(self, message: str) -> str:
        """Translate a text."""
        return self._coined(self._inner.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Translate a text that depends on a number."""
        return self._coined(self._inner.ngettext(msgid1, msgid2, n))

    ugettext, ungettext = gettext, ngettext

    def _coined(self, text: str) -> str:
        if "euro" not in text:
            return text
        return _WORD.sub(lambda found: self._many if found[2] else self._one, text)
