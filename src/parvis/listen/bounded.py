"""Whatever comes as text, made fit to be read: short enough, and free of what only hides."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LONGEST", "bounded"]

LONGEST = 2_000
"""Characters of a text that are read; what follows is cut, and the result says so."""

# zero-width and direction marks hide words from people and from filters alike; the joiner is kept
# where it builds a composed emoji, which is to say not beside a letter
_HIDDEN = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
    "|(?<=\\w)\u200d|\u200d(?=\\w)"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_HALVES = re.compile("[\ud800-\udfff]")
_STACKED = re.compile("([\u0300-\u036f]{3})[\u0300-\u036f]+")


def bounded(text: str) -> tuple[str, bool]:
    """Cut a text to what is read of it and take out what can't be seen.

    Parameters
    ----------
    text
        Anything that was said, of any length.

    Returns
    -------
    tuple
        The text, at most `LONGEST` characters, composed (NFC), without control, zero-width and
        direction characters; and whether it was cut.
    """
    # what hides must not use up the length, but a megabyte of it is not looked through either
    head = text[: 4 * LONGEST]
    head = _HALVES.sub("\ufffd", head)
    head = _CONTROLS.sub(" ", _HIDDEN.sub("", head))
    head = unicodedata.normalize("NFC", _STACKED.sub(r"\1", head))
    return head[:LONGEST], len(text) > 4 * LONGEST or len(head) > LONGEST
