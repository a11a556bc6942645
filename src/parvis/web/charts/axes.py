"""What charts of the first page share: axes in two languages, two widths, links to rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from parvis.web.charts.drawing import NARROW_PX, WIDE_PX, draw, js_texts
from parvis.web.language import Language

__all__ = [
    "HEIGHT_PX",
    "PERCENT_AXIS",
    "data",
    "haloed",
    "in_both_widths",
    "month_axis",
    "month_end",
    "number_axis",
    "orders_link",
    "scaled",
]

HEIGHT_PX: Final = 208


def number_axis(language: Language) -> str:
    """Write the numbers of an axis as a language does."""
    if language.code == "fr":
        return "replace(replace(format(datum.value, ',~r'), /,/g, '\u202f'), '.', ',')"
    return "format(datum.value, ',~r')"


#: Writes the percentages of an axis.
PERCENT_AXIS: Final = "format(datum.value, '.0~f') + '\u202f%'"


def scaled(largest: float, currency: str, language: Language) -> tuple[float, str]:
    """Return by what amounts are divided to be read, and what the unit is then called."""
    symbol = language.formats.symbol(currency)
    if largest >= 2_000_000:
        return 1_000_000, language.say("million %(unit)s", unit=symbol)
    if largest >= 2_000:
        return 1_000, language.say("thousand %(unit)s", unit=symbol)
    return 1, symbol


def data(values: list[dict[str, Any]]) -> Any:
    """Give Vega rows of its own."""
    import altair as alt

    return alt.Data(values=values)  # type: ignore[no-untyped-call]


def haloed(base: Any, channels: dict[str, Any], **mark: Any) -> list[Any]:
    """Write texts that can be read over lines: on a border of the paper's colour.

    Parameters
    ----------
    base
        The chart that has the rows.
    channels
        What is encoded: where, and which text.
    mark
        Of the text.
    """
    paper = {"stroke": "var(--paper)", "strokeWidth": 4, "strokeJoin": "round"}
    return [
        base.mark_text(**mark, **paper).encode(**channels),
        base.mark_text(**mark).encode(**channels),
    ]


def in_both_widths(make: Callable[[int], Any], label: str) -> dict[str, Any]:
    """Draw a chart for half of a wide page and for a phone."""
    return {"wide": draw(make(WIDE_PX), label), "narrow": draw(make(NARROW_PX), label)}


def orders_link(first: date, last: date, **more: str) -> str:
    """Return where the orders of some days are."""
    days = {"from": first.isoformat(), "to": last.isoformat()}
    return "/orders?" + urlencode({**days, **more})


def month_axis(language: Language, width: int, first: date, last: date) -> Any:
    """Name the months that begin between two days, as many as have room."""
    import altair as alt

    months = [first.replace(day=1)]
    while months[-1] <= last:
        months.append(month_end(months[-1]) + timedelta(1))
    # data that begins in the first week of a month begins with that month
    begun = [max(m, first) for m in months if first <= m + timedelta(7) and m <= last]
    step = next(s for s in (1, 2, 3, 4, 6, 12, 10**6) if len(begun) * 104 / s <= width)
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


def month_end(month: date) -> date:
    """Return the last day of a month."""
    return (month.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
