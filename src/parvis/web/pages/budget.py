"""A better budget: sliders, constraints, the best split, and the weeks to come."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from fastapi import APIRouter
from starlette.responses import Response

from parvis.measure import api as measure
from parvis.web.language import Language
from parvis.web.pages.csv import rows_response
from parvis.web.pages.waste_told import told_problems
from parvis.web.queries.measured import Measured, measured
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member, Visit

__all__ = ["budget_pages"]

budget_pages = APIRouter(include_in_schema=False)

#: Budgets up to so many times today's were looked at by the curves.
_MOST: Final = 2.0
_CAUTIONS: Final = {"": 0.0, "some": 0.5, "much": 1.5}


@dataclass(frozen=True, slots=True)
class BudgetView:
    """Which budget; as it stands in the address.

    Parameters
    ----------
    scales
        Times today's, of each channel.
    floors, ceilings
        Likewise: the least and the most that the best split may give it.
    total
        Times today's, of all.
    caution
        A key of the cautions: how much profit is given up to be surer.
    keeps_all
        Whether all of the total is spent by the best split, even where the last euro doesn't pay.
    best
        Whether the best split is asked for.
    """

    scales: tuple[float, ...]
    floors: tuple[float, ...]
    ceilings: tuple[float, ...]
    total: float
    caution: str
    keeps_all: bool
    best: bool

    @classmethod
    def of(cls, query: Mapping[str, str], channels: int) -> BudgetView:
        """Read an address; as today, where it says nothing."""

        def read(name: str, otherwise: float) -> tuple[float, ...]:
            return tuple(_part(query.get(f"{name}{n}", ""), otherwise) for n in range(channels))

        caution = query.get("caution", "")
        return cls(
            read("s", 1.0),
            read("min", 0.0),
            read("max", _MOST),
            _part(query.get("total", ""), 1.0),
            caution if caution in _CAUTIONS else "",
            query.get("all", "") == "1",
            query.get("best", "") == "1",
        )

    def address(self) -> str:
        """Return the query string."""
        told: dict[str, Any] = {}
        for name, values, otherwise in (
            ("s", self.scales, 1.0),
            ("min", self.floors, 0.0),
            ("max", self.ceilings, _MOST),
        ):
            told |= {f"{name}{n}": f"{100 * v:g}" for n, v in enumerate(values) if v != otherwise}
        if self.total != 1.0:
            told["total"] = f"{100 * self.total:g}"
        if self.caution:
            told["caution"] = self.caution
        if self.keeps_all:
            told["all"] = "1"
        return urlencode(told)


def _part(text: str, otherwise: float) -> float:
    """Read a percentage of today's; what it can't be is as otherwise."""
    try:
        value = float(text.replace(",", ".")) / 100
    except ValueError:
        return otherwise
    return min(max(value, 0.0), _MOST) if math.isfinite(value) else otherwise


@budget_pages.get("/budget")
def show_budget(visit: Member) -> Response:
    """Show a budget beside today's."""
    shelf = visit.shelf
    found = measured(shelf)
    page = None
    if found is not None and found.is_published and found.margin is not None:
        page = _page(visit, found)
    problems = [] if found is None else told_problems(found, visit.language)
    return render(
        visit, "budget.html", situation=shelf.situation, found=found, problems=problems, page=page
    )


@budget_pages.get("/budget.csv")
def save_plan(visit: Editor) -> Response:
    """Give a budget as a file, week by week."""
    found = measured(visit.shelf)
    rows: list[dict[str, Any]] = []
    columns: tuple[str, ...] = ("week", "channel", "spend", "today")
    if found is not None and found.is_published and found.margin is not None:
        future = _ahead(visit.shelf, found)
        view = BudgetView.of(visit.request.query_params, len(future.curves.channels))
        spend = future.curves.spend * np.array(view.scales)
        weeks = measure.plan_weeks(future, spend).spend
        usual = measure.plan_weeks(future, future.curves.spend).spend
        days = [r["starts_on"] for r in found.week_line("outlook")]
        rows = [
            {"week": day, "channel": name, "spend": round(float(weeks[at, number]), 2),
             "today": round(float(usual[at, number]), 2)}
            for at, day in enumerate(days)
            for number, name in enumerate(future.curves.channels)
        ]  # fmt: skip
    return rows_response("budget", visit.shelf.situation, rows, columns)


def _ahead(shelf: Shelf, found: Measured) -> measure.Ahead:
    def make() -> measure.Ahead:
        # channels of which nothing can be told keep their budget: they are no choice
        assert found.curves is not None  # noqa: S101
        told = {r["channel"] for r in found.told}
        inside = [n for n, name in enumerate(found.curves.channels) if name in told]
        curves = measure.ResponseCurves(
            tuple(found.curves.channels[n] for n in inside),
            found.curves.spend[inside],
            found.curves.returned[:, inside],
            found.curves.margin,
        )
        past = np.array([r["mean"] for r in found.week_line("anyway")])
        lines = [
            np.array([r[key] for r in found.week_line("outlook")])
            for key in ("mean", "low", "high")
        ]
        return measure.ahead(curves, past, (lines[0], lines[1], lines[2]))

    return shelf.kept("budget ahead", make)


