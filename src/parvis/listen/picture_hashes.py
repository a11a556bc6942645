"""Pictures that look alike: shared again, saved smaller, cropped, mirrored, framed or captioned."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["HASHES_BYTES", "Alike", "near_identical", "picture_hashes"]

_SIDE = 96
_WAVES = 16
_BITS = 128
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
_WINDOWS_BYTES = _WINDOWS * _BITS // 8
_SKETCH = 16
_CELLS = 12
HASHES_BYTES: Final = _WINDOWS_BYTES + 3 * _SKETCH**2
"""What the hashes of a picture take."""

# bits in which two may differ: of the 64 that tell the longest waves, and of all
_MOST_APART_FIRST = 14
_MOST_APART = 32
# how far the sketches must go together, 1 being all the way
_LEAST_ALIKE = 0.88
_BLOCK = 2_048
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
        Bits of 128 in which they differ, after cropping one of them.
    mirrored
        Whether one is the other's mirror image.
    """

    new: int
    known: int
    apart: int
    mirrored: bool


def picture_hashes(image: Image.Image) -> bytes:
    """Hash what a picture and its crops look like.

    The bits are the signs of the longest waves (a discrete cosine transform) of its brightness,
    for the whole picture and for each window of a grid of crops, so that a crop of it looks like
    one of its windows. The transform of a window is computed from the whole, exactly. A sketch of
    16 by 16 colours follows, by which chance likeness is told apart.

    Parameters
    ----------
    image
        RGB.

    Returns
    -------
    bytes
        `HASHES_BYTES` of them; none for a picture of a single shade, which looks like all others
        of its kind.

    References
    ----------
    Zauner (2010), Implementation and benchmarking of perceptual image hash functions; Facebook
    (2019), The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm.
    """
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
    grey = np.asarray(small.convert("L"), np.float64)
    if float(grey.std()) < _FAINTEST:
        return b""
    waves = _waves()
    down, across = _lowest()
    one_way = np.einsum("rc,wkc->wrk", grey, waves)
    both = np.einsum("vkr,wrl->vwkl", waves, one_way)
    signs = both[:, :, down, across].reshape(_WINDOWS, _BITS) > 0
    sketch = image.resize((_SKETCH, _SKETCH), Image.Resampling.BOX)
    return np.packbits(signs, axis=1).tobytes() + sketch.tobytes()


def near_identical(new: Sequence[bytes], known: Sequence[bytes]) -> list[Alike]:
    """Find which new pictures look like which known ones.

    Every pair is compared: either whole with every window of the other, as it is and mirrored.

    Parameters
    ----------
    new, known
        Hashes by `picture_hashes`; empty ones are like nothing. Of the two, the known may be many:
        they are gone through in blocks.

    Returns
    -------
    list of Alike
        By new picture, then the nearest first. Each pair once, in its nearest form.
    """
    ours, our_rows = _stacked(new, 0)
    best: dict[tuple[int, int], tuple[int, bool]] = {}
    for start in range(0, len(known), _BLOCK):
        theirs, their_rows = _stacked(known[start : start + _BLOCK], start)
        for mirrored in (False, True):
            for one, other, apart in _pairs(ours, theirs, mirrored):
                _keep(best, (int(our_rows[one]), int(their_rows[other])), (apart, mirrored))
            for other, one, apart in _pairs(theirs, ours, mirrored):
                _keep(best, (int(our_rows[one]), int(their_rows[other])), (apart, mirrored))
    found = [Alike(*pair, *told) for pair, told in best.items()]
    return sorted(found, key=lambda a: (a.new, a.apart, a.known))


def _keep(
    best: dict[tuple[int, int], tuple[int, bool]], pair: tuple[int, int], told: tuple[int, bool]
) -> None:
    best[pair] = min(told, best.get(pair, told))


@dataclass(frozen=True, slots=True)
class _Stack:
    """Hashes, unpacked.

    Words are two of 64 bits by windows by pictures; sketches are pictures by 16 by 16 by RGB.
    """

    words: NDArray[np.uint64]
    sketches: NDArray[np.float32]


