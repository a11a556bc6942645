"""Chance that can be repeated: one stream for each purpose and block, whoever runs first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

__all__ = ["Seeds"]


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where all chance comes from.

    Parameters
    ----------
    seed
        What the user gave; the same seed gives the same bytes.

    Examples
    --------
    >>> bool(Seeds(7).of("people").random() == Seeds(7).of("people").random())
    True
    """

    seed: int

    def of(self, purpose: str, block: int = 0) -> np.random.Generator:
        """Return the generator of one purpose and block, independent of all others."""
        named = int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence((self.seed, named, block)))
        )
