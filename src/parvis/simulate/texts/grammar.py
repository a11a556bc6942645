"""A language's word lists as arrays, so that a million texts are drawn without a loop over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ParvisError
from parvis.simulate.texts.names import PLACES, after_a, after_de, after_que
from parvis.simulate.texts.spelling import misspell, relax
from parvis.simulate.texts.words import Words, read_words

Ints = NDArray[np.int32]

#: How a phrase can be spelt: with care, as it is said, and three times with errors.
CAREFUL, RELAXED, ERRORS = 0, 1, 3
SPELLINGS = 2 + ERRORS

#: Where a negation turns an opinion around.
_OPINIONS = (
    "core",
    "irony",
    "verdict",
    "switched",
    "compare",
    "complaint",
    "praise",
    "leave",
    "leave_to",
    "feeling",
    "title",
)
_NEGATION = {
    "fr": re.compile(r"\b(pas|jamais|rien|aucun|aucune|plus de|plus rien|ni|sans)\b|\bn'|\bne\b"),
    "en": re.compile(r"\b(not|never|nothing|none|nobody|no|cannot|without|hardly)\b|n't\b"),
}
_PLACE = re.compile(r"(\{\w+\})")
_CLOSED = re.compile(r"[?!.…:)]$|[^\w\s}'\"»%€-]$")


@dataclass(frozen=True, slots=True)
class Grammar:
    """Groups of lines, lines of phrases, phrases of tokens.

    A group is a section of the word lists, a line one of its lines, a phrase one wording of it,
    and each phrase has `SPELLINGS` spellings, with a small or a capital first letter: the
    sequences of tokens. A token below `2 * len(places)` is a place to fill (odd: with a capital),
    all others are strings of `pool`.
    """

    groups: Mapping[str, int]
    pool: tuple[str, ...]
    places: tuple[str, ...]
    group_start: Ints
    group_lines: Ints
    line_start: Ints
    line_phrases: Ints
    is_closed: NDArray[np.bool_]
    is_negated: NDArray[np.bool_]
    sequence: Ints  # (phrases, SPELLINGS * 2)
    misspelt: NDArray[np.int8]  # (sequences,)
    token_start: Ints
    token_count: Ints
    tokens: Ints
    list_tokens: Mapping[str, tuple[Ints, Ints]]  # place → its fillings, small and capital
    tables: dict[tuple[object, ...], Ints]  # what `table` has found so far

    def table(self, name: str, *axes: tuple[str, ...]) -> Ints:
        """Find the groups of a family.

        Parameters
        ----------
        name
            How the sections' names begin: "core".
        axes
            What follows, word by word: `TOPICS, SENTIMENTS`.

        Returns
        -------
        numpy.ndarray
            Group numbers, one dimension an axis; 0 (says nothing) where there is no such section.
        """
        key = (name, *axes)
        if key not in self.tables:
            found = [self.groups.get(" ".join((name, *words)), 0) for words in product(*axes)]
            shape = [len(axis) for axis in axes]
            self.tables[key] = np.array(found, np.int32).reshape(shape)
        return self.tables[key]


@lru_cache(maxsize=2)
def grammar_of(language: str) -> Grammar:
    """Read and compile a language's word lists, once a process.

    Parameters
    ----------
    language
        "fr" or "en".

    Returns
    -------
    Grammar
        The arrays.
    """
    return _Compiler(language, read_words(language)).grammar()


class _Compiler:
    """Collects what `Grammar` holds, section by section."""

    def __init__(self, language: str, words: Words) -> None:
        self.language = language
        self.words = words
        self.lists = _with_elisions(words.lists)
        drawn = sorted(name for name in self.lists if " " not in name)
        self.places = (*PLACES, *drawn)
        self.codes = {name: 2 * code for code, name in enumerate(self.places)}
        self.pool: dict[str, int] = dict.fromkeys(
            (f"\0{code}" for code in range(2 * len(self.places))), 0
        )
        # group, line, phrase and sequence 0 say nothing
        self.groups = {"": 0}
        self.group_start, self.group_lines = [0], [1]
        self.line_start, self.line_phrases = [0], [1]
        self.closed, self.negated = [False], [False]
        self.sequences: dict[tuple[tuple[int, ...], int], int] = {((), 0): 0}
        self.phrases: list[list[int]] = [[0] * (2 * SPELLINGS)]

    def grammar(self) -> Grammar:
        for name, lines in self.words.groups.items():
            self._add_group(name, lines)
        listed = {
            name: (
                np.array([self._token(text) for text in texts], np.int32),
                np.array([self._token(_capital(text)) for text in texts], np.int32),
            )
            for name, texts in self._all_lists()
        }
        counts = [len(tokens) for tokens, _ in self.sequences]
        return Grammar(
            groups=self.groups,
            pool=tuple(self.pool),
            places=self.places,
            group_start=np.array(self.group_start, np.int32),
            group_lines=np.array(self.group_lines, np.int32),
            line_start=np.array(self.line_start, np.int32),
            line_phrases=np.array(self.line_phrases, np.int32),
            is_closed=np.array(self.closed),
            is_negated=np.array(self.negated),
            sequence=np.array(self.phrases, np.int32),
            misspelt=np.array([wrong for _, wrong in self.sequences], np.int8),
            token_start=np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int32),
            token_count=np.array(counts, np.int32),
            tokens=np.array([t for tokens, _ in self.sequences for t in tokens], np.int32),
            list_tokens=listed,
            tables={},
        )

    def _all_lists(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield "e", ("", "e")
        yield from self.lists.items()

    def _add_group(self, name: str, lines: tuple[tuple[str, ...], ...]) -> None:
        self.groups[name] = len(self.groups)
        self.group_start.append(len(self.line_start))
        self.group_lines.append(len(lines))
        tells_opinion = name.split(" ")[0] in _OPINIONS
        for wordings in lines:
            self.line_start.append(len(self.phrases))
            self.line_phrases.append(len(wordings))
            for phrase in wordings:
                self.closed.append(bool(_CLOSED.search(phrase)))
                negated = tells_opinion and _NEGATION[self.language].search(phrase)
                self.negated.append(bool(negated))
                is_raw = name in self.words.raw
                self.phrases.append(self._raw(phrase) if is_raw else self._spellings(phrase))

    def _raw(self, phrase: str) -> list[int]:
        exact = phrase.replace(r"\s", " ").replace(r"\n", "\n")
        return [self._sequence(exact, 0)] * (2 * SPELLINGS)

    def _spellings(self, phrase: str) -> list[int]:
        said = relax(self.language, phrase)
        spelt = [(phrase, 0), (said, 0), *misspell(self.language, said, ERRORS)]
        return [
            self._sequence(text, wrong)
            for small, wrong in spelt
            for text in (small, _capital(small))
        ]

    def _sequence(self, phrase: str, wrong: int) -> int:
        parts = [self._part(part) for part in _PLACE.split(phrase) if part]
        return self.sequences.setdefault((tuple(parts), wrong), len(self.sequences))

    def _part(self, part: str) -> int:
        if not _PLACE.fullmatch(part):
            return self._token(part)
        name = part[1:-1]
        small = name[0].lower() + name[1:]
        if small not in self.codes:
            raise ParvisError(
                f"The {self.language} word lists have a place {part} that nothing fills.",
                f"Add a section [list {small}], or use one of {', '.join(self.codes)}.",
            )
        return self.codes[small] + (small != name)

    def _token(self, text: str) -> int:
        return self.pool.setdefault(text, len(self.pool))


def _with_elisions(lists: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Add what each list gives after *de*, *à* and *que*, where it isn't listed itself."""
    forms = {"de": after_de, "a": after_a, "que": after_que}
    joined = {
        f"{word}_{name}": tuple(map(form, texts))
        for name, texts in lists.items()
        for word, form in forms.items()
    }
    return {**joined, **lists}


def _capital(phrase: str) -> str:
    """Begin with a capital, also where the phrase begins with a place."""
    at = 1 if phrase.startswith("{") else 0
    return phrase[:at] + phrase[at : at + 1].upper() + phrase[at + 1 :]
