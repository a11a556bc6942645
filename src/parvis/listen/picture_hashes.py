"""Pictures that look alike: shared again, saved smaller, cropped, mirrored or framed."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["Alike", "near_identical", "picture_hashes"]

_SIDE = 96
_WAVES = 16
_BITS = 128
_BYTES = _BITS // 8
# parts of a side: crops of up to about a fifth lie near one of them
_SPANS = (
    (0.0, 1.0),
    (0.0, 0.92),
    (0.08, 1.0),
    (0.04, 0.96),
    (0.0, 0.84),
    (0.16, 1.0),
    (0.08, 0.92),
)
_WINDOWS = len(_SPANS) ** 2
_MOST_APART = 26
# bits that must agree in full for two hashes to be compared: any one of so many bands
_BANDS = 16
_BAND_BITS = 18
_CHUNK = 2_048
# of grey levels, 0 to 255: below, the hash would be of noise
_FAINTEST = 2.0


@dataclass(frozen=True, slots=True)
class Alike:
    """Two pictures that look alike.

    Parameters
    ----------
    new, known
        Their places in the two sequences.
    apart
        Bits of 128 in which they differ.
    mirrored
        Whether one is the other's mirror image.
    """

    new: int
    known: int
    apart: int
    mirrored: bool


def picture_hashes(image: Image.Image) -> bytes:
    """Hash what a picture and its crops look like.

    The bits are the signs of the lowest waves (a discrete cosine transform) of its brightness, for
    the whole picture and for each window of a grid of crops, so that a crop of it looks like one
    of its windows. The transform of a window is computed from the whole, exactly.

    Returns
    -------
    bytes
        The whole's 128 bits, then those of 48 windows: 784 bytes; none for a picture of a single
        shade, which looks like all others of its kind.

    References
    ----------
    Zauner (2010), Implementation and benchmarking of perceptual image hash functions; Facebook
    (2019), The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm.
    """
    grey = np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX), np.float64)
    if float(grey.std()) < _FAINTEST:
        return b""
    waves = _waves()
    rows, columns = _lowest()
    # windows by waves down by waves across
    across = np.einsum("rc,wkc->wrk", grey, waves)
    both = np.einsum("vkr,wrl->vwkl", waves, across)
    signs = both[:, :, rows, columns].reshape(_WINDOWS, _BITS) > 0
    return np.packbits(signs, axis=1).tobytes()


def near_identical(new: Sequence[bytes], known: Sequence[bytes]) -> list[Alike]:
    """Find which new pictures look like which known ones.

    Parameters
    ----------
    new, known
        Hashes by `picture_hashes`; the same picture in both is found, too.

    Returns
    -------
    list of Alike
        By new picture, then the nearest first. Each pair once, in its nearest form.
    """
    ours, our_rows = _stacked(new)
    theirs, their_rows = _stacked(known)
    best: dict[tuple[int, int], tuple[int, bool]] = {}
    for mirrored in (False, True):
        flip = _mirror() if mirrored else np.uint8(0)
        # the new may be a part of the known, or the known of the new
        for one, other, apart in _pairs(ours[:, 0] ^ flip, theirs):
            _keep(best, (int(our_rows[one]), int(their_rows[other])), (apart, mirrored))
        for one, other, apart in _pairs(theirs[:, 0] ^ flip, ours):
            _keep(best, (int(our_rows[other]), int(their_rows[one])), (apart, mirrored))
    found = [Alike(*pair, *told) for pair, told in best.items()]
    return sorted(found, key=lambda a: (a.new, a.apart, a.known))


def _keep(
    best: dict[tuple[int, int], tuple[int, bool]], pair: tuple[int, int], told: tuple[int, bool]
) -> None:
    best[pair] = min(told, best.get(pair, told))


def _stacked(hashes: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    rows = np.array([i for i, one in enumerate(hashes) if one], np.intp)
    joined = np.frombuffer(b"".join(hashes), np.uint8)
    return joined.reshape(len(rows), _WINDOWS, _BYTES), rows


def _pairs(wholes: NDArray[np.uint8], windows: NDArray[np.uint8]) -> Iterator[tuple[int, int, int]]:
    """Find wholes that are near to a window, with their distance."""
    flat = np.ascontiguousarray(windows.reshape(-1, _BYTES))
    for start in range(0, len(wholes), _CHUNK):
        few = np.ascontiguousarray(wholes[start : start + _CHUNK])
        seen: set[tuple[int, int]] = set()
        for band in range(_BANDS):
            ours, theirs = _keys(few, band), _keys(flat, band)
            asked = np.zeros(1 << _BAND_BITS, np.bool_)
            asked[ours] = True
            hit = np.flatnonzero(asked[theirs])
            order = np.argsort(ours, kind="stable")
            begin = np.searchsorted(ours[order], theirs[hit], "left")
            end = np.searchsorted(ours[order], theirs[hit], "right")
            lengths = end - begin
            other = np.repeat(hit, lengths)
            steps = np.arange(len(other)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            one = order[np.repeat(begin, lengths) + steps]
            apart = np.bitwise_count(few[one] ^ flat[other]).sum(axis=1, dtype=np.int64)
            for i in np.flatnonzero(apart <= _MOST_APART):
                pair = (start + int(one[i]), int(other[i]) // _WINDOWS)
                if (pair[0], int(other[i])) not in seen:
                    seen.add((pair[0], int(other[i])))
                    yield *pair, int(apart[i])


def _keys(hashes: NDArray[np.uint8], band: int) -> NDArray[np.int64]:
    bits = np.random.default_rng(band).permutation(_BITS)[:_BAND_BITS]
    keys = np.zeros(len(hashes), np.int64)
    for bit in bits:
        keys = (keys << 1) | ((hashes[:, bit // 8] >> (7 - bit % 8)) & 1)
    return keys


@functools.cache
def _lowest() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which waves are told, down and across, from the longest on; not the mean."""
    order = sorted(product(range(_WAVES), repeat=2), key=lambda w: (w[0] ** 2 + w[1] ** 2, w))
    chosen = np.array(order[1 : _BITS + 1])
    return chosen[:, 0], chosen[:, 1]


@functools.cache
def _mirror() -> NDArray[np.uint8]:
    """Return the bits that a mirror turns round: waves that are odd across."""
    return np.packbits(_lowest()[1] % 2 == 1)


@functools.cache
def _waves() -> NDArray[np.float64]:
    """Return the cosine waves over each span of a side: spans by waves by pixels, exactly."""
    edges = np.linspace(0, 1, _SIDE + 1)
    numbers = np.arange(_WAVES)[:, None]
    spans = []
    for low, high in _SPANS:
        place = (np.clip(edges, low, high) - low) / (high - low)
        upto = np.where(
            numbers == 0, place, np.sin(np.pi * numbers * place) / np.maximum(np.pi * numbers, 1)
        )
        spans.append(np.diff(upto, axis=1))
    return np.stack(spans)
