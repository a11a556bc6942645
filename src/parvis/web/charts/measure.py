"""Charts of measuring: intervals by channel, sales by week, response curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from parvis.measure.api import SCALES, ResponseCurves
from parvis.web.charts.axes import (
    HEIGHT_PX,
    data,
    haloed,
    in_both_widths,
    month_axis,
    number_axis,
    scaled,
)
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language

__all__ = ["Range", "curve_figure", "ranges_figure", "weeks_figure"]

_NAME_PX: Final = 132
_MOST: Final = 16
#: The part of a chart's height in which a line's name stands.
_NAME_ROOM: Final = 0.12
#: How high the mark of a week is.
_MARK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Range:
    """One thing and where it lies.

    Parameters
    ----------
    name
        What it is called.
    value, low, high
        The middle and the interval; value may be null.
    href
        Where its rows are.
    is_other
        Drawn paler: of another kind than the rest.
    """

    name: str
    value: float | None
    low: float
    high: float
    href: str = ""
    is_other: bool = False


def ranges_figure(
    rows: Sequence[Range],
    words: tuple[str, str, str],
    language: Language,
    *,
    line: tuple[float, str] | None = None,
    digits: int = 2,
    note: str = "",
    name_px: int = _NAME_PX,
) -> Figure | None:
    """Draw intervals, one under the other; null where there are none.

    Parameters
    ----------
    words
        The title, the unit, and what a row is.
    line
        A value that matters, and what it is.
    digits
        Of the figures in the table.
    name_px
        Room for the names.
    """
    shown = list(rows)[:_MOST]
    if not shown:
        return None
    title, unit, head = words
    fmt, say = language.formats, language.say
    values = [
        {"name": r.name, "low": r.low, "high": r.high, "value": r.value, "other": r.is_other}
        for r in shown
    ]
    dots = [v for v in values if v["value"] is not None]

    def make(width: int) -> Any:
        import altair as alt

        inner = width - name_px - 24
        base = alt.Chart(data(values), width=inner, height=26 * len(values))
        names = alt.Axis(title=None, labelLimit=name_px - 8, minExtent=name_px)
        y = alt.Y("name:N", sort=[r.name for r in shown], axis=names)
        axis = alt.Axis(title=None, grid=True, tickCount=4, labelExpr=number_axis(language))
        scale = alt.Scale(zero=True, nice=True)
        pale = alt.condition("datum.other", alt.value(0.55), alt.value(1))
        span = base.mark_rule(stroke="var(--accent)", strokeWidth=5, strokeCap="round").encode(
            y=y, x=alt.X("low:Q", scale=scale, axis=axis), x2="high:Q", opacity=pale
        )
        layers = [span]
        if dots:
            one = alt.Chart(data(dots), width=inner, height=26 * len(values))
            layers.append(
                one.mark_point(fill="var(--ink)", size=44).encode(
                    y=y, x=alt.X("value:Q", scale=scale)
                )
            )
        if line is not None:
            rule = alt.Chart(data([{"x": line[0]}])).mark_rule(
                stroke="var(--ink-2)", strokeDash=[4, 3]
            )
            layers.append(rule.encode(x=alt.X("x:Q", scale=scale)))
        return alt.layer(*layers)

    table = ChartTable(
        (head, say("between"), say("and")),
        tuple(
            (
                Cell(r.name),
                Cell(fmt.number(r.low, digits), r.href),
                Cell(fmt.number(r.high, digits)),
            )
            for r in rows
        ),
    )
    told = note if line is None else f"{line[1]} {note}".strip()
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=told)


def weeks_figure(
    lines: Mapping[str, Sequence[Mapping[str, Any]]],
    words: tuple[str, str],
    currency: str,
    language: Language,
    note: str = "",
) -> Figure | None:
    """Draw sales by week: dots as they were, a line and a band as the model has them.

    Parameters
    ----------
    lines
        Rows of `contributions` by name: the first is drawn as dots, the others as lines with
        bands.
    words
        The title, and what is drawn.
    """
    (first_name, dots), *others = lines.items()
    if len(dots) < 2 and not any(len(rows) > 1 for _, rows in others):
        return None
    say = language.say
    largest = max(float(r["high"]) for rows in lines.values() for r in rows)
    unit_size, unit = scaled(largest, currency, language)
    days: list[date] = sorted({r["starts_on"] for rows in lines.values() for r in rows})
    # names stand at the right end, above all that is drawn there
    late = days[len(days) // 2]
    over = max(float(r["high"]) for rows in lines.values() for r in rows if r["starts_on"] >= late)
    top = max(largest, over + _NAME_ROOM * largest) / unit_size

    def drawn(name: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"week": r["starts_on"].isoformat(), "name": name, "mean": r["mean"] / unit_size,
             "low": r["low"] / unit_size, "high": r["high"] / unit_size}
            for r in rows
        ]  # fmt: skip

    colours = ("var(--accent)", "var(--ink-2)", "var(--good)")

    def make(width: int) -> Any:
        import altair as alt

        inner = width - 64
        x = alt.X(
            "week:T",
            scale=alt.Scale(type="utc"),
            axis=month_axis(language, inner, days[0], days[-1]),
        )
        axis = alt.Axis(title=None, tickCount=5, labelExpr=number_axis(language))
        scale = alt.Scale(zero=True, nice=True, domainMax=top)
        layers = []
        for (name, rows), colour in zip(others, colours, strict=False):
            base = alt.Chart(data(drawn(name, rows)), width=inner, height=HEIGHT_PX)
            layers.append(
                base.mark_area(fill=colour, opacity=0.18).encode(
                    x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"
                )
            )
            layers.append(base.mark_line(stroke=colour).encode(x=x, y=alt.Y("mean:Q", scale=scale)))
            ends = [{"week": days[-1].isoformat(), "at": over / unit_size}]
            end = alt.Chart(data(ends), width=inner, height=HEIGHT_PX)
            channels = {"x": x, "y": alt.Y("at:Q", scale=scale), "text": alt.value(name)}
            layers += haloed(end, channels, align="right", dy=-10, fill=colour, fontWeight="bold")
        points = alt.Chart(data(drawn(first_name, dots)), width=inner, height=HEIGHT_PX)
        layers.append(
            points.mark_point(fill="var(--ink)", size=16).encode(
                x=x, y=alt.Y("mean:Q", scale=scale, axis=axis)
            )
        )
        return alt.layer(*layers)

    by_day: dict[date, dict[str, Mapping[str, Any]]] = {}
    for name, rows in lines.items():
        for r in rows:
            by_day.setdefault(r["starts_on"], {})[name] = r
    head = [say("Week from"), first_name]
    for name, _ in others:
        head += [name, say("between"), say("and")]
    table = ChartTable(tuple(head), tuple(
        _week_cells(day, by_day[day], [first_name], [n for n, _ in others], language)
        for day in sorted(by_day, reverse=True)
    ))  # fmt: skip
    title, what = words
    text = say("%(what)s, %(unit)s a week", what=what, unit=unit)
    return Figure(title, text, **in_both_widths(make, title), table=table, note=note)


def _week_cells(
    day: date,
    found: Mapping[str, Mapping[str, Any]],
    dots: Sequence[str],
    lines: Sequence[str],
    language: Language,
) -> tuple[Cell, ...]:
    fmt = language.formats
    cells = [Cell(fmt.date(day))]
    cells += [Cell(fmt.number(found[n]["mean"] if n in found else None)) for n in dots]
    for name in lines:
        row = found.get(name)
        cells += [Cell(fmt.number(row[key] if row else None)) for key in ("mean", "low", "high")]
    return tuple(cells)


def curve_figure(
    curves: ResponseCurves,
    channel: int,
    spent: Sequence[float],
    words: tuple[str, str],
    currency: str,
    language: Language,
) -> Figure:
    """Draw what a channel returns at other spendings, with today's, and where it pays for itself.

    Parameters
    ----------
    spent
        What was spent in each week: below the curve is marked where there are data.
    words
        The title, and a note.
    """
    say = language.say
    returned = curves.returned[:, channel]
    low, high = np.quantile(returned, [0.05, 0.95], axis=0)
    mean = returned.mean(axis=0)
    spend = SCALES * curves.spend[channel]
    within = spend <= 2.0 * curves.spend[channel]
    size, unit = scaled(float(max(high[within].max(), spend[within].max())), currency, language)
    rows = [
        {"spend": s / size, "mean": m / size, "low": a / size, "high": b / size}
        for s, m, a, b in zip(spend[within], mean[within], low[within], high[within], strict=True)
    ]
    today = int(np.searchsorted(SCALES, 1.0))
    now = [{"spend": spend[today] / size, "mean": mean[today] / size, "label": say("today")}]
    edge = float(spend[within].max())
    # as if all weeks had been like that one
    likely = [week * len(spent) for week in spent]
    marks = [
        {"spend": one / size, "mean": 0.0, "high": _MARK * float(high[within].max()) / size}
        for one in likely
        if one <= edge
    ]
    pays = [
        {"spend": 0.0, "mean": 0.0},
        {"spend": edge / size, "mean": edge / size / curves.margin},
    ]

    def make(width: int) -> Any:
        import altair as alt

        inner = width - 64
        top = float(high[within].max()) / size
        base = alt.Chart(data(rows), width=inner, height=HEIGHT_PX)
        axis_x = alt.Axis(title=None, tickCount=4, labelExpr=number_axis(language), grid=False)
        axis_y = alt.Axis(title=None, tickCount=4, labelExpr=number_axis(language))
        x = alt.X("spend:Q", axis=axis_x, scale=alt.Scale(zero=True, nice=False))
        scale = alt.Scale(domain=[0, top], clamp=True)
        band = base.mark_area(fill="var(--accent)", opacity=0.18).encode(
            x=x, y=alt.Y("low:Q", scale=scale, axis=axis_y), y2="high:Q"
        )
        line = base.mark_line().encode(x=x, y=alt.Y("mean:Q", scale=scale))
        even = alt.Chart(data(_clipped(pays, top)), width=inner, height=HEIGHT_PX).mark_line(
            stroke="var(--ink-2)", strokeDash=[4, 3], strokeWidth=1
        )
        point = alt.Chart(data(now), width=inner, height=HEIGHT_PX)
        dot = point.mark_point(fill="var(--ink)", size=60).encode(
            x=x, y=alt.Y("mean:Q", scale=scale)
        )
        height = alt.Y("mean:Q", scale=scale)
        weeks = alt.Chart(data(marks), width=inner, height=HEIGHT_PX).mark_rule(
            stroke="var(--ink)", strokeWidth=1, opacity=0.45
        )
        under = weeks.encode(x=x, y=height, y2="high:Q")
        channels = {"x": x, "y": height, "text": "label:N"}
        label = haloed(point, channels, dy=-12, align="right", dx=-4, fontWeight="bold")
        return alt.layer(band, under, even.encode(x=x, y=height), line, *label, dot)

    fmt = language.formats
    table = ChartTable(
        (say("Spending"), say("Sales"), say("between"), say("and")),
        tuple(
            (Cell(fmt.number(s)), Cell(fmt.number(m)), Cell(fmt.number(a)), Cell(fmt.number(b)))
            for s, m, a, b in zip(spend, mean, low, high, strict=True)
        ),
    )
    title, note = words
    note += " " + say(
        "Marks at the bottom: each of %(weeks)s weeks' spending, as if all had been like it.",
        weeks=fmt.number(len(spent)),
    )
    if beyond := len(spent) - len(marks):
        note += " " + say("%(beyond)s lie beyond the right edge.", beyond=fmt.number(beyond))
    text = say("Sales it makes (upwards) at other spendings (to the right), %(unit)s", unit=unit)
    return Figure(title, text, **in_both_widths(make, title), table=table, note=note)


def _clipped(line: Sequence[Mapping[str, float]], top: float) -> list[dict[str, float]]:
    """End a line from nothing where it leaves the picture."""
    end = line[-1]
    part = min(1.0, top / end["mean"]) if end["mean"] > 0 else 1.0
    return [dict(line[0]), {"spend": end["spend"] * part, "mean": end["mean"] * part}]
