"""Least squares with weights that are shares: none below 0, all together 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_squares_on_simplex"]

Floats = NDArray[np.float64]


def least_squares_on_simplex(gram: Floats, aim: Floats) -> Floats:
    """Minimise w'Gw/2 - w'b on the simplex, exactly, by an active set.

    Cities enter that would lower the sum, and leave when their weight would fall below 0.
    """
    size = len(aim)
    # of the size of the condition that weights sum to 1
    unit = max(float(np.trace(gram)) / size, 1e-300)
    gram, aim, ridge = gram / unit, aim / unit, 1e-12
    inside = np.zeros(size, bool)
    weights = np.zeros(size)
    begin = int(np.argmin(np.diag(gram) / 2 - aim))
    inside[begin], weights[begin] = True, 1.0
    for _ in range(50 * size):
        slope = gram @ weights - aim
        price = float(slope @ weights)
        worst = int(np.where(inside, np.inf, slope).argmin())
        if inside.all() or slope[worst] >= price - 1e-9 * max(1.0, abs(price)):
            break
        inside[worst] = True
        while True:
            free = np.flatnonzero(inside)
            aimed = _on_plane(gram[np.ix_(free, free)], aim[free], ridge)
            if aimed.min() > 0:
                weights[:] = 0
                weights[free] = aimed
                break
            # as far towards it as no weight falls below 0
            now = weights[free]
            falling = aimed <= 0
            part = float(np.min(now[falling] / np.maximum(now[falling] - aimed[falling], 1e-300)))
            moved = now + part * (aimed - now)
            leaves = falling & (moved <= 1e-12)
            weights[free] = np.where(leaves, 0.0, moved)
            inside[free[leaves]] = False
            if not leaves.any():
                break
    found: Floats = weights / weights.sum()
    return found


def _on_plane(gram: Floats, aim: Floats, ridge: float) -> Floats:
    """Minimise with weights that sum to 1, of any sign."""
    size = len(aim)
    system = np.zeros((size + 1, size + 1))
    system[:size, :size] = gram + ridge * np.eye(size)
    system[:size, size] = system[size, :size] = 1.0
    found: Floats = np.linalg.solve(system, np.append(aim, 1.0))[:size]
    return found