def _page(visit: Visit, found: Measured) -> dict[str, Any]:
    language, currency = visit.language, visit.shelf.situation.currency
    future = _ahead(visit.shelf, found)
    curves = future.curves
    view = BudgetView.of(visit.request.query_params, len(curves.channels))
    refused = ""
    if view.best:
        refused = _refusal(view, curves, currency, language)
        if not refused:
            view = _best(view, curves)
    spend = curves.spend * np.array(view.scales)
    plan = measure.compared(curves, spend)
    weeks = measure.plan_weeks(future, spend)
    made = curves.at(spend)
    low, high = measure.interval(made)
    top = float(max(curves.spend.max() * _MOST, 1.0))
    return {
        "title": _title(plan, currency, language),
        "plan": plan,
        "view": view,
        "address": view.address(),
        "refused": refused,
        "total": float(spend.sum()),
        "today": float(curves.spend.sum()),
        "most": round(100 * _MOST),
        "rows": [
            {
                "number": n,
                "channel": name,
                "verdict": (found.row(name) or {}).get("verdict", "can't tell"),
                "today": float(curves.spend[n]),
                "spend": float(spend[n]),
                "scale": view.scales[n],
                "low": float(low[n]),
                "high": float(high[n]),
                "bar": 100 * float(spend[n]) / top,
                "bar_today": 100 * float(curves.spend[n]) / top,
            }
            for n, name in enumerate(curves.channels)
        ],
        "weeks": [
            {
                "day": row["starts_on"],
                "spend": [float(v) for v in weeks.spend[at]],
                "sum": float(weeks.spend[at].sum()),
                "low": float(weeks.low[at]),
                "high": float(weeks.high[at]),
            }
            for at, row in enumerate(found.week_line("outlook"))
        ],
        "left_out": [r["channel"] for r in found.ledger if r["returned"] is None],
    }


def _refusal(
    view: BudgetView, curves: measure.ResponseCurves, currency: str, language: Language
) -> str:
    """Tell why there is no best split within what is allowed; empty: there is one."""
    say, fmt, today = language.say, language.formats, curves.spend
    total = view.total * float(today.sum())
    least = float((np.array(view.floors) * today).sum())
    most = float((np.array(view.ceilings) * today).sum())
    for name, low, high in zip(curves.channels, view.floors, view.ceilings, strict=True):
        if low > high:
            return say("The least of %(channel)s is above its most.", channel=name)
    if total <= 0:
        return say("A budget of nothing can't be split.")
    if least > total * (1 + 1e-9):
        return say(
            "The least of all channels is %(least)s, the budget %(total)s: raise it, or lower a "
            "channel's least.",
            least=fmt.money(least, currency, 0),
            total=fmt.money(total, currency, 0),
        )
    if view.keeps_all and most < total * (1 - 1e-9):
        return say(
            "The most of all channels is %(most)s, and all of %(total)s is to be spent: raise a "
            "channel's most, or allow a rest.",
            most=fmt.money(most, currency, 0),
            total=fmt.money(total, currency, 0),
        )
    return ""


def _best(view: BudgetView, curves: measure.ResponseCurves) -> BudgetView:
    """Find the best split within what is allowed."""
    today = curves.spend
    floors, ceilings = np.array(view.floors) * today, np.array(view.ceilings) * today
    total = max(view.total * float(today.sum()), float(floors.sum()))
    rules = measure.BudgetRules(
        # equal but for the last digit is equal
        total=min(total, float(ceilings.sum())) if view.keeps_all else total,
        floors=floors,
        ceilings=ceilings,
        must_spend=view.keeps_all,
        caution=_CAUTIONS[view.caution],
    )
    plan = measure.reallocate(curves, rules)
    scales = np.divide(plan.spend, today, out=np.zeros_like(today), where=today > 0)
    return replace(view, scales=tuple(float(round(s, 3)) for s in scales), best=False)


def _title(plan: measure.Allocation, currency: str, language: Language) -> str:
    say, fmt = language.say, language.formats
    if np.allclose(plan.spend, plan.today, rtol=1e-3):
        return say("Today's budget, to be moved")
    low, high = (fmt.money(v, currency, 0) for v in (plan.gain_low, plan.gain_high))
    if plan.gain_low > 0:
        return say(
            "This budget leaves between %(low)s and %(high)s more in a quarter", low=low, high=high
        )
    if plan.gain_high < 0:
        return say(
            "This budget leaves less than today's: between %(low)s and %(high)s",
            low=low,
            high=high,
        )
    return say(
        "With a probability of %(better)s this budget leaves more than today's",
        better=fmt.percent(plan.better),
    )
