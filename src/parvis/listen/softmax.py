"""Multinomial logistic regression, small: the one learner behind all heads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

__all__ = ["Linear", "fit_softmax", "softmax"]

Floats = NDArray[np.float32]
Features: TypeAlias = Any  # an array of float32 or a sparse matrix: scipy has no types


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear head: scores are `features @ weights + bias`.

    Parameters
    ----------
    weights
        Features by classes.
    bias
        One a class.
    """

    weights: Floats
    bias: Floats

    def scores(self, features: Features) -> Floats:
        """Weigh features; softmax of the result are probabilities (texts by classes)."""
        return np.asarray(features @ self.weights + self.bias, dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """Turn scores into probabilities, row by row."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def fit_softmax(
    features: Features,
    targets: Floats,
    penalty: float,
    weights: NDArray[np.float32] | None = None,
    prior: Linear | None = None,
) -> Linear:
    """Fit a head to labels, hard or soft, by L-BFGS; the same input gives the same head.

    Parameters
    ----------
    features
        Texts by features, dense or sparse.
    targets
        Texts by classes: probabilities, or a one where the label is.
    penalty
        How strongly weights are drawn to the prior: half the sum of their squared differences
        times this, beside the sum of the texts' losses.
    weights
        One a text; all one if missing.
    prior
        A head that was learnt elsewhere, from which this one departs only as far as its own texts
        say so; zero if missing.

    Returns
    -------
    Linear
        Features by classes.

    References
    ----------
    Chelba and Acero (2006), Adaptation of maximum entropy capitalizer: little data can help a
    lot, doi:10.1016/j.csl.2005.05.005.
    """
    # the product mostly weighs and seldom learns: what only learning needs loads here
    from scipy.optimize import minimize

    # what stands in a single text teaches nothing of another, and most hashed columns are empty
    kept = _repeated(features) if sp.issparse(features) else np.arange(features.shape[1])
    near = features[:, kept] if len(kept) < features.shape[1] else features
    columns, classes = len(kept), targets.shape[1]
    start = np.zeros((columns + 1, classes), dtype=np.float32)
    if prior is not None:
        start[:-1], start[-1] = prior.weights[kept], prior.bias
    each = np.ones(len(targets), np.float32) if weights is None else weights
    each = each[:, None]
    turned = near.T.tocsr() if sp.issparse(near) else near.T

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        at = flat.astype(np.float32).reshape(columns + 1, classes)
        scores = near @ at[:-1] + at[-1]
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = (np.exp(logs) * targets.sum(axis=1, keepdims=True) - targets) * each
        away = at - start
        away[-1] = 0
        value = -float((each * targets * logs).sum()) + penalty / 2 * float((away**2).sum())
        slope = np.vstack([turned @ error, error.sum(axis=0)]) + penalty * away
        return value, slope.ravel().astype(np.float64)

    found = minimize(
        loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 80, "ftol": 1e-6}
    ).x.reshape(columns + 1, classes)
    whole = np.zeros((features.shape[1], classes), np.float32)
    if prior is not None:
        whole[:] = prior.weights
    whole[kept] = found[:-1]
    return Linear(whole, found[-1].astype(np.float32))


def _repeated(features: sp.csr_matrix) -> NDArray[np.intp]:
    return np.flatnonzero(np.bincount(features.indices, minlength=features.shape[1]) > 1)
