"""Heads as files: weights in 8 or 16 bits, and a card that says what they are."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ModelError

__all__ = ["Head", "load_head", "own_head", "save_head"]

_OWN = Path(__file__).parent
_SCALE = ".scale"


@dataclass(frozen=True)
class Head:
    """Named weights with their card.

    Parameters
    ----------
    card
        What it was trained on, when, by which command, and how accurate it was on what it hadn't
        seen.
    arrays
        The weights, float32.
    """

    card: Mapping[str, Any]
    arrays: Mapping[str, NDArray[np.float32]]

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        return self.arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self.arrays


@functools.cache
def load_head(name: str, folder: Path = _OWN) -> Head:
    """Read a head and make sure that it is what its card says.

    Raises
    ------
    ModelError
        A file is missing, or the weights aren't those of the card.
    """
    path, card_path = folder / f"{name}.npz", folder / f"{name}.json"
    try:
        raw, card = path.read_bytes(), json.loads(card_path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ModelError(
            f"The head {name!r} can't be read in {folder}: {error}.",
            "Install Parvis again, or train it again by `python -m training`.",
        ) from error
    found = hashlib.sha256(raw).hexdigest()
    if found != card.get("sha256"):
        raise ModelError(
            f"The weights in {path} aren't those of their card: their SHA-256 is {found}, "
            f"expected {card.get('sha256')}.",
            "Install Parvis again, or train it again by `python -m training`.",
        )
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        return Head(card, _Packed(dict(stored)))


def own_head(folder: Path, name: str = "sentiment") -> Head | None:
    """Read the head that a team's corrections taught; null: there is none.

    Raises
    ------
    ModelError
        It is damaged.
    """
    return load_head(name, folder) if (folder / f"{name}.json").exists() else None


class _Packed(Mapping[str, NDArray[np.float32]]):
    """Weights as they are kept in a file; those of a language are unpacked when it is met."""

    def __init__(self, stored: Mapping[str, NDArray[Any]]) -> None:
        self._stored = stored
        self._unpacked: dict[str, NDArray[np.float32]] = {}

    def __getitem__(self, key: str) -> NDArray[np.float32]:
        if key not in self._unpacked:
            value, scale = self._stored[key].astype(np.float32), self._stored.get(f"{key}{_SCALE}")
            if scale is not None:
                value *= scale
            self._unpacked[key] = value
        return self._unpacked[key]

    def __contains__(self, key: object) -> bool:
        return key in self._stored and _SCALE not in str(key)

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._stored if _SCALE not in key)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def save_head(
    name: str, arrays: Mapping[str, NDArray[np.float32]], card: Mapping[str, Any], folder: Path
) -> Path:
    """Write a head: large tables in 8 bits, the rest in 16; the same weights give the same file.

    Returns
    -------
    pathlib.Path
        The file of weights.
    """
    packed: dict[str, NDArray[Any]] = {}
    for key, value in sorted(arrays.items()):
        if value.size > 1 << 16:
            scale = np.float32(np.abs(value).max() / 127 or 1)
            packed[key] = np.round(value / scale).astype(np.int8)
            packed[f"{key}{_SCALE}"] = np.array(scale, np.float32)
        else:
            packed[key] = value.astype(np.float16)
    written = io.BytesIO()
    anything: dict[str, Any] = dict(packed)
    np.savez_compressed(written, **anything)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.npz"
    path.write_bytes(written.getvalue())
    full = {**card, "sha256": hashlib.sha256(written.getvalue()).hexdigest()}
    text = json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    load_head.cache_clear()
    return path
