r"""Whom marketing moves: who buys because of it, not who buys.

Three ways to learn each person's effect from a randomised holdout, :math:`\mu_1` and
:math:`\mu_0` being what is expected with and without:

* **T**: learn both, and subtract;
* **X**: learn from each side what the other would have done, then blend the two;
* **DR**: learn from :math:`\psi`, whose mean is the effect even where both models are wrong,

.. math:: \psi = \mu_1 - \mu_0 + \frac{W (Y - \mu_1)}{e} - \frac{(1 - W)(Y - \mu_0)}{1 - e}.

Everybody is scored by models that never saw them. Whether the order they are put in is of any use
is told by the **Qini** area: what is gained by reaching the best :math:`\varphi` of people first,
beyond reaching as many at random, over all :math:`\varphi`,

.. math:: Q = \frac{1}{n} \sum_i \Big(\frac{1}{2} - \frac{\mathrm{rank}_i}{n}\Big) \psi_i ,

a mean, so that its interval needs no simulation. If it may as well be 0 there is no targetable
difference, and that is an answer.

It isn't a mean of independent parts, though. What two folds have in common by chance moves both:
each is put in order by what was learnt from the other. So each pair counts twice, and the variance
is up to twice that of a mean.

References
----------
Künzel, S. R., Sekhon, J. S., Bickel, P. J., & Yu, B. (2019). Metalearners for estimating
heterogeneous treatment effects using machine learning. *PNAS*, 116(10), 4156–4165.
https://doi.org/10.1073/pnas.1804597116
Kennedy, E. H. (2023). Towards optimal doubly robust estimation of heterogeneous causal effects.
*Electronic Journal of Statistics*, 17(2), 3008–3049. https://arxiv.org/abs/2004.14497
Radcliffe, N. J. (2007). Using control groups to target on predicted lift. *Direct Marketing
Analytics Journal*, 14–21.
Yadlowsky, S., Fleming, S., Shah, N., Brunskill, E., & Wager, S. (2025). Evaluating treatment
prioritization rules via rank-weighted average treatment effects. *JASA*, 120(549), 38–51.
https://arxiv.org/abs/2111.07966
Wager, S. (2024). Sequential validation of treatment heterogeneity. https://arxiv.org/abs/2405.05534
(why folds that are scored by each other aren't independent where nobody is moved).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata
from sklearn.ensemble import HistGradientBoostingRegressor

from parvis.errors import MeasureError

__all__ = ["LEARNERS", "Learner", "Uplift", "UpliftData", "qini_curve", "uplift"]

Floats = NDArray[np.float64]
Learner = Literal["T", "X", "DR"]

LEARNERS: Final[tuple[Learner, ...]] = ("T", "X", "DR")
_FOLDS: Final = 5
#: How often a pair of folds counts in the Qini area.
_TWICE: Final = 2.0
_LEAST: Final = 200
_CURVE: Final = np.linspace(0, 1, 21)


@dataclass(frozen=True, slots=True)
class UpliftData:
    """A randomised holdout, and what was known of people before it.

    Parameters
    ----------
    features
        (people, features) known before lots were drawn.
    exposed
        (people,) whether marketing reached them.
    outcome
        (people,) what they did after.
    share
        The share that was to be exposed; None: as many as were.
    """

    features: Floats
    exposed: NDArray[np.bool_]
    outcome: Floats
    share: float | None = None

    def __post_init__(self) -> None:
        people = len(self.exposed)
        if not len(self.features) == len(self.outcome) == people:
            raise MeasureError(
                f"{len(self.features)} rows of features, {people} lots, "
                f"{len(self.outcome)} outcomes.",
                "There is one of each for each person.",
            )
        if min(int(self.exposed.sum()), int((~self.exposed).sum())) < _LEAST:
            raise MeasureError(
                f"{int(self.exposed.sum())} people reached, {int((~self.exposed).sum())} left out.",
                f"To learn whom marketing moves, {_LEAST} of each are needed.",
            )

    @property
    def chance(self) -> float:
        """How probable it was to be reached."""
        return self.share if self.share is not None else float(self.exposed.mean())


@dataclass(frozen=True, slots=True)
class Uplift:
    """Whom marketing moves, and whether that can be told.

    Parameters
    ----------
    learner
        How it was learnt.
    scores
        (people,) each person's expected effect, by models that never saw the person.
    parts
        (people,) the effect's unbiased parts: their mean over any group is its effect.
    effect, effect_low, effect_high
        Of marketing, for each person.
    qini, qini_low, qini_high
        The Qini area.
    p_value
        How often people in no useful order have such an area.
    level
        Of the intervals.
    """

    learner: Learner
    scores: Floats
    parts: Floats
    effect: float
    effect_low: float
    effect_high: float
    qini: float
    qini_low: float
    qini_high: float
    p_value: float
    level: float

    @property
    def is_targetable(self) -> bool:
        """Whether it pays to choose whom to reach; else there is no targetable difference."""
        return self.p_value <= 1 - self.level


def uplift(
    data: UpliftData, learner: Learner = "DR", *, level: float = 0.95, seed: int = 0
) -> Uplift:
    """Learn whom marketing moves.

    Parameters
    ----------
    data
        A randomised holdout.
    learner
        One of `LEARNERS`.
    level
        Of the intervals.
    seed
        The same seed cuts people into the same folds.
    """
    if learner not in LEARNERS:
        raise MeasureError(
            f"There is no learner {learner!r}.", f"Expected one of {', '.join(LEARNERS)}."
        )
    people = len(data.exposed)
    fold = np.random.default_rng(seed).permutation(people) % _FOLDS
    scores, parts = np.empty(people), np.empty(people)
    for number in range(_FOLDS):
        known, asked = fold != number, fold == number
        with_, without = _both(data, known)
        # what is unbiased of each person comes from models that never saw the person
        parts[asked] = _unbiased(data, asked, with_, without)
        scores[asked] = _scored(data, learner, known, asked, (with_, without))
    effect, half = float(parts.mean()), _half(parts, level)
    weights = 0.5 - rankdata(-scores) / people
    area = weights * (parts - effect)
    qini = float(area.mean())
    error = float(np.sqrt(_TWICE) * area.std(ddof=1) / np.sqrt(people))
    wide = float(np.sqrt(_TWICE)) * _half(area, level)
    return Uplift(
        learner=learner,
        scores=scores,
        parts=parts,
        effect=effect,
        effect_low=effect - half,
        effect_high=effect + half,
        qini=qini,
        qini_low=qini - wide,
        qini_high=qini + wide,
        p_value=float(norm.sf(qini / error)) if error > 0 else 1.0,
        level=level,
    )


def qini_curve(found: Uplift) -> tuple[Floats, Floats, Floats]:
    """Return what is gained by reaching the best part of people, for a chart.

    Returns
    -------
    (21,), (21,), (21,)
        The part reached, 0 to 1; the effect for each person of all, reached or not; and its
        standard error.
    """
    order = np.argsort(-found.scores)
    parts = found.parts[order]
    people = len(parts)
    gained, errors = [], []
    for part in _CURVE:
        reached = np.where(np.arange(people) < part * people, parts, 0.0)
        gained.append(reached.mean())
        errors.append(reached.std() / np.sqrt(people))
    return _CURVE, np.array(gained), np.array(errors)


def _half(parts: Floats, level: float) -> float:
    return float(norm.ppf(0.5 + level / 2) * parts.std(ddof=1) / np.sqrt(len(parts)))


def _model() -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        max_iter=60, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=50, random_state=0
    )


def _both(data: UpliftData, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return what everybody is expected to do with and without, learnt from those known."""
    found = []
    for side in (data.exposed, ~data.exposed):
        model = _model().fit(data.features[known & side], data.outcome[known & side])
        found.append(model.predict(data.features))
    return found[0], found[1]


