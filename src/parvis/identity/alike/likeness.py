"""Degrees of likeness: how each kind of field is compared, from the same to unlike.

The tests are SQL in the words of the engine that Splink works on; `{f}` stands for the
field's column, which Splink gives the ends `_l` and `_r`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from parvis.identity.alike.contracts import PLACE_KINDS, Field

__all__ = ["Comparison", "Level", "comparisons_of"]


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness.

    Parameters
    ----------
    words
        What it says of a pair.
    test
        A condition in SQL; the first that holds counts.
    m
        How often one person's records show it, before anything is learnt.
    by_term
        Whether a rare value weighs more than a frequent one.
    """

    words: str
    test: str
    m: float
    by_term: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one field is compared.

    Parameters
    ----------
    name, kind
        The field.
    column
        Its column in the prepared records.
    missing
        When nothing can be said, in SQL.
    levels
        From the strongest on; the last is everything else.
    is_personal
        Whether people of one household differ in it.
    is_place
        Whether it says where somebody lives: such fields agree together.
    names_alone
        Whether it alone may have made two records one customer for sure: such pairs then
        teach nothing about it.
    """

    name: str
    kind: str
    column: str
    missing: str
    levels: tuple[Level, ...]
    is_personal: bool
    is_place: bool
    names_alone: bool

    def for_splink(self, parameters: Sequence[tuple[float, float]] | None = None) -> dict[str, Any]:
        """Write it as Splink reads it, with (m, u) of each level where they are known."""
        levels: list[dict[str, Any]] = [
            {"sql_condition": self.missing, "label_for_charts": "unknown", "is_null_level": True}
        ]
        for number, level in enumerate(self.levels):
            one: dict[str, Any] = {"sql_condition": level.test, "label_for_charts": level.words}
            if level.by_term:
                one["tf_adjustment_column"] = self.column
            one["m_probability"] = level.m
            if parameters is not None:
                one["m_probability"], one["u_probability"] = parameters[number]
            levels.append(one)
        return {
            "output_column_name": self.column,
            "comparison_levels": levels,
            "comparison_description": self.name,
        }


_SAME: Final = '"{f}_l" = "{f}_r"'
_JARO: Final = 'jaro_winkler_similarity("{f}_l", "{f}_r") >= '
# the second test is several times slower, so the first leaves it little to do
_EDITS: Final = (
    'jaro_winkler_similarity("{f}_l", "{f}_r") >= 0.7 AND damerau_levenshtein("{f}_l", "{f}_r") <= '
)
_SHARED_WORDS: Final = (
    'len(list_intersect("{f}_words_l", "{f}_words_r")) >= {share} * '
    'greatest(1, least(len("{f}_words_l"), len("{f}_words_r")))'
)
# Jaccard's similarity is at least the share, with one intersection to compute
_JACCARD: Final = (
    'len(list_intersect("{f}_words_l", "{f}_words_r")) * (1 + {share}) >= '
    '{share} * (len("{f}_words_l") + len("{f}_words_r"))'
)
_MET: Final = 'list_has_any("{f}_l", "{f}_r")'


def _jaccard(share: float) -> str:
    return _JACCARD.replace("{share}", str(share))


def _name_levels(crossed: tuple[str, str] | None) -> tuple[Level, ...]:
    start = 'starts_with("{f}_l", "{f}_r") OR starts_with("{f}_r", "{f}_l")'
    levels = [Level("the same", _SAME, 0.75, by_term=True)]
    if crossed:
        levels.append(Level("first and last name changed places", crossed[0], 0.02))
        levels.append(Level("first and last name changed places, nearly", crossed[1], 0.01))
    levels += [
        Level("one letter differs", f'{_EDITS}1 AND length("{{f}}_l") > 3', 0.08),
        Level("one begins with the other", start, 0.03),
        Level("much alike", f"{_JARO}0.88", 0.04),
        Level("somewhat alike", f"{_JARO}0.75", 0.03),
        Level("unlike", "ELSE", 0.05),
    ]
    return tuple(levels)


_LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    "given_name": _name_levels(None),
    "surname": _name_levels(None),
    "full_name": (
        Level("the same", _SAME, 0.7, by_term=True),
        Level("the same words in another order", _jaccard(0.99), 0.04),
        Level("nearly the same", f"{_EDITS}2", 0.1),
        Level("much alike", f"{_JARO}0.92", 0.06),
        Level("words in common", _jaccard(0.4), 0.05),
        Level("unlike", "ELSE", 0.05),
    ),
    "date": (
        Level("the same", _SAME, 0.8, by_term=True),
        Level(
            "day and month changed places",
            'substr("{f}_l", 1, 4) = substr("{f}_r", 1, 4) AND '
            'substr("{f}_l", 5, 2) = substr("{f}_r", 7, 2) AND '
            'substr("{f}_l", 7, 2) = substr("{f}_r", 5, 2)',
            0.02,
        ),
        Level(
            "one digit differs",
            'hamming("{f}_l", "{f}_r") <= 2 AND damerau_levenshtein("{f}_l", "{f}_r") <= 1',
            0.08,
        ),
        Level(
            "the same day of another year",
            'substr("{f}_l", 5, 4) = substr("{f}_r", 5, 4)',
            0.02,
        ),
        Level(
            "another day of the same month",
            'substr("{f}_l", 1, 6) = substr("{f}_r", 1, 6)',
            0.02,
        ),
        Level("two digits differ", 'hamming("{f}_l", "{f}_r") <= 2', 0.02),
        Level("the same year", 'substr("{f}_l", 1, 4) = substr("{f}_r", 1, 4)', 0.01),
        Level("another", "ELSE", 0.03),
    ),
    "email": (
        Level("the same", _SAME, 0.6, by_term=True),
        Level("nearly the same", f"{_EDITS}2", 0.1),
        Level("the same before the @", '"{f}_user_l" = "{f}_user_r"', 0.08),
        Level(
            "nearly the same before the @",
            'jaro_winkler_similarity("{f}_user_l", "{f}_user_r") >= 0.7 AND '
            'damerau_levenshtein("{f}_user_l", "{f}_user_r") <= 2 AND length("{f}_user_l") > 5',
            0.06,
        ),
        Level("alike", f"{_JARO}0.88", 0.06),
        Level("another", "ELSE", 0.1),
    ),
    "phone": (
        Level("the same", _SAME, 0.7, by_term=True),
        Level("the same at the end", 'right("{f}_l", 8) = right("{f}_r", 8)', 0.05),
        Level("one digit differs", f"{_EDITS}1", 0.05),
        Level("another", "ELSE", 0.2),
    ),
    "handle": (
        Level("the same", _SAME, 0.7, by_term=True),
        Level("nearly the same", f"{_EDITS}1", 0.05),
        Level("alike", f"{_JARO}0.9", 0.05),
        Level("another", "ELSE", 0.2),
    ),
    "postal_code": (
        Level("the same", _SAME, 0.8, by_term=True),
        Level("one digit differs", f"{_EDITS}1", 0.08),
        Level("the same beginning", 'left("{f}_l", 2) = left("{f}_r", 2)', 0.04),
        Level("another", "ELSE", 0.08),
    ),
    "address": (
        Level("the same", _SAME, 0.7, by_term=True),
        Level("nearly the same", f"{_EDITS}2", 0.1),
        Level("much alike", f"{_JARO}0.92", 0.06),
        Level("words in common", _SHARED_WORDS.replace("{share}", "0.5"), 0.05),
        Level("somewhat alike", f"{_JARO}0.8", 0.03),
        Level("another", "ELSE", 0.06),
    ),
    "city": (
        Level("the same", _SAME, 0.75, by_term=True),
        Level("one letter differs", f"{_EDITS}1", 0.08),
        Level("much alike", f"{_JARO}0.88", 0.07),
        Level("another", "ELSE", 0.1),
    ),
    "number": (
        Level("the same", _SAME, 0.8, by_term=True),
        Level("one digit differs", f"{_EDITS}1", 0.1),
        Level("another", "ELSE", 0.1),
    ),
    "text": (
        Level("the same", _SAME, 0.6, by_term=True),
        Level(
            "nearly the same",
            'jaro_winkler_similarity("{f}_l", "{f}_r") >= 0.7 AND '
            'levenshtein("{f}_l", "{f}_r") <= 0.1 * length("{f}_l")',
            0.2,
        ),
        Level("most words in common", _jaccard(0.6), 0.1),
        Level("words of one in the other", _SHARED_WORDS.replace("{share}", "0.8"), 0.04),
        Level("words in common", _jaccard(0.3), 0.03),
        Level("another", "ELSE", 0.03),
    ),
    "names": (
        Level("the same people", _jaccard(0.99), 0.7),
        Level("the same people, but for a few", _jaccard(0.6), 0.1),
        Level("the people of one among the other", _SHARED_WORDS.replace("{share}", "0.9"), 0.05),
        Level("people in common", _SHARED_WORDS.replace("{share}", "0.4"), 0.08),
        Level("others", "ELSE", 0.07),
    ),
    "emails": (
        Level("one in common", _MET, 0.5),
        Level("one in common before the @", 'list_has_any("{f}_users_l", "{f}_users_r")', 0.1),
        Level("others", "ELSE", 0.4),
    ),
    "phones": (Level("one in common", _MET, 0.5), Level("others", "ELSE", 0.5)),
    "handles": (Level("one in common", _MET, 0.5), Level("others", "ELSE", 0.5)),
}

_PERSONAL: Final = {"given_name", "full_name", "date"}
_NAMES_ALONE: Final = {"email", "phone", "handle", "emails", "phones", "handles"}


def comparisons_of(fields: Sequence[Field]) -> tuple[Comparison, ...]:
    """Say how each of the fields is compared.

    Where there is one given name and one surname, they are also compared crosswise.
    """
    given = [i for i, f in enumerate(fields) if f.kind == "given_name"]
    last = [i for i, f in enumerate(fields) if f.kind == "surname"]
    crossed = None
    if len(given) == len(last) == 1:
        g, s = f"f{given[0]}", f"f{last[0]}"
        crossed = (
            f'"{g}_l" = "{s}_r" AND "{s}_l" = "{g}_r"',
            (
                f'jaro_winkler_similarity("{g}_l", "{s}_r") >= 0.85 AND '
                f'jaro_winkler_similarity("{s}_l", "{g}_r") >= 0.85'
            ),
        )
    made = []
    for index, field in enumerate(fields):
        column = f"f{index}"
        levels = _LEVELS[field.kind]
        missing = f'"{column}_l" IS NULL OR "{column}_r" IS NULL'
        if crossed and field.kind == "given_name":
            levels = _name_levels(crossed)
        if crossed and field.kind == "surname":
            # the given name has weighed it already
            unsaid = f'NOT "{column}_l" = "{column}_r" AND NOT "{g}_l" = "{g}_r"'
            missing = f"{missing} OR ({crossed[1]} AND {unsaid})"
        made.append(
            Comparison(
                name=field.name,
                kind=field.kind,
                column=column,
                missing=missing,
                levels=tuple(
                    Level(x.words, x.test.replace("{f}", column), x.m, x.by_term) for x in levels
                ),
                is_personal=field.kind in _PERSONAL,
                is_place=field.kind in PLACE_KINDS,
                names_alone=field.kind in _NAMES_ALONE,
            )
        )
    return tuple(made)
