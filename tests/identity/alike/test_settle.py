"""Pairs are made to agree with each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.identity.alike.settle import grouped, is_one_to_one, merge_threshold, partners

PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda p: p[0] < p[1]),
    st.floats(0, 1),
    min_size=1,
    max_size=40,
)


def arrays(pairs: dict[tuple[int, int], float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    left, right = zip(*pairs, strict=True)
    return np.array(left), np.array(right), np.array(list(pairs.values()), dtype=float)


def test_a_weak_link_does_not_weld_two_groups() -> None:
    strong = {(a, b): 0.999 for a in range(3) for b in range(a + 1, 3)}
    strong |= {(a, b): 0.999 for a in range(3, 6) for b in range(a + 1, 6)}
    apart = {(a, b): 0.001 for a in range(3) for b in range(3, 6)}
    settled = grouped(*arrays({**strong, **apart, (2, 3): 0.95}))
    assert len({settled.group[r] for r in range(3)}) == 1
    assert len({settled.group[r] for r in range(3, 6)}) == 1
    assert settled.group[0] != settled.group[5]


def test_a_missing_pair_is_made_up_by_its_neighbours() -> None:
    settled = grouped(*arrays({(0, 1): 0.999, (1, 2): 0.999, (0, 2): 0.3}))
    assert settled.together.all()


@given(PAIRS)
def test_groups_are_the_same_in_any_order(pairs: dict[tuple[int, int], float]) -> None:
    left, right, probability = arrays(pairs)
    settled = grouped(left, right, probability)
    back = grouped(left[::-1], right[::-1], probability[::-1])
    same = {
        (a, b) for a in settled.group for b in settled.group if settled.group[a] == settled.group[b]
    }
    again = {(a, b) for a in back.group for b in back.group if back.group[a] == back.group[b]}
    assert same == again
    assert set(settled.group) == {r for pair in pairs for r in pair}
    for a, b, together in zip(left.tolist(), right.tolist(), settled.together, strict=True):
        assert together == (settled.group[a] == settled.group[b])


@given(PAIRS)
def test_each_has_one_partner_at_most(pairs: dict[tuple[int, int], float]) -> None:
    left, right, probability = arrays({(a, b + 100): p for (a, b), p in pairs.items()})
    chosen = partners(left, right, probability)
    assert len(set(left[chosen])) == len(set(right[chosen])) == chosen.sum() >= 1
    free_left, free_right = set(left) - set(left[chosen]), set(right) - set(right[chosen])
    assert not any(a in free_left and b in free_right for a, b in zip(left, right, strict=True))


def test_doubles_are_told_from_mere_resemblance() -> None:
    left = np.repeat(np.arange(100), 2)
    right = np.arange(200) + 1000
    sure = np.full(200, 0.99)
    weight = np.tile([30.0, 18.0], 100) + np.arange(200) / 1000
    assert is_one_to_one(left, right, sure, weight)
    assert not is_one_to_one(left, right, sure, np.full(200, 30.0) + np.arange(200) % 7)
    assert not is_one_to_one(left, right, np.full(200, 0.5), weight)


@given(st.lists(st.floats(0, 1), max_size=60), st.floats(0.5, 1), st.floats(0.1, 1))
def test_the_threshold_keeps_its_word(values: list[float], wanted: float, floor: float) -> None:
    probability = np.array(values, dtype=float)
    threshold = merge_threshold(probability, wanted, floor)
    merged = probability[probability >= threshold]
    if len(merged) and threshold < 1:
        assert threshold >= floor
        assert merged.mean() >= wanted - 1e-9 or np.isclose(merged.mean(), wanted)
        lower = probability[(probability < threshold) & (probability >= floor)]
        if len(lower):
            more = probability[probability >= lower.max()]
            assert more.mean() < wanted


def test_nothing_probable_is_nothing_merged() -> None:
    assert merge_threshold(np.array([0.6, 0.7]), 0.99, 0.9) == 1.0
    assert merge_threshold(np.array([]), 0.99, 0.9) == pytest.approx(1.0)
