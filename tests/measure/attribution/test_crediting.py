"""Credit sums to the outcomes, whoever gives it; removal effects are those of a dense solution."""

from __future__ import annotations

import csv
import gzip
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.errors import MeasureError
from parvis.measure.attribution import markov
from parvis.measure.attribution.crediting import credit, methods_of
from parvis.measure.attribution.markov import Walk, removal_effects
from parvis.measure.attribution.paths import Paths, paths_of
from parvis.measure.attribution.rules import rule_weights, shapley_weights
from parvis.measure.attribution.tally import tally

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "attribution"

JOURNEYS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=6),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=25,
)


def _paths(told: list[tuple[list[str], int, int]]) -> Paths:
    return paths_of([t[0] for t in told], [t[1] for t in told], nulls=[t[2] for t in told])


def _published() -> Paths:
    file = PUBLISHED / "PathData_Data.csv.gz"
    if not file.exists():
        pytest.skip("the published journeys aren't beside the project")
    with gzip.open(file, "rt") as lines:
        rows = list(csv.DictReader(lines))
    return paths_of(
        [row["path"].split(" > ") for row in rows],
        [float(row["total_conversions"]) for row in rows],
        [float(row["total_conversion_value"]) for row in rows],
        [float(row["total_null"]) for row in rows],
    )


def _without(told: list[tuple[list[str], int, int]], order: int, gone: str | None) -> float:
    """Walk all states, one equation for each, and give the chance of an outcome."""
    counts: dict[tuple[str, ...], dict[object, float]] = {}
    for names, outcomes, nulls in told:
        state: tuple[str, ...] = ()
        for name in names:
            row = counts.setdefault(state, {})
            reached = (*state, name)[-order:]
            row[reached] = row.get(reached, 0) + outcomes + nulls
            state = reached
        row = counts.setdefault(state, {})
        row["outcome"] = row.get("outcome", 0) + outcomes
        row["end"] = row.get("end", 0) + nulls
    states = sorted(counts)
    system, aim = np.eye(len(states)), np.zeros(len(states))
    for at, state in enumerate(states):
        if gone is not None and state and state[-1] == gone:
            continue
        total = sum(counts[state].values())
        for reached, count in counts[state].items():
            if reached == "outcome":
                aim[at] += count / max(total, 1)
            elif reached != "end":
                system[at, states.index(reached)] -= count / max(total, 1)
    return float(np.linalg.solve(system, aim)[states.index(())])


@settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(JOURNEYS)
def test_credit_sums_to_the_outcomes(told: list[tuple[list[str], int, int]]) -> None:
    paths = _paths(told)
    counted = tally([paths], orders=(1, 2, 3))
    outcomes = paths.conversions.sum()
    for method in methods_of(counted):
        found = credit(counted, method, replicates=5)
        assert found.conversions.sum() == pytest.approx(outcomes, abs=1e-9), method
        assert (found.conversions >= 0).all()
        assert (found.low <= found.conversions + 1e-9).all()
        assert (found.high >= found.conversions - 1e-9).all()


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(JOURNEYS, st.integers(1, 3))
def test_removal_effects_are_those_of_a_dense_solution(
    told: list[tuple[list[str], int, int]], order: int
) -> None:
    paths = _paths(told)
    found = removal_effects(tally([paths], orders=(order,)).chains[order])
    whole = _without(told, order, None)
    for channel, effect in zip(paths.channels, found, strict=True):
        expected = 1 - _without(told, order, channel) / whole if whole else 0.0
        assert effect == pytest.approx(expected, abs=1e-9)


@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(JOURNEYS, st.integers(1, 3))
def test_following_the_walk_gives_what_inverting_gives(
    told: list[tuple[list[str], int, int]], order: int
) -> None:
    chain = tally([_paths(told)], orders=(order,)).chains[order]
    counts = np.asarray(chain.counts.sum(axis=0)).ravel()
    inverted = Walk(chain).removal_effects(counts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markov, "_DENSE", 0)
        followed = Walk(chain).removal_effects(counts)
    assert followed == pytest.approx(inverted, abs=1e-9)


