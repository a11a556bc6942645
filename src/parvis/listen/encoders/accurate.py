"""The accurate encoder: about 145 texts a second on one core, a hundred languages."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ModelError
from parvis.listen.encoders.e5_graph import LAYERS, write_graph
from parvis.listen.encoders.e5_package import E5Package, e5_file

__all__ = ["ACCURATE_WIDTH", "accurate_meaning", "graph_folder"]

ACCURATE_WIDTH = 384 * len(LAYERS)
"""How many numbers an accurate vector has: 384 for each of its layers."""

_MOST_PIECES = 128
_BATCH = 16
_START, _PADDING, _END = 0, 1, 2
_UNKNOWN = 3
# the name changes with what is built, so that no older graph is taken for this one
_GRAPH = "multilingual-e5-small-5-to-11.int8.onnx"


def graph_folder() -> Path:
    """Tell where the graph is kept: PARVIS_MODELS, or the user's cache folder."""
    chosen = os.environ.get("PARVIS_MODELS")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "parvis" / "models"


def accurate_meaning(texts: Sequence[str], folder: Path | None = None) -> NDArray[np.float32]:
    """Encode texts, one vector each.

    Parameters
    ----------
    texts
        Bounded texts; of each, the first 128 word pieces are read.
    folder
        Where the graph is, or is built the first time (118 MB, about 20 s); `graph_folder` if
        missing.

    Returns
    -------
    numpy.ndarray
        Texts by `ACCURATE_WIDTH`.

    Raises
    ------
    ModelError
        A package is missing, or the graph can't be written.

    References
    ----------
    Wang et al. (2024), Multilingual E5 Text Embeddings, arXiv:2402.05672.
    """
    encoder = _encoder(folder or graph_folder())
    pieces = encoder.pieces(texts)
    means = np.zeros((len(texts), ACCURATE_WIDTH), np.float32)
    # texts of a length go together: little of a batch is padding
    order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        means[batch] = encoder.means([pieces[i] for i in batch])
    return means


@functools.cache
def _encoder(folder: Path) -> _Encoder:
    return _Encoder(folder)


class _Encoder:
    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise ModelError(
                f"The accurate tier can't run: the package {error.name} isn't there.",
                "Install it (`pip install onnxruntime`), or ask for the fast tier.",
            ) from error
        package = E5Package.read(e5_file())
        path = folder / _GRAPH
        if not path.is_file():
            try:
                write_graph(package, path)
            except OSError as error:
                raise ModelError(
                    f"The accurate tier's model can't be written to {path}: {error.strerror}.",
                    "It takes 600 MB while it is built, 118 MB then; set PARVIS_MODELS to a "
                    "folder with room.",
                ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._replaced = package.replacements()
        self._tokenizer = _tokenizer(package)

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut texts into word pieces, with the start and the end marked."""
        asked = [f"query: {text}".translate(self._replaced) for text in texts]
        found = self._tokenizer.encode_batch([" ".join(text.split(" ")) for text in asked])
        return [[_START, *one.ids[: _MOST_PIECES - 2], _END] for one in found]

    def means(self, pieces: Sequence[list[int]]) -> NDArray[np.float32]:
        """Run one batch; texts by `ACCURATE_WIDTH`."""
        longest = max(map(len, pieces))
        ids = np.full((len(pieces), longest), _PADDING, np.int64)
        mask = np.zeros((len(pieces), longest), np.float32)
        for row, one in enumerate(pieces):
            ids[row, : len(one)] = one
            mask[row, : len(one)] = 1
        return np.asarray(self._session.run(None, {"ids": ids, "mask": mask})[0], np.float32)


def _tokenizer(package: E5Package) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.Unigram(package.pieces(), _UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    return tokenizer
