"""Text that comes from anywhere, made fit to be compared, or the reason why it isn't.

References
----------
Unicode Standard Annex 15, "Unicode Normalization Forms" (NFC, NFKC); Unicode Technical
Standard 39, "Unicode Security Mechanisms": mixed scripts and whole-script look-alikes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from parvis.domain.identifiers.problems import (
    CONTROL,
    EMPTY,
    INVISIBLE,
    LOOK_ALIKE,
    TOO_LONG,
)

__all__ = ["LONGEST", "Norm", "cleaned"]

#: The most signs of an identifier.
LONGEST: Final = 512

# with the sign that stands for bytes which could not be read
_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufff9-\uffff]"
)
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_WORD: Final = re.compile(r"[^\W_]+")
#: Alphabets that share shapes of letters.
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})
#: Letters of other alphabets that pass for small Latin ones.
_SHAPES: Final = frozenset("асԁеһіјӏоԛрѕԝхуѵгьαοιρυνκϲϳօսոհզց")


class Norm(NamedTuple):
    """An identifier as it is compared, or why it can't be; one of the two is None."""

    normal: str | None
    problem: str | None = None


def cleaned(text: str, *, exact: bool) -> Norm:
    r"""Trim a text and bring it to one form of Unicode.

    Parameters
    ----------
    text
        Anything.
    exact
        Keep what is written (NFC); else also take wide, raised and joined signs for the plain
        ones (NFKC).

    Examples
    --------
    >>> cleaned("  ann ", exact=True)
    Norm(normal='ann', problem=None)
    >>> cleaned("аnn", exact=True).problem
    'look_alike'
    """
    if len(text) > LONGEST:
        return Norm(None, TOO_LONG)
    trimmed = text.strip()
    if not trimmed:
        return Norm(None, EMPTY)
    if trimmed.isascii():
        return Norm(None, CONTROL) if _CONTROL.search(trimmed) else Norm(trimmed)
    if _CONTROL.search(trimmed):
        return Norm(None, CONTROL)
    # what joins emoji and Indic letters is a disguise in an identifier
    if _INVISIBLE.search(trimmed):
        return Norm(None, INVISIBLE)
    told = unicodedata.normalize("NFC" if exact else "NFKC", trimmed).strip()
    if not told:
        return Norm(None, EMPTY)
    if len(told) > LONGEST:
        return Norm(None, TOO_LONG)
    return Norm(None, LOOK_ALIKE) if _looks_alike(told) else Norm(told)


def _looks_alike(text: str) -> bool:
    words = _WORD.findall(text)
    scripts = [frozenset(filter(None, map(_script, word))) & _ALIKE for word in words]
    if any(len(s) > 1 for s in scripts):
        return True
    # a whole word that passes for Latin, beside a Latin one: аре@mail.example
    return frozenset({"LATIN"}) in scripts and any(
        s and s != {"LATIN"} and _SHAPES.issuperset(word.lower())
        for word, s in zip(words, scripts, strict=True)
    )


@lru_cache(maxsize=65_536)
def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0] if sign.isalpha() else ""