@settings(max_examples=30, phases=[Phase.explicit, Phase.generate])
@given(JOURNEYS, st.integers(1, 4))
def test_batches_count_as_one(told: list[tuple[list[str], int, int]], size: int) -> None:
    codes = {name: at for at, name in enumerate("abcd")}
    groups = [at % 3 for at in range(len(told))]

    def part(rows: range) -> Paths:
        return paths_of(
            [told[r][0] for r in rows],
            [told[r][1] for r in rows],
            nulls=[told[r][2] for r in rows],
            groups=[groups[r] for r in rows],
            codes=codes,
        )

    rows = range(len(told))
    whole = tally([part(rows)], orders=(1, 2))
    parts = tally([part(rows[at : at + size]) for at in rows[::size]], orders=(1, 2))
    for method in methods_of(whole):
        one, many = (credit(c, method, replicates=7) for c in (whole, parts))
        assert many.conversions == pytest.approx(one.conversions, abs=1e-9)
        assert many.low == pytest.approx(one.low, abs=1e-9)


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])
@given(JOURNEYS)
def test_shapley_is_the_mean_over_all_orders_of_coming(
    told: list[tuple[list[str], int, int]],
) -> None:
    paths = _paths(told)
    counted = tally([paths])
    found = credit(counted, "shapley", replicates=0)

    def worth(there: frozenset[str]) -> float:
        return float(sum(outcomes for names, outcomes, _ in told if set(names) <= there))

    orders = list(itertools.permutations(paths.channels))
    for channel, given_to in zip(paths.channels, found.conversions, strict=True):
        added = 0.0
        for order in orders:
            before = frozenset(order[: order.index(channel)])
            added += worth(before | {channel}) - worth(before)
        assert given_to == pytest.approx(added / len(orders), abs=1e-9)


def test_rules_share_as_they_say() -> None:
    paths = paths_of([["a", "b", "c", "d"], ["a", "b"], ["a"]], [1, 1, 1])
    given_to = {
        rule: rule_weights(paths, rule).round(3).tolist()
        for rule in ("first", "last", "linear", "position")
    }
    assert given_to["first"] == [1, 0, 0, 0, 1, 0, 1]
    assert given_to["last"] == [0, 0, 0, 1, 0, 1, 1]
    assert given_to["linear"] == [0.25, 0.25, 0.25, 0.25, 0.5, 0.5, 1]
    assert given_to["position"] == [0.4, 0.1, 0.1, 0.4, 0.5, 0.5, 1]


def test_credit_halves_with_each_week_before_the_outcome() -> None:
    paths = paths_of([["a", "b"], ["a"]], [1, 1])
    aged = replace(paths, ages=np.array([7.0, 0, 700]))
    assert rule_weights(aged, "time_decay") == pytest.approx([1 / 3, 2 / 3, 1])
    with pytest.raises(MeasureError, match="when each touch was"):
        rule_weights(paths, "time_decay")


def test_a_channel_met_twice_is_one_player() -> None:
    paths = paths_of([["a", "a", "b"]], [1])
    assert shapley_weights(paths).tolist() == [0.5, 0, 0.5]


def test_published_journeys_get_the_published_credit() -> None:
    paths = _published()
    counted = tally([paths], orders=(1, 2, 3))
    with (PUBLISHED / "reference_heuristic_and_markov_order1.csv").open() as lines:
        told = {row["channel_name"]: row for row in csv.DictReader(lines)}
    for rule in ("first", "last", "linear"):
        found = credit(counted, rule, replicates=0)
        for channel, given_to, worth in zip(
            found.channels, found.conversions, found.value, strict=True
        ):
            row = told[channel]
            assert given_to == pytest.approx(float(row[f"{rule}_touch_conversions"]), rel=1e-9)
            assert worth == pytest.approx(float(row[f"{rule}_touch_value"]), rel=1e-6)
    with (PUBLISHED / "exact_markov_order1_computed_here.csv").open() as lines:
        exact = {row["channel_name"]: row for row in csv.DictReader(lines)}
    found = credit(counted, "markov_1", replicates=0)
    for channel, given_to, worth in zip(
        found.channels, found.conversions, found.value, strict=True
    ):
        assert given_to == pytest.approx(
            float(exact[channel]["markov1_exact_conversions"]), abs=1e-6
        )
        assert worth == pytest.approx(float(exact[channel]["markov1_exact_value"]), rel=1e-6)


