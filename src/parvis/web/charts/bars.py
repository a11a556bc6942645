"""Small bars over time, drawn without Vega.

One is drawn for each customer and each silo, so none can be kept for all: Altair and vl-convert
take 40 to 60 ms for such a chart, this takes less than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from markupsafe import Markup, escape

from parvis.web.language import Language

__all__ = ["Bar", "by_period", "small_bars"]

_AXIS_PX: Final = 18
_TOP_PX: Final = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the first day of its period, its height, and what it says when pointed at."""

    day: date
    value: float
    title: str = ""
    href: str = ""


def by_period(
    values: Sequence[tuple[date, float]], first: date, last: date, most: int = 60
) -> tuple[list[tuple[date, float]], str]:
    """Add values up by day, week or month, whichever gives at most `most` bars.

    Returns
    -------
    list of (date, float), str
        Every period from the first to the last, also those without a value; and which.
    """
    days = (last - first).days + 1
    kind = "day" if days <= most else "week" if days <= most * 7 else "month"
    starts: list[date] = []
    day = _start(first, kind)
    while day <= last:
        starts.append(day)
        day = _start(day + timedelta({"day": 1, "week": 7, "month": 31}[kind]), kind)
    sums = dict.fromkeys(starts, 0.0)
    for when, value in values:
        start = _start(when, kind)
        if start in sums:
            sums[start] += value
    return list(sums.items()), kind


def _start(day: date, kind: str) -> date:
    if kind == "week":
        return day - timedelta(day.weekday())
    return day.replace(day=1) if kind == "month" else day


def small_bars(
    bars: Sequence[Bar], label: str, most: str, language: Language, width: int, height: int
) -> Markup:
    """Draw bars with the months under them and the highest value named.

    Parameters
    ----------
    bars
        In order of time, evenly spaced.
    label
        What a screen reader says.
    most
        The highest value, written.
    width, height
        In pixels; the drawing scales with its place.
    """
    if not bars:
        return Markup("")
    top = max((b.value for b in bars), default=0) or 1
    step = width / len(bars)
    thick = max(1.0, step - (2 if step > 6 else 1 if step > 3 else 0.4))
    floor = height - _AXIS_PX
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg {size} role="img" aria-label="{escape(label)}">',
        f'<path d="M0 {_TOP_PX - 0.5}H{width}" stroke="var(--rule)"/>',
    ]
    for place, bar in enumerate(bars):
        # what a period gave back more than it brought is told in the table, not drawn below
        tall = max(0.0, bar.value) / top * (floor - _TOP_PX)
        if tall <= 0:
            continue
        tall = max(tall, 1.0)
        shape = (
            f'<rect x="{place * step:.1f}" y="{floor - tall:.1f}" width="{thick:.1f}" '
            f'height="{tall:.1f}" fill="var(--accent)">'
            f"<title>{escape(bar.title)}</title></rect>"
        )
        parts.append(shape)
    parts.append(f'<path d="M0 {floor + 0.5}H{width}" stroke="var(--ink-2)"/>')
    parts.append(f'<text x="0" y="11" fill="var(--ink-2)">{escape(most)}</text>')
    parts += _months(bars, step, floor, width, language)
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped above


def _months(
    bars: Sequence[Bar], step: float, floor: float, width: int, language: Language
) -> list[str]:
    """Name months under the bars, as many as have room."""
    fmt = language.formats
    # a month is named where it begins; a chart of part of one names its first day
    begins = [
        (place, bar.day)
        for place, bar in enumerate(bars)
        if place == 0 or bar.day.month != bars[place - 1].day.month
    ]
    named, free = [], 0.0
    if len(begins) > 1 and begins[0][1].day > 15:
        begins = begins[1:]
    for number, (place, day) in enumerate(begins):
        with_year = number == 0 or day.month == 1
        text = fmt.short_month(day) + (f" {day.year}" if with_year else "")
        if len(begins) == 1:
            text = fmt.date(day)
        x, room = place * step, len(text) * 7.0
        if x < free or x + room > width + 4:
            continue
        free = x + room + 10
        named.append(
            f'<text x="{x:.1f}" y="{floor + 15:.1f}" fill="var(--ink-2)">{escape(text)}</text>'
        )
    return named
