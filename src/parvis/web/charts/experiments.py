"""What experiments showed: by method, week by week, against other cities, and whom they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from parvis.web.charts.axes import (
    HEIGHT_PX,
    data,
    haloed,
    in_both_widths,
    month_axis,
    number_axis,
)
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language
from parvis.web.language.experiment_words import METHODS
from parvis.web.language.words import word

__all__ = ["cities_figure", "methods_figure", "moved_figure", "weeks_figure"]

Row = Mapping[str, Any]

_PERCENT: Final = "(datum.value ? format(datum.value, '+.0~f') : '0') + '\u202f%'"


def methods_figure(rows: Sequence[Row], language: Language) -> Figure | None:
    """Draw the lift by figure and method; null where there is none."""
    fmt, say = language.formats, language.say
    told = [r for r in rows if r["lift_low"] is not None and r["lift_high"] is not None]
    if not told:
        return None
    metrics = {"sales": say("sales"), "orders": say("orders")}
    told.sort(key=lambda r: (r["metric"] != "sales", r["method"]))
    values = [
        {"name": f"{metrics[r['metric']]}, {word(METHODS, r['method'], language)}",
         "low": 100 * r["lift_low"], "lift": 100 * r["lift"], "high": 100 * r["lift_high"],
         "sure": r["lift_low"] > 0 or r["lift_high"] < 0}
        for r in told
    ]  # fmt: skip
    agree = len({(v["low"] > 0) - (v["high"] < 0) for v in values}) == 1
    title = say("All figures say the same") if agree else say("Not all figures say the same")

    def make(width: int) -> Any:
        import altair as alt

        names = alt.Y("name:N", sort=None, title=None, axis=None)
        base = alt.Chart(data(values), width=width - 16, height=52 * len(values))
        axis = alt.Axis(labelExpr=_PERCENT, grid=True, tickCount=5)
        x = alt.X("low:Q", title=None, axis=axis)
        rule = base.mark_rule(stroke="var(--baseline)", strokeWidth=4, yOffset=8).encode(
            y=names, x=x, x2="high:Q"
        )
        colour = alt.condition("datum.sure", alt.value("var(--accent)"), alt.value("var(--ink-2)"))
        dot = base.mark_point(size=70, yOffset=8).encode(
            y=names, x=alt.X("lift:Q", title=None, axis=axis), fill=colour, stroke=alt.value(None)
        )
        zero = alt.Chart(data([{"at": 0}])).mark_rule(stroke="var(--ink-2)").encode(x="at:Q")
        channels = {"y": names, "x": alt.value(0), "text": "name:N"}
        return alt.layer(zero, rule, dot, *haloed(base, channels, align="left", yOffset=-12))

    table = ChartTable(
        (say("Figure"), say("Lift"), say("between"), say("and"), say("chance alone")),
        tuple(
            (
                Cell(v["name"]),
                Cell(fmt.change(r["lift"], 1)),
                Cell(fmt.change(r["lift_low"], 1)),
                Cell(fmt.change(r["lift_high"], 1)),
                Cell(fmt.percent(r["p_value"], 1)),
            )
            for v, r in zip(values, told, strict=True)
        ),
    )
    unit = say("Effect relative to what would have been, in percent")
    note = say("Lines hold the truth nine times in ten, if looked at once.")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def weeks_figure(row: Row, currency: str, language: Language) -> Figure | None:
    """Draw a holdout's effect as it added up, with the band that is safe to look at every day."""
    fmt, say = language.formats, language.say
    weeks = row["detail"].get("weeks", [])
    if len(weeks) < 2:
        return None
    first, last = (date.fromisoformat(weeks[i]["day"]) for i in (0, -1))
    end = weeks[-1]
    if end["always_low"] > 0 or end["always_high"] < 0:
        title = say("Also who looked every day may believe it")
    else:
        title = say("Who looks every day can't tell it from nothing yet")

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(weeks), width=width - 56, height=HEIGHT_PX)
        x = alt.X("day:T", axis=month_axis(language, width, first, last), title=None)
        axis = alt.Axis(labelExpr=number_axis(language))
        wide = base.mark_area(color="var(--rule)").encode(
            x=x, y=alt.Y("always_low:Q", title=None, axis=axis), y2="always_high:Q"
        )
        once = base.mark_area(color="var(--baseline)", opacity=0.5).encode(
            x=x, y=alt.Y("low:Q", title=None, axis=axis), y2="high:Q"
        )
        line = base.mark_line(stroke="var(--accent)", strokeWidth=2).encode(
            x=x, y=alt.Y("effect:Q", title=None, axis=axis)
        )
        zero = alt.Chart(data([{"at": 0}])).mark_rule(stroke="var(--ink-2)").encode(y="at:Q")
        return alt.layer(wide, once, line, zero)

    table = ChartTable(
        (say("Until"), say("Effect, %(unit)s", unit=fmt.symbol(currency)), say("between"),
         say("and"), say("every day, between"), say("and")),
        tuple(
            (
                Cell(fmt.date(date.fromisoformat(w["day"]))),
                *(Cell(fmt.number(w[n], 2)) for n in ("effect", "low", "high", "always_low",
                                                      "always_high")),
            )
            for w in weeks
        ),
    )  # fmt: skip
    unit = say("Effect on sales so far, for each person, %(unit)s", unit=fmt.symbol(currency))
    note = say(
        "Wide band: right however often it is looked at. Narrow band: right if looked at once."
    )
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def cities_figure(row: Row, currency: str, language: Language) -> Figure | None:
    """Draw the changed cities beside the mix of others, with the interval during the test."""
    fmt, say = language.formats, language.say
    detail = row["detail"]
    series = detail.get("series", [])
    if len(series) < 2:
        return None
    begins, half = detail["begins"], detail.get("half")
    count = row["treated"]
    low, high = row["low"], row["high"]
    values = [
        {**s, "low": _shifted(s, count, high, begins), "high": _shifted(s, count, low, begins)}
        for s in series
    ]
    first, last = (date.fromisoformat(series[i]["day"]) for i in (0, -1))
    if low is None or high is None or low <= 0 <= high:
        title = say("The changed cities moved as the others would have had them move")
    elif low > 0:
        title = say("The changed cities sold more than the others would have had them sell")
    else:
        title = say("The changed cities sold less than the others would have had them sell")

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - 56, height=HEIGHT_PX)
        x = alt.X("day:T", axis=month_axis(language, width, first, last), title=None)
        axis = alt.Axis(labelExpr=number_axis(language))
        scale = alt.Scale(zero=False)
        y = alt.Y("observed:Q", title=None, axis=axis, scale=scale)
        held = [v for v in values if v["low"] is not None and v["high"] is not None]
        during = alt.Chart(data(held))
        band = during.mark_area(color="var(--rule)").encode(
            x=x, y=alt.Y("low:Q", title=None, axis=axis, scale=scale), y2="high:Q"
        )
        expected = base.mark_line(stroke="var(--ink-2)", strokeWidth=1.5, strokeDash=[4, 3]).encode(
            x=x, y=alt.Y("expected:Q", title=None, axis=axis, scale=scale)
        )
        observed = base.mark_line(stroke="var(--accent)", strokeWidth=2).encode(x=x, y=y)
        start = (
            alt.Chart(data([{"day": begins}])).mark_rule(stroke="var(--ink-2)").encode(x="day:T")
        )
        return alt.layer(band, expected, observed, start)

    table = ChartTable(
        (say("From"), say("Changed cities"), say("Mix of others")),
        tuple(
            (
                Cell(fmt.date(date.fromisoformat(s["day"]))),
                Cell(fmt.number(s["observed"])),
                Cell(fmt.number(s["expected"])),
            )
            for s in reversed(series)
        ),
    )
    unit = say("Sales each day in the changed cities together, %(unit)s", unit=fmt.symbol(currency))
    note = say(
        "Line: as it was. Dashed: the mix of other cities. Band: where it would have been without "
        "the change, nine times in ten. Upright: the test begins."
    )
    if half is None:
        note = say("Line: as it was. Dashed: the mix of other cities. Upright: the test begins.")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def _shifted(point: Row, count: int, effect: float | None, begins: str) -> float | None:
    """Return what would have been, were the effect so large; null before the test."""
    if effect is None or point["day"] < begins:
        return None
    return float(point["observed"]) - count * effect