def _unbiased(data: UpliftData, asked: NDArray[np.bool_], with_: Floats, without: Floats) -> Floats:
    lots, outcome, chance = data.exposed[asked], data.outcome[asked], data.chance
    there, other = with_[asked], without[asked]
    found: Floats = (
        there - other + lots * (outcome - there) / chance - ~lots * (outcome - other) / (1 - chance)
    )
    return found


def _scored(
    data: UpliftData,
    learner: Learner,
    known: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    both: tuple[Floats, Floats],
) -> Floats:
    with_, without = both
    if learner == "T":
        found: Floats = with_[asked] - without[asked]
        return found
    features = data.features
    if learner == "X":
        reached, left = known & data.exposed, known & ~data.exposed
        by_reached = _model().fit(features[reached], data.outcome[reached] - without[reached])
        by_left = _model().fit(features[left], with_[left] - data.outcome[left])
        chance = data.chance
        blended: Floats = (1 - chance) * by_reached.predict(features[asked]) + (
            chance * by_left.predict(features[asked])
        )
        return blended
    # the models of both sides saw these people; the half that learns the effect is another one
    half = np.zeros(len(known), bool)
    half[np.flatnonzero(known)[::2]] = True
    first = _both(data, half)
    rest = known & ~half
    model = _model().fit(features[rest], _unbiased(data, rest, *first))
    drawn: Floats = model.predict(features[asked])
    return drawn
