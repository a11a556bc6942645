"""Labelled texts, read from the data folder, and their views, computed once and kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from parvis.listen.bounded import bounded
from parvis.listen.encoders.accurate import accurate_meaning
from parvis.listen.encoders.fast import fast_meaning
from parvis.listen.ngrams import hashed_ngrams

__all__ = ["Labelled", "read_texts"]


@dataclass(frozen=True)
class Labelled:
    """Texts with their labels and views."""

    texts: list[str]
    labels: NDArray[np.str_]
    validation: NDArray[np.bool_]
    views: dict[str, Any]

    def targets(self, classes: tuple[str, ...]) -> NDArray[np.float32]:
        """Write the labels as probabilities, texts by classes."""
        return np.array(self.labels[:, None] == np.array(classes), np.float32)


def read_texts(data: Path, name: str, cache: Path, *, accurate: bool = True) -> Labelled:
    """Read one set; its views are kept in `cache`, for they take minutes."""
    lines = (data / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [bounded(row["text"])[0] for row in rows]
    views = _views(texts, cache / f"{name}-{_key(texts)}", accurate)
    labels = np.array([str(row["label"]) for row in rows])
    validation = np.array([row.get("split") == "val" for row in rows])
    return Labelled(texts, labels, validation, views)


def _key(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "replace")).hexdigest()[:12]


def _views(texts: list[str], path: Path, accurate: bool) -> dict[str, Any]:
    views: dict[str, NDArray[np.float32] | sp.csr_matrix] = {"grams": hashed_ngrams(texts)}
    fast = path.with_suffix(".fast.npz")
    if not fast.exists():
        fast.parent.mkdir(parents=True, exist_ok=True)
        meaning, deep = fast_meaning(texts)
        np.savez(fast, meaning=meaning, deep=deep.astype(np.float16))
    with np.load(fast) as kept:
        views |= {key: kept[key].astype(np.float32) for key in kept}
    if accurate:
        slow = path.with_suffix(".accurate.npy")
        if not slow.exists():
            np.save(slow, accurate_meaning(texts).astype(np.float16))
        views["accurate"] = np.load(slow).astype(np.float32)
    return views
