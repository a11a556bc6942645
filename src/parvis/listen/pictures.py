"""What a picture shows, as far as a machine can tell at home: its text, colours and lookalikes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from parvis.listen.picture_colours import main_colours
from parvis.listen.picture_files import open_picture
from parvis.listen.picture_hashes import picture_hashes
from parvis.listen.picture_text import PictureText, read_text, text_reader_name

__all__ = ["PictureReading", "picture_model_name", "read_picture"]

_VERSION = "pictures-1"
_THUMBNAIL_SIDE = 320


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What was read of a picture.

    Parameters
    ----------
    picture_id
        SHA-256 of its bytes, in hexadecimal.
    format
        As Pillow names it: `JPEG`, `PNG`, …
    width, height
        In pixels, upright.
    hashes
        What it and its crops look like, for `near_identical`; empty for a single shade.
    colours
        At most five: `#rrggbb` and the share of the picture, the largest first.
    text
        What is written in it, a line a line; empty where nothing is; None where nobody looked:
        it wasn't asked for, or the extra that reads it isn't installed.
    text_confidence
        0 to 1, the lines' mean weighted by length; None without text.
    thumbnail
        WebP, at most 320 pixels a side, upright, without metadata.
    model
        What read it: another name means that it would be read otherwise.
    """

    picture_id: str
    format: str
    width: int
    height: int
    hashes: bytes
    colours: tuple[tuple[str, float], ...]
    text: str | None
    text_confidence: float | None
    thumbnail: bytes
    model: str


def read_picture(data: bytes, *, text: bool = True) -> PictureReading:
    """Read a picture: what it looks like, its main colours, and the text in it.

    Parameters
    ----------
    data
        A file's bytes: JPEG, PNG, GIF (its first frame), WebP, BMP or AVIF.
    text
        Whether to look for text, which takes most of the time: about half a second, twenty
        seconds at most. It is left out where `text_reader_name` is None.

    Raises
    ------
    PictureError
        It isn't a picture, is damaged, or is too large.
    """
    opened = open_picture(data)
    found = PictureText(None, None)
    if text and text_reader_name() is not None:
        found = read_text(opened.pixels)
    return PictureReading(
        picture_id=hashlib.sha256(data).hexdigest(),
        format=opened.format,
        width=opened.width,
        height=opened.height,
        hashes=picture_hashes(opened.pixels),
        colours=main_colours(opened.pixels),
        text=found.text,
        text_confidence=found.confidence,
        thumbnail=_thumbnail(opened.pixels),
        model=picture_model_name(text=text),
    )


def picture_model_name(*, text: bool = True) -> str:
    """Name what reads pictures here: another name means that they would be read otherwise."""
    reader = text_reader_name() if text else None
    return f"{_VERSION} {reader or 'without text'}"


def _thumbnail(image: Image.Image) -> bytes:
    small = image.copy()
    small.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    kept = io.BytesIO()
    small.save(kept, "WEBP", quality=80, method=4)
    return kept.getvalue()
