"""Small boosted trees: what several signs say only together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.listen.heads import Head

__all__ = ["DEPTH", "Forest"]

Floats = NDArray[np.float32]

DEPTH = 3
"""How many questions each tree asks of a text."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of `DEPTH` questions each; their answers add up to log-odds.

    Parameters
    ----------
    columns
        Trees by questions: which column each asks about. After question *q* comes *2q + 1* where
        the value is at most the threshold, else *2q + 2*.
    thresholds
        Trees by questions.
    leaves
        Trees by answers.
    bias
        Where the sum begins.
    """

    columns: NDArray[np.intp]
    thresholds: Floats
    leaves: Floats
    bias: float

    @classmethod
    def of(cls, head: Head, name: str) -> Forest:
        """Take a forest out of a head's weights."""
        return cls(
            head[f"{name}/columns"].astype(np.intp),
            head[f"{name}/thresholds"],
            head[f"{name}/leaves"],
            float(head[f"{name}/bias"][0]),
        )

    def arrays(self, name: str) -> dict[str, Floats]:
        """Give its weights by the names under which a head keeps them."""
        return {
            f"{name}/columns": self.columns.astype(np.float32),
            f"{name}/thresholds": self.thresholds,
            f"{name}/leaves": self.leaves,
            f"{name}/bias": np.array([self.bias], np.float32),
        }

    def scores(self, rows: Floats) -> Floats:
        """Add up what the trees say.

        Parameters
        ----------
        rows
            Texts by columns.

        Returns
        -------
        numpy.ndarray
            Log-odds, one a text.
        """
        tree = np.arange(len(self.leaves))
        text = np.arange(len(rows))[:, None]
        at = np.zeros((len(rows), len(tree)), np.intp)
        for _ in range(DEPTH):
            above = rows[text, self.columns[tree, at]] > self.thresholds[tree, at]
            at = 2 * at + 1 + above
        answers = self.leaves[tree, at - self.columns.shape[1]]
        return np.asarray(answers.sum(axis=1) + self.bias, np.float32)
