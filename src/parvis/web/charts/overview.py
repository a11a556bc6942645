"""The four charts of the first page."""

from __future__ import annotations

from datetime import date
from typing import Any

from parvis.profile.api import Overview
from parvis.web.charts.axes import (
    HEIGHT_PX,
    PERCENT_AXIS,
    data,
    in_both_widths,
    month_axis,
    month_end,
    number_axis,
    orders_link,
)
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.charts.weeks import coupons_by_week, sales_by_week
from parvis.web.language import Language
from parvis.web.language.words import SEGMENTS, word

__all__ = ["overview_figures"]


def overview_figures(told: Overview, language: Language) -> tuple[Figure, ...]:
    """Draw the charts for which there are rows."""
    figures = (
        sales_by_week(told, language),
        _segments(told, language),
        _newcomers(told, language),
        coupons_by_week(told, language),
    )
    return tuple(f for f in figures if f is not None)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _segments(told: Overview, language: Language) -> Figure | None:
    fmt, say = language.formats, language.say
    everyone = sum(s["customers"] for s in told.segments)
    sales = sum(s["net_sales"] for s in told.segments)
    if not everyone or sales <= 0:
        return None
    rows = [
        {
            "segment": word(SEGMENTS, s["segment"], language),
            "buyers": 100 * s["customers"] / everyone,
            "sales": 100 * s["net_sales"] / sales,
            "from": "buyers",
        }
        for s in told.segments
    ]
    top = told.segments[0]
    title = say(
        "%(segment)s: %(buyers)s of buyers, %(sales)s of net sales",
        segment=word(SEGMENTS, top["segment"], language),
        buyers=fmt.percent(top["customers"] / everyone),
        sales=fmt.percent(top["net_sales"] / sales),
    )

    def make(width: int) -> Any:
        import altair as alt

        height = 19 * len(rows)
        ticks = 4 if width > 400 else 2
        axis = alt.Axis(title=None, grid=True, tickCount=ticks, labelExpr=PERCENT_AXIS)
        base = alt.Chart(data(rows), width=width - 176, height=height)
        y = alt.Y("segment:N", sort=None, axis=alt.Axis(title=None, labelLimit=150, minExtent=118))
        x = alt.X(
            "sales:Q",
            scale=alt.Scale(zero=True, nice=True),
            axis=axis,
        )
        link = base.mark_rule(stroke="var(--baseline)", strokeWidth=2).encode(
            y=y, x=x, x2="buyers:Q"
        )
        grey = base.mark_point(fill="var(--baseline)", size=64).encode(
            y=y, x=alt.X("buyers:Q", axis=axis)
        )
        blue = base.mark_point(fill="var(--accent)", size=64).encode(y=y, x=x)
        first = alt.Chart(data(rows[:1]), width=width - 176, height=height)
        sales_label = first.mark_text(
            dx=9, align="left", fill="var(--accent)", fontWeight="bold"
        ).encode(y=y, x=x, text=alt.value(say("sales")))
        buyers_label = first.mark_text(dx=-9, align="right", fill="var(--ink-2)").encode(
            y=y, x=alt.X("buyers:Q", axis=axis), text=alt.value(say("buyers"))
        )
        return alt.layer(link, grey, blue, sales_label, buyers_label)

    table = ChartTable(
        (
            say("Segment"),
            say("Customers"),
            say("Share of buyers"),
            say("Net sales, %(unit)s", unit=fmt.symbol(told.currency)),
            say("Share of net sales"),
        ),
        tuple(
            (
                Cell(r["segment"]),
                Cell(fmt.number(s["customers"]), f"/customers?segment={s['segment']}"),
                Cell(fmt.percent(s["customers"] / everyone, 1)),
                Cell(fmt.number(s["net_sales"], 2), f"/customers?segment={s['segment']}"),
                Cell(fmt.percent(s["net_sales"] / sales, 1)),
            )
            for r, s in zip(rows, told.segments, strict=True)
        ),
    )
    unit = say("Share of buyers and of net sales by segment, in percent")
    return Figure(title, unit, **in_both_widths(make, title), table=table)


def _newcomers(told: Overview, language: Language) -> Figure | None:
    months, fmt, say = told.newcomers, language.formats, language.say
    if len(months) < 2:
        return None
    last = months[-1]
    values = [
        {
            "month": m["month"].isoformat(),
            "new": m["new_buyers"],
            "all": m["new_buyers"] + m["returning_buyers"],
            "returning": m["returning_buyers"],
        }
        for m in months
    ]
    title = language.say_n(
        "Of %(all)s buyers in %(month)s, %(n)s bought for the first time",
        "Of %(all)s buyers in %(month)s, %(n)s bought for the first time",
        last["new_buyers"],
        all=fmt.number(last["new_buyers"] + last["returning_buyers"]),
        month=fmt.month(last["month"]),
    )
    count = _months_between(months[0]["month"], last["month"])

    def make(width: int) -> Any:
        import altair as alt

        inner = width - 64
        band = max(3.0, min(28.0, inner / (count + 1) - 4))
        base = alt.Chart(data(values), width=inner, height=HEIGHT_PX)
        x = alt.X(
            "month:T",
            scale=alt.Scale(type="utc", padding=band / 2 + 3),
            axis=month_axis(language, inner, months[0]["month"], last["month"]),
        )
        y = alt.Y(
            "all:Q",
            scale=alt.Scale(zero=True),
            axis=alt.Axis(title=None, labelExpr=number_axis(language)),
        )
        back = base.mark_bar(fill="var(--muted-bar)", size=band).encode(x=x, y=y)
        new = base.mark_bar(size=band).encode(x=x, y=alt.Y("new:Q"))
        tail = alt.Chart(data(values[-1:]), width=inner, height=HEIGHT_PX)
        returning = tail.mark_text(align="right", dy=-9, dx=band / 2, fill="var(--ink-2)").encode(
            x=x, y=y, text=alt.value(say("returning"))
        )
        second = alt.Chart(data(values[1:2]), width=inner, height=HEIGHT_PX)
        newly = second.mark_text(
            align="left", dy=-8, dx=-band / 2, fill="var(--ink)", fontWeight="bold"
        ).encode(x=x, y=alt.Y("new:Q"), text=alt.value(say("new")))
        return alt.layer(back, new, returning, newly)

    table = ChartTable(
        (say("Month"), say("New buyers"), say("Returning buyers")),
        tuple(
            (
                Cell(fmt.month(m["month"])),
                Cell(fmt.number(m["new_buyers"]), f"/customers?cohort={m['month']:%Y-%m}"),
                Cell(
                    fmt.number(m["returning_buyers"]),
                    orders_link(m["month"], month_end(m["month"]), kept="yes"),
                ),
            )
            for m in reversed(months)
        ),
    )
    note = ""
    if months[0]["returning_buyers"] == 0:
        note = say(
            "The data begins in %(month)s: everybody is new there.",
            month=fmt.month(months[0]["month"]),
        )
    unit = say("Buyers per month, new and returning")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)
