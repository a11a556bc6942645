"""Fits small boosted trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parvis.listen.forest import DEPTH, Forest

__all__ = ["fit_forest"]

Floats = NDArray[np.float32]

_SEEDS, _TREES, _RATE = 3, 120, 0.05
_PENALTY, _FEWEST = 5.0, 20
_SHARE = 0.3
_BINS = 32
# above all values, and a number in 16 bits
_NEVER = 6e4


def fit_forest(rows: Floats, truth: NDArray[np.bool_]) -> Forest:
    """Fit trees by gradient boosting with second derivatives; the same input gives the same trees.

    Parameters
    ----------
    rows
        Texts by columns.
    truth
        What each text is.

    References
    ----------
    Friedman (2001), Greedy function approximation: a gradient boosting machine,
    doi:10.1214/aos/1013203451. Chen and Guestrin (2016), XGBoost, doi:10.1145/2939672.2939785.
    """
    quantiles = np.quantile(rows, np.linspace(0, 1, _BINS + 1)[1:-1], axis=0)
    # as they are kept in the file, so that no text changes sides there
    edges = quantiles.astype(np.float16).astype(np.float32).T
    binned = np.stack([np.searchsorted(e, column) for e, column in zip(edges, rows.T, strict=True)])
    bias = float(np.log(truth.mean() / (1 - truth.mean())))
    grown = [
        tree
        for seed in range(_SEEDS)
        for tree in _boosted(binned, edges, truth, bias, np.random.default_rng(seed))
    ]
    columns, thresholds, leaves = (np.stack(part) for part in zip(*grown, strict=True))
    return Forest(columns, thresholds, (leaves / _SEEDS).astype(np.float32), bias)


_Tree = tuple[NDArray[np.intp], Floats, Floats]


def _boosted(
    binned: NDArray[np.intp],
    edges: Floats,
    truth: NDArray[np.bool_],
    bias: float,
    random: np.random.Generator,
) -> list[_Tree]:
    scores = np.full(len(truth), bias)
    trees = []
    for _ in range(_TREES):
        likely = 1 / (1 + np.exp(-scores))
        tree, at = _tree(binned, edges, likely - truth, likely * (1 - likely), random)
        scores += tree[2][at]
        trees.append(tree)
    return trees


def _tree(
    binned: NDArray[np.intp],
    edges: Floats,
    slope: NDArray[np.float64],
    bend: NDArray[np.float64],
    random: np.random.Generator,
) -> tuple[_Tree, NDArray[np.intp]]:
    """Grow a tree level by level; tell which leaf each text comes to."""
    questions = 2**DEPTH - 1
    columns, thresholds = np.zeros(questions, np.intp), np.full(questions, _NEVER, np.float32)
    at = np.zeros(binned.shape[1], np.intp)
    for level in range(DEPTH):
        # each level may ask about few columns: trees differ, and what is second best gets a voice
        asked = random.permutation(len(binned))[: max(1, round(_SHARE * len(binned)))]
        first, count = 2**level - 1, 2**level
        gains = _gains(binned[asked], at - first, count, slope, bend)
        bins = np.full(questions, _BINS)
        for node in range(count):
            best = np.unravel_index(int(gains[node].argmax()), gains[node].shape)
            if gains[node][best] > 0:
                columns[first + node], bins[first + node] = asked[best[0]], best[1]
                thresholds[first + node] = edges[asked[best[0]], best[1]]
        at = 2 * at + 1 + (binned[columns[at], np.arange(len(at))] > bins[at])
    at -= questions
    pull = np.bincount(at, bend, 2**DEPTH) + _PENALTY
    leaves = -_RATE * np.bincount(at, slope, 2**DEPTH) / pull
    return (columns, thresholds, leaves.astype(np.float32)), at


def _gains(
    binned: NDArray[np.intp],
    node: NDArray[np.intp],
    nodes: int,
    slope: NDArray[np.float64],
    bend: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Tell what each question is worth: nodes by columns by thresholds."""
    shape = (nodes, len(binned), _BINS)
    place = (node * shape[1] + np.arange(shape[1])[:, None]) * shape[2] + binned
    low = [
        np.bincount(place.ravel(), np.tile(weight, shape[1]), nodes * shape[1] * shape[2])
        .reshape(shape)
        .cumsum(axis=2)
        for weight in (slope, bend, np.ones_like(slope))
    ]
    all_of = [part[:, :, -1:] for part in low]
    high = [whole - part for whole, part in zip(all_of, low, strict=True)]
    worth = [side[0] ** 2 / (side[1] + _PENALTY) for side in (low, high, all_of)]
    gains = np.asarray(worth[0] + worth[1] - worth[2])
    gains[(low[2] < _FEWEST) | (high[2] < _FEWEST)] = 0
    return gains
