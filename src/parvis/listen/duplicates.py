"""Texts that are copies of one another, word for word or nearly: shares, campaigns, robots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parvis.listen.bounded import bounded
from parvis.listen.ngrams import plain_form

__all__ = ["ALIKE", "bands", "copies", "likeness", "signatures"]

#: The least share of runs that copies have in common.
ALIKE = 0.7

_PERMUTATIONS = 64
_BANDS = 16
_SHINGLE = 5
_SHORTEST = 20
_BASE = 0x9E3779B97F4A7C15


def signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Condense texts to MinHash signatures; two texts agree in as much of them as they share.

    What is compared are runs of five characters of the plain form: links, mentions, numbers, case
    and marks make no difference. Of a long text its first 2,000 characters are compared.

    Returns
    -------
    numpy.ndarray
        Texts by 64; a text of fewer than 20 characters has zeros: it is nobody's copy.

    References
    ----------
    Broder (1997), On the resemblance and containment of documents,
    doi:10.1109/SEQUEN.1997.666900.
    """
    random = np.random.default_rng(20)
    factors = random.integers(1, 1 << 32, _PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    shifts = random.integers(0, 1 << 63, _PERMUTATIONS, dtype=np.uint64)
    found = np.zeros((len(texts), _PERMUTATIONS), np.uint32)
    powers = np.array([pow(_BASE, i, 1 << 64) for i in range(_SHINGLE)], np.uint64)
    for row, text in enumerate(texts):
        plain = plain_form(bounded(text)[0])
        if len(plain) < _SHORTEST:
            continue
        codes = np.frombuffer(plain.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
        runs = np.lib.stride_tricks.sliding_window_view(codes, _SHINGLE)
        hashes = np.unique((runs * powers).sum(axis=1, dtype=np.uint64))
        hashes ^= hashes >> np.uint64(31)
        mixed = hashes[:, None] * factors + shifts
        found[row] = (mixed >> np.uint64(32)).min(axis=0).astype(np.uint32)
    return found


def bands(signed: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Sum signatures up for a search: texts that agree in a band may be copies.

    Of two texts that have 0.7 of their runs in common, 99 % agree in at least one; of two that
    have 0.2 in common, 3 %.

    Returns
    -------
    numpy.ndarray
        Texts by 16; what is the same in two bands isn't of the same sum.

    References
    ----------
    Indyk and Motwani (1998), Approximate nearest neighbors, doi:10.1145/276698.276876.
    """
    parts = signed.reshape(len(signed), _BANDS, _PERMUTATIONS // _BANDS).astype(np.uint64)
    powers = np.array([pow(_BASE, i, 1 << 64) for i in range(parts.shape[2])], np.uint64)
    sums = (parts * powers).sum(axis=2, dtype=np.uint64) + np.arange(_BANDS, dtype=np.uint64)
    sums ^= sums >> np.uint64(29)
    found: NDArray[np.int64] = (sums * np.uint64(_BASE)).view(np.int64)
    return found


def likeness(left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Estimate the share of runs that texts have in common, row by row, by their signatures."""
    shares: NDArray[np.float64] = (left == right).mean(axis=1)
    return shares


def copies(signed: NDArray[np.uint32], alike: float = ALIKE) -> NDArray[np.intp]:
    """Group texts that are copies of one another.

    Parameters
    ----------
    signed
        Signatures, texts by 64.
    alike
        The least share of runs that two texts must have in common, as their signatures estimate it.

    Returns
    -------
    numpy.ndarray
        For each text, the place of the first of its group; its own place where it stands alone.
    """
    first = np.arange(len(signed))
    rows = np.flatnonzero(signed.any(axis=1))
    for keys in bands(signed[rows]).T:
        order = np.argsort(keys, kind="stable")
        same = keys[order][1:] == keys[order][:-1]
        for left, right in zip(rows[order[:-1][same]], rows[order[1:][same]], strict=True):
            _unite(first, signed, int(left), int(right), alike)
    return np.array([_root(first, row) for row in range(len(first))], np.intp)


def _unite(
    first: NDArray[np.intp], signed: NDArray[np.uint32], left: int, right: int, alike: float
) -> None:
    one, other = _root(first, left), _root(first, right)
    if one != other and float((signed[left] == signed[right]).mean()) >= alike:
        first[max(one, other)] = min(one, other)


def _root(first: NDArray[np.intp], row: int) -> int:
    while first[row] != row:
        first[row] = first[first[row]]
        row = int(first[row])
    return row
