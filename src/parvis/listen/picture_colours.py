"""The main colours of a picture, as people would name them: near shades count as one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["main_colours"]

_SIDE = 96
_CLUSTERS = 12
_ROUNDS = 12
_MOST = 5
_SMALLEST_SHARE = 0.02
# in OKLab, where 1 is the way from black to white
_NEAR = 0.09

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def main_colours(image: Image.Image) -> tuple[tuple[str, float], ...]:
    """Find the colours that most of a picture has.

    Pixels are clustered in OKLab, where distances are as people see them, and clusters that look
    alike are made one.

    Parameters
    ----------
    image
        RGB.

    Returns
    -------
    tuple
        At most five of (`#rrggbb`, share of the pixels), the largest share first. Colours of less
        than 2 % of the picture aren't told, so the shares may add up to less than one.

    References
    ----------
    Ottosson (2020), A perceptual color space for image processing,
    https://bottosson.github.io/posts/oklab/.
    """
    seen = image.resize((_SIDE, _SIDE), Image.Resampling.NEAREST)
    shades, counts = np.unique(np.asarray(seen).reshape(-1, 3), axis=0, return_counts=True)
    seats = _oklab(shades)
    centres, belongs = _clustered(seats, counts.astype(float))
    weights = np.bincount(belongs, counts, len(centres)).astype(np.float64)
    merged = _merged(centres, weights)
    total = float(counts.sum())
    found = [(centre, weight / total) for centre, weight in merged]
    found.sort(key=lambda one: -one[1])
    told = [one for one in found if one[1] >= _SMALLEST_SHARE][:_MOST]
    return tuple((_hex(centre), round(share, 4)) for centre, share in told)


def _oklab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    part = rgb / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T)


def _hex(lab: NDArray[np.float64]) -> str:
    linear = np.linalg.inv(_TO_CONES) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3
    linear = np.clip(linear, 0, 1)
    part = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(part * 255).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _clustered(
    seats: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Cluster weighted points: the farthest weighted point is the next start, then k-means."""
    centres = seats[[int(weights.argmax())]]
    nearest = _squared(seats, centres)[:, 0]
    while len(centres) < _CLUSTERS and float(nearest.max()) > 1e-6:
        chosen = seats[[int((nearest * weights).argmax())]]
        centres = np.concatenate([centres, chosen])
        nearest = np.minimum(nearest, _squared(seats, chosen)[:, 0])
    belongs = _squared(seats, centres).argmin(axis=1)
    for _ in range(_ROUNDS):
        sums = np.stack(
            [np.bincount(belongs, weights * seats[:, i], len(centres)) for i in range(3)], axis=1
        )
        sizes = np.bincount(belongs, weights, len(centres))
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1e-9)[:, None], centres)
        moved = _squared(seats, centres).argmin(axis=1)
        if np.array_equal(moved, belongs):
            break
        belongs = moved
    return centres, belongs


def _squared(seats: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((seats[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))


def _merged(
    centres: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], float]]:
    """Make one of the two nearest until none are near; the larger pulls the more."""
    left = [(c, float(w)) for c, w in zip(centres, weights, strict=True) if w > 0]
    while len(left) > 1:
        seats = np.array([one[0] for one in left])
        apart = _squared(seats, seats) + np.diag(np.full(len(left), np.inf))
        one, other = divmod(int(apart.argmin()), len(left))
        if apart[one, other] > _NEAR**2:
            break
        weight = left[one][1] + left[other][1]
        centre = (left[one][0] * left[one][1] + left[other][0] * left[other][1]) / weight
        left = [x for i, x in enumerate(left) if i not in (one, other)] + [(centre, weight)]
    return left
