"""The layers of the fast encoder, in the order of work that repeats least.

Words recur. What a layer makes of a word alone, whatever stands beside it, is computed once a
batch of texts: its vector, its projection, and what it adds to each place of the first
convolution's window. Of the arithmetic that is three fifths, and of a batch's words a third are
different; the second convolution, which sees a word's neighbours, is computed where words stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FastLayers"]

Floats = NDArray[np.float32]

# (words in a window, of which before the word itself)
_WINDOWS = ((2, 0), (3, 1), (5, 2))
_BEFORE, _AFTER = 2, 2
_WIDTH = 256
# what is kept of so many words takes 10 MB
_MOST_WORDS = 640
# what is computed for so many places at once stays in the processor's cache
_PLACES = 384


@dataclass(frozen=True)
class _Branch:
    """The two convolutions over one width of window."""

    size: int
    before: int
    first: Floats
    first_bias: Floats
    second: Floats
    second_bias: Floats


@dataclass(frozen=True)
class _Words:
    """What is known of the words of a batch: rows are words, and one of zeros for no word."""

    vectors: Floats
    projected: Floats
    parts: tuple[Floats, ...]


class FastLayers:
    """Reads word pieces with the weights of the encoder's package.

    Parameters
    ----------
    backend
        The package's own reader, whose weights are used.

    References
    ----------
    Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval,
    doi:10.18653/v1/2020.acl-demos.12.
    """

    def __init__(self, backend: Any) -> None:
        self._weights = backend
        self._branches = tuple(
            _Branch(
                size,
                before,
                # a word's part for each place of the window, side by side
                np.ascontiguousarray(
                    backend.w1[i].reshape(size, _WIDTH, _WIDTH).swapaxes(0, 1)
                ).reshape(_WIDTH, size * _WIDTH),
                backend.b1[i],
                backend.w2[i],
                backend.b2[i],
            )
            for i, (size, before) in enumerate(_WINDOWS)
        )

    def read(self, texts: Sequence[Sequence[int]]) -> tuple[Floats, Floats]:
        """Read texts as numbers of word pieces, none empty.

        Returns
        -------
        tuple
            Their meaning, each row of length one; and the layer before, a sum over words.
        """
        deep = []
        for numbers, lengths, places in _batches(texts):
            words = self._words(numbers)
            for some, of in _portions(lengths, places):
                deep.append(self._deep(words, some, of))
            # not held while the next batch's are computed
            del words
        summed = np.concatenate(deep)
        return self._condensed(summed, np.array([len(text) for text in texts])), summed

    def _words(self, numbers: NDArray[np.int64]) -> _Words:
        told = self._weights
        chunk = numbers % len(told.scale)
        vectors = told.table[numbers].astype(np.float32)
        vectors *= told.scale[chunk, None]
        vectors += told.lo[chunk, None]
        projected = vectors @ told.proj_W
        projected += told.proj_b
        _scaled(projected, told.ln_g_all, told.ln_b_all, told.eps)
        parts = []
        for i, branch in enumerate(self._branches):
            part = np.zeros((len(numbers) + 1, branch.first.shape[1]), np.float32)
            np.matmul(projected[:, i * _WIDTH : (i + 1) * _WIDTH], branch.first, out=part[:-1])
            parts.append(part.reshape(-1, _WIDTH))
        return _Words(vectors, projected, tuple(parts))

    def _deep(self, words: _Words, lengths: NDArray[np.int64], places: NDArray[np.int64]) -> Floats:
        told = self._weights
        count, width = len(places), words.vectors.shape[1]
        starts = np.concatenate([[0], np.cumsum(lengths[:-1])])
        around = _neighbours(starts, lengths)
        # beyond the ends of its text a word has no neighbours
        standing = np.append(places, len(words.vectors))[around]
        seen = np.empty((count, width + len(self._branches) * _WIDTH), np.float32)
        seen[:, :width] = words.vectors[places]
        beside = np.empty((count + 1, _WIDTH), np.float32)
        beside[count] = 0.0
        for i, branch in enumerate(self._branches):
            window = slice(_BEFORE - branch.before, _BEFORE - branch.before + branch.size)
            rows = standing[:, window] * branch.size + np.arange(branch.size)
            here = beside[:count]
            np.take(words.parts[i], rows[:, 0], axis=0, out=here, mode="clip")
            for place in range(1, branch.size):
                here += words.parts[i][rows[:, place]]
            here += branch.first_bias
            np.maximum(here, 0, out=here)
            here += words.projected[places, i * _WIDTH : (i + 1) * _WIDTH]
            after = beside[around[:, window]].reshape(count, -1) @ branch.second
            after += branch.second_bias
            np.maximum(after, 0, out=after)
            after += here
            seen[:, width + i * _WIDTH : width + (i + 1) * _WIDTH] = after
        _scaled(seen, told.ln_g, told.ln_b, told.eps)
        return np.add.reduceat(seen, starts, axis=0)

    def _condensed(self, deep: Floats, lengths: NDArray[np.int64]) -> Floats:
        told = self._weights
        long = lengths.astype(np.float32)[:, None]
        mean = (deep @ told.cnn_W + long * told.cnn_b) * np.reciprocal(np.sqrt(long))
        first = np.maximum(mean @ told.d0, 0)
        second = np.maximum(mean @ told.p1 + first @ told.d1, 0)
        third = np.maximum(second @ told.d2, 0)
        found = np.tanh(second @ told.p3 + third @ told.d3)
        square = np.einsum("ij,ij->i", found, found)
        found *= np.reciprocal(np.sqrt(np.maximum(square, told.eps)))[:, None]
        return np.asarray(found, np.float32)


def _batches(
    texts: Sequence[Sequence[int]],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Group texts while their words are few; each place tells which of the words it is."""
    known: dict[int, int] = {}
    lengths: list[int] = []
    places: list[int] = []
    for text in texts:
        if len(known) > _MOST_WORDS:
            yield np.array(list(known)), np.array(lengths), np.array(places)
            known, lengths, places = {}, [], []
        places.extend([known.setdefault(number, len(known)) for number in text])
        lengths.append(len(text))
    if lengths:
        yield np.array(list(known)), np.array(lengths), np.array(places)


def _portions(
    lengths: NDArray[np.int64], places: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Cut a batch between texts."""
    ends = np.cumsum(lengths)
    first = begin = 0
    while first < len(lengths):
        last = max(first + 1, int(np.searchsorted(ends, begin + _PLACES, side="right")))
        yield lengths[first:last], places[begin : ends[last - 1]]
        first, begin = last, int(ends[last - 1])


def _neighbours(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell the places around each place; beyond the ends of its text, the one after the last."""
    count = int(lengths.sum())
    around = np.arange(count)[:, None] + np.arange(-_BEFORE, _AFTER + 1)
    begin, end = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
    return np.where((around >= begin) & (around < end), around, count)


def _scaled(rows: Floats, gain: Floats, shift: Floats, eps: float) -> None:
    """Bring each row to mean 0 and spread 1, in place, then to the learnt ones."""
    rows -= rows.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= np.reciprocal(np.sqrt(spread + eps))[:, None]
    rows *= gain
    rows += shift