def moved_figure(moved: Row, currency: str, language: Language) -> Figure:
    """Draw what is gained by reaching the best part of people first."""
    fmt, say = language.formats, language.say
    curve = moved["curve"]
    whole = curve[-1]["gained"]
    values = [
        {"part": 100 * c["part"], "gained": c["gained"], "low": c["gained"] - 1.96 * c["error"],
         "high": c["gained"] + 1.96 * c["error"], "random": whole * c["part"]}
        for c in curve
    ]  # fmt: skip
    if moved["targetable"]:
        title = say("Some are moved more than others: choosing whom to reach pays")
    else:
        title = say("No targetable difference: nobody can be told to be moved more than others")

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - 56, height=HEIGHT_PX)
        percent = alt.Axis(values=[0, 25, 50, 75, 100], labelExpr="datum.value + '\u202f%'")
        x = alt.X("part:Q", title=None, axis=percent)
        axis = alt.Axis(labelExpr=number_axis(language))
        band = base.mark_area(color="var(--rule)").encode(
            x=x, y=alt.Y("low:Q", title=None, axis=axis), y2="high:Q"
        )
        line = base.mark_line(stroke="var(--accent)", strokeWidth=2).encode(
            x=x, y=alt.Y("gained:Q", title=None, axis=axis)
        )
        chance = base.mark_line(stroke="var(--ink-2)", strokeDash=[4, 3], strokeWidth=1).encode(
            x=x, y=alt.Y("random:Q", title=None, axis=axis)
        )
        return alt.layer(band, chance, line)

    table = ChartTable(
        (say("Reached"), say("Gained, %(unit)s", unit=fmt.symbol(currency)), say("between"),
         say("and"), say("in any order")),
        tuple(
            (
                Cell(fmt.percent(v["part"] / 100)),
                *(Cell(fmt.number(v[n], 2)) for n in ("gained", "low", "high", "random")),
            )
            for v in values
        ),
    )  # fmt: skip
    gained = say("Sales gained for each person of all, %(unit)s", unit=fmt.symbol(currency))
    order = say("people reached, the most promising first")
    unit = f"{gained}{fmt.semicolon} {order}"
    note = say("Dashed: reaching as many in any order. The band holds the truth 95 times in 100.")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)
