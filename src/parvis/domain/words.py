"""How words are compared."""

from __future__ import annotations

import unicodedata

__all__ = ["without_accents"]


def without_accents(text: str) -> str:
    """Write a text in small letters without accents.

    Examples
    --------
    >>> without_accents("Encore une PANNE générale")
    'encore une panne generale'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
