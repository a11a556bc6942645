"""Worlds by the hundred: do intervals hold the truth, and whose verdicts are wrong for how much?

A channel's money is *misclassified* by a method when the method says that the last euro brought
more than it cost and it brought less, or the other way round; the truth is the story's own marginal
return, margin included. Single methods know no doubt: a return on average above break-even is "too
little is spent", below it "too much". The ledger may say "can't tell" (or "hold": it matters
little): that money isn't classified. Two other counts stand beside: half of what isn't called as if
a coin had been thrown, and all called, by the likelier side.

In the two ready worlds it happens to be `search` that pays, and a mix that takes demand for the
effect of `search` is right by luck. So there are the same worlds again, with returns shuffled among
channels.

Everything was chosen on seeds below 100; the figures are of seeds from 1001 on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from math import inf
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.measure import Row
from bench.worlds_data import Told, journeys_of, tell
from parvis.measure.attribution.crediting import credit
from parvis.measure.attribution.tally import tally
from parvis.measure.curves import ResponseCurves, interval
from parvis.measure.ledger.verdict import judge
from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.demand import demand_columns, demand_in
from parvis.measure.mix.fitting import MixFit, default_priors, fit_mix
from parvis.measure.mix.response import response_curves
from parvis.measure.mix.sampler import SamplerOptions

__all__ = [
    "FIRST_SEED",
    "Called",
    "Found",
    "called_in",
    "fit_world",
    "measure_worlds",
    "side_by_side",
    "study",
    "whole_of",
]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

#: What `parvis measure` believes of returns.
_ROAS = (1.2, 3.0)
_OPTIONS = SamplerOptions(chains=16, warm_up=120, draws=150)
_DRAWS = 1200
FIRST_SEED = 1001
_EACH, _NONE_WASTED, _SHUFFLED = 100, 40, 20
_WORKERS = 2
T = TypeVar("T")
_UNSURE = ("hold", "can't tell")


@dataclass(frozen=True, slots=True)
class Called:
    """What the ledger calls each channel, and what is true.

    Parameters
    ----------
    spent
        (channels,)
    too_much
        (channels,) the truth: the last euro brought less than it cost.
    verdicts
        (channels,) of the ledger.
    below
        (channels,) the ledger's probability of `too_much`.
    """

    channels: tuple[str, ...]
    spent: Floats
    too_much: Marks
    verdicts: tuple[str, ...]
    below: Floats

    def of(self, channel: str) -> str:
        """Return the verdict on a channel."""
        return self.verdicts[self.channels.index(channel)]

    @property
    def is_unsure(self) -> Marks:
        """(channels,) whether it isn't called."""
        return np.isin(self.verdicts, _UNSURE)

    @property
    def is_wrong(self) -> Marks:
        """(channels,) whether it is called, and wrongly."""
        found: Marks = np.isin(self.verdicts, ("stop", "cut")) != self.too_much
        return found & ~self.is_unsure


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one world.

    Parameters
    ----------
    name
        Of the world.
    called
        What the ledger calls each channel.
    inside
        (channels,) whether the interval of what a channel made holds the truth.
    width
        (channels,) of the interval, relative to the truth.
    says
        By single method: (channels,) whether it says that the last euro brought less than it cost.
    r_hat
        The largest.
    """

    name: str
    called: Called
    inside: Marks
    width: Floats
    says: dict[str, Marks]
    r_hat: float


def study(name: str, seed: int) -> Found:
    """Measure one world."""
    told = tell(name, seed)
    fit = fit_world(told)
    low, high = interval(fit.contributions)
    returns = _single_methods(told, seed)
    return Found(
        name=name,
        called=called_in(told, response_curves(fit, told.margin, draws=_DRAWS)),
        inside=(low <= told.made) & (told.made <= high),
        width=(high - low) / told.made,
        says={method: told.margin * given < 1 for method, given in returns.items()},
        r_hat=float(np.nanmax(fit.r_hat)),
    )


def called_in(told: Told, curves: ResponseCurves) -> Called:
    """Judge each channel, and hold the truth beside."""
    judged = judge(curves)
    return Called(
        channels=told.data.channels,
        spent=told.data.spend.sum(axis=(0, 1)),
        too_much=told.margin * told.marginal < 1,
        verdicts=tuple(j.verdict for j in judged),
        below=np.array([j.below for j in judged]),
    )


def fit_world(told: Told) -> MixFit:
    """Fit as `parvis measure` does: demand read from budgets, and what experiments showed."""
    names, columns = demand_columns(
        demand_in(told.data.spend, told.set_by_test), told.data.outcome.shape[1]
    )
    data = replace(
        told.data,
        control_names=(*told.data.control_names, *names),
        controls=np.concatenate([told.data.controls, columns], axis=2),
    )
    priors = replace(default_priors(data, _ROAS), link="multiplied")
    return fit_mix(data, priors, told.tests, _OPTIONS)


def _single_methods(told: Told, seed: int) -> dict[str, Floats]:
    """Return what each method alone takes for the return of each channel."""
    data = told.data
    spent, total = data.spend.sum(axis=(0, 1)), data.outcome.sum()
    counted = tally([journeys_of(told, seed)], (1,))
    found = {}
    for method in ("last", "shapley", "markov_1"):
        given = credit(counted, method, replicates=0).conversions[: len(spent)]
        found[method] = given / counted.conversions.sum() * total / spent
    whole = _whole(data)
    plain = fit_mix(
        whole,
        replace(default_priors(whole, _ROAS), link="multiplied"),
        options=SamplerOptions(chains=12, warm_up=90, draws=60),
    )
    # what a mix tells of the last euro, by the middle of its draws
    found["mix alone"] = np.median(response_curves(plain, told.margin).marginal, axis=0)
    sales, spend = whole.outcome[:, 0], whole.spend[:, 0]
    design = np.column_stack([np.ones(len(sales)), spend])
    found["regression"] = np.linalg.lstsq(design, sales, rcond=None)[0][1:]
    found["more and less"] = np.array([_more_and_less(sales, line) for line in spend.T])
    return found


def whole_of(told: Told) -> Told:
    """Tell a world as one place."""
    data = _whole(told.data)
    tests = tuple(
        replace(test, spend=test.spend.sum(axis=1, keepdims=True), weights=test.weights[:, :1])
        for test in told.tests
    )
    # what a test in some towns changed is a small part of the whole
    return replace(told, data=data, tests=tests, set_by_test=np.zeros(data.spend.shape, bool))


def _whole(data: MixData) -> MixData:
    return replace(
        data,
        outcome=data.outcome.sum(axis=1, keepdims=True),
        spend=data.spend.sum(axis=1, keepdims=True),
        controls=data.controls[:, :1],
        places=(),
    )


def _more_and_less(sales: Floats, spend: Floats) -> float:
    """Compare weeks with more spending than usual to those with less."""
    more = spend > np.median(spend)
    return float(
        (sales[more].mean() - sales[~more].mean()) / (spend[more].mean() - spend[~more].mean())
    )


def measure_worlds(scratch: Path) -> list[Row]:
    """Measure two hundred worlds, and some in which nothing is wasted."""
    del scratch
    seeds = range(FIRST_SEED, FIRST_SEED + _EACH)
    known = _studied([(name, seed) for name in ("default", "confounded") for seed in seeds])
    good = _studied([("none-wasted", seed) for seed in seeds[:_NONE_WASTED]])
    rows = []
    for name in ("default", "confounded"):
        rows += _covered(name, [f for f in known if f.name == name])
    inside = 100 * float(np.mean([f.inside for f in known]))
    rows += [
        Row(f"{len(known)} worlds: truths inside the 90 % interval", inside, "%", 93),
        Row("… at least 87 %: short by", max(0.0, 87 - inside), "%", 0),
        Row("… r-hat, the largest", max(f.r_hat for f in known), "", inf),
    ]
    rows += _misclassified(known)
    again = [f"shuffled {name}" for name in ("default", "confounded")]
    mixed = _studied([(name, seed) for name in again for seed in seeds[:_SHUFFLED]])
    inside = 100 * float(np.mean([f.inside for f in mixed]))
    rows.append(Row(f"{len(mixed)} worlds with returns shuffled: truths inside", inside, "%", inf))
    rows += _misclassified(mixed)
    called = float(np.mean([np.isin(f.called.verdicts, ("stop", "cut")) for f in good]))
    rows.append(
        Row(f"{len(good)} worlds none-wasted: channels called wasted", 100 * called, "%", 5)
    )
    return rows


def _studied(worlds: Sequence[tuple[str, int]]) -> list[Found]:
    return side_by_side(study, worlds)


def side_by_side(does: Callable[[str, int], T], worlds: Sequence[tuple[str, int]]) -> list[T]:
    """Do something with each world, as many at a time as there are cores."""
    # each worker has a core: its products of matrices shall not ask for more
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as workers:
        return list(workers.map(does, *zip(*worlds, strict=True)))


def _covered(name: str, found: list[Found]) -> list[Row]:
    inside = np.array([f.inside for f in found])
    width = np.median([f.width for f in found], axis=0)
    rows = [Row(f"{name}: truths inside", 100 * float(inside.mean()), "%", inf)]
    for at, channel in enumerate(found[0].called.channels):
        share = 100 * float(inside[:, at].mean())
        rows.append(Row(f"… {channel} (width {width[at]:.1f} of the truth)", share, "%", inf))
    return rows


def _misclassified(found: list[Found]) -> list[Row]:
    spent = np.array([f.called.spent for f in found])
    truth = np.array([f.called.too_much for f in found])

    def part(wrong: Marks | Floats) -> float:
        return 100 * float((spent * wrong).sum() / spent.sum())

    single = {m: part(np.array([f.says[m] for f in found]) != truth) for m in found[0].says}
    unsure = np.array([f.called.is_unsure for f in found])
    wrong = np.array([f.called.is_wrong for f in found])
    likelier = (np.array([f.called.below for f in found]) >= 0.5) != truth
    best = min(single.values())
    called = part(~unsure) / 100
    same = {
        m: part(~unsure & (np.array([f.says[m] for f in found]) != truth)) for m in found[0].says
    }
    return [
        *(Row(f"misclassified by {m}", given, "%", inf) for m, given in single.items()),
        Row("misclassified by the ledger: called, and wrongly", part(wrong), "%", 0.5 * best),
        Row("… can't tell as a half", part(wrong + 0.5 * unsure), "%", 0.5 * best),
        Row("… all called, by the likelier side", part(likelier), "%", inf),
        Row("… not called", part(unsure), "%", inf),
        Row("… of what was called: wrong", part(wrong) / called, "%", inf),
        Row("… the best single method on that money", min(same.values()) / called, "%", inf),
    ]  # fmt: skip
