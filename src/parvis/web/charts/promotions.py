"""Charts of coupons: how alike both sides are, and how likely each was to get it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from parvis.web.charts.axes import HEIGHT_PX, PERCENT_AXIS, data, in_both_widths
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language
from parvis.web.language.promotion_words import CHECKED
from parvis.web.language.words import ATTRIBUTES, word

__all__ = ["balance_figure", "overlap_figure"]

_NAME_PX: Final = 232
_NARROW_NAME_PX: Final = 148
#: Groups further apart than this aren't alike.
_MOST_APART: Final = 0.1


def balance_figure(checks: Mapping[str, Any], language: Language) -> Figure | None:
    """Draw how far apart both sides were and are; null where they weren't compared."""
    apart = checks.get("apart")
    if not apart:
        return None
    fmt, say = language.formats, language.say
    rows = sorted(apart, key=lambda r: -abs(r[1]))
    values = [{"name": _figure_name(n, language), "before": b, "after": a} for n, b, a in rows]
    worst = max(abs(r["after"]) for r in values)
    title = (
        say("Both sides were made alike in all that is known of them")
        if worst <= _MOST_APART
        else say("Both sides can't be made alike")
    )

    def make(width: int) -> Any:
        import altair as alt

        room = _NAME_PX if width > 400 else _NARROW_NAME_PX
        axis = alt.Axis(title=None, labelLimit=room - 8, minExtent=room)
        base = alt.Chart(data(values), width=width - room - 16, height=22 * len(values))
        y = alt.Y("name:N", sort=[v["name"] for v in values], axis=axis)
        scale = alt.Scale(nice=True, zero=True)
        across = alt.Axis(title=None, grid=True, tickCount=5)
        before = base.mark_point(fill="var(--ink-2)", shape="diamond", size=60).encode(
            y=y, x=alt.X("before:Q", scale=scale, axis=across)
        )
        after = base.mark_point(fill="var(--accent)", size=60).encode(
            y=y, x=alt.X("after:Q", scale=scale, axis=across)
        )
        edges = alt.Chart(data([{"x": -_MOST_APART}, {"x": _MOST_APART}])).mark_rule(
            stroke="var(--ink-2)", strokeDash=[4, 3]
        )
        return alt.layer(edges.encode(x=alt.X("x:Q", scale=scale)), before, after)

    table = ChartTable(
        (say("What was known"), say("before"), say("after")),
        tuple(
            (Cell(v["name"]), Cell(fmt.number(v["before"], 2)), Cell(fmt.number(v["after"], 2)))
            for v in values
        ),
    )
    unit = say("How far apart both sides' means are, in standard deviations")
    note = say(
        "Grey: as they were. Coloured: as compared. Between the dashed lines they are alike."
    )
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def _figure_name(name: str, language: Language) -> str:
    if name.startswith("got "):
        return language.say("got %(campaign)s", campaign=name[4:])
    if name.startswith("told: "):
        told = name.removeprefix("told: ")
        return word(ATTRIBUTES, told, language).replace("_", " ")
    return word(CHECKED, name, language)


def overlap_figure(checks: Mapping[str, Any], language: Language) -> Figure | None:
    """Draw how likely those who got it, and the others, were to get it."""
    overlap = checks.get("overlap")
    if not overlap:
        return None
    fmt, say = language.formats, language.say
    got, others = overlap["got"], overlap["not"]
    size = 100 / len(got)
    sums = (max(sum(got), 1), max(sum(others), 1))
    values = [
        {
            "from": n * size,
            "to": (n + 1) * size,
            "got": 100 * g / sums[0],
            "not": -100 * o / sums[1],
            "zero": 0,
        }
        for n, (g, o) in enumerate(zip(got, others, strict=True))
    ]
    lost = checks["lost"]
    title = say(
        "%(share)s of those who got it resemble somebody who didn't", share=fmt.percent(1 - lost)
    )

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - 64, height=HEIGHT_PX)
        x = alt.X(
            "from:Q",
            scale=alt.Scale(domain=[0, 100], nice=False),
            axis=alt.Axis(title=None, labelExpr=PERCENT_AXIS),
        )
        label = "format(abs(datum.value), '.0~f') + '\u202f%'"
        axis = alt.Axis(title=None, labelExpr=label, grid=True)
        up = base.mark_bar(fill="var(--accent)").encode(
            x=x, x2="to:Q", y=alt.Y("got:Q", axis=axis), y2="zero:Q"
        )
        down = base.mark_bar(fill="var(--muted-bar)").encode(
            x=x, x2="to:Q", y=alt.Y("not:Q", axis=axis), y2="zero:Q"
        )
        return alt.layer(up, down)

    table = ChartTable(
        (say("How likely it was"), say("got it"), say("didn't")),
        tuple(
            (
                Cell(f"{fmt.percent(v['from'] / 100)} – {fmt.percent(v['to'] / 100)}"),
                Cell(fmt.number(g)),
                Cell(fmt.number(o)),
            )
            for v, g, o in zip(values, got, others, strict=True)
        ),
    )
    unit = say("Customers by how likely they were to get it: above, who got it; below, the others")
    return Figure(title, unit, **in_both_widths(make, title), table=table)
