"""What sales were made of: contributions, response curves, and whether the fit may be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from parvis.measure.api import FIT_LIMITS, interval
from parvis.web.charts.drawing import Figure
from parvis.web.charts.measure import Range, curve_figure, ranges_figure, weeks_figure
from parvis.web.language import Language
from parvis.web.pages.csv import rows_response
from parvis.web.pages.waste_told import told_problems
from parvis.web.queries.measured import Measured, measured
from parvis.web.render import render
from parvis.web.visit import Editor, Member

__all__ = ["mix_pages"]

mix_pages = APIRouter(include_in_schema=False)

_WEEK_COLUMNS = ("starts_on", "kind", "name", "mean", "low", "high")


@mix_pages.get("/mix")
def show_mix(visit: Member) -> Response:
    """Show what sales were made of."""
    shelf, language = visit.shelf, visit.language
    found = measured(shelf)
    page = None
    if found is not None and found.is_published:
        known, currency = found, shelf.situation.currency
        page = shelf.kept(("mix page", language.code), lambda: _page(known, currency, language))
    return render(
        visit,
        "mix.html",
        situation=shelf.situation,
        found=found,
        problems=[] if found is None else told_problems(found, language),
        page=page,
    )


@mix_pages.get("/mix.csv")
def save_weeks(visit: Editor) -> Response:
    """Give what each week's sales were made of as a file."""
    found = measured(visit.shelf)
    rows: Sequence[Mapping[str, Any]] = () if found is None else found.weeks
    return rows_response("contributions", visit.shelf.situation, rows, _WEEK_COLUMNS)


def _page(found: Measured, currency: str, language: Language) -> dict[str, Any]:
    curves = found.curves
    assert curves is not None  # noqa: S101
    sales = sum(float(r["mean"]) for r in found.week_line("sales"))
    made = curves.at(curves.spend).sum(axis=1)
    low, high = (float(v) for v in interval(made))
    fmt, say = language.formats, language.say
    title = say(
        "Advertising made between %(low)s and %(high)s of sales; the rest would have come anyway",
        low=fmt.percent(low / sales),
        high=fmt.percent(high / sales),
    )
    return {
        "title": title,
        "period": fmt.period(found.first, found.last) if found.first and found.last else "",
        "lead": _lead(found, language),
        "weeks": [f for f in _weeks(found, currency, language) if f is not None],
        "curves": _curves(found, currency, language),
        "shares": _shares(found, sales, language),
        "checks": found.checks,
        "limits": FIT_LIMITS,
        "learned": found.checks.get("learned") or {},
        "follows": found.checks.get("follows") or {},
    }


def _lead(found: Measured, language: Language) -> str:
    say = language.say
    if found.checks.get("period_days") == 1:
        if found.places > 1:
            return say(
                "sales of each day in each city, explained by what was spent there and in the "
                "days before, weekdays, season, trend, prices and what people say; shown by week."
            )
        return say(
            "sales of each day, explained by what was spent then and in the days before, "
            "weekdays, season, trend, prices and what people say; shown by week."
        )
    if found.places > 1:
        return say(
            "sales of each week in each city, explained by what was spent there and in the "
            "weeks before, season, trend, prices and what people say."
        )
    return say(
        "sales of each week, explained by what was spent then and in the weeks before, season, "
        "trend, prices and what people say."
    )


def _weeks(found: Measured, currency: str, language: Language) -> list[Figure | None]:
    say, fmt = language.say, language.formats
    sold, there = say("sales as they were"), say("as the model has them")
    sales, expected = found.week_line("sales"), found.week_line("expected")
    inside = sum(e["low"] <= s["mean"] <= e["high"] for s, e in zip(sales, expected, strict=True))
    fit = weeks_figure(
        {sold: sales, there: expected},
        (
            say(
                "%(inside)s of %(all)s weeks lie where the model has nine in ten",
                inside=fmt.number(inside),
                all=fmt.number(len(sales)),
            ),
            say("Dots: sales as they were; line and band: as the model has them"),
        ),
        currency,
        language,
    )
    anyway = weeks_figure(
        {sold: sales, say("without advertising"): found.week_line("anyway")},
        (
            say("What would have come anyway, and what was added"),
            say("Dots: sales as they were; line and band: without advertising"),
        ),
        currency,
        language,
    )
    return [anyway, fit, _unseen(found, currency, language), _outlook(found, currency, language)]


def _unseen(found: Measured, currency: str, language: Language) -> Figure | None:
    say, fmt = language.say, language.formats
    held = found.checks.get("backtest") or {}
    unseen = found.week_line("unseen")
    if not unseen or not held:
        return None
    first = unseen[0]["starts_on"]
    recent = [s for s in found.week_line("sales") if (first - s["starts_on"]).days <= 13 * 7]
    title = say(
        "Of %(weeks)s weeks it hadn't seen, the model was off by %(error)s (who expects more of "
        "the same: %(naive)s)",
        weeks=fmt.number(held["weeks"]),
        error=fmt.percent(held["error"], 1),
        naive=fmt.percent(held["naive_error"], 1),
    )
    return weeks_figure(
        {say("sales as they were"): recent, say("expected from before"): unseen},
        (title, say("Dots: sales as they were; line and band: as expected from the weeks before")),
        currency,
        language,
    )


def _outlook(found: Measured, currency: str, language: Language) -> Figure | None:
    say = language.say
    ahead = found.week_line("outlook")
    recent = found.week_line("anyway")[-13:]
    title = say("The weeks to come, without advertising")
    what = say("Dots: the last weeks without advertising; line and band: those to come")
    return weeks_figure(
        {say("without advertising"): recent, say("to come"): ahead},
        (title, what),
        currency,
        language,
        say("Prices and what is said go on as lately."),
    )


def _curves(found: Measured, currency: str, language: Language) -> list[Figure]:
    curves = found.curves
    assert curves is not None  # noqa: S101
    even = language.say("Dashed: where sales just pay for the spending, margin included.")
    told = {r["channel"] for r in found.told}
    return [
        curve_figure(curves, at, found.spent.get(name, ()), (name, even), currency, language)
        for at, name in enumerate(curves.channels)
        if name in told
    ]


def _shares(found: Measured, sales: float, language: Language) -> Figure | None:
    say, fmt = language.say, language.formats
    curves = found.curves
    assert curves is not None  # noqa: S101
    told = {r["channel"] for r in found.told}
    parts = 100 * curves.at(curves.spend) / sales
    low, high = interval(parts)
    rows = [
        Range(name, float(parts[:, at].mean()), float(low[at]), float(high[at]),
              f"/waste/{name}")
        for at, name in enumerate(curves.channels)
        if name in told
    ]  # fmt: skip
    if not rows:
        return None
    rows.sort(key=lambda r: -(r.value or 0.0))
    best = rows[0]
    title = say(
        "%(channel)s made most: between %(low)s and %(high)s of sales",
        channel=best.name,
        low=fmt.percent(best.low / 100, 1),
        high=fmt.percent(best.high / 100, 1),
    )
    apart = np.all([r.low > rows[1].high for r in rows[:1]]) if len(rows) > 1 else True
    if not apart:
        title = say("Which channel made most isn't sure: their intervals overlap")
    unit = say("Share of all sales that each channel made, in percent")
    return ranges_figure(rows, (title, unit, say("Channel")), language, digits=1)
