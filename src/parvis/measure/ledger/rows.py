"""Rows of the ledger and of what it stands on, from curves and weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves, interval
from parvis.measure.ledger.verdict import Judgement, judge
from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.weeks import WeekParts
from parvis.measure.problems import Problem

__all__ = [
    "campaign_rows",
    "ledger_rows",
    "quarter_rows",
    "quarters_of",
    "response_rows",
    "week_rows",
]

Floats = NDArray[np.float64]
Row = dict[str, Any]

_KEPT_DRAWS: Final = 200
#: A quarter of which fewer weeks are known isn't told.
_LEAST_WEEKS: Final = 4
_RETURNS: Final = ("returned", "returned_low", "returned_high", "marginal", "marginal_low",
                   "marginal_high")  # fmt: skip
_PROFITS: Final = ("below", "wasted", "wasted_low", "wasted_high", "best_scale", "regret")
_OF_PARTS: Final = ("returned", "returned_low", "returned_high", "marginal_low", "marginal_high",
                    "below", "wasted", "wasted_low", "wasted_high")  # fmt: skip


def ledger_rows(
    judged: Sequence[Judgement],
    days: tuple[date, date],
    problems: Sequence[Problem],
    margin: float | None,
) -> list[Row]:
    """Write what was judged, without what can't be told.

    Parameters
    ----------
    days
        The first and the last of the time it is about.
    problems
        What stands in the way of telling.
    margin
        Null: nothing is said of profit.
    """
    found = []
    for one in judged:
        why, is_hidden = _hindrance(one.channel, problems)
        row: Row = {
            "channel": one.channel, "starts_on": days[0], "ends_on": days[1], "spent": one.spent,
            "verdict": one.verdict, "why": why, "margin": margin,
        }  # fmt: skip
        row |= {name: None if is_hidden else getattr(one, name) for name in _RETURNS}
        untold = is_hidden or margin is None
        row |= {name: None if untold else getattr(one, name) for name in _PROFITS}
        if untold:
            row["verdict"] = "can't tell"
        found.append(row)
    return found


def _hindrance(channel: str, problems: Sequence[Problem]) -> tuple[str | None, bool]:
    theirs = [p for p in problems if channel in p.channels]
    why = next((p.what for p in theirs if p.kind in ("once", "constant", "alike")), None)
    return why, any(p.kind in ("once", "constant") for p in theirs)


def response_rows(curves: ResponseCurves) -> list[Row]:
    """Write what each channel returns at each multiple of its spending."""
    returned = curves.returned
    picked = returned[:: max(len(returned) // _KEPT_DRAWS, 1)][:_KEPT_DRAWS]
    low, high = interval(returned)
    return [
        {
            "channel": name,
            "scale": float(scale),
            "spend": float(scale * curves.spend[at]),
            "mean": float(returned[:, at, number].mean()),
            "low": float(low[at, number]),
            "high": float(high[at, number]),
            "draws": picked[:, at, number].astype(float).tolist(),
        }
        for at, name in enumerate(curves.channels)
        for number, scale in enumerate(SCALES)
    ]


def week_rows(
    data: MixData, parts: WeekParts, expected: tuple[Floats, Floats, Floats]
) -> list[Row]:
    """Write what each week's sales were made of.

    Parameters
    ----------
    expected
        (weeks,) each: what the model has them as, between what and what.
    """
    found: list[Row] = []
    sales = data.by_week(data.outcome.sum(axis=1))
    days = [data.day(data.periods_in(n)) for n in range(len(sales))]
    found += weeks_of("sales", "", days, (sales, sales, sales))
    found += weeks_of("expected", "", days, expected)
    found += weeks_of("anyway", "", days, told(parts.anyway))
    for at, name in enumerate(data.channels):
        found += weeks_of("channel", name, days, told(parts.channels[:, :, at]))
    return found


def told(draws: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean of draws and their interval."""
    low, high = interval(draws)
    return draws.mean(axis=0), low, high


