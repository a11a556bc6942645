"""Brands, products and competitors in texts, by their names, aliases and what stands around."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from parvis.errors import ListeningError

__all__ = ["Entry", "Gazetteer", "Mentioned", "clauses_of", "plain_name"]

_LEAST = 0.5
_AROUND = 80
_CLAUSE = re.compile(
    r"(?:[.!?…;\n]+(?=\s|$)|,?\s+(?:mais|but|however|par contre|en revanche|alors que|tandis que|"
    r"whereas|while|although|though|bien que|sauf que|except that)\s|,\s+(?=(?:et|and)\s))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that has a name.

    Parameters
    ----------
    kind
        As the team calls it: `brand`, `product`, `competitor`.
    name
        What it is called on the pages.
    aliases
        How people write it, beside its name: other spellings, `@handles`, `#tags`.
    context
        Where the name is a word of the language too (Orange, Apple): words of which one must stand
        near for it to be meant. Empty: the name is enough.
    not_with
        Words near which it is never meant.
    """

    kind: str
    name: str
    aliases: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A thing that a text names, where, and how probable it is that it is meant."""

    kind: str
    name: str
    start: int
    end: int
    probability: float


class Gazetteer:
    """Finds the things of a list in texts, whatever their case and accents.

    Raises
    ------
    ListeningError
        An entry has no name, or one alias stands for two things that no context tells apart.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            for alias in {plain_name(one.strip()) for one in (entry.name, *entry.aliases)}:
                if not alias:
                    raise ListeningError(
                        f"The list of names has an empty one: {entry!r}.",
                        "Give each brand, product and competitor a name, and no empty alias.",
                    )
                self._add(alias, entry)
        longest_first = sorted(self._entries, key=lambda alias: (-len(alias), alias))
        either = "|".join(re.escape(alias).replace(r"\ ", r"\s+") for alias in longest_first)
        self._pattern = re.compile(rf"(?<!\w)[@#]?(?:{either})(?!\w)") if either else None

    def _add(self, alias: str, entry: Entry) -> None:
        others = self._entries.setdefault(alias, [])
        if others and not all(one.context for one in (*others, entry)):
            raise ListeningError(
                f"{alias!r} stands for both {others[0].name!r} and {entry.name!r}.",
                "Give both of them context words that tell which one is meant.",
            )
        others.append(entry)

    def find(self, text: str) -> list[Mentioned]:
        """Find what a bounded text names, in the order of the text; doubtful ones are left out."""
        if self._pattern is None:
            return []
        plain = plain_name(text)
        found = []
        for match in self._pattern.finditer(plain):
            written = re.sub(r"\s+", " ", match.group())
            meant = self._entries.get(written) or self._entries[written.lstrip("@#")]
            start, end = match.span()
            around = set(re.findall(r"\w+", plain[max(0, start - _AROUND) : end + _AROUND]))
            sure = [(_probability(one, text[start:end], around), one) for one in meant]
            probability, entry = max(sure, key=lambda pair: pair[0])
            if probability >= _LEAST:
                found.append(Mentioned(entry.kind, entry.name, start, end, probability))
        return found


def _probability(entry: Entry, written: str, around: set[str]) -> float:
    if around & set(map(plain_name, entry.not_with)):
        return 0.0
    if not entry.context or written[0] in "@#":
        return 0.95
    if around & set(map(plain_name, entry.context)):
        return 0.9
    # a capital within a sentence speaks for a name, but not enough to be believed alone
    return 0.45 if written[:1].isupper() else 0.2


def plain_name(text: str) -> str:
    """Write a name as it is compared: small letters without accents, as many as it has."""
    # letter by letter, so that places in the plain text are places in the text
    return "".join(_plain_letter(letter) for letter in text)


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    bare = unicodedata.normalize("NFD", letter)[0].lower()
    return "'" if letter == "’" else bare if len(bare) == 1 else letter


def clauses_of(text: str, start: int, end: int) -> str:
    """Cut out the clause in which a thing is named: what is said of it, not of the rest."""
    left = 0
    for match in _CLAUSE.finditer(text):
        if match.end() <= start:
            left = match.end()
        elif match.start() >= end:
            return text[left : match.start()].strip()
    return text[left:].strip()
