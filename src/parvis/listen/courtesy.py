"""Letters without their courtesy: how one greets and takes leave says nothing of one's mood."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_courtesy"]

_GREETING: Final = re.compile(
    r"(?:bonjour|bonsoir|salut|coucou|madame|monsieur|mesdames|messieurs|ch[eè]re?s?|hello|hi|hey"
    r"|dear|good (?:morning|afternoon|evening)|to whom it may concern)\b",
    re.IGNORECASE,
)
#: What ends a letter whatever follows, and what does so only as a line of its own: "Best tea ever"
#: and "Sincèrement déçue" take leave of nobody.
_LEAVE: Final = re.compile(
    r"(?:(?:bien |très |tres )?cordialement|respectueusement"
    r"|(?:meilleures |sincères |mes )?salutations|bien à vous"
    r"|(?:je vous prie|nous vous prions|veuillez|recevez) .{0,40}(?:agréer|recevoir|croire|salut)"
    r"|dans l['’]attente (?:de (?:votre|vos|vous)|d['’]une réponse)|en vous remerciant"
    r"|(?:un grand )?merci (?:d['’]avance|par avance)"
    r"|bonne (?:journée|soirée|continuation|réception)"
    r"|(?:kind|best|warm)(?:est)? (?:regards|wishes)"
    r"|yours (?:sincerely|faithfully|truly))\b"
    r"|(?:(?:bien )?sinc[eè]rement|sincerely|regards|best|cheers|many thanks|merci"
    r"|(?:thanks|thank you)(?: (?:very|so) much)?(?: in advance)?)[ ,.!]*$",
    re.IGNORECASE,
)
#: Lines are looked at so far from the beginning, and so far from the end.
_FIRST, _LAST = 3, 6
_LONGEST_GREETING, _LONGEST_LEAVE = 60, 160
#: A letter of which less is left was courtesy: it is read whole.
_SHORTEST: Final = 20


def without_courtesy(text: str) -> str:
    r"""Leave out the greeting above a letter, and how it ends; a text of one line is left alone.

    What follows the leave is the signature. French and English.

    Examples
    --------
    >>> without_courtesy("Bonjour,\n\nToujours pas de colis !\n\nBien cordialement\nAna")
    'Toujours pas de colis !'
    >>> without_courtesy("Bonjour, toujours pas de colis, merci d'avance")
    "Bonjour, toujours pas de colis, merci d'avance"
    """
    if "\n" not in text:
        return text
    lines = [line for line in text.strip().split("\n") if line.strip()]
    whole = len(lines)
    for place in range(max(1, whole - _LAST), whole):
        if _is(lines[place], _LEAVE, _LONGEST_LEAVE):
            del lines[place:]
            break
    # a subject may stand above the greeting
    head = [line for line in lines[:_FIRST] if not _is(line, _GREETING, _LONGEST_GREETING)]
    kept = head + lines[_FIRST:]
    told = "\n".join(kept).strip()
    return told if len(kept) < whole and len(told) >= _SHORTEST else text


def _is(line: str, opening: re.Pattern[str], longest: int) -> bool:
    told = line.strip()
    return len(told) <= longest and opening.match(told) is not None