def test_an_interval_holds_the_truth_nine_times_in_ten() -> None:
    rng = np.random.default_rng(4)
    inside, worlds = 0, 150
    for world in range(worlds):
        told = []
        for _ in range(200):
            first = "a" if rng.random() < 0.6 else "b"
            more = ["b"] if rng.random() < 0.3 else []
            converts = int(rng.random() < (0.3 if first == "a" else 0.15) + 0.1 * len(more))
            told.append(([first, *more], converts, 1 - converts))
        found = credit(tally([_paths(told)]), "last", replicates=200, seed=world)
        share_low, share_high = found.low[0], found.high[0]
        total = found.conversions.sum()
        inside += share_low / total <= TRUTH <= share_high / total
    assert 0.83 <= inside / worlds <= 0.96


#: Of the outcomes above, those whose last touch is `a`.
TRUTH = (0.6 * 0.7 * 0.3) / (0.6 * (0.7 * 0.3 + 0.3 * 0.4) + 0.4 * (0.7 * 0.15 + 0.3 * 0.25))


def test_bad_journeys_are_refused() -> None:
    with pytest.raises(MeasureError, match="no touch"):
        paths_of([["a"], []], [1, 1])
    with pytest.raises(MeasureError, match="no count"):
        paths_of([["a"]], [-1])
    with pytest.raises(MeasureError, match="no journeys"):
        tally([])
    counted = tally([paths_of([["a"]], [1])])
    with pytest.raises(MeasureError, match="Expected one of first, last"):
        credit(counted, "astrology")
    with pytest.raises(MeasureError, match="order 0"):
        tally([paths_of([["a"]], [1])], orders=(0,))


def test_without_an_outcome_nobody_is_credited() -> None:
    counted = tally([paths_of([["a"], ["b"]], [0, 0], nulls=[3, 2])], orders=(1,))
    for method in methods_of(counted):
        assert credit(counted, method).conversions.tolist() == [0, 0]


def test_batches_are_counted_as_one_whole() -> None:
    rng = np.random.default_rng(8)
    names = [f"channel {n}" for n in range(5)]
    codes = {name: at for at, name in enumerate(names)}
    journeys = [list(rng.choice(names, rng.integers(1, 7))) for _ in range(400)]
    bought, groups = rng.integers(0, 2, 400).astype(float), rng.integers(0, 30, 400)
    nulls = rng.integers(0, 3, 400).astype(float)

    def part(some: slice) -> Paths:
        return paths_of(
            journeys[some], bought[some], nulls=nulls[some], groups=groups[some], codes=codes
        )

    for order in (1, 2, 3):
        whole = tally([part(slice(None))], (order,))
        parts = tally([part(slice(at, at + 50)) for at in range(0, 400, 50)], (order,))
        one, other = whole.chains[order], parts.chains[order]
        assert (one.steps == other.steps).all()
        assert (one.counts.toarray() == other.counts.toarray()).all()
        # each touch is entered once for each journey that was made, and so is each end
        entered = sum(len(j) * (b + n) for j, b, n in zip(journeys, bought, nulls, strict=True))
        assert one.counts.sum() == entered + bought.sum() + nulls.sum()
        assert parts.credits["shapley"] == pytest.approx(whole.credits["shapley"])


def test_shapley_is_the_same_with_more_channels_than_bits() -> None:
    rng = np.random.default_rng(9)
    few = [f"c{n}" for n in range(9)]
    journeys = [list(rng.choice(few, rng.integers(1, 9))) for _ in range(300)]
    codes = {name: at for at, name in enumerate([*few, *(f"x{n}" for n in range(70))])}
    with_few = shapley_weights(
        paths_of(journeys, np.ones(300), codes=dict(list(codes.items())[:9]))
    )
    with_many = shapley_weights(paths_of(journeys, np.ones(300), codes=codes))
    assert with_few == pytest.approx(with_many)
