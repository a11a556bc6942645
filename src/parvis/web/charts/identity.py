"""The charts of who is who: how large customers are, and who is known by one identifier."""

from __future__ import annotations

from datetime import date
from typing import Any

from parvis.identity.api import SIZES, Health
from parvis.web.charts.axes import HEIGHT_PX, data, in_both_widths, month_axis, number_axis
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language

__all__ = ["health_figures"]

#: So many months are drawn; the table has all.
_MONTHS = 36


def health_figures(told: Health, language: Language) -> tuple[Figure, ...]:
    """Draw the charts for which there are rows."""
    found = (_sizes(told, language), _singletons(told, language))
    return tuple(f for f in found if f is not None)


def _class_name(place: int) -> str:
    first = SIZES[place]
    if place == len(SIZES) - 1:
        return f"{first}+"
    last = SIZES[place + 1] - 1
    return str(first) if last == first else f"{first}–{last}"


def _sizes(told: Health, language: Language) -> Figure | None:
    if not told.customers:
        return None
    fmt, say = language.formats, language.say
    share = [n / told.customers for n in told.sizes]
    most = max((p for p, n in enumerate(told.sizes) if n), default=0)
    # every class up to the largest that occurs: a gap is a finding
    rows = [
        {"class": _class_name(p), "share": 100 * share[p], "label": fmt.number(told.sizes[p])}
        for p in range(most + 1)
    ]
    title = language.say_n(
        "Of %(all)s customers, %(n)s has one identifier",
        "Of %(all)s customers, %(n)s have one identifier",
        told.sizes[0],
        all=fmt.number(told.customers),
    )

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(rows), width=width - 128, height=21 * len(rows))
        y = alt.Y("class:N", sort=None, axis=alt.Axis(title=None, minExtent=56))
        x = alt.X("share:Q", scale=alt.Scale(zero=True, domain=[0, 100]), axis=None)
        bar = base.mark_bar(height=13).encode(x=x, y=y)
        label = base.mark_text(align="left", dx=6, fill="var(--ink)").encode(
            x=x, y=y, text="label:N"
        )
        return alt.layer(bar, label)

    table = ChartTable(
        (say("Identifiers"), say("Customers"), say("Share")),
        tuple(
            (Cell(_class_name(p)), Cell(fmt.number(n)), Cell(fmt.percent(share[p], 1)))
            for p, n in enumerate(told.sizes)
        ),
    )
    unit = say("Customers by how many identifiers they have")
    return Figure(title, unit, **in_both_widths(make, title), table=table)


def _singletons(told: Health, language: Language) -> Figure | None:
    months = [m for m in told.singletons if m["customers"]]
    if len(months) < 2:
        return None
    fmt, say = language.formats, language.say
    drawn = months[-_MONTHS:]
    values = [
        {"month": m["month"].isoformat(), "all": m["customers"], "one": m["singletons"]}
        for m in drawn
    ]
    last = drawn[-1]
    title = say(
        "%(share)s of those first seen in %(month)s are known by one identifier",
        share=fmt.percent(last["singletons"] / last["customers"]),
        month=fmt.month(last["month"]),
    )

    def make(width: int) -> Any:
        import altair as alt

        inner = width - 64
        first: date = drawn[0]["month"]
        end: date = last["month"]
        count = (end.year - first.year) * 12 + end.month - first.month + 1
        band = max(3.0, min(28.0, inner / (count + 1) - 3))
        base = alt.Chart(data(values), width=inner, height=HEIGHT_PX)
        x = alt.X(
            "month:T",
            scale=alt.Scale(type="utc", padding=band / 2 + 3),
            axis=month_axis(language, inner, first, end),
        )
        axis = alt.Axis(title=None, labelExpr=number_axis(language))
        y = alt.Y("all:Q", scale=alt.Scale(zero=True), axis=axis)
        back = base.mark_bar(fill="var(--muted-bar)", size=band).encode(x=x, y=y)
        one = base.mark_bar(size=band).encode(x=x, y=alt.Y("one:Q"))
        return alt.layer(back, one)

    table = ChartTable(
        (say("Month"), say("Customers first seen"), say("With one identifier"), say("Share")),
        tuple(
            (
                Cell(fmt.month(m["month"])),
                Cell(fmt.number(m["customers"])),
                Cell(fmt.number(m["singletons"])),
                Cell(fmt.percent(m["singletons"] / m["customers"], 1)),
            )
            for m in reversed(months)
        ),
    )
    unit = say("Customers by the month they were first seen; blue: known by one identifier")
    return Figure(title, unit, **in_both_widths(make, title), table=table)
