"""From figures to an answer: what is told, what isn't, and why."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from parvis.measure.answer import Answer, answer
from parvis.measure.holidays import with_holidays
from parvis.measure.mix.panel import panel_of
from parvis.measure.problems import PROBLEMS
from tests.measure.made_brand import CITIES, MONDAY, RETURNS, brand, table

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def found() -> Answer:
    campaigns = [
        {"channel": "radio", "campaign": name, "spent": spent, "credited": credited,
         "starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=400)}
        for name, spent, credited in (("Spring", 3000.0, 100.0), ("Autumn", 1000.0, 300.0))
    ]  # fmt: skip
    return answer(table(brand()), [], 0.4, campaigns=campaigns)


def kinds(told: Answer) -> set[str]:
    return {p.kind for p in told.problems}


def refused(rows: Rows, margin: float | None = 0.4) -> set[str]:
    told = answer(table(rows), [], margin)
    assert told.state == "refused"
    assert not told.ledger
    assert not told.response
    assert not told.contributions
    return {p.kind for p in told.problems if p.blocks}


def test_what_pays_is_told_from_what_does_not(found: Answer) -> None:
    assert found.state == "published", found.problems
    verdicts = {r["channel"]: r["verdict"] for r in found.ledger}
    assert verdicts["radio"] == "raise"
    assert verdicts["posters"] in {"stop", "cut"}
    for row in found.ledger:
        true = RETURNS[row["channel"]]
        assert row["returned_low"] / row["spent"] < max(true * 1.4, 0.2)
        assert row["returned_high"] / row["spent"] > true * 0.6


def test_weeks_add_up_to_the_sales_there_were(found: Answer) -> None:
    by_week: dict[date, float] = {}
    for row in found.contributions:
        if row["kind"] in {"anyway", "channel"}:
            by_week[row["starts_on"]] = by_week.get(row["starts_on"], 0.0) + row["mean"]
    sales = {r["starts_on"]: r["mean"] for r in found.contributions if r["kind"] == "sales"}
    assert len(sales) == 60
    assert by_week == pytest.approx(sales)


def test_what_is_expected_and_what_comes_have_their_weeks(found: Answer) -> None:
    weeks = {k: [r for r in found.contributions if r["kind"] == k] for k in ("unseen", "outlook")}
    assert len(weeks["unseen"]) == 9
    assert len(weeks["outlook"]) == 13
    assert min(r["starts_on"] for r in weeks["outlook"]) == MONDAY + timedelta(weeks=60)
    assert all(r["low"] < r["mean"] < r["high"] for rows in weeks.values() for r in rows)
    checks = found.checks
    assert checks["predictive"]["inside"] > 0.8
    assert checks["backtest"]["inside"] > 0.6
    assert checks["backtest"]["error"] < 0.1
    json.dumps(checks)


def test_quarters_cost_what_the_channel_cost(found: Answer) -> None:
    for row in found.ledger:
        parts = [
            p for p in found.ledger_parts
            if p["kind"] == "quarter" and p["channel"] == row["channel"]
        ]  # fmt: skip
        assert [p["name"] for p in parts] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
        assert sum(p["spent"] for p in parts) == pytest.approx(row["spent"])
        assert parts[0]["ends_on"] + timedelta(days=1) == parts[1]["starts_on"]


def test_campaigns_share_what_their_channel_brought_by_both_ways(found: Answer) -> None:
    radio = next(r for r in found.ledger if r["channel"] == "radio")
    parts = {p["name"]: p for p in found.ledger_parts if p["kind"] == "campaign"}
    # three quarters of the spending, one quarter of the credit
    assert parts["Spring"]["returned_low"] == pytest.approx(radio["returned_low"] / 4)
    assert parts["Spring"]["returned_high"] == pytest.approx(radio["returned_high"] * 3 / 4)
    total = sum(p["returned"] for p in parts.values())
    assert total == pytest.approx(radio["returned"])


def test_without_a_margin_nothing_is_called_wasted() -> None:
    told = answer(table(brand(40)), [], None)
    assert told.state == "published"
    assert "margin" in kinds(told)
    assert {r["verdict"] for r in told.ledger} == {"can't tell"}
    assert all(r["wasted"] is None and r["below"] is None for r in told.ledger)
    assert all(r["returned"] is not None for r in told.ledger)
    assert not told.suggested_tests


# bad input: a plain diagnosis, never a silent number


def test_fewer_than_26_weeks_are_refused() -> None:
    assert refused(brand(25)) == {"short"}


def test_sales_below_nothing_are_refused() -> None:
    rows = brand(40)
    for row in rows:
        is_caen = row["kind"] == "outcome" and row["geography"] == "Caen"
        if is_caen and row["day"] < MONDAY + timedelta(7):
            row["value"] = -50.0
    assert refused(rows) == {"negative"}


def test_a_gap_is_refused() -> None:
    first, last = MONDAY + timedelta(weeks=10), MONDAY + timedelta(weeks=12)
    rows = [r for r in brand(40) if r["kind"] != "outcome" or not first <= r["day"] < last]
    told = answer(table(rows), [], 0.4)
    assert told.state == "refused"
    assert kinds(told) == {"gap"}
    assert "2 periods" in told.problems[0].what
    assert str(first) in told.problems[0].what


def test_spending_without_a_rate_is_refused() -> None:
    lost = [{"currency": "GBP", "amount": 1200.5, "rows": 3}]
    told = answer(table(brand(40)), lost, 0.4)
    assert told.state == "refused"
    assert told.problems[0].kind == "currency"
    assert "1,200 GBP" in told.problems[0].what


def test_a_city_that_appears_midway_is_left_out() -> None:
    late = MONDAY + timedelta(weeks=20)
    rows = [
        r for r in brand(40)
        if not (r["kind"] == "outcome" and r["geography"] == "Dijon" and r["day"] < late)
    ]  # fmt: skip
    told = answer(table(rows), [], 0.4)
    assert told.state == "published"
    assert told.places == len(CITIES) - 1
    said = next(p for p in told.problems if p.kind == "midway")
    assert "Dijon" in said.what
    assert str(late) in said.what


def test_a_channel_of_one_day_is_not_judged() -> None:
    rows = brand(40)
    day = MONDAY + timedelta(days=100)
    rows.append({"day": day, "geography": "Aix", "kind": "spend", "name": "fair", "value": 900.0})
    told = answer(table(rows), [], 0.4)
    assert told.state == "published"
    fair = next(r for r in told.ledger if r["channel"] == "fair")
    assert fair["verdict"] == "can't tell"
    assert fair["returned"] is None
    assert fair["wasted"] is None
    assert "1 of 40" in fair["why"]
    parts = [p for p in told.ledger_parts if p["channel"] == "fair"]
    assert all(p["returned"] is None and p["verdict"] == "can't tell" for p in parts)


def test_channels_that_move_together_are_said() -> None:
    rows = brand(40)
    rows += [{**r, "name": "twin"} for r in rows if r["name"] == "search"]
    told = answer(table(rows), [], 0.4)
    said = next(p for p in told.problems if p.kind == "alike")
    assert set(said.channels) == {"search", "twin"}
    if told.state == "published":
        for name in said.channels:
            row = next(r for r in told.ledger if r["channel"] == name)
            assert row["why"] == said.what


@pytest.mark.parametrize(("kept", "kind"), [("outcome", "no spending"), ("spend", "no outcomes")])
def test_half_of_the_figures_is_nothing(kept: str, kind: str) -> None:
    assert refused([r for r in brand(40) if r["kind"] == kept]) == {kind}


def test_different_times_are_refused() -> None:
    rows = [
        {**r, "day": r["day"] - timedelta(weeks=200)} if r["kind"] == "spend" else r
        for r in brand(40)
    ]
    assert refused(rows) == {"apart"}


def test_a_broken_time_is_noticed_by_the_weeks_held_out() -> None:
    rows = brand(60)
    broken = MONDAY + timedelta(weeks=52)
    for row in rows:
        if row["kind"] == "outcome" and row["day"] >= broken:
            row["value"] *= 4
    assert "backtest" in refused(rows)


def test_each_problem_is_filled_in_by_its_own_values(found: Answer) -> None:
    del found
    holes = re.compile(r"%\((\w+)\)s")
    for what, next_step in PROBLEMS.values():
        assert set(holes.findall(next_step)) <= set(holes.findall(what))


def test_holidays_are_figures_of_their_own() -> None:
    kpi = table(brand(40))
    more = with_holidays(kpi, "FR")
    days = [r["day"] for r in more.to_pylist() if r["name"] == "holidays"]
    assert date(2025, 7, 14) in days
    assert len(more) == len(kpi) + len(days)
    assert "holidays" in panel_of(more).data.control_names
    # nobody knows the holidays of a country that isn't there
    assert with_holidays(kpi, "XX") is kpi
    assert len(with_holidays(kpi.slice(0, 0), "FR")) == 0
