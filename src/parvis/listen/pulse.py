"""How much is said, how well it is meant, and which days stand out from what is usual.

A day is held against the same days of the week before it: their median, and how far they usually
lie from it (the median absolute deviation). Neither moves when one of them was a peak itself.

References
----------
Leys, C., Ley, C., Klein, O., Bernard, P., & Licata, L. (2013). Detecting outliers: Do not use
standard deviation around the mean, use absolute deviation around the median. *Journal of
Experimental Social Psychology*, 49(4), 764–766. https://doi.org/10.1016/j.jesp.2013.03.013

Bonett, D. G., & Price, R. M. (2012). Adjusted Wald confidence interval for a difference of
binomial proportions based on paired data. *Journal of Educational and Behavioral Statistics*,
37(4), 479–488. https://doi.org/10.3102/1076998611411915
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc

__all__ = ["Net", "Peak", "PeakRules", "Standout", "net_sentiment", "peaks", "standouts"]

Floats = NDArray[np.float64]

_WEEK: Final = 7
#: From the median absolute deviation to a standard deviation, of normal numbers.
_NORMAL: Final = 1.4826
#: So improbable by chance is what is said to stand out.
_RARE: Final = 0.01
_Z95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class PeakRules:
    """When a day stands out.

    Parameters
    ----------
    weeks
        Against how many of the same days of the week before it a day is held.
    least_weeks
        With fewer of them nothing is said.
    deviations
        How many (robust) standard deviations from the median are far.
    least_texts
        A day is no peak with fewer texts than this, nor quiet where fewer are usual.
    """

    weeks: int = 8
    least_weeks: int = 3
    deviations: float = 5.0
    least_texts: int = 10


@dataclass(frozen=True, slots=True)
class Peak:
    """A day that stands out.

    Parameters
    ----------
    place
        The day, counted from the first.
    count
        What was said on it.
    usual, low, high
        What that day usually has, and between which numbers it isn't remarkable.
    deviations
        How far it is from usual, in robust standard deviations; below zero: quiet.
    """

    place: int
    count: int
    usual: float
    low: float
    high: float
    deviations: float


def peaks(counts: Floats, rules: PeakRules | None = None) -> list[Peak]:
    """Find the days whose volume is far from what the same day of the week usually has.

    Only days before a day say what is usual for it, so that the past is judged as it would have
    been at the time.

    Parameters
    ----------
    counts
        Texts by day, without gaps; shape (days,).
    rules
        When a day stands out.

    Returns
    -------
    list of Peak
        In the order of time.

    Examples
    --------
    >>> quiet = np.tile([20.0, 21, 19, 22, 20, 9, 8], 5)
    >>> quiet[30] = 90
    >>> [(p.place, p.count, p.usual) for p in peaks(quiet)]
    [(30, 90, 19.0)]
    """
    chosen = rules or PeakRules()
    found: list[Peak] = []
    for place in range(_WEEK * chosen.least_weeks, len(counts)):
        before = counts[place - _WEEK : None : -_WEEK][: chosen.weeks]
        usual = float(np.median(before))
        # counts vary by their root even where these few happened to agree
        spread = max(_NORMAL * float(np.median(np.abs(before - usual))), math.sqrt(usual), 1.0)
        deviations = (float(counts[place]) - usual) / spread
        if abs(deviations) < chosen.deviations:
            continue
        if (counts[place] if deviations > 0 else usual) < chosen.least_texts:
            continue
        reach = chosen.deviations * spread
        low, high = max(usual - reach, 0.0), usual + reach
        found.append(Peak(place, int(counts[place]), usual, low, high, deviations))
    return found


@dataclass(frozen=True, slots=True)
class Standout:
    """What there was more of on a day than its share explains.

    Parameters
    ----------
    key
        A topic, an author, a text.
    on_day, usual
        How many on the day, and how many on a usual day.
    share, usual_share
        Of all that was said on the day, and on usual days.
    """

    key: str
    on_day: int
    usual: float
    share: float
    usual_share: float


def standouts(
    on_day: Mapping[str, int], before: Mapping[str, int], days_before: int, at_most: int = 3
) -> list[Standout]:
    """Tell what made a day: what exceeds its usual number most, and not by chance.

    Parameters
    ----------
    on_day
        Texts of the day by key.
    before
        Texts of the days before by key.
    days_before
        How many days these are.
    at_most
        No more than so many.

    Returns
    -------
    list of Standout
        Those whose share grew by more than chance; those that bring most beyond it first.

    Examples
    --------
    >>> standouts({"delivery": 60, "taste": 11}, {"delivery": 50, "taste": 100}, 10)
    [Standout(key='delivery', on_day=60, usual=5.0, share=0.845..., usual_share=0.333...)]
    """
    total, total_before = sum(on_day.values()), sum(before.values())
    found: list[tuple[float, Standout]] = []
    for key, count in on_day.items():
        share_before = before.get(key, 0) / total_before if total_before else 0.0
        # on a loud day there is more of everything: only a larger share explains it
        expected = max(share_before * total, 0.5)
        # the probability of so many or more; what is one of many keys must be rarer than one alone
        if gammainc(count, expected) * len(on_day) > _RARE:
            continue
        usual = before.get(key, 0) / max(days_before, 1)
        one = Standout(key, count, usual, count / total, share_before)
        found.append((expected - count, one))
    return [one for _, one in sorted(found, key=lambda f: (f[0], f[1].key))[:at_most]]


@dataclass(frozen=True, slots=True)
class Net:
    """Positive less negative texts, as a share of those that were read, with its interval.

    Parameters
    ----------
    value
        From -1 to 1.
    low, high
        Between which it is in 95 of 100 such samples.
    read
        How many texts stand behind it.
    """

    value: float
    low: float
    high: float
    read: int


def net_sentiment(positive: int, negative: int, read: int) -> Net | None:
    """Estimate net sentiment; null where nothing was read.

    Examples
    --------
    >>> one = net_sentiment(60, 20, 100)
    >>> round(one.value, 2), round(one.low, 2), round(one.high, 2)
    (0.4, 0.24, 0.55)
    """
    if read <= 0:
        return None
    up, down = (positive + 1) / (read + 2), (negative + 1) / (read + 2)
    wide = _Z95 * math.sqrt(max(up + down - (up - down) ** 2, 0.0) / (read + 2))
    middle = up - down
    value = (positive - negative) / read
    return Net(value, max(-1.0, middle - wide), min(1.0, middle + wide), read)
