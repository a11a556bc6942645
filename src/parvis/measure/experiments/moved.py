"""Whom an experiment moved: those whom it pays to reach, or that nobody can be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parvis.errors import MeasureError
from parvis.measure.experiments.holdouts import People

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEATURES", "whom_it_moved"]

#: What is known of people before their lot.
FEATURES: Final = (
    "recency", "tenure", "frequency", "spent", "basket", "lately", "gap", "off",
)  # fmt: skip
_BEST: Final = 0.2
#: More people than this teach little more, and take long.
_MOST: Final = 24_000


def whom_it_moved(
    people: People, known: pa.Table, days: int, share: float | None
) -> dict[str, Any] | None:
    """Learn whom an experiment moved, from what was known before it.

    Parameters
    ----------
    people
        Their lots and what they bought.
    known
        Rows of `known_before`.
    days
        How long after the lot is looked at.
    share
        The planned share that is reached; null: as many as were.

    Returns
    -------
    dict or None
        The Qini area with its interval (in sales for each person), whether it pays to choose, the
        curve, and how the best fifth differs; null where there are too few people.
    """
    from threadpoolctl import threadpool_limits

    from parvis.measure.experiments.uplift import UpliftData, qini_curve, uplift

    order = pc.index_in(people.ids, value_set=known["customer_id"])
    laid = known.take(pc.fill_null(order, 0))
    features = np.column_stack(
        [laid[n].to_numpy(zero_copy_only=False).astype(float) for n in FEATURES]
    )
    some = _some(people.exposed)
    sales = people.outcome("sales", days)[some]
    try:
        data = UpliftData(features[some], people.exposed[some], sales, _share(people, some, share))
    except MeasureError:
        return None
    # small trees: cores that wait for one another take longer than one by itself
    with threadpool_limits(1):
        found = uplift(data, "DR")
    parts, gained, errors = qini_curve(found)
    best = found.scores >= np.quantile(found.scores, 1 - _BEST)
    return {
        "learner": found.learner,
        "people": len(some),
        "qini": found.qini,
        "low": found.qini_low,
        "high": found.qini_high,
        "p_value": found.p_value,
        "level": found.level,
        "targetable": bool(found.is_targetable),
        "curve": [
            {"part": float(p), "gained": float(g), "error": float(e)}
            for p, g, e in zip(parts, gained, errors, strict=True)
        ],
        "best": _described(features[some], best),
    }


def _some(exposed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Choose people at random, the left out first: they are fewer, and tell as much each."""
    if len(exposed) <= _MOST:
        return np.arange(len(exposed))
    rng = np.random.default_rng(0)
    fewer = exposed if exposed.mean() < 0.5 else ~exposed
    first = rng.permutation(np.flatnonzero(fewer))[: _MOST // 2]
    rest = rng.permutation(np.flatnonzero(~fewer))[: _MOST - len(first)]
    return np.sort(np.concatenate([first, rest]))


def _share(people: People, some: NDArray[np.int64], share: float | None) -> float | None:
    """Return how probable it was to be reached, among those that were chosen."""
    return share if len(some) == len(people.exposed) else None


def _described(features: NDArray[np.float64], best: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Tell by the middle of each feature how the best fifth differs from the others."""
    rows = []
    for at, name in enumerate(FEATURES):
        sides = [features[side, at] for side in (best, ~best)]
        known = [s[np.isfinite(s)] for s in sides]
        if all(len(k) for k in known):
            rows.append(
                {"feature": name, "best": float(np.median(known[0])),
                 "others": float(np.median(known[1]))}
            )  # fmt: skip
    return rows
