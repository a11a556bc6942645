"""Words and runs of characters as hashed features, computed for a whole batch at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["BITS", "hashed_ngrams", "plain_form"]

BITS = 18
"""Features are hashed into 2**BITS columns."""

_ORDERS = (2, 3, 4, 5)
_ODD = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1
_LINK = re.compile(r"(?:https?://\S+|www\.\S+|\bhttps?\b)", re.IGNORECASE)
_MENTION = re.compile(r"@\w+")
_DIGITS = re.compile(r"\d+")
_LONG_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)
_MARKS = re.compile(r"([^\w\s'’#@]+)")
_SPACES = re.compile(r"\s+")


def plain_form(text: str) -> str:
    """Write a text as its features see it: links, mentions and digits are all alike."""
    text = _LINK.sub(" http ", text)
    text = _MENTION.sub(" @user ", text)
    text = _DIGITS.sub("0", text.lower())
    text = _LONG_RUN.sub(r"\1\1\1", text)
    text = _MARKS.sub(r" \1 ", text)
    return f" {_SPACES.sub(' ', text).strip()} "


def hashed_ngrams(texts: Sequence[str]) -> sp.csr_matrix:
    """Count what stands in each text, so that a linear head can weigh it.

    Runs of two to five characters within a word and its neighbouring spaces, words, and pairs of
    words; each family is scaled to length one, so that a long text weighs no more than a short one.

    Parameters
    ----------
    texts
        Any texts; they are brought to their plain form here.

    Returns
    -------
    scipy.sparse.csr_matrix
        Texts by 2**BITS, float32.

    References
    ----------
    Weinberger et al. (2009), Feature Hashing for Large Scale Multitask Learning,
    doi:10.1145/1553374.1553516.
    """
    codes, owner = _codes([plain_form(text) for text in texts])
    if not codes.size:
        return sp.csr_matrix((len(texts), 1 << BITS), dtype=np.float32)
    prefix, inverse = _prefix_sums(codes)
    space = codes == ord(" ")
    families = [_characters(prefix, inverse, owner, space), _words(prefix, inverse, owner, space)]
    parts = [_scaled(keys, rows, len(texts)) for keys, rows in families]
    return (parts[0] + parts[1]).tocsr()


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    return codes, owner


def _prefix_sums(codes: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    # the hash of any run is one difference of prefix sums, brought to the run's own start by the
    # inverse power (an odd number has one modulo 2**64): no loop over texts, words or lengths
    count = codes.size + 1
    powers = np.ones(count, dtype=np.uint64)
    powers[1:] = np.uint64(_ODD)
    powers = np.multiply.accumulate(powers)
    inverse = np.ones(count, dtype=np.uint64)
    inverse[1:] = np.uint64(pow(_ODD, -1, 1 << 64))
    inverse = np.multiply.accumulate(inverse)
    prefix = np.zeros(count, dtype=np.uint64)
    np.cumsum(codes * powers[:-1], out=prefix[1:], dtype=np.uint64)
    return prefix, inverse


def _mixed(run: NDArray[np.uint64], salt: int) -> NDArray[np.int64]:
    mixed = run + np.uint64(salt * 0xD6E8FEB86659FD93 & _MASK)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def _characters(
    prefix: NDArray[np.uint64],
    inverse: NDArray[np.uint64],
    owner: NDArray[np.int64],
    space: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    spaces = np.concatenate([[0], np.cumsum(space)])
    keys, rows = [], []
    for order in _ORDERS:
        if owner.size < order:
            continue
        start = np.arange(owner.size - order + 1)
        end = start + order
        inside = spaces[end - 1] - spaces[start + 1]
        one = (owner[start] == owner[end - 1]) & (inside == 0)
        start, end = start[one], end[one]
        keys.append(_mixed((prefix[end] - prefix[start]) * inverse[start], order))
        rows.append(owner[start])
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(keys), np.concatenate(rows)


def _words(
    prefix: NDArray[np.uint64],
    inverse: NDArray[np.uint64],
    owner: NDArray[np.int64],
    space: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # every text starts and ends with a space, so a word never reaches into the next text
    at = np.flatnonzero(space)
    start, end = at[:-1] + 1, at[1:]
    word = (end > start) & (owner[at[:-1]] == owner[at[1:]])
    start, end = start[word], end[word]
    whole = (prefix[end] - prefix[start]) * inverse[start]
    rows = owner[start]
    beside = rows[:-1] == rows[1:]
    pairs = (whole[:-1] * np.uint64(3) + whole[1:])[beside]
    keys = np.concatenate([_mixed(whole, 11), _mixed(pairs, 12)])
    return keys, np.concatenate([rows, rows[:-1][beside]])


def _scaled(keys: NDArray[np.int64], rows: NDArray[np.int64], texts: int) -> sp.csr_matrix:
    both, counts = np.unique(rows << BITS | keys, return_counts=True)
    values = (1 + np.log(counts)).astype(np.float32)
    of = both >> BITS
    length = np.sqrt(np.bincount(of, values.astype(np.float64) ** 2, minlength=texts))
    values /= np.maximum(length, 1e-9)[of].astype(np.float32)
    starts = np.searchsorted(of, np.arange(texts + 1))
    return sp.csr_matrix((values, both & ((1 << BITS) - 1), starts), (texts, 1 << BITS))
