"""A known mixture is found again from its pairs."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.identity.alike.contracts import Field
from parvis.identity.alike.likeness import comparisons_of
from parvis.identity.alike.mixture import (
    Mixture,
    Patterns,
    Population,
    learn,
    lookalikes_of,
    posterior,
    starting,
)

FIELDS = (
    Field("first", "given_name"),
    Field("last", "surname"),
    Field("born", "date"),
    Field("street", "address"),
    Field("phone", "phone"),
)
COMPARISONS = comparisons_of(FIELDS)
POSSIBLE = 2_000_000
KINDS = {"same": 2_000, "household": 1_500, "stranger": POSSIBLE - 3_500}


def shares(kind: str) -> list[np.ndarray]:
    """Return how often pairs of a kind show each level."""
    found = []
    for c in COMPARISONS:
        of_one = np.array([x.m for x in c.levels])
        of_one = of_one / of_one.sum()
        random = np.full(len(c.levels), 0.004)
        random[-1] = 1 - random[:-1].sum()
        alike = kind == "same" or (kind == "household" and not c.is_personal)
        found.append(of_one if alike else random)
    return found


@pytest.fixture(scope="module")
def drawn() -> tuple[Patterns, Population]:
    draw = np.random.default_rng(1)
    each = [
        np.stack([draw.choice(len(s), size=n, p=s) + 1 for s in shares(kind)], axis=1)
        for kind, n in KINDS.items()
    ]
    levels = np.concatenate(each)
    random = tuple(
        np.bincount(levels[:, c], minlength=len(x.levels) + 1)[1:] / len(levels)
        for c, x in enumerate(COMPARISONS)
    )
    patterns, counts = np.unique(levels, axis=0, return_counts=True)
    none = np.zeros(len(counts))
    terms = dict.fromkeys(["same", *lookalikes_of(COMPARISONS)], none)
    known = np.zeros(len(counts), dtype=bool)
    filled = (1.0,) * len(COMPARISONS)
    return (
        Patterns(patterns, counts.astype(float), terms, known),
        Population(POSSIBLE, POSSIBLE, random, filled),
    )


@pytest.fixture(scope="module")
def learnt(drawn: tuple[Patterns, Population]) -> Mixture:
    patterns, population = drawn
    return learn(patterns, COMPARISONS, starting(COMPARISONS, population, 3e-4), population)


def test_the_shares_are_found_again(learnt: Mixture) -> None:
    assert learnt.prior * POSSIBLE == pytest.approx(KINDS["same"], rel=0.05)
    households = {x.name: x.prior for x in learnt.lookalikes}["household"]
    assert households * POSSIBLE == pytest.approx(KINDS["household"], rel=0.1)
    for number, of_same in enumerate(shares("same")):
        assert learnt.m[number] == pytest.approx(of_same, abs=0.04)
    for number, of_strangers in enumerate(shares("stranger")):
        assert learnt.u[number] == pytest.approx(of_strangers, abs=0.002)


def test_one_household_is_not_one_person(learnt: Mixture) -> None:
    last = [len(c.levels) for c in COMPARISONS]
    levels = np.array([[1, 1, 1, 1, 1], [last[0], 1, last[2], 1, 1], last])
    terms = dict.fromkeys(["same", *(x.name for x in learnt.lookalikes)], np.zeros(3))
    pairs = Patterns(levels, np.ones(3), terms, np.zeros(3, dtype=bool))
    same, household, *_ = posterior(pairs, learnt)
    assert same[0] > 0.999
    assert same[1] < 0.1 < 0.8 < household[1]
    assert same[2] < 1e-6


def test_what_is_known_is_believed(learnt: Mixture) -> None:
    levels = np.array([[len(c.levels) for c in COMPARISONS]])
    terms = dict.fromkeys(["same", *(x.name for x in learnt.lookalikes)], np.zeros(1))
    pairs = Patterns(levels, np.ones(1), terms, np.ones(1, dtype=bool))
    assert [float(x[0]) for x in posterior(pairs, learnt)] == [1.0] + [0.0] * len(learnt.lookalikes)


def test_no_household_is_made_up_where_there_is_none(
    drawn: tuple[Patterns, Population],
) -> None:
    patterns, population = drawn
    draw = np.random.default_rng(2)
    alone = {"same": 2_000, "stranger": POSSIBLE - 2_000}
    levels = np.concatenate(
        [
            np.stack([draw.choice(len(s), size=n, p=s) + 1 for s in shares(kind)], axis=1)
            for kind, n in alone.items()
        ]
    )
    found, counts = np.unique(levels, axis=0, return_counts=True)
    none, known = np.zeros(len(counts)), np.zeros(len(counts), dtype=bool)
    pairs = Patterns(found, counts.astype(float), dict.fromkeys(patterns.terms, none), known)
    mixture = learn(pairs, COMPARISONS, starting(COMPARISONS, population, 3e-4), population)
    assert mixture.lookalikes == ()


def test_which_lookalikes_there_can_be_follows_from_the_fields() -> None:
    assert set(lookalikes_of(COMPARISONS)) == {"household", "twins"}
    assert lookalikes_of(comparisons_of([Field("title", "text")])) == {}
    place = [Field("street", "address"), Field("city", "city")]
    assert set(lookalikes_of(comparisons_of(place))) == {"neighbours"}