def _stacked(hashes: Sequence[bytes], first: int) -> tuple[_Stack, NDArray[np.intp]]:
    rows = np.array([first + i for i, one in enumerate(hashes) if one], np.intp)
    joined = np.frombuffer(b"".join(hashes), np.uint8).reshape(len(rows), HASHES_BYTES)
    words = np.ascontiguousarray(joined[:, :_WINDOWS_BYTES]).view(np.uint64)
    words = words.reshape(len(rows), _WINDOWS, 2).transpose(2, 1, 0)
    sketches = joined[:, _WINDOWS_BYTES:].reshape(len(rows), _SKETCH, _SKETCH, 3)
    return _Stack(np.ascontiguousarray(words), sketches.astype(np.float32)), rows


def _pairs(wholes: _Stack, parts: _Stack, mirrored: bool) -> Iterator[tuple[int, int, int]]:
    """Find wholes that look like a window of another, with the bits they differ in."""
    flips = _mirror() if mirrored else np.zeros(2, np.uint64)
    mine, theirs = wholes.words[:, 0] ^ flips[:, None], parts.words
    few, many = len(wholes.sketches), len(parts.sketches)
    found: list[NDArray[np.int64]] = []
    # the shorter side is walked, so that the machine's words are compared in long rows
    if few <= many * _WINDOWS:
        flat = theirs.reshape(2, -1)
        for one in range(few):
            hits = np.flatnonzero(np.bitwise_count(flat[0] ^ mine[0, one]) <= _MOST_APART_FIRST)
            found.append(np.stack([np.full_like(hits, one), hits // many, hits % many]))
    else:
        for window, other in product(range(_WINDOWS), range(many)):
            near = np.bitwise_count(mine[0] ^ theirs[0, window, other]) <= _MOST_APART_FIRST
            hits = np.flatnonzero(near)
            found.append(np.stack([hits, np.full_like(hits, window), np.full_like(hits, other)]))
    if not found:
        return
    one, window, other = np.concatenate(found, axis=1)
    apart = np.bitwise_count(mine[:, one] ^ theirs[:, window, other]).sum(axis=0, dtype=np.int64)
    near = np.flatnonzero(apart <= _MOST_APART)
    for start in range(0, len(near), _BLOCK):
        at = near[start : start + _BLOCK]
        seen = wholes.sketches[one[at]]
        shown = parts.sketches[other[at]]
        if mirrored:
            seen = seen[:, :, ::-1]
        alike = _alike(seen, shown, window[at])
        for i in at[alike >= _LEAST_ALIKE]:
            yield int(one[i]), int(other[i]), int(apart[i])


def _alike(
    seen: NDArray[np.float32], shown: NDArray[np.float32], windows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Correlate whole sketches with windows of others, brightness and contrast aside."""
    cells = _cells()
    whole = np.einsum("pi,nijc,qj->npqc", cells[0], seen, cells[0], optimize=True)
    down, across = cells[windows // len(_SPANS)], cells[windows % len(_SPANS)]
    part = np.einsum("npi,nijc,nqj->npqc", down, shown, across, optimize=True)
    left, right = (x - x.mean(axis=(1, 2), keepdims=True) for x in (whole, part))
    sizes = np.sqrt((left**2).sum(axis=(1, 2, 3)) * (right**2).sum(axis=(1, 2, 3)))
    return np.asarray((left * right).sum(axis=(1, 2, 3)) / np.maximum(sizes, 1e-6))


@functools.cache
def _cells() -> NDArray[np.float32]:
    """Return how to average a sketch over the cells of each span: spans by cells by pixels."""
    pixels = np.arange(_SKETCH) / _SKETCH
    found = []
    for low, high in _SPANS:
        edges = np.linspace(low, high, _CELLS + 1)
        begin = np.maximum(edges[:-1, None], pixels)
        end = np.minimum(edges[1:, None], pixels + 1 / _SKETCH)
        shared = np.maximum(0, end - begin)
        found.append(shared / shared.sum(axis=1, keepdims=True))
    return np.stack(found).astype(np.float32)


@functools.cache
def _lowest() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which waves are told, down and across, from the longest on; not the mean."""
    order = sorted(product(range(_WAVES), repeat=2), key=lambda w: (w[0] ** 2 + w[1] ** 2, w))
    chosen = np.array(order[1 : _BITS + 1])
    return chosen[:, 0], chosen[:, 1]


@functools.cache
def _mirror() -> NDArray[np.uint64]:
    """Return the bits that a mirror turns round: waves that are odd across."""
    return np.packbits(_lowest()[1] % 2 == 1).view(np.uint64)


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
