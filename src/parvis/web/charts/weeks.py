"""Lines over weeks: net sales, and the share of orders with a coupon."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from parvis.profile.api import Overview
from parvis.web.charts.axes import (
    HEIGHT_PX,
    PERCENT_AXIS,
    data,
    in_both_widths,
    month_axis,
    number_axis,
    orders_link,
    scaled,
)
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language

__all__ = ["coupons_by_week", "sales_by_week"]


def sales_by_week(told: Overview, language: Language) -> Figure | None:
    """Draw net sales per week; null where there are too few weeks."""
    weeks, fmt, say = told.weekly_sales, language.formats, language.say
    if len(weeks) < 2:
        return None
    best = max(weeks, key=lambda w: w["net_sales"])
    middle = statistics.median(w["net_sales"] for w in weeks)
    scale, unit = scaled(float(best["net_sales"]), told.currency, language)
    values = [{"week": w["week"].isoformat(), "value": w["net_sales"] / scale} for w in weeks]
    mark = {
        "week": best["week"].isoformat(),
        "value": best["net_sales"] / scale,
        "label": fmt.money(best["net_sales"], told.currency, 0),
    }
    title = say(
        "The best of %(n)s weeks began on %(day)s; the median week brought %(median)s",
        n=len(weeks),
        day=fmt.date(best["week"]),
        median=fmt.money(middle, told.currency, 0),
    )
    make = _weeks_line(values, language, mark=mark, axis=number_axis(language))
    table = ChartTable(
        (
            say("Week from"),
            say("Net sales, %(unit)s", unit=fmt.symbol(told.currency)),
            say("Orders"),
        ),
        tuple(
            (
                Cell(fmt.date(w["week"])),
                Cell(fmt.number(w["net_sales"], 2), _week_link(w["week"])),
                Cell(fmt.number(w["orders"]), _week_link(w["week"])),
            )
            for w in reversed(weeks)
        ),
    )
    return Figure(
        title,
        say("Net sales per week, %(unit)s", unit=unit),
        **in_both_widths(make, title),
        table=table,
    )


def coupons_by_week(told: Overview, language: Language) -> Figure | None:
    """Draw the share of orders with a coupon per week; null where there are none."""
    weeks, fmt, say = told.coupon_weeks, language.formats, language.say
    if len(weeks) < 2 or not any(w["with_coupon"] for w in weeks):
        return None
    values = [
        {"week": w["week"].isoformat(), "value": 100 * w["with_coupon"] / w["orders"]}
        for w in weeks
        if w["orders"]
    ]
    with_coupon, orders = (sum(w[c] for w in weeks) for c in ("with_coupon", "orders"))
    top = max(values, key=lambda v: v["value"])
    title = say(
        "%(share)s of orders used a coupon; at most %(most)s, in the week of %(day)s",
        share=fmt.percent(with_coupon / orders, 1),
        most=fmt.percent(top["value"] / 100, 1),
        day=fmt.date(date.fromisoformat(top["week"])),
    )
    mark = {**top, "label": fmt.percent(top["value"] / 100, 1)}
    make = _weeks_line(values, language, mark=mark, axis=PERCENT_AXIS)
    table = ChartTable(
        (say("Week from"), say("Orders"), say("With a coupon"), say("Share")),
        tuple(
            (
                Cell(fmt.date(w["week"])),
                Cell(fmt.number(w["orders"]), _week_link(w["week"], kept="yes", rate="known")),
                Cell(
                    fmt.number(w["with_coupon"]),
                    _week_link(w["week"], coupon="yes", kept="yes", rate="known"),
                ),
                Cell(fmt.percent(w["with_coupon"] / w["orders"] if w["orders"] else None, 1)),
            )
            for w in reversed(weeks)
        ),
    )
    unit = say("Share of orders with a coupon per week, in percent")
    return Figure(title, unit, **in_both_widths(make, title), table=table)


def _week_link(week: date, **more: str) -> str:
    return orders_link(week, week + timedelta(6), **more)


def _weeks_line(
    values: list[dict[str, Any]], language: Language, *, mark: dict[str, Any], axis: str
) -> Callable[[int], Any]:
    """Draw a line over weeks with one week named."""
    first, last = (date.fromisoformat(values[i]["week"]) for i in (0, -1))

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - 56, height=HEIGHT_PX)
        x = alt.X(
            "week:T", scale=alt.Scale(type="utc"), axis=month_axis(language, width, first, last)
        )
        y = alt.Y(
            "value:Q",
            scale=alt.Scale(zero=True, nice=True),
            axis=alt.Axis(title=None, labelExpr=axis),
        )
        line = base.mark_line().encode(x=x, y=y)
        one = alt.Chart(data([mark]), width=width - 56, height=HEIGHT_PX)
        at_end = _place(mark["week"], first, last) > 0.66
        at_start = _place(mark["week"], first, last) < 0.2
        align: Any = "right" if at_end else "left" if at_start else "center"
        point = one.mark_point(fill="var(--accent)", size=46).encode(x=x, y=y)
        named = one.mark_text(dy=-11, align=align, fontWeight="bold").encode(
            x=x, y=y, text="label:N"
        )
        return alt.layer(line, point, named)

    return make


def _place(week: str, first: date, last: date) -> float:
    whole = (last - first).days or 1
    return (date.fromisoformat(week) - first).days / whole