def weeks_of(
    kind: str, name: str, days: Sequence[date], values: tuple[Floats, Floats, Floats]
) -> list[Row]:
    """Write one line over weeks."""
    return [
        {"starts_on": day, "kind": kind, "name": name, "mean": float(values[0][n]),
         "low": float(values[1][n]), "high": float(values[2][n])}
        for n, day in enumerate(days)
    ]  # fmt: skip


def quarters_of(data: MixData) -> list[tuple[str, slice, date, date]]:
    """Return the quarters of a time: name, its weeks, first and last day."""
    months = [data.day(n) + timedelta(days=data.period_days // 2) for n in range(len(data.outcome))]
    names = [f"{day.year}-Q{(day.month + 2) // 3}" for day in months]
    found = []
    for name in dict.fromkeys(names):
        first = names.index(name)
        after = first + names.count(name)
        if (after - first) * data.period_days >= _LEAST_WEEKS * 7:
            last = data.day(after) - timedelta(days=1)
            found.append((name, slice(first, after), data.day(first), last))
    return found


def quarter_rows(
    curves: Sequence[ResponseCurves],
    quarters: Sequence[tuple[str, slice, date, date]],
    problems: Sequence[Problem],
    margin: float | None,
) -> list[Row]:
    """Write what each channel cost and brought in each quarter."""
    found = []
    for of_quarter, (name, _, first, last) in zip(curves, quarters, strict=True):
        for one in judge(of_quarter):
            if one.spent <= 0:
                continue
            _, is_hidden = _hindrance(one.channel, problems)
            row: Row = {
                "channel": one.channel, "kind": "quarter", "name": name, "starts_on": first,
                "ends_on": last, "spent": one.spent, "verdict": one.verdict,
            }  # fmt: skip
            row |= {n: None if is_hidden else getattr(one, n) for n in _OF_PARTS}
            if margin is None:
                row |= dict.fromkeys(("below", "wasted", "wasted_low", "wasted_high"))
            if margin is None or is_hidden:
                row["verdict"] = "can't tell"
            found.append(row)
    return found


def campaign_rows(
    ledger: Sequence[Row], campaigns: Sequence[Mapping[str, Any]], margin: float | None
) -> list[Row]:
    """Share what a channel brought among its campaigns.

    Nothing that is measured tells campaigns of one channel apart as experiments would. Two ways of
    sharing stand for what is possible: as they were spent on, and as the touches before orders
    have it. The interval holds both, at the ends of the channel's own.

    Parameters
    ----------
    ledger
        Rows of channels.
    campaigns
        `channel`, `campaign`, `spent`, `credited` (sales, null where no touch names it),
        `starts_on`, `ends_on`.
    """
    by_channel = {row["channel"]: row for row in ledger}
    found = []
    for name, row in by_channel.items():
        theirs = [c for c in campaigns if c["channel"] == name]
        spent = sum(float(c["spent"]) for c in theirs)
        credited = sum(float(c["credited"] or 0.0) for c in theirs)
        if len(theirs) < 2 or spent <= 0:
            continue
        for one in theirs:
            by_spend = float(one["spent"]) / spent
            shares = [by_spend]
            if credited > 0:
                shares.append(float(one["credited"] or 0.0) / credited)
            part: Row = {
                "channel": name, "kind": "campaign", "name": one["campaign"],
                "starts_on": one["starts_on"], "ends_on": one["ends_on"],
                "spent": float(one["spent"]), "verdict": "can't tell",
            }  # fmt: skip
            part |= dict.fromkeys(_OF_PARTS)
            if row["returned"] is not None:
                part["returned"] = row["returned"] * sum(shares) / len(shares)
                part["returned_low"] = row["returned_low"] * min(shares)
                part["returned_high"] = row["returned_high"] * max(shares)
                if margin is not None and margin * part["returned_high"] < part["spent"]:
                    part["verdict"] = "cut"
            found.append(part)
    return found
