"""Writes many texts at once: phrases are drawn column by column, then laid out as one array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.texts.contracts import Wanted
from parvis.simulate.texts.fillings import Fillings
from parvis.simulate.texts.grammar import CAREFUL, ERRORS, RELAXED, Ints

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the writers of n texts write; all of shape (n,).

    Parameters
    ----------
    is_relaxed
        Writes as people speak (French without its *ne*).
    is_sloppy
        Makes errors of spelling.
    has_capitals
        Begins sentences with a capital.
    speaker
        0 for a man, 1 for a woman.
    """

    is_relaxed: Mask
    is_sloppy: Mask
    has_capitals: Mask
    speaker: Ints


@dataclass(frozen=True, slots=True)
class Said:
    """What a call of `Draft.say` added; all of shape (n,).

    Parameters
    ----------
    line
        The lines that were drawn, 0 where nothing was said.
    phrase
        Their wordings.
    """

    line: Ints
    phrase: Ints


class Draft:
    """Texts in the making: every call adds a phrase to those texts that are to have it.

    Parameters
    ----------
    fillings
        The language and the names.
    wanted
        What the n texts must be.
    manner
        How their writers write.
    rng
        The source of chance.
    """

    def __init__(
        self, fillings: Fillings, wanted: Wanted, manner: Manner, rng: np.random.Generator
    ) -> None:
        self.fillings = fillings
        self.grammar = fillings.grammar
        self.wanted = wanted
        self.manner = manner
        self.rng = rng
        self.size = len(wanted)
        self.begun = np.zeros(self.size, bool)
        self.misspellings = np.zeros(self.size, np.int32)
        self.is_negated = np.zeros(self.size, bool)
        self._columns: list[Ints] = []
        self._ends = np.zeros(self.size, np.int32)
        self._space = self._one("space")
        self._gaps = np.full(self.size, self._space, np.int32)

    def chance(self, share: float | NDArray[np.float64]) -> Mask:
        """Draw which texts something happens to.

        Parameters
        ----------
        share
            How many of them, 0 to 1; a number, or shape (n,).

        Returns
        -------
        numpy.ndarray
            Shape (n,).
        """
        return self.rng.random(self.size) < share

    def everyone(self) -> Mask:
        """Tell the mask of all texts.

        Returns
        -------
        numpy.ndarray
            True, shape (n,).
        """
        return np.ones(self.size, bool)

    def say(
        self,
        group: Ints | int,
        where: Mask,
        *,
        opener: Ints | int = 0,
        has_opener: Mask | None = None,
        end: Ints | int = 0,
        unlike: Said | None = None,
    ) -> Said:
        """Add a sentence: an opener, the phrase, and the mark that will end it.

        Parameters
        ----------
        group
            Group of the phrase, a number or shape (n,); 0 says nothing.
        where
            The texts that have the sentence; shape (n,).
        opener, has_opener
            Group of what the sentence begins with, and where it does.
        end
            Group of the closing mark, written when something follows or the text ends; left out
            where the phrase brings its own.
        unlike
            Lines that mustn't come again.

        Returns
        -------
        Said
            Which lines were drawn.
        """
        chosen = np.broadcast_to(np.asarray(group, np.int32), self.size)
        where = where & (chosen > 0)
        if not where.any():
            return Said(*np.zeros((2, self.size), np.int32))
        self._write_ends(where)
        self._columns.append(np.where(where & self.begun, self._gaps, 0).astype(np.int32))
        self._gaps[where] = self._space
        capital = self.manner.has_capitals
        if has_opener is not None:
            led = where & has_opener
            self._draw(np.broadcast_to(np.asarray(opener, np.int32), self.size), led, capital, None)
            self._columns.append(np.where(led, self._space, 0).astype(np.int32))
            capital = capital & ~led
        said = self._draw(chosen, where, capital, unlike)
        ended = where & ~self.grammar.is_closed[said.phrase]
        self._ends = np.where(ended, end, np.where(where, 0, self._ends)).astype(np.int32)
        self.begun |= where
        return said

    def finish(self, without_mark: Mask | None = None) -> None:
        """Close the last sentence.

        Parameters
        ----------
        without_mark
            The texts whose last sentence just stops, as in a chat; shape (n,).
        """
        if without_mark is not None:
            self._ends[without_mark] = 0
        self._write_ends(self.begun)

    def break_line(self, name: str, where: Mask) -> None:
        """Begin a new line or paragraph with what is said next.

        Parameters
        ----------
        name
            "line" or "paragraph".
        where
            The texts that do; shape (n,).
        """
        self._gaps[where] = self._one(name)

    def texts(self) -> pa.StringArray:
        """Lay the phrases out.

        Returns
        -------
        pyarrow.StringArray
            n texts; empty where nothing was said.
        """
        grammar = self.grammar
        columns = self._columns or [np.zeros(self.size, np.int32)]
        laid = np.stack(columns, axis=1)
        ends = np.cumsum(grammar.token_count[laid].sum(axis=1))
        said = laid.ravel()
        said = said[said > 0]
        counts = grammar.token_count[said]
        before = np.cumsum(counts) - counts
        total = int(ends[-1]) if self.size else 0
        position = np.arange(total, dtype=np.int64)
        position += np.repeat(grammar.token_start[said] - before, counts)
        tokens = grammar.tokens[position]
        places = np.flatnonzero(tokens < 2 * len(grammar.places))
        rows = np.searchsorted(ends, places, side="right").astype(np.int32)
        tokens[places] = self.fillings.fill(
            tokens[places], self.wanted, rows, self.manner.speaker, self.rng
        )
        # what is taken lies in one stretch of memory, in order: a text is a piece of that stretch
        words = self.fillings.pool.take(pa.array(tokens))
        _, offsets, letters = words.buffers()
        starts = np.frombuffer(offsets, np.int32) if total else np.zeros(1, np.int32)
        bounds = starts[np.concatenate([[0], ends]).astype(np.int64)]
        return pa.StringArray.from_buffers(self.size, pa.py_buffer(bounds), letters)

    def _write_ends(self, where: Mask) -> None:
        due = where & (self._ends > 0)
        if due.any():
            self._draw(self._ends, due, due, None)
            self._ends[due] = 0

    def _draw(self, group: Ints, where: Mask, capital: Mask, unlike: Said | None) -> Said:
        grammar = self.grammar
        random = self.rng.random((3, self.size), np.float32)
        first, lines = grammar.group_start[group], grammar.group_lines[group]
        nth = (random[0] * lines).astype(np.int32)
        if unlike is not None:
            # a step of 1 to lines - 1 from the other line never comes back to it
            inside = (unlike.line >= first) & (unlike.line < first + lines) & (lines > 1)
            step = 1 + (random[0] * (lines - 1)).astype(np.int32)
            nth = np.where(inside, (unlike.line - first + step) % lines, nth)
        line = first + nth
        phrase = grammar.line_start[line]
        phrase = phrase + (random[1] * grammar.line_phrases[line]).astype(np.int32)
        # half of a careless writer's phrases have an error
        slip = (random[2] * 2 * ERRORS).astype(np.int32)
        spelling = np.where(self.manner.is_relaxed, RELAXED, CAREFUL)
        spelling = np.where(self.manner.is_sloppy & (slip < ERRORS), RELAXED + 1 + slip, spelling)
        drawn = np.where(where, grammar.sequence[phrase, 2 * spelling + capital], 0)
        self._columns.append(drawn.astype(np.int32))
        self.misspellings += grammar.misspelt[drawn]
        self.is_negated |= where & grammar.is_negated[phrase]
        return Said(np.where(where, line, 0), np.where(where, phrase, 0))

    def _one(self, name: str) -> int:
        phrase = self.grammar.line_start[self.grammar.group_start[self.grammar.groups[name]]]
        return int(self.grammar.sequence[phrase, 0])
