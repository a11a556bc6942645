"""Do the tests that the ledger names settle what they say?

A world's year is measured; of all tests that the ledger names the one worth most above its price is
run in it, and the year is measured again: the same buyers with the same chances, and one test more.
So three times. A test that is named ends the year, each further one ten weeks before the last: as
if the team had run it then.

What is asked: how often a verdict was foretold, and how often there was one; and how much of the
money is called, and how much of it wrongly, as tests come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np

from bench.measure import Row
from bench.worlds import FIRST_SEED, Called, called_in, fit_world, side_by_side
from bench.worlds_data import tell
from parvis.measure.curves import ResponseCurves
from parvis.measure.ledger.settle import SuggestedTest, suggest_test
from parvis.measure.ledger.verdict import judge
from parvis.measure.mix.fitting import MixFit
from parvis.measure.mix.response import response_curves
from parvis.simulate.world.model import Experiment

__all__ = ["Round", "follow", "measure_tested"]

_ROUNDS, _EACH = 3, 10
#: Weeks between the ends of two tests.
_APART = 10
_DAYS = 364
#: As many as `parvis measure` judges by.
_DRAWS = 1200


@dataclass(frozen=True, slots=True)
class Round:
    """What was found after so many tests.

    Parameters
    ----------
    called
        What the ledger says, and what is true.
    test
        The one that was named next; None: none is worth its price.
    """

    called: Called
    test: SuggestedTest | None


def follow(name: str, seed: int, rounds: int = _ROUNDS) -> tuple[Round, ...]:
    """Measure a world, run the test that is named, and measure again."""
    found: list[Round] = []
    tests: list[Experiment] = []
    for number in range(rounds + 1):
        told = tell(name, seed, more=tests)
        fit = fit_world(told)
        curves = response_curves(fit, told.margin, draws=_DRAWS)
        last = number == rounds
        best = None if last else _best(fit, curves, {t.channel for t in tests})
        found.append(Round(called_in(told, curves), best))
        if best is None:
            break
        ends = told.world.brand.starts_on + timedelta(days=_DAYS - 7 * _APART * number)
        tests.append(
            Experiment(
                name=f"Named {number + 1}",
                kind="cities",
                channel=best.channel,
                starts_on=ends - timedelta(weeks=best.weeks),
                days=7 * best.weeks,
                cities=best.places,
                budget=best.factor,
            )
        )
    return tuple(found)


def _best(fit: MixFit, curves: ResponseCurves, done: set[str]) -> SuggestedTest | None:
    open_ones = [
        at for at, one in enumerate(judge(curves))
        if one.verdict == "can't tell" and one.channel not in done
    ]  # fmt: skip
    named = [t for t in (suggest_test(fit, curves, at) for at in open_ones) if t is not None]
    return max(named, key=lambda t: t.worth - t.cost, default=None)


def measure_tested(scratch: Path) -> list[Row]:
    """Run the tests that are named in twenty worlds."""
    del scratch
    seeds = range(FIRST_SEED, FIRST_SEED + _EACH)
    worlds = [(name, seed) for name in ("default", "confounded") for seed in seeds]
    followed = side_by_side(follow, worlds)
    rows = []
    for number in range(_ROUNDS + 1):
        # where no more tests are worth their price what was found stays
        now = [rounds[min(number, len(rounds) - 1)].called for rounds in followed]
        spent = np.array([one.spent for one in now])
        unsure = np.array([one.is_unsure for one in now])
        wrong = np.array([one.is_wrong for one in now])
        what = f"{len(followed)} worlds, after {number} of the tests that are named"
        share = 100 / spent.sum()
        rows += [
            Row(f"{what}: called wrongly", float((spent * wrong).sum()) * share, "%", inf),
            Row("… not called", float((spent * unsure).sum()) * share, "%", inf),
        ]
    foretold, came = [], []
    for rounds in followed:
        for before, after in pairwise(rounds):
            if before.test is not None:
                foretold.append(before.test.settles)
                came.append("can't tell" not in after.called.of(before.test.channel))
    rows += [
        Row(f"{len(came)} named tests: a verdict was foretold", 100 * float(np.mean(foretold)),
            "%", inf),
        Row("… and came", 100 * float(np.mean(came)), "%", inf),
    ]  # fmt: skip
    return rows
