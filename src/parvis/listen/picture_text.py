"""The text in a picture: posters, receipts, screenshots, captions. An extra reads it, at home."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["NO_READER", "PictureText", "read_text", "text_reader_name"]

NO_READER: Final = (
    "The text in pictures isn't read: what reads it isn't installed. "
    "Install it: pip install 'parvis[pictures]'"
)
"""What to tell where `text_reader_name` is None."""

_LONGEST_SIDE = 1_280
# letters of a small picture are a few pixels high; the detector was taught larger ones
_SMALL_SIDE = 640
_THINNEST = 8
_MOST_LINES = 200
_MOST_STRETCHED = 60
_AT_ONCE = 6
_SECONDS = 20.0
_LEAST_SURE = 0.5


@dataclass(frozen=True, slots=True)
class PictureText:
    """What is written in a picture.

    Parameters
    ----------
    text
        A line a line, from top to bottom; empty where nothing is written, None where nobody
        looked.
    confidence
        0 to 1, the lines' mean weighted by length; None where nothing is written.
    """

    text: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some words of a line: where they are, and how sure they are read."""

    left: float
    middle: float
    height: float
    text: str
    confidence: float


def text_reader_name() -> str | None:
    """Name what reads text in pictures; None where it isn't installed."""
    try:
        return f"rapidocr-{version('rapidocr')}" if find_spec("rapidocr") else None
    except PackageNotFoundError:
        return None


def read_text(image: Image.Image) -> PictureText:
    """Read the text in a picture, in printed letters: Latin script with its accents, and Chinese.

    At most 200 pieces of text are read, and reading stops after twenty seconds with what it has.
    A line of a single character isn't told: it is a shape more often than a letter.

    Parameters
    ----------
    image
        RGB.

    Raises
    ------
    ImportError
        The extra isn't installed: see `text_reader_name`.

    References
    ----------
    PaddleOCR 3.0 technical report, arXiv:2507.05595.
    """
    if min(image.size) < _THINNEST:
        return PictureText("", None)
    until = time.monotonic() + _SECONDS
    engine = _engine()
    pixels = _fit(image)
    crops, boxes = _found(engine, pixels)
    pieces: list[_Piece] = []
    for start in range(0, len(crops), _AT_ONCE):
        if time.monotonic() > until:
            break
        told = engine.recognize_txt(crops[start : start + _AT_ONCE])
        for box, text, sure in zip(
            boxes[start : start + _AT_ONCE], told.txts, told.scores, strict=True
        ):
            if text.strip() and sure >= _LEAST_SURE:
                pieces.append(_piece(box, text.strip(), float(sure)))
    lines = [line for line in _lines(pieces) if sum(len(p.text) for p in line) > 1]
    if not lines:
        return PictureText("", None)
    told = [piece for line in lines for piece in line]
    sure = sum(p.confidence * len(p.text) for p in told) / sum(len(p.text) for p in told)
    text = "\n".join(" ".join(p.text for p in line) for line in lines)
    return PictureText(text, round(sure, 4))


def _fit(image: Image.Image) -> NDArray[np.uint8]:
    longest = max(image.size)
    factor = min(_LONGEST_SIDE / longest, 2.0 if longest < _SMALL_SIDE else 1.0)
    if factor != 1.0:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    # the models were taught blue, green, red
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _found(
    engine: Any, pixels: NDArray[np.uint8]
) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.float32]]]:
    from rapidocr.main import RapidOCRError

    try:
        crops, told = engine.detect_and_crop(pixels, {})
    except RapidOCRError:
        return [], []  # what it says where there is no text
    usable = [
        (crop, box)
        for crop, box in zip(crops, told.boxes, strict=True)
        if min(crop.shape[:2]) >= 1 and crop.shape[1] <= _MOST_STRETCHED * crop.shape[0]
    ][:_MOST_LINES]
    return [crop for crop, _ in usable], [box for _, box in usable]


def _piece(box: NDArray[np.float32], text: str, sure: float) -> _Piece:
    across, down = box[:, 0], box[:, 1]
    # the left and right edges, not the whole box: a slanted line is higher than its letters
    height = (abs(down[3] - down[0]) + abs(down[2] - down[1])) / 2
    return _Piece(float(across.min()), float(down.mean()), float(height), text, sure)


def _lines(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Put together what stands beside one another, from left to right."""
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: p.middle):
        if rows:
            last = rows[-1]
            middle = sum(p.middle for p in last) / len(last)
            if abs(piece.middle - middle) < min(piece.height, last[0].height) / 2:
                last.append(piece)
                continue
        rows.append([piece])
    return [sorted(row, key=lambda p: p.left) for row in rows]


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
