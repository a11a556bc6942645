"""A crisis is called within the hour; a good joke, a Monday morning and bad luck aren't."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from parvis.listen.alarm import AlarmRules, alarms, watched

DAY = 24 * 60
DAYS = 60
START = 29_000_160  # a midnight


def _texts(
    rng: np.random.Generator, rate: float, share: float, first: int, last: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Make texts at a rate a day, most of them in the evening."""
    days = np.arange(first, last)
    counts = rng.poisson(rate * np.exp(0.2 * rng.standard_normal(len(days))))
    hours = 0.5 + 0.5 * np.sin(np.pi * (np.arange(24) - 8) / 12)
    day = np.repeat(days, counts)
    hour = rng.choice(24, size=len(day), p=(hours + 0.3) / (hours + 0.3).sum())
    minutes = START + DAY * day + 60 * hour + rng.integers(0, 60, len(day))
    return minutes, rng.random(len(day)) < share


def _together(*parts: tuple[NDArray[np.int64], NDArray[np.bool_]]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rate", [100, 1000])
def test_a_crisis_is_called_within_the_hour_and_quiet_days_are_quiet(seed: int, rate: int) -> None:
    rng = np.random.default_rng(seed)
    usual = _texts(rng, rate, 0.3, 0, DAYS)
    begins = START + (DAYS - 1) * DAY + 9 * 60
    count = rng.poisson(rate)
    loud = begins + rng.integers(0, 180, count), rng.random(count) < 0.85
    series = watched(*_together(usual, loud), START + DAYS * DAY)
    called = alarms(series, AlarmRules())
    assert len(called) <= 2
    crisis = called[-1]
    assert begins < crisis.at <= begins + 60
    assert crisis.negative > 2 * crisis.expected
    assert crisis.until >= crisis.at


def test_a_joke_that_goes_round_is_no_crisis() -> None:
    rng = np.random.default_rng(4)
    usual = _texts(rng, 1000, 0.3, 0, DAYS)
    joke = _texts(rng, 4000, 0.25, DAYS - 3, DAYS - 1)
    assert alarms(watched(*_together(usual, joke), START + DAYS * DAY), AlarmRules()) == []


def test_with_little_history_nothing_is_said() -> None:
    minutes = START + 6 * DAY + np.arange(100)
    assert alarms(watched(minutes, np.ones(100, bool), START + 7 * DAY), AlarmRules()) == []
    assert alarms(watched(minutes[:0], np.ones(0, bool), START), AlarmRules()) == []


def test_what_is_judged_depends_on_what_came_before_alone() -> None:
    rng = np.random.default_rng(7)
    usual = _texts(rng, 300, 0.3, 0, DAYS)
    loud = START + 50 * DAY + rng.integers(600, 900, 200), np.ones(200, bool)
    whole = _together(usual, loud)
    called = alarms(watched(*whole, START + DAYS * DAY), AlarmRules())[0]
    until_then = watched(*whole, called.at)
    assert alarms(until_then, AlarmRules())[-1].at == called.at
    assert alarms(until_then, AlarmRules(), since=called.at) == []
