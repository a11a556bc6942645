"""A mix by day: days of rest are no missing days, and what is shown is summed up to weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from parvis.measure.answer import Answer, answer
from parvis.measure.curves import interval
from parvis.measure.holidays import with_holidays
from parvis.measure.mix.diagnosis import diagnose
from parvis.measure.mix.fitting import default_priors, fit_mix
from parvis.measure.mix.opening import joined_where_sparse
from parvis.measure.mix.panel import panel_of
from parvis.measure.mix.sampler import SamplerOptions
from tests.measure.made_brand import CITIES, MONDAY, RETURNS, daily_brand, table

Rows = list[dict[str, Any]]

SUNDAY = 6


@pytest.fixture(scope="module")
def found() -> Answer:
    return answer(table(daily_brand(rest=SUNDAY)), [], 0.4, period_days=1)


def without(rows: Rows, days: set[date], places: set[str] | None = None) -> Rows:
    return [
        r for r in rows
        if r["kind"] != "outcome" or r["day"] not in days
        or (places is not None and r["geography"] not in places)
    ]  # fmt: skip


def asked(rows: Rows) -> tuple[Answer, set[str]]:
    told = answer(table(rows), [], 0.4, period_days=1)
    return told, {p.kind for p in told.problems if p.blocks}


def test_what_pays_is_told_from_what_does_not(found: Answer) -> None:
    assert found.state == "published", found.problems
    assert found.checks["period_days"] == 1
    verdicts = {r["channel"]: r["verdict"] for r in found.ledger}
    assert verdicts["radio"] == "raise"
    assert verdicts["posters"] in {"stop", "cut"}
    for row in found.ledger:
        # nothing is sold on one day in seven
        true = RETURNS[row["channel"]] * 6 / 7
        assert row["returned_low"] / row["spent"] < max(true * 1.4, 0.3)
        assert row["returned_high"] / row["spent"] > true * 0.6


def test_what_is_shown_is_by_week_and_adds_up(found: Answer) -> None:
    by_week: dict[date, float] = {}
    for row in found.contributions:
        if row["kind"] in {"anyway", "channel"}:
            by_week[row["starts_on"]] = by_week.get(row["starts_on"], 0.0) + row["mean"]
    sales = {r["starts_on"]: r["mean"] for r in found.contributions if r["kind"] == "sales"}
    # the last Sunday isn't over for who sees no order of it
    assert len(sales) == 39
    assert {day.weekday() for day in sales} == {0}
    assert by_week == pytest.approx(sales)
    assert found.last_day is not None
    whole = sum(
        r["value"]
        for r in found.kpi.to_pylist()
        if r["kind"] == "outcome" and r["day"] <= found.last_day
    )
    assert sum(sales.values()) == pytest.approx(whole)


def test_weeks_unseen_and_to_come_rest_on_sundays_too(found: Answer) -> None:
    weeks = {k: [r for r in found.contributions if r["kind"] == k] for k in ("unseen", "outlook")}
    assert len(weeks["unseen"]) == 6
    assert len(weeks["outlook"]) == 13
    assert weeks["unseen"][0]["starts_on"] == MONDAY + timedelta(weeks=33)
    assert weeks["outlook"][0]["starts_on"] == MONDAY + timedelta(weeks=39)
    real = {r["starts_on"]: r["mean"] for r in found.contributions if r["kind"] == "sales"}
    for row in weeks["unseen"]:
        assert row["mean"] == pytest.approx(real[row["starts_on"]], rel=0.25)
    anyway = [r for r in found.contributions if r["kind"] == "anyway"]
    usual = sum(r["mean"] for r in anyway) / len(anyway)
    assert all(0.6 * usual < r["mean"] < 1.4 * usual for r in weeks["outlook"])
    assert found.checks["backtest"]["weeks"] == 6
    assert found.checks["backtest"]["error"] < 0.15
    assert found.checks["predictive"]["inside"] > 0.8


def test_by_the_week_days_of_rest_are_no_matter() -> None:
    data = panel_of(table(daily_brand(30, rest=SUNDAY))).data
    assert data.closed is None
    assert data.outcome.shape == (29, 1)
    by_day = panel_of(table(daily_brand(30, rest=SUNDAY)), period_days=1).data
    assert by_day.outcome.shape == (203, 1)
    assert by_day.is_open.reshape(-1, 7).tolist() == [[True] * 6 + [False]] * 29
    assert by_day.by_week(by_day.outcome) == pytest.approx(data.outcome)
    assert by_day.by_week(by_day.spend) == pytest.approx(data.spend)


def test_a_day_without_orders_among_others_is_refused() -> None:
    lost = MONDAY + timedelta(days=80)
    told, kinds = asked(without(daily_brand(30, rest=SUNDAY), {lost}))
    assert kinds == {"gap"}
    assert str(lost) in next(p.what for p in told.problems if p.kind == "gap")
    assert not told.ledger


def test_a_holiday_without_orders_is_a_day_of_rest() -> None:
    christmas = date(2025, 12, 25)
    rows = without(daily_brand(60), {christmas})
    kpi = with_holidays(table(rows), "FR")
    closed = panel_of(kpi, period_days=1).data.is_open
    assert [MONDAY + timedelta(days=int(d)) for d in (~closed).nonzero()[0]] == [christmas]
    assert panel_of(table(rows), period_days=1).data.closed is None


def test_places_that_sell_nothing_on_some_days_are_joined() -> None:
    lost = {MONDAY + timedelta(days=d) for d in (30, 31, 90)}
    rows = without(daily_brand(26, cities=CITIES), lost, {"Caen"})
    rows = without(rows, {MONDAY + timedelta(days=7)}, {"Aix"})
    data = panel_of(table(rows), period_days=1).data
    joined, told = joined_where_sparse(data)
    assert joined.places == ("Brest", "Dijon", "Evian", "Fréjus", "Aix + Caen")
    assert joined.outcome.sum(axis=1) == pytest.approx(data.outcome.sum(axis=1))
    assert joined.spend[:, 4] == pytest.approx(data.spend[:, 0] + data.spend[:, 2])
    assert [(p.kind, p.values, p.blocks) for p in told] == [
        ("joined", {"places": "Aix, Caen", "count": 3}, False)
    ]
    assert not diagnose(joined)


def test_places_of_which_few_sell_each_day_are_one() -> None:
    days = {MONDAY + timedelta(days=d) for d in (30, 31, 90)}
    rows = without(daily_brand(30, cities=CITIES[:4]), days, {"Caen", "Aix"})
    whole, told = joined_where_sparse(panel_of(table(rows), period_days=1).data)
    assert whole.places == ()
    assert whole.outcome.shape == (210, 1)
    assert [(p.kind, p.values) for p in told] == [("sparse", {"places": "Aix, Caen", "count": 3})]
    assert not diagnose(whole)


def test_places_are_told_apart_by_day() -> None:
    data = panel_of(table(daily_brand(26, cities=CITIES[:4])), period_days=1).data
    priors = replace(default_priors(data, (1.2, 3.0)), link="multiplied")
    fit = fit_mix(data, priors, options=SamplerOptions(chains=8, warm_up=60, draws=40))
    low, high = interval(fit.contributions / data.spend.sum(axis=(0, 1)))
    assert fit.contributions.shape == (320, 3)
    for at, name in enumerate(data.channels):
        assert low[at] < max(RETURNS[name] * 1.2, 0.3)
        assert high[at] > RETURNS[name] * 0.8
