r"""Whether draws may be believed: whether chains agree, and how many draws are independent.

References
----------
Vehtari, A., Gelman, A., Simpson, D., Carpenter, B., & Bürkner, P.-C. (2021). Rank-normalization,
folding, and localization: An improved :math:`\hat R` for assessing convergence of MCMC. *Bayesian
Analysis*, 16(2), 667–718. https://doi.org/10.1214/20-BA1221
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["effective_draws", "r_hat"]

Floats = NDArray[np.float64]


def r_hat(draws: Floats) -> Floats:
    """Tell how much chains differ: 1 where they don't, above 1.01 where they do.

    Parameters
    ----------
    draws
        (chains, draws, quantities).

    Returns
    -------
    (quantities,)
        The larger of the rank-normalised split value of the draws and of their distances from the
        median. 1 for a quantity that never changes.
    """
    middle = np.median(draws, axis=(0, 1), keepdims=True)
    return np.maximum(_split_r_hat(draws), _split_r_hat(np.abs(draws - middle)))


def effective_draws(draws: Floats) -> Floats:
    """Tell how many independent draws the draws are worth; (quantities,).

    Parameters
    ----------
    draws
        (chains, draws, quantities).
    """
    ranked = _normal_ranks(_halved(draws))
    chains, length, _ = ranked.shape
    within = ranked.var(axis=1, ddof=1).mean(axis=0)
    between = ranked.mean(axis=1).var(axis=0, ddof=1) if chains > 1 else np.zeros(len(within))
    total = within * (length - 1) / length + between
    size = 2 ** int(np.ceil(np.log2(2 * length)))
    centred = ranked - ranked.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(centred, size, axis=1)) ** 2
    together = np.fft.irfft(power, size, axis=1)[:, :length].mean(axis=0) / length
    with np.errstate(all="ignore"):
        rho = 1 - (within - together) / total
    rho[0] = 1.0
    # Geyer: sums of neighbours, until one is negative, and never growing
    pairs = rho[: length // 2 * 2].reshape(-1, 2, rho.shape[1]).sum(axis=1)
    stopped = np.minimum.accumulate(np.where(pairs > 0, 1.0, 0.0), axis=0)
    falling = np.minimum.accumulate(np.where(stopped > 0, pairs, 0.0), axis=0)
    tau = np.maximum(-1 + 2 * falling.sum(axis=0), 1 / np.log10(chains * length))
    found: Floats = np.where(total > 0, chains * length / tau, np.nan)
    return found


def _halved(draws: Floats) -> Floats:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _normal_ranks(draws: Floats) -> Floats:
    # all of scipy.stats is large, and most commands measure nothing
    from scipy.stats import rankdata

    flat = draws.reshape(-1, draws.shape[-1])
    ranks = rankdata(flat, axis=0)
    normal: Floats = ndtri((ranks - 0.375) / (len(flat) + 0.25)).reshape(draws.shape)
    return normal


def _split_r_hat(draws: Floats) -> Floats:
    ranked = _normal_ranks(_halved(draws))
    length = ranked.shape[1]
    within = ranked.var(axis=1, ddof=1).mean(axis=0)
    between = ranked.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(all="ignore"):
        found = np.sqrt((length - 1) / length + between / within)
    return np.where(within > 0, found, 1.0)
