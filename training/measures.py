"""How good probabilities are on texts they weren't learnt from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["calibration_error", "folds", "macro_f1", "measured"]

_BINS = 15


def macro_f1(truth: NDArray[np.intp], found: NDArray[np.intp], classes: int) -> float:
    """Average the F1 of all classes."""
    scores = []
    for one in range(classes):
        hits = np.sum((truth == one) & (found == one))
        scores.append(2 * hits / max(np.sum(truth == one) + np.sum(found == one), 1))
    return float(np.mean(scores))


def calibration_error(truth: NDArray[np.intp], probabilities: NDArray[np.float32]) -> float:
    """Average how far confidence is from accuracy, over 15 bins of equal width.

    References
    ----------
    Guo et al. (2017), On Calibration of Modern Neural Networks, arXiv:1706.04599.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    where = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(where, confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(truth))


def folds(truth: NDArray[np.intp], count: int, seed: int = 7) -> NDArray[np.intp]:
    """Deal texts into folds, each class evenly."""
    dealt = np.zeros(len(truth), np.intp)
    random = np.random.default_rng(seed)
    for one in np.unique(truth):
        rows = random.permutation(np.flatnonzero(truth == one))
        dealt[rows] = np.arange(len(rows)) % count
    return dealt


def measured(truth: NDArray[np.intp], probabilities: NDArray[np.float32]) -> dict[str, Any]:
    """Tell macro-F1 with its 95 % interval (1,000 resamples of the texts), and calibration."""
    classes = probabilities.shape[1]
    found = probabilities.argmax(axis=1)
    random = np.random.default_rng(1)
    draws = [random.integers(0, len(truth), len(truth)) for _ in range(1000)]
    spread = np.quantile([macro_f1(truth[d], found[d], classes) for d in draws], [0.025, 0.975])
    return {
        "texts": len(truth),
        "macro_f1": round(macro_f1(truth, found, classes), 4),
        "interval": [round(float(one), 4) for one in spread],
        "accuracy": round(float((found == truth).mean()), 4),
        "calibration_error": round(calibration_error(truth, probabilities), 4),
    }
