"""The four charts of the first page."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from parvis.profile.api import Overview
from parvis.web.charts.drawing import (
    NARROW_PX,
    WIDE_PX,
    Cell,
    ChartTable,
    Figure,
    draw,
    js_texts,
)
from parvis.web.language import Language
from parvis.web.language.words import SEGMENTS, word

__all__ = ["overview_figures"]

_HEIGHT: Final = 208


def overview_figures(told: Overview, language: Language) -> tuple[Figure, ...]:
    """Draw the charts for which there are rows."""
    figures = (
        _sales(told, language),
        _segments(told, language),
        _newcomers(told, language),
        _coupons(told, language),
    )
    return tuple(f for f in figures if f is not None)


def _data(values: list[dict[str, Any]]) -> Any:
    import altair as alt

    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def _both(make: Callable[[int], Any], label: str) -> dict[str, Any]:
    return {"wide": draw(make(WIDE_PX), label), "narrow": draw(make(NARROW_PX), label)}


def _orders_link(first: date, last: date, **more: str) -> str:
    days = {"from": first.isoformat(), "to": last.isoformat()}
    return "/orders?" + urlencode({**days, **more})


def _week_link(week: date, **more: str) -> str:
    return _orders_link(week, week + timedelta(6), **more)


def _month_axis(language: Language, width: int, first: date, last: date) -> Any:
    """Name the months that begin between two days, as many as have room."""
    import altair as alt

    months = [first.replace(day=1)]
    while months[-1] <= last:
        months.append(_month_end(months[-1]) + timedelta(1))
    # data that begins in the first week of a month begins with that month
    begun = [max(m, first) for m in months if first <= m + timedelta(7) and m <= last]
    step = next(s for s in (1, 2, 3, 4, 6, 12, 10**6) if len(begun) * 84 / s <= width)
    shown = [m for m in begun if (m.month - begun[0].month) % step == 0]
    names = {
        str(_epoch_ms(m)): language.formats.short_month(m)
        + (f" {m.year}" if number == 0 or m.month == 1 else "")
        for number, m in enumerate(shown)
    }
    return alt.Axis(
        title=None,
        values=[_epoch_ms(m) for m in shown],
        labelExpr=f"({js_texts(names)})[time(datum.value)]",
        labelOverlap=True,
        labelFlush=True,
    )


def _epoch_ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _weeks_line(
    values: list[dict[str, Any]], language: Language, *, mark: dict[str, Any], axis: str
) -> Callable[[int], Any]:
    """Draw a line over weeks with one week named."""
    first, last = (date.fromisoformat(values[i]["week"]) for i in (0, -1))

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(_data(values), width=width - 56, height=_HEIGHT)
        x = alt.X(
            "week:T", scale=alt.Scale(type="utc"), axis=_month_axis(language, width, first, last)
        )
        y = alt.Y(
            "value:Q",
            scale=alt.Scale(zero=True, nice=True),
            axis=alt.Axis(title=None, labelExpr=axis),
        )
        line = base.mark_line().encode(x=x, y=y)
        one = alt.Chart(_data([mark]), width=width - 56, height=_HEIGHT)
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


def _sales(told: Overview, language: Language) -> Figure | None:
    weeks, fmt, say = told.weekly_sales, language.formats, language.say
    if len(weeks) < 2:
        return None
    best = max(weeks, key=lambda w: w["net_sales"])
    middle = statistics.median(w["net_sales"] for w in weeks)
    scale, unit = _scaled(float(best["net_sales"]), told.currency, language)
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
    make = _weeks_line(values, language, mark=mark, axis=_number_axis(language))
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
        title, say("Net sales per week, %(unit)s", unit=unit), **_both(make, title), table=table
    )


def _scaled(largest: float, currency: str, language: Language) -> tuple[float, str]:
    symbol = language.formats.symbol(currency)
    if largest >= 2_000_000:
        return 1_000_000, language.say("million %(unit)s", unit=symbol)
    if largest >= 2_000:
        return 1_000, language.say("thousand %(unit)s", unit=symbol)
    return 1, symbol


def _number_axis(language: Language) -> str:
    if language.code == "fr":
        return "replace(replace(format(datum.value, ',~r'), /,/g, '\u202f'), '.', ',')"
    return "format(datum.value, ',~r')"


_PERCENT_AXIS: Final = "format(datum.value, '.0~f') + '\u202f%'"


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
        axis = alt.Axis(title=None, grid=True, tickCount=4, labelExpr=_PERCENT_AXIS)
        base = alt.Chart(_data(rows), width=width - 164, height=height)
        y = alt.Y("segment:N", sort=None, axis=alt.Axis(title=None, labelLimit=150))
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
        first = alt.Chart(_data(rows[:1]), width=width - 164, height=height)
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
    return Figure(title, unit, **_both(make, title), table=table)


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
        base = alt.Chart(_data(values), width=inner, height=_HEIGHT)
        x = alt.X(
            "month:T",
            scale=alt.Scale(type="utc", padding=band / 2 + 3),
            axis=_month_axis(language, inner, months[0]["month"], last["month"]),
        )
        y = alt.Y(
            "all:Q",
            scale=alt.Scale(zero=True),
            axis=alt.Axis(title=None, labelExpr=_number_axis(language)),
        )
        back = base.mark_bar(fill="var(--muted-bar)", size=band).encode(x=x, y=y)
        new = base.mark_bar(size=band).encode(x=x, y=alt.Y("new:Q"))
        tail = alt.Chart(_data(values[-1:]), width=inner, height=_HEIGHT)
        returning = tail.mark_text(align="right", dy=-9, dx=band / 2, fill="var(--ink-2)").encode(
            x=x, y=y, text=alt.value(say("returning"))
        )
        second = alt.Chart(_data(values[1:2]), width=inner, height=_HEIGHT)
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
                    _orders_link(m["month"], _month_end(m["month"]), kept="yes"),
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
    return Figure(title, unit, **_both(make, title), table=table, note=note)


def _month_end(month: date) -> date:
    return (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def _coupons(told: Overview, language: Language) -> Figure | None:
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
    make = _weeks_line(values, language, mark=mark, axis=_PERCENT_AXIS)
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
    return Figure(title, unit, **_both(make, title), table=table)
