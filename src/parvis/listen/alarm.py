"""When something breaks: more anger than the hour and the day explain.

Every five minutes, what was said in the last hour is held against the same hours of the
weeks before. Two things must be unusual together: how many texts are negative, and their share
of all that is said; a good joke that goes round raises the first alone.

References
----------
Farrington, C. P., Andrews, N. J., Beale, A. D., & Catchpole, M. A. (1996). A statistical
algorithm for the early detection of outbreaks of infectious disease. *Journal of the Royal
Statistical Society A*, 159(3), 547–563 (a baseline of the same season, overdispersed counts,
past outbreaks weighed down). https://doi.org/10.2307/2983331
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, gammainc, gammaln

__all__ = ["Alarm", "AlarmRules", "Watched", "alarms", "watched"]

Floats = NDArray[np.float64]

#: Minutes of a bin; an hour ends with each.
BIN_MINUTES: Final = 5
_BINS_AN_HOUR: Final = 60 // BIN_MINUTES
_BINS_A_DAY: Final = 24 * _BINS_AN_HOUR
#: Of the windows that an hour is held against, the loudest that may have been a crisis too.
_TRIMMED: Final = 0.1
#: What trimming takes from the spread of usual counts (of the normal distribution, both sides).
_SPREAD_KEPT: Final = 0.66
#: How surely the share of negative texts must be above the usual one: with few texts little can
#: be sure; where there are many a crisis is beyond doubt, and a joke has many hours to look so.
_SHARE_CHANCE: Final = 3e-3
_FEW_TEXTS: Final = 20.0
_MOST_SHARE_CHANCE: Final = 0.005
_LEAST_SHARE_CHANCE: Final = 1e-7


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """How easily an alarm is given.

    Parameters
    ----------
    false_alarms
        How many there may be by chance in 90 days, of all series together.
    history_days
        Against how many days before an hour is held.
    least_days
        With fewer days before it nothing is said.
    least_texts
        Fewer negative texts in an hour are no crisis.
    least_spread
        The variance of an hour's count over its mean is at least this: people answer each other.
    calm_hours
        So long without an unusual hour, and it is over.
    """

    false_alarms: float = 0.3
    history_days: int = 28
    least_days: int = 7
    least_texts: int = 5
    least_spread: float = 1.2
    calm_hours: int = 24


@dataclass(frozen=True, slots=True)
class Watched:
    """Texts counted by five minutes.

    Parameters
    ----------
    begins
        The beginning of the first bin, in minutes since 1970.
    texts, negative
        How many were said, and how many of them are negative; by bin.
    """

    begins: int
    texts: Floats
    negative: Floats


@dataclass(frozen=True, slots=True)
class Alarm:
    """An unusual time.

    Parameters
    ----------
    at
        When it was noticed, in minutes since 1970: the end of the first unusual hour.
    until
        The end of the last unusual hour.
    negative, texts
        What was said in the first unusual hour.
    expected
        How many negative texts that hour usually has.
    chance
        How probable so many are by chance.
    """

    at: int
    until: int
    negative: int
    texts: int
    expected: float
    chance: float


def watched(minutes: NDArray[np.int64], is_negative: NDArray[np.bool_], until: int) -> Watched:
    """Count texts by five minutes.

    Parameters
    ----------
    minutes
        When each was written, in minutes since 1970; shape (n,).
    is_negative
        Shape (n,).
    until
        Up to when the counts go; what was written later isn't counted.
    """
    if not len(minutes):
        return Watched(until // BIN_MINUTES * BIN_MINUTES, np.zeros(0), np.zeros(0))
    first = int(minutes.min()) // BIN_MINUTES
    bins = minutes // BIN_MINUTES - first
    count = max(until // BIN_MINUTES - first, 0)
    kept = bins < count
    texts = np.bincount(bins[kept], minlength=count).astype(float)
    negative = np.bincount(bins[kept & is_negative], minlength=count).astype(float)
    return Watched(first * BIN_MINUTES, texts, negative)


def alarms(
    series: Watched, rules: AlarmRules, series_count: int = 1, since: int | None = None
) -> list[Alarm]:
    """Find the unusual times of a series.

    Only what came before an hour says what it should be, so that the past is judged as it would
    have been at the time: run over history, this tells how often the rules would have called.

    Parameters
    ----------
    series
        The counts.
    rules
        How easily an alarm is given.
    series_count
        How many series are watched beside this one, and it: each gets its part of the chance.
    since
        Judge only hours that end later, in minutes since 1970; the earlier ones are history.

    Returns
    -------
    list of Alarm
        In the order of time; those less than `calm_hours` apart are one.
    """
    negative, texts = _hours(series.negative), _hours(series.texts)
    ends = series.begins + BIN_MINUTES * (np.arange(len(negative)) + 1)
    # of the windows of an hour, which overlap, about two an hour are apart
    threshold = rules.false_alarms / (90 * 24 * 2 * series_count)
    found: list[Alarm] = []
    # an hour with few words is no crisis, whatever was usual: only the others are looked at
    worth = np.flatnonzero(negative >= rules.least_texts)
    loud = np.zeros(len(negative), bool)
    for place in worth:
        if (since is not None and ends[place] <= since) or place < _first(rules):
            continue
        usual = _usual(negative, texts, int(place), rules, loud)
        if usual is None:
            continue
        expected, told, share = usual
        spread = max(told, rules.least_spread)
        chance = _tail(negative[place], expected, spread)
        if chance >= threshold:
            continue
        if not _is_unkind(negative[place], texts[place], share, spread, chance / threshold):
            continue
        loud[place] = True
        at = int(ends[place])
        if found and at - found[-1].until <= rules.calm_hours * 60:
            last = found[-1]
            found[-1] = Alarm(last.at, at, last.negative, last.texts, last.expected, last.chance)
        else:
            counts = int(negative[place]), int(texts[place])
            found.append(Alarm(at, at, *counts, float(expected), float(chance)))
    return found


def _first(rules: AlarmRules) -> int:
    return rules.least_days * _BINS_A_DAY + _BINS_AN_HOUR


def _hours(counts: Floats) -> Floats:
    """Sum the hour that ends with each bin."""
    total = np.concatenate(([0.0], np.cumsum(counts)))
    ends = np.arange(1, len(total))
    return np.asarray(total[ends] - total[np.maximum(ends - _BINS_AN_HOUR, 0)])


def _usual(
    negative: Floats, texts: Floats, place: int, rules: AlarmRules, loud: NDArray[np.bool_]
) -> tuple[float, float, float] | None:
    """Return what an hour usually has: negative texts, their spread, and their share of all."""
    days = min(rules.history_days, (place - _BINS_AN_HOUR) // _BINS_A_DAY)
    # the same hour of the days before, and the hours beside it
    centre = place - _BINS_A_DAY * np.arange(1, days + 1)
    beside = centre[:, None] + _BINS_AN_HOUR * np.array([-1, 0, 1])
    places = beside[(beside >= _BINS_AN_HOUR) & (beside < place - _BINS_AN_HOUR)]
    # what was called unusual before says nothing of what is usual
    places = places[~loud[places]]
    if len(places) < rules.least_days:
        return None
    counts, all_texts = negative[places], texts[places]
    order = np.argsort(counts, kind="stable")
    cut = int(len(order) * _TRIMMED)
    kept = order[cut : len(order) - cut]
    # a quiet month must not make the first two texts a crisis
    expected = max(float(counts[kept].mean()), 0.25)
    variance = float(counts[kept].var(ddof=1)) / _SPREAD_KEPT if len(kept) > 1 else expected
    # the share is one of many texts: a prior of ten at a quarter, where little is known
    share = (counts[kept].sum() + 2.5) / (all_texts[kept].sum() + 10)
    return expected, max(variance / expected, 1.0), float(share)


def _tail(count: float, expected: float, spread: float) -> float:
    """Return how probable so many or more are; spread is the variance over the mean."""
    if spread < 1.01:
        return float(gammainc(count, expected))
    # of the negative binomial distribution, by the regularised beta function
    return float(betainc(count, expected / (spread - 1), (spread - 1) / spread))


def _is_unkind(negative: float, texts: float, share: float, spread: float, surplus: float) -> bool:
    """Tell whether the share of negative texts is unusual too.

    Where the count is beyond doubt (`surplus`: its chance, over what would do) the share may be
    less so; but a good joke, which raises the count alone, stays one however loud it is.
    """
    few = min(_FEW_TEXTS / texts, 1.0) ** 2
    tail = _share_tail(negative, texts, share, spread)
    sure = max(_SHARE_CHANCE * few, _LEAST_SHARE_CHANCE)
    most = max(_MOST_SHARE_CHANCE * few, _LEAST_SHARE_CHANCE)
    return tail < most and tail * surplus < sure


def _share_tail(negative: float, texts: float, share: float, spread: float) -> float:
    """Return how probable such a share is, of texts that come in threads."""
    # texts of one thread agree: so many of them say as much as one by itself
    alike = max(min(spread - 1, 2.0) / max(texts - 1, 1.0), 1e-6)
    weight = 1 / alike - 1
    one, other = share * weight, (1 - share) * weight
    many = np.arange(negative, texts + 1)
    # of the beta-binomial distribution
    logs = (
        gammaln(texts + 1) - gammaln(many + 1) - gammaln(texts - many + 1)
        + betaln(many + one, texts - many + other) - betaln(one, other)
    )  # fmt: skip
    return float(np.exp(logs).sum())
