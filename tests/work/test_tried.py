"""Experiments whose effects are known are told right, or not at all."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from parvis.work.steps import build
from tests.making import made_workspace, put, rows, speak_of
from tests.work import tried_shop as made


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    shop = made.tried_shop(made_workspace(tmp_path_factory.mktemp("tried") / "shop"))
    yield shop
    shop.close()


def cities_shop(
    folder: Path, *, gone: dict[str, Collection[int]] | None = None, factor: float = 2.0
) -> experiments.Finding:
    """Look at a test in cities, of a shop that has nothing else."""
    shop = made_workspace(folder / "shop")
    put(shop, [*made.people_in_cities(), *made.orders_of_cities(gone=gone)])
    made.spent(shop, made.spend_rows(factor))
    build(shop)
    shop = speak_of(shop, made.TODAY)
    made.tell(shop, made.dark())
    found = made.measured(shop)[made.DARK]
    shop.close()
    return found


def kinds(finding: experiments.Finding) -> set[str]:
    return {p.kind for p in finding.problems}


def test_intervals_hold_what_was_done(tried: Workspace) -> None:
    found = made.measured(tried)
    people = {s.method: s for s in found[made.HOLDOUT].shown if s.metric == "sales"}
    for shown in people.values():
        assert shown.low < made.DEARER < shown.high
        assert shown.always_low is not None
        assert shown.always_high is not None
        assert shown.always_low < shown.low < shown.high < shown.always_high
    assert people["cuped"].high - people["cuped"].low < people["difference"].high
    cities = found[made.DARK].best
    assert cities is not None
    assert 0 < cities.lift_low < made.LIFT < cities.lift_high
    assert (cities.treated, cities.control) == (2, 8)
    assert all(f.is_usable for f in found.values())
    budget = found[made.DARK].budget
    assert budget is not None
    assert budget.factor == pytest.approx(2, abs=0.01)


def test_lots_are_checked_and_people_with_both_are_left_out(tried: Workspace) -> None:
    found = made.measured(tried)[made.HOLDOUT]
    assert found.best is not None
    # one of each side was told on the other as well
    assert (found.best.treated, found.best.control) == (448, 150)
    assert found.best.detail["mismatch"] > 0.05
    (said,) = [p for p in found.problems if p.kind == "two sides"]
    assert said.what.startswith("2 customers were on both sides")
    assert not said.blocks


def test_an_overlap_is_told_on_both(tried: Workspace) -> None:
    second = replace(made.dark("Second"), cities=("Caen", "Gap"))
    made.tell(tried, second)
    try:
        found = made.measured(tried)
    finally:
        # what has no days is in nobody's way
        made.tell(tried, replace(second, starts_on=None, ends_on=None))
    for name, other in ((made.DARK, "Second"), ("second", "Dark in the west")):
        (said,) = [p for p in found[name].problems if p.kind == "overlap cities"]
        assert said.blocks
        assert said.what.startswith(f"{other} changed Caen")


def test_holdouts_that_draw_lots_of_the_same_people_say_so(workspace: Workspace) -> None:
    after = made.ENDS + timedelta(1)
    drawn = [
        *made.lots("Email"),
        # the same lots once more, as with the same salt; lots drawn apart; and later ones
        *made.lots("Push"),
        *made.lots("App", block=4),
        *made.lots("Later", begins=after),
    ]
    put(workspace, [*drawn, *made.orders_of_people()])
    build(workspace)
    shop = speak_of(workspace, made.TODAY)
    found = made.measured(shop)
    plans = [replace(f.plan, ends_on=made.ENDS) for f in found.values() if f.plan.name != "Later"]
    made.tell(shop, *plans)
    found = {f.plan.name: f for f in made.measured(shop).values()}
    told = {
        name: {(p.kind, p.values["other"]): p for p in f.problems if p.kind.startswith("overlap")}
        for name, f in found.items()
    }
    assert set(told["Email"]) == {("overlap lots", "Push"), ("overlap people", "App")}
    assert set(told["Push"]) == {("overlap lots", "Email"), ("overlap people", "App")}
    assert set(told["App"]) == {("overlap people", "Email"), ("overlap people", "Push")}
    assert told["Later"] == {}
    said = told["Email"]["overlap lots", "Push"]
    # all of a fourth instead of a fourth of it
    assert "4.00 times as often as by chance" in said.what
    assert said.blocks
    assert not found["Email"].is_usable
    apart = told["App"]["overlap people", "Email"]
    assert apart.what.startswith("600 people are also in Email, at the same time")
    assert not apart.blocks
    # what was found is told all the same, and kept with what stands in its way
    kept = [r for r in rows(shop.table("experiment_results")) if r["metric"] == "sales"]
    assert {r["experiment_id"] for r in kept} == {f.plan.experiment_id for f in found.values()}
    by_name = {r["experiment_id"]: json.loads(r["problems"]) for r in kept}
    email = found["Email"].plan.experiment_id
    assert {p["kind"] for p in by_name[email]} >= {"overlap lots", "overlap people"}


@pytest.mark.parametrize(
    ("gone", "kind"),
    [({"Aix": (20, 21)}, "city gap"), ({"Caen": range(18)}, "city midway")],
)
def test_a_city_that_was_not_there_all_along_gives_no_number(
    tmp_path: Path, gone: dict[str, Collection[int]], kind: str
) -> None:
    found = cities_shop(tmp_path, gone=gone)
    assert found.shown == ()
    assert kinds(found) == {kind}
    assert next(iter(gone)) in found.problems[0].what


def test_a_budget_that_was_not_changed_forbids_the_use(tmp_path: Path) -> None:
    found = cities_shop(tmp_path, factor=1.0)
    assert kinds(found) == {"other budget"}
    assert not found.is_usable


@pytest.mark.parametrize("first", [date(1, 1, 1), made.BEGINS - timedelta(weeks=40)])
def test_a_test_before_all_orders_gives_its_reason(tried: Workspace, first: date) -> None:
    early = replace(made.dark("Early"), starts_on=first, ends_on=first + timedelta(34))
    made.tell(tried, early)
    try:
        found = made.measured(tried)["early"]
    finally:
        made.tell(tried, replace(early, starts_on=None, ends_on=None))
    assert found.shown == ()
    assert kinds(found) == {"few weeks before"}


def test_too_few_people_give_no_number(workspace: Workspace) -> None:
    put(workspace, [*made.lots(people=40), *made.orders_of_people(40)])
    build(workspace)
    shop = speak_of(workspace, made.TODAY)
    found = made.measured(shop)[made.HOLDOUT]
    assert found.shown == ()
    assert "few people" in kinds(found)
