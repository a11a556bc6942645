"""Experiments are told from what came in."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from parvis.work.experimenting import keep_tried, note_found, shown_of, try_experiments
from parvis.work.steps import build
from tests.making import Row, event, order, put, speak_of

BEGINS = date(2026, 3, 2)


def _lots(people: int, name: str = "email-holdout") -> list[Row]:
    return [
        event(
            "Experiment Viewed", f"{BEGINS}T00:00", user=f"p{n}",
            properties={"experiment_id": name, "experiment_name": name,
                        "variation_name": "exposed" if n % 4 else "holdout"},
        )
        for n in range(people)
    ]  # fmt: skip


def _orders(people: int, effect: float) -> list[Row]:
    chance = random.Random(3)
    found = []
    for n in range(people):
        for week in range(-8, 6):
            price = round(20 + chance.random() * 10 + effect * (week >= 0 and n % 4 != 0), 2)
            day = BEGINS + timedelta(7 * week + n % 7)
            found.append(order(f"{n}-{week}", f"{day}T12:00", user=f"p{n}", amount=str(price),
                               currency="EUR", lines=None))  # fmt: skip
    return found


@pytest.fixture
def tried(workspace: Workspace) -> Workspace:
    put(workspace, [*_lots(120), *_orders(120, 5.0)])
    build(workspace)
    return speak_of(workspace, "2026-06-01")


def _one(workspace: Workspace) -> experiments.Finding:
    engine = workspace.engine.session()
    found = try_experiments(engine, workspace)
    workspace.engine.atomically(
        lambda: keep_tried(workspace.engine, found, datetime(2026, 6, 1, tzinfo=UTC))
    )
    engine.close()
    (finding,) = found.findings
    return finding


def _kinds(finding: experiments.Finding) -> set[str]:
    return {p.kind for p in finding.problems}


def test_a_holdout_appears_by_itself_and_asks_for_what_it_lacks(tried: Workspace) -> None:
    found = _one(tried)
    assert _kinds(found) == {"no channel", "no end", "no share"}
    (plan,) = experiments.plans_of(tried.engine)
    assert (plan.experiment_id, plan.kind, plan.starts_on) == ("email-holdout", "holdout", BEGINS)


def test_the_effect_is_found_and_kept(tried: Workspace) -> None:
    note_found(tried)
    (plan,) = experiments.plans_of(tried.engine)
    told = replace(plan, ends_on=BEGINS + timedelta(41), share=0.25)
    experiments.put_plan(tried.engine, told, "test", datetime(2026, 6, 1, tzinfo=UTC))
    found = _one(tried)
    assert _kinds(found) == {"no channel"}
    by_method = {s.method: s for s in found.shown if s.metric == "sales"}
    plain, narrow = by_method["difference"], by_method["cuped"]
    assert (plain.treated, plain.control) == (90, 30)
    # six orders, each 5 dearer
    assert plain.low < 30 < plain.high
    assert narrow.low < 30 < narrow.high
    assert narrow.always_low is not None
    assert narrow.always_low < narrow.low
    assert narrow.lift_low > 0
    rows = shown_of(tried.engine)["email-holdout"]
    assert {(r["metric"], r["method"]) for r in rows} == {
        (m, w) for m in ("sales", "orders") for w in ("difference", "cuped")
    }
    weeks = next(r for r in rows if r["method"] == "cuped" and r["metric"] == "sales")["detail"]
    assert len(weeks["weeks"]) == 6


def test_a_customer_of_both_sides_is_left_out_and_told(tried: Workspace) -> None:
    twice = event(
        "Experiment Viewed", f"{BEGINS}T01:00", user="p1",
        properties={"experiment_id": "email-holdout", "variation_name": "holdout"},
    )  # fmt: skip
    put(tried, [twice])
    build(tried)
    found = _one(tried)
    assert "two sides" in _kinds(found)
    assert found.shown[0].treated == 89


def test_variations_that_tell_nothing_are_asked_for(workspace: Workspace) -> None:
    lots = [
        event("Experiment Viewed", f"{BEGINS}T00:00", user=f"p{n}",
              properties={"experiment_id": "x", "variation_name": "AB"[n % 2]})
        for n in range(60)
    ]  # fmt: skip
    put(workspace, [*lots, *_orders(60, 0.0)])
    build(workspace)
    found = _one(workspace)
    assert found.shown == ()
    assert "no side" in _kinds(found)


def test_lots_that_did_not_fall_as_planned_are_not_to_be_used(tried: Workspace) -> None:
    note_found(tried)
    (plan,) = experiments.plans_of(tried.engine)
    told = replace(plan, ends_on=BEGINS + timedelta(41), share=0.5)
    experiments.put_plan(tried.engine, told, "test", datetime(2026, 6, 1, tzinfo=UTC))
    found = _one(tried)
    assert "mismatch" in _kinds(found)
    assert not found.is_usable


def test_two_tests_of_one_channel_are_told_on_both(tried: Workspace) -> None:
    put(tried, _lots(120, "email-second"))
    build(tried)
    note_found(tried)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    for plan in experiments.plans_of(tried.engine):
        told = replace(plan, channel="email", ends_on=BEGINS + timedelta(41), share=0.25)
        experiments.put_plan(tried.engine, told, "test", now)
    engine = tried.engine.session()
    found = try_experiments(engine, tried).findings
    engine.close()
    assert [("overlap channel" in _kinds(f), f.is_usable) for f in found] == [(True, False)] * 2
