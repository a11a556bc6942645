"""The charts of what is said: volume with its peaks, share of voice, how well it is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from parvis.listen.api import Net, Peak
from parvis.web.charts.axes import HEIGHT_PX, data, in_both_widths, month_axis, number_axis
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language

__all__ = ["NetRow", "ShareRow", "net_figure", "share_figure", "texts_link", "volume_figure"]

#: A chart of lines tells no more of them apart; the table has all.
_MOST_ROWS: Final = 12
_NAME_PX: Final = 132

Link = Callable[[date, date], str]


@dataclass(frozen=True, slots=True)
class NetRow:
    """How well something is meant: its name, the estimate, and where its texts are."""

    name: str
    net: Net
    href: str


@dataclass(frozen=True, slots=True)
class ShareRow:
    """How many texts name somebody, and where they are."""

    name: str
    texts: int
    href: str
    is_own: bool


def texts_link(first: date, last: date, **more: str | None) -> str:
    """Return where the texts of some days are."""
    told = {k: v for k, v in more.items() if v}
    return "/conversations?" + urlencode({**told, "from": first, "to": last})


def volume_figure(
    days: Sequence[tuple[date, int]],
    found: Sequence[tuple[date, Peak]],
    by: str,
    link: Link,
    language: Language,
) -> Figure | None:
    """Draw how much is said by day or week, with the days that stand out.

    Parameters
    ----------
    days
        Texts by day, without gaps.
    found
        The days that stand out.
    by
        ``day`` or ``week``.
    link
        Gives where the texts of some days are.
    """
    each = list(days) if by == "day" else _weeks(days)
    if len(each) < 2:
        return None
    fmt, say = language.formats, language.say
    step = 1 if by == "day" else 7
    top = max(each, key=lambda d: d[1])
    middle = sorted(n for _, n in each)[len(each) // 2]
    words = {"texts": fmt.number(top[1]), "day": fmt.date(top[0]), "usual": fmt.number(middle)}
    if by == "day":
        title = say("%(texts)s texts on %(day)s, the most; a usual day has %(usual)s", **words)
    else:
        title = say(
            "%(texts)s texts in the week of %(day)s, the most; a usual one has %(usual)s", **words
        )
    values = [{"day": d.isoformat(), "value": n} for d, n in each]
    counts = {d: p.count for d, p in found}
    marks = [
        {"day": d.isoformat(), "value": n, "label": fmt.day_month(d) if _is_top(d, counts) else ""}
        for d, n in counts.items()
    ]

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - 56, height=HEIGHT_PX)
        axis = month_axis(language, width, each[0][0], each[-1][0])
        x = alt.X("day:T", scale=alt.Scale(type="utc"), axis=axis)
        y = alt.Y(
            "value:Q",
            scale=alt.Scale(zero=True, nice=True),
            axis=alt.Axis(title=None, labelExpr=number_axis(language)),
        )
        layers = [base.mark_line().encode(x=x, y=y)]
        if by == "day" and marks:
            one = alt.Chart(data(marks[:8]), width=width - 56, height=HEIGHT_PX)
            layers.append(one.mark_point(fill="var(--bad)", size=52).encode(x=x, y=y))
            named = one.mark_text(dy=-11, align="right", fontWeight="bold")
            layers.append(named.encode(x=x, y=y, text="label:N"))
        return alt.layer(*layers)

    peaks_by_day = dict(found)
    head = [say("Day") if by == "day" else say("Week from"), say("Texts")]
    if by == "day":
        head.append(say("Usual"))
    rows = []
    for day, count in reversed(each):
        cells = [Cell(fmt.date(day)), Cell(fmt.number(count), link(day, day + timedelta(step - 1)))]
        if by == "day":
            peak = peaks_by_day.get(day)
            cells.append(Cell(fmt.number(peak.usual) if peak else ""))
        rows.append(tuple(cells))
    unit = say("Texts per day; dots stand out") if by == "day" else say("Texts per week")
    table = ChartTable(tuple(head), tuple(rows))
    return Figure(title, unit, **in_both_widths(make, title), table=table)


def _is_top(day: date, counts: Mapping[date, int]) -> bool:
    """Tell whether a day is the loudest of those beside it: their names would overlap."""
    beside = (counts.get(day + timedelta(n), 0) for n in (-3, -2, -1, 1, 2, 3))
    return all(counts[day] > other for other in beside)


def _weeks(days: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """Add whole weeks up: half a week is no quiet one."""
    found: dict[date, list[int]] = {}
    for day, count in days:
        found.setdefault(day - timedelta(day.weekday()), []).append(count)
    return [(monday, sum(counts)) for monday, counts in found.items() if len(counts) == 7]


def share_figure(rows: Sequence[ShareRow], language: Language) -> Figure | None:
    """Draw whom texts name: share of voice; null where fewer than two are named."""
    shown = sorted(rows, key=lambda r: (-r.texts, r.name))[:_MOST_ROWS]
    total = sum(r.texts for r in rows)
    if len(shown) < 2 or not total:
        return None
    fmt, say = language.formats, language.say
    own = next((r for r in shown if r.is_own), shown[0])
    title = say(
        "%(name)s has %(share)s of the voice",
        name=own.name,
        share=fmt.percent(own.texts / total),
    )
    values = [
        {"name": r.name, "share": 100 * r.texts / total, "own": r.is_own,
         "label": fmt.percent(r.texts / total, 1)}
        for r in shown
    ]  # fmt: skip

    def make(width: int) -> Any:
        import altair as alt

        height = 24 * len(values)
        base = alt.Chart(data(values), width=width - _NAME_PX - 72, height=height)
        y = alt.Y("name:N", sort=None, axis=_names())
        x = alt.X("share:Q", scale=alt.Scale(zero=True), axis=None)
        bar = base.mark_bar(height=13).encode(
            x=x,
            y=y,
            fill=alt.condition(
                "datum.own", alt.value("var(--accent)"), alt.value("var(--muted-bar)")
            ),
        )
        label = base.mark_text(align="left", dx=6, fill="var(--ink)").encode(
            x=x, y=y, text="label:N"
        )
        return alt.layer(bar, label)

    table = ChartTable(
        (say("Name"), say("Texts"), say("Share")),
        tuple(
            (Cell(r.name), Cell(fmt.number(r.texts), r.href), Cell(fmt.percent(r.texts / total, 1)))
            for r in sorted(rows, key=lambda r: (-r.texts, r.name))
        ),
    )
    unit = say("Share of all times that a brand or competitor is named, in percent")
    note = say("Of the texts that were read; a text that names two counts for both.")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def net_figure(
    rows: Sequence[NetRow], whole: Net, unit: str, head: str, language: Language
) -> Figure | None:
    """Draw net sentiment with its intervals, the worst first; null where nothing was read.

    Parameters
    ----------
    rows
        What is compared.
    whole
        The estimate for all texts of the period.
    unit, head
        What the chart compares, and what a row is.
    """
    most = sorted(rows, key=lambda r: -r.net.read)[:_MOST_ROWS]
    shown = sorted(most, key=lambda r: (r.net.value, r.name))
    if not shown:
        return None
    fmt, say = language.formats, language.say
    title = _net_title(shown, whole, language)
    values = [
        {"name": r.name, "value": 100 * r.net.value, "low": 100 * r.net.low,
         "high": 100 * r.net.high, "thin": r.net.read < 30}
        for r in shown
    ]  # fmt: skip

    def make(width: int) -> Any:
        import altair as alt

        base = alt.Chart(data(values), width=width - _NAME_PX - 24, height=26 * len(values))
        y = alt.Y("name:N", sort=None, axis=_names())
        scale = alt.Scale(domain=[-100, 100], nice=False)
        axis = alt.Axis(
            title=None,
            values=[-100, -50, 0, 50, 100],
            grid=True,
            labelExpr="(datum.value > 0 ? '+' : '') + replace(format(datum.value, 'd'), '-', '−')",
        )
        x = alt.X("low:Q", scale=scale, axis=axis)
        thin = alt.condition("datum.thin", alt.value(0.45), alt.value(1))
        span = base.mark_rule(stroke="var(--baseline)", strokeWidth=3).encode(
            y=y, x=x, x2="high:Q", opacity=thin
        )
        dot = base.mark_point(fill="var(--accent)", size=70).encode(
            y=y, x=alt.X("value:Q", scale=scale), opacity=thin
        )
        zero = alt.Chart(data([{"at": 100 * whole.value}])).mark_rule(
            stroke="var(--ink-2)", strokeDash=[3, 3]
        )
        return alt.layer(zero.encode(x=alt.X("at:Q", scale=scale)), span, dot)

    table = ChartTable(
        (head, say("Net sentiment, %%") % {}, say("between"), say("and"), say("Texts read")),
        tuple(
            (
                Cell(r.name),
                Cell(_signed(r.net.value, language)),
                Cell(_signed(r.net.low, language)),
                Cell(_signed(r.net.high, language)),
                Cell(fmt.number(r.net.read), r.href),
            )
            for r in sorted(rows, key=lambda r: (r.net.value, r.name))
        ),
    )
    note = say("Lines are 95 %% intervals; faded: fewer than 30 texts. Dashed: all texts.") % {}
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note)


def _net_title(shown: Sequence[NetRow], whole: Net, language: Language) -> str:
    say = language.say
    worse = [r for r in shown if r.net.high < whole.low]
    better = [r for r in shown if r.net.low > whole.high]
    if worse:
        return say(
            "“%(name)s” is spoken of worst: %(net)s, against %(all)s for all texts",
            name=worse[0].name,
            net=_signed(worse[0].net.value, language),
            all=_signed(whole.value, language),
        )
    if better:
        return say(
            "“%(name)s” is spoken of best: %(net)s, against %(all)s for all texts",
            name=better[-1].name,
            net=_signed(better[-1].net.value, language),
            all=_signed(whole.value, language),
        )
    return say("None is surely spoken of better or worse than the rest")


def _signed(share: float, language: Language) -> str:
    text = language.formats.number(share * 100)
    return f"+{text}" if share > 0 and text != "0" else text


def _names() -> Any:
    import altair as alt

    # a browser's letters may be wider than those that were measured
    return alt.Axis(title=None, labelLimit=_NAME_PX - 20, minExtent=_NAME_PX)
