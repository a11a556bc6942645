"""Bytes from anywhere, opened as a picture: only if they are one, and of a size that is bounded."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from parvis.errors import PictureError

__all__ = ["FORMATS", "LARGEST_BYTES", "MOST_PIXELS", "OpenedPicture", "open_picture"]

FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF")
"""What is opened, by Pillow's names: each holds pixels, none holds code or links."""

LARGEST_BYTES: Final = 30_000_000
"""Of a file; a larger one isn't looked at."""

MOST_PIXELS: Final = 50_000_000
"""Width times height, as the header says, before anything is unpacked."""

_WORKING_SIDE = 2_048
_MADE_SMALL_FIRST: Final = ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
# a progressive JPEG may walk over its pixels as often as it likes; cameras and editors do so some
# ten times
_MOST_SCANNED_PIXELS = 1_000_000_000
_START_OF_SCAN = b"\xff\xda"
_ORIENTATION = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE: Final = tuple(_TURNS[turn] for turn in (5, 6, 7, 8))
_LOOK = "Open it in a viewer: if it shows a picture there, save it anew as JPEG or PNG."


@dataclass(frozen=True, slots=True)
class OpenedPicture:
    """A picture's first frame, upright and opaque.

    Parameters
    ----------
    format
        One of `FORMATS`.
    width, height
        Of the original, in pixels, upright.
    pixels
        RGB, at most 2,048 pixels a side.
    """

    format: str
    width: int
    height: int
    pixels: Image.Image


def open_picture(data: bytes) -> OpenedPicture:
    """Open the first frame of a picture, turned as its camera says, on white where transparent.

    Memory and time are bounded by the file's length and by what its header says of its size,
    which is looked at before any pixel is unpacked.

    Raises
    ------
    PictureError
        It isn't a picture of a known format, is damaged or cut short, or is too large.
    """
    if len(data) > LARGEST_BYTES:
        raise PictureError(
            f"The picture has {len(data) / 1e6:,.0f} MB.",
            f"Pictures of up to {LARGEST_BYTES / 1e6:.0f} MB are read: make it smaller.",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(data, image)
                return _upright(image)
        except PictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many("more than 89 million") from error
        except UnidentifiedImageError as error:
            raise PictureError(*_what_it_is(data)) from error
        except MemoryError as error:
            raise _too_many("more than this machine's memory holds") from error
        except Exception as error:
            # each format has its own errors for damage, from OSError to struct.error
            why = str(error).strip() or type(error).__name__
            raise PictureError(
                f"The picture is damaged or cut short: {why}.",
                f"Fetch or save it again. {_LOOK}",
            ) from error


def _check_size(data: bytes, image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > MOST_PIXELS:
        raise _too_many(f"{image.width:,} × {image.height:,}")
    scans = data.count(_START_OF_SCAN) if image.format == "JPEG" else 1
    if scans * pixels > _MOST_SCANNED_PIXELS:
        raise PictureError(
            f"The picture is {image.width:,} × {image.height:,} pixels in {scans:,} passes: "
            "unpacking it could take minutes.",
            "Pictures are written in some ten passes: save it anew.",
        )


def _upright(image: Image.Image) -> OpenedPicture:
    kind = image.format or ""
    width, height = image.size
    # unpacks a large JPEG at a half, a quarter or an eighth
    image.draft(None, (_WORKING_SIDE, _WORKING_SIDE))
    image.load()
    if image.width * image.height > MOST_PIXELS:  # a frame may be larger than its header says
        raise _too_many(f"{image.width:,} × {image.height:,}")
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    if image.mode in _MADE_SMALL_FIRST:  # a converted copy of millions of pixels would be large
        _make_small(image)
    small = _opaque(image)
    _make_small(small)
    if turn is not None:
        small = small.transpose(turn)
    if turn in _ON_ITS_SIDE:
        width, height = height, width
    return OpenedPicture(kind, width, height, small)


def _make_small(image: Image.Image) -> None:
    image.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BOX, reducing_gap=None)


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # sixteen bits of grey, which Pillow would cut at 255
        grey = np.clip(np.asarray(image, np.int64) >> 8, 0, 255)
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        opaque = Image.new("RGB", seen.size, "white")
        opaque.paste(seen, mask=seen.getchannel("A"))
        return opaque
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _too_many(size: str) -> PictureError:
    return PictureError(
        f"The picture is too large: {size} pixels.",
        f"Pictures of up to {MOST_PIXELS // 1_000_000} million pixels are read: make it smaller.",
    )


def _what_it_is(data: bytes) -> tuple[str, str]:
    """Say what bytes are that aren't a picture, as far as their beginning tells."""
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    expected = "JPEG, PNG, GIF, WebP, BMP and AVIF are read"
    if not data:
        return (
            "The picture has no bytes.",
            "Fetch it again; if it stays empty, its source has none.",
        )
    if b"<svg" in head:
        return (
            "The picture is a drawing (SVG), which may hold scripts and links.",
            f"{expected}: export it as PNG.",
        )
    if head.startswith((b"<!doctype html", b"<html")):
        return (
            "What should be a picture is a web page, perhaps one that asks to log in.",
            f"{expected}: give the address of the picture itself.",
        )
    return (
        f"What should be a picture is none: it begins with {data[:8].hex(' ')}.",
        f"{expected}. {_LOOK}",
    )
