"""What somebody wrote in a mail, without what they answer and how they sign.

References
----------
RFC 3676, "The Text/Plain Format and DelSp Parameters", 4.2 (flowed lines), 4.3 (the usual
signature, a line of two dashes and a space) and 4.5 (quotes). Attributions ("On … wrote:",
"Le … a écrit :") are a custom of mail programs, and no standard describes them.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["cut_history", "flowed", "own_words"]

_ATTRIBUTION: Final = re.compile(
    r"^(?:Le\b.{4,300}?\ba\s+écrit\s*:|On\b.{4,300}?\bwrote\s*:|El\b.{4,300}?\bescribió\s*:"
    r"|Am\b.{4,300}?\bschrieb\b.{0,100}?:"
    r"|.{3,200}?<[^<>\s]+@[^<>\s]+>\s*(?:a écrit|wrote)\s*:)\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BANNER: Final = re.compile(
    r"^\s*[-_—]{2,}\s*(?:Message d['’]origine|Message original|Message transféré|Message initial|"
    r"E-?mail d['’]origine|Original Message|Forwarded message|Original e-?mail)\s*[-_—]{2,}\s*$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"^\s*\*?(?:De|From|Von)\s?\*?:\*?\s*\S", re.IGNORECASE)
_SENT: Final = re.compile(r"^\s*\*?(?:Envoyé(?: le)?|Sent|Date|Gesendet)\s?\*?:", re.IGNORECASE)
_TO: Final = re.compile(r"^\s*\*?(?:À|A|To|Objet|Subject|An|Betreff)\s?\*?:", re.IGNORECASE)
_PHONE: Final = re.compile(
    r"^(?:Envoyé (?:de|depuis|à partir de) (?:mon|ma|l['’]|Yahoo|Outlook|Courrier).{0,60}"
    r"|Sent from (?:my|Yahoo|Outlook|Mail).{0,60}"
    r"|(?:Télécharger|Obtenir|Get) Outlook (?:pour|for) .{0,40})$",
    re.IGNORECASE,
)
_HTML_HISTORY: Final = re.compile(
    r"<(?:div|blockquote|hr)\b[^<>]{0,300}?(?:gmail_quote|moz-cite-prefix|yahoo_quoted|"
    r"divRplyFwdMsg|appendonsend|OutlookMessageHeader|type=[\"']?cite)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE: Final = 12


def own_words(text: str) -> str:
    r"""Return what the writer of a mail says themselves.

    Lines that are quoted (``>``) go, and the line that says whose they were; where the mail
    that is answered stands below unmarked, as Outlook leaves it, all of it goes. Answers
    written between quoted lines stay. The signature goes.

    Parameters
    ----------
    text
        Plain text of a mail.

    Examples
    --------
    >>> own_words("Oui, merci !\n\nLe 3 mars 2026, Ann a écrit :\n> Est-il vert ?\n-- \nBob")
    'Oui, merci !'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if line.lstrip().startswith(">"):
            place += 1
            continue
        length = _history_at(lines, place)
        if length:
            if not _is_quoted(lines, place + length):
                break
            place += length
            continue
        if not _PHONE.match(line.strip()):
            kept.append(line.rstrip())
        place += 1
    return "\n".join(_unsigned(kept)).strip()


def _history_at(lines: list[str], place: int) -> int:
    """Tell how many lines announce the mail that is answered; 0: none."""
    line = lines[place].strip()
    if not line or len(line) > 400:
        return 0
    if _BANNER.match(line):
        return 1
    if _FROM.match(line):
        below = lines[place + 1 : place + 6]
        if any(_SENT.match(b) for b in below) and any(_TO.match(b) for b in below):
            return 1
    joined = line
    for length in range(1, 4):
        if joined.endswith(":") and _ATTRIBUTION.match(joined):
            return length
        following = lines[place + length].strip() if place + length < len(lines) else ""
        if not following or len(following) > 400:
            return 0
        joined += " " + following
    return 0


def _is_quoted(lines: list[str], place: int) -> bool:
    following = next((line for line in lines[place : place + 5] if line.strip()), "")
    return following.lstrip().startswith(">")


def _unsigned(lines: list[str]) -> list[str]:
    # trailing spaces are gone, and with them what tells a signature from a line drawn by hand:
    # a long rest isn't one
    first = max(len(lines) - _LONGEST_SIGNATURE - 1, 0)
    for place in range(first, len(lines)):
        if lines[place] in ("--", "—") and place:
            return lines[:place]
    return lines


def cut_history(markup: str) -> str:
    """Return an HTML mail up to where a mail program put what is answered."""
    found = _HTML_HISTORY.search(markup)
    return markup[: found.start()] if found else markup


def flowed(text: str) -> str:
    r"""Join the lines that `format=flowed` broke softly.

    Examples
    --------
    >>> flowed("Un thé \nvert\n-- \nAnn")
    'Un thé vert\n-- \nAnn'
    """
    out: list[str] = []
    is_open = False
    for raw in text.replace("\r\n", "\n").split("\n"):
        line = raw.removeprefix(" ")
        if is_open and not line.startswith(">") and line != "-- ":
            out[-1] += line
        else:
            out.append(line)
        is_open = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(out)
