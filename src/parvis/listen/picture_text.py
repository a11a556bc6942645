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

from parvis.errors import ModelError, PictureError

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
_MOST_LINES = 500
_MOST_STRETCHED = 60
_AT_ONCE = 6
_SECONDS = 20.0
# by so many pieces it is told whether a picture is upside down: upright, they are read with a
# mean confidence of 0.97 and more, upside down with 0.73 at most
_FIRST = 12
_UPRIGHT = 0.85
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
class _Spot:
    """Where some words are: upright pixels, and the four corners from the upper left on."""

    pixels: NDArray[np.uint8]
    box: NDArray[np.float32]


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

    At most 500 pieces of text are read, and reading stops after twenty seconds with what it has.
    A picture that lies on its side or stands on its head is turned.
    A line of a single character isn't told: it is a shape more often than a letter.

    Parameters
    ----------
    image
        RGB.

    Raises
    ------
    ModelError
        The extra isn't installed (see `text_reader_name`), or doesn't start here.
    PictureError
        The models fail on this picture.

    References
    ----------
    PaddleOCR 3.0 technical report, arXiv:2507.05595.
    """
    if min(image.size) < _THINNEST:
        return PictureText("", None)
    engine = _engine()
    try:
        pieces = _pieces(engine, _fit(image))
    except Exception as error:
        # the models' engines and OpenCV have errors of their own, without a common base
        why = str(error).strip().split("\n")[-1]
        raise PictureError(
            f"Text can't be looked for in the picture: {why or type(error).__name__}.",
            "Read it without its text: parvis listen picture --no-text.",
        ) from error
    lines = [line for line in _lines(pieces) if sum(len(p.text) for p in line) > 1]
    if not lines:
        return PictureText("", None)
    kept = [piece for line in lines for piece in line]
    sure = sum(p.confidence * len(p.text) for p in kept) / sum(len(p.text) for p in kept)
    text = "\n".join(" ".join(p.text for p in line) for line in lines)
    return PictureText(text, round(sure, 4))


def _pieces(engine: Any, pixels: NDArray[np.uint8]) -> list[_Piece]:
    """Read what is sure enough, the right way up."""
    until = time.monotonic() + _SECONDS
    found = _found(engine, pixels)
    if sum(map(_stands, found)) > len(found) / 2:
        pixels = np.ascontiguousarray(np.rot90(pixels))
        found = _found(engine, pixels)
    told = _told(engine, found[:_FIRST], until)
    if told and _mean(told) < _UPRIGHT:
        turned = _found(engine, np.ascontiguousarray(pixels[::-1, ::-1]))
        otherwise = _told(engine, turned[:_FIRST], until)
        if otherwise and _mean(otherwise) > _mean(told):
            found, told = turned, otherwise
    told += _told(engine, found[_FIRST:], until)
    return [piece for piece in told if piece.text and piece.confidence >= _LEAST_SURE]


def _fit(image: Image.Image) -> NDArray[np.uint8]:
    longest = max(image.size)
    factor = min(_LONGEST_SIDE / longest, 2.0 if longest < _SMALL_SIDE else 1.0)
    if factor != 1.0:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    # the models were taught blue, green, red
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _found(engine: Any, pixels: NDArray[np.uint8]) -> list[_Spot]:
    from rapidocr.main import RapidOCRError

    try:
        crops, told = engine.detect_and_crop(pixels, {})
    except RapidOCRError:
        return []  # what it says where there is no text
    spots = [_Spot(crop, box) for crop, box in zip(crops, told.boxes, strict=True)]
    return [
        spot
        for spot in spots
        if min(spot.pixels.shape[:2]) >= 1
        and spot.pixels.shape[1] <= _MOST_STRETCHED * spot.pixels.shape[0]
    ][:_MOST_LINES]


def _stands(spot: _Spot) -> bool:
    """Whether a line runs up or down."""
    return bool(np.ptp(spot.box[:, 1]) > 1.5 * np.ptp(spot.box[:, 0]))


def _told(engine: Any, spots: Sequence[_Spot], until: float) -> list[_Piece]:
    pieces: list[_Piece] = []
    for start in range(0, len(spots), _AT_ONCE):
        if time.monotonic() > until:
            break
        some = spots[start : start + _AT_ONCE]
        read = engine.recognize_txt([spot.pixels for spot in some])
        for spot, text, sure in zip(some, read.txts, read.scores, strict=True):
            pieces.append(_piece(spot.box, text.strip(), float(sure)))
    return pieces


def _mean(pieces: Sequence[_Piece]) -> float:
    return sum(piece.confidence for piece in pieces) / len(pieces)


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
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise ModelError(
            f"What reads the text in pictures doesn't start: {error}.",
            "Install it again: pip install --force-reinstall 'parvis[pictures]'",
        ) from error
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
