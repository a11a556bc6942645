"""Whom marketing moves: found where somebody is moved, and not where lots were drawn again.

The people are made after a published holdout of mails to the customers of a shop (K. Hillstrom's
MineThatData challenge): how long ago and for how much they bought, what, where from; a mail brings
some back who wouldn't have come, and more of those who bought of what it shows.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.measure import Row
from parvis.measure.experiments.uplift import UpliftData, uplift

__all__ = ["holdout", "measure_uplift"]

_PEOPLE, _PERMUTED_PEOPLE = 20_000, 6_000
_PERMUTATIONS = 200
_WORKERS = 2
_LEVEL = 0.95


def holdout(seed: int, people: int) -> tuple[UpliftData, np.ndarray]:
    """Draw a holdout, and by how much each person is moved."""
    rng = np.random.default_rng(seed)
    months = rng.integers(1, 13, people)
    spent = rng.lognormal(5.0, 0.9, people)
    shown, other = rng.random(people) < 0.55, rng.random(people) < 0.55
    is_new, by_web = rng.random(people) < 0.5, rng.random(people) < 0.44
    anyway = 0.06 + 0.08 / months + 0.02 * by_web + 0.02 * ~is_new + 0.01 * np.log(spent / 150)
    moved = np.where(shown, 0.07, 0.005) * (1 + (months <= 6)) / 1.5
    exposed = rng.random(people) < 0.5
    comes = rng.random(people) < np.clip(anyway + moved * exposed, 0, 1)
    features = np.column_stack([months, spent, shown, other, is_new, by_web]).astype(float)
    return UpliftData(features, exposed, comes.astype(float), 0.5), moved


def measure_uplift(scratch: Path) -> list[Row]:
    """Order people by what is learnt of them, and draw lots again."""
    del scratch
    rows = []
    for learner in ("T", "X", "DR"):
        data, moved = holdout(1001, _PEOPLE)
        found = uplift(data, learner)
        best = found.scores >= np.quantile(found.scores, 0.7)
        random = 100 * (1 - float(moved[best].sum() / moved.sum()) / 0.3)
        rows += [
            Row(f"{learner}: p-value of the Qini area against random order", found.p_value, "",
                0.05),
            Row("… best 30 % of people: worse than random by (below 0: better)", random, "%", 0),
        ]  # fmt: skip
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    data, _ = holdout(1002, _PERMUTED_PEOPLE)
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as workers:
        seen = list(workers.map(partial(_permuted, data), range(_PERMUTATIONS), chunksize=10))
    effect, order = (100 * float(np.mean([s[at] for s in seen])) for at in (0, 1))
    return [
        *rows,
        Row(f"{_PERMUTATIONS} permutations: an effect is found (95 % interval) in", effect, "%", 5),
        Row("… somebody to choose is found in", order, "%", 5),
    ]


def _permuted(data: UpliftData, seed: int) -> tuple[bool, bool]:
    lots = np.random.default_rng([seed, 3]).permutation(data.exposed)
    found = uplift(UpliftData(data.features, lots, data.outcome, data.share), level=_LEVEL)
    return not found.effect_low <= 0 <= found.effect_high, found.is_targetable
