from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.listen.pulse import PeakRules, net_sentiment, peaks, standouts


def usual_days(seed: int, days: int = 120) -> np.ndarray:
    chance = np.random.default_rng(seed)
    week = np.array([120, 118, 122, 121, 110, 60, 50], float)
    return chance.poisson(np.resize(week, days)).astype(float)


def test_quiet_months_have_no_peaks():
    found = [len(peaks(usual_days(seed))) for seed in range(20)]
    # 2,400 days by chance alone
    assert sum(found) <= 2


def test_a_loud_and_a_silent_day_are_found_on_their_own_weekday():
    counts = usual_days(1)
    counts[76], counts[90] = 130, 0
    found = peaks(counts)
    assert [(p.place, p.count) for p in found] == [(76, 130), (90, 0)]
    loud, silent = found
    # a Sunday with the volume of a Monday
    assert 40 < loud.usual < 60 < loud.high < 130 < 140
    assert loud.deviations > 5
    assert silent.deviations < -5
    assert silent.low > 0


def test_a_peak_does_not_hide_the_next_one():
    counts = usual_days(2)
    counts[70] = counts[77] = 600
    assert [p.place for p in peaks(counts)] == [70, 77]


def test_with_too_little_before_nothing_is_said():
    counts = np.array([10.0] * 20 + [500.0])
    assert peaks(counts) == []
    assert peaks(np.zeros(0)) == []
    assert [p.place for p in peaks(np.append(counts, 500.0))] == [21]
    assert peaks(np.append(counts, 500.0), PeakRules(least_texts=501)) == []


def test_what_made_a_day_comes_first_and_chance_is_left_out():
    on_day = {"delivery": 80, "taste": 30, "price": 12, "new": 9}
    before = {"delivery": 200, "taste": 580, "price": 220}
    found = standouts(on_day, before, 20)
    assert [s.key for s in found] == ["delivery", "new"]
    assert found[0].usual == 10
    assert found[0].share == pytest.approx(80 / 131)
    assert found[0].usual_share == pytest.approx(0.2)
    assert [s.key for s in standouts(on_day, before, 20, at_most=1)] == ["delivery"]
    assert standouts({}, before, 20) == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_its_value_and_is_narrower_with_more(up, down, rest):
    read = up + down + rest
    one = net_sentiment(up, down, read)
    if one is None:
        assert read == 0
        return
    assert -1 <= one.low <= one.value + 1e-9
    assert one.value <= one.high + 1e-9 <= 1 + 2e-9
    more = net_sentiment(up * 10, down * 10, read * 10)
    assert more is not None
    assert more.high - more.low <= one.high - one.low + 1e-9


def test_the_interval_covers_the_truth_as_often_as_it_says():
    chance = np.random.default_rng(5)
    draws = chance.multinomial(40, [0.5, 0.2, 0.3], size=2000)
    inside = 0
    for up, down, _ in draws:
        one = net_sentiment(int(up), int(down), 40)
        assert one is not None
        inside += one.low <= 0.3 <= one.high
    assert 0.93 <= inside / 2000 <= 0.98
