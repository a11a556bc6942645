"""From an Altair chart to an SVG that takes its colours and its letters from the page."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import altair as alt

__all__ = ["NARROW_PX", "WIDE_PX", "Cell", "ChartTable", "Figure", "draw", "js_text", "js_texts"]

#: The two widths in which a chart is drawn: half of a wide page, and a phone.
WIDE_PX: Final = 500
NARROW_PX: Final = 342

_numbers: Final = itertools.count(1)

# an SVG in the page is one picture to a screen reader, with the table beside it
_ROLES: Final = re.compile(r' (?:role|aria-[a-z]+|class|xmlns:xlink|version)="[^"]*"')
_EMPTY: Final = re.compile(r'<path(?: pointer-events="none"| display="none"| d="")+ ?/>')
_BACKGROUND: Final = re.compile(r'<path d="M0,0h0v0h0Z" pointer-events="none"/>')
_HEAD: Final = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]+)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table behind a chart: what it says, and where its rows are."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The table behind a chart; the first column names the row."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as a page shows it.

    Parameters
    ----------
    title
        The finding, as a sentence.
    unit
        What the axis counts.
    wide, narrow
        The drawing for half of a wide page, and for a phone.
    table
        Its numbers.
    note
        What one must know to read it; empty: nothing.
    """

    title: str
    unit: str
    wide: Markup
    narrow: Markup
    table: ChartTable
    note: str = ""


def theme() -> dict[str, Any]:
    """Return what all charts share."""
    letters = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    return {
        "background": None,
        "font": "sans-serif",
        "padding": 2,
        "view": {"stroke": None},
        "axis": {
            **letters,
            "labelColor": "var(--ink-2)",
            "titleColor": "var(--ink-2)",
            "gridColor": "var(--rule)",
            "domainColor": "var(--ink-2)",
            "tickColor": "var(--ink-2)",
            "labelPadding": 6,
            "tickSize": 4,
        },
        "axisY": {"domain": False, "ticks": False, "tickCount": 4},
        "axisX": {"grid": False},
        "text": {"fontSize": 12, "fill": "var(--ink)"},
        "line": {"stroke": "var(--accent)", "strokeWidth": 2},
        "bar": {"fill": "var(--accent)"},
        "point": {"filled": True, "opacity": 1},
    }


def draw(chart: alt.Chart | alt.LayerChart, label: str) -> Markup:
    """Draw a chart.

    Parameters
    ----------
    chart
        With its width and height.
    label
        What a screen reader says of it.
    """
    import vl_convert

    spec = chart.to_dict()
    spec["config"] = theme()
    return cleaned(vl_convert.vegalite_to_svg(spec), label)


def cleaned(svg: str, label: str) -> Markup:
    """Turn a Vega drawing into one picture that scales with its place."""
    svg = _ROLES.sub("", svg)
    svg = _BACKGROUND.sub("", _EMPTY.sub("", svg))
    # names within the drawing must be unique on the page
    own = f"c{next(_numbers)}"
    svg = re.sub(r'(id="|url\(#)clip', rf"\1{own}clip", svg)
    svg = _HEAD.sub(
        lambda m: (
            f'<svg viewBox="{m[3]}" width="{m[1]}" height="{m[2]}" role="img" '
            f'aria-label="{escape(label)}">'
        ),
        svg,
        count=1,
    )
    svg = svg.replace('font-family="sans-serif"', "").replace(' font-size="12px"', "")
    return Markup(svg)  # noqa: S704 - drawn from our own numbers; texts are escaped by Vega


def js_text(text: str) -> str:
    """Write a text for a Vega expression."""
    return json.dumps(text)


def js_texts(texts: Sequence[str] | Mapping[str, str]) -> str:
    """Write texts, by number or by name, for a Vega expression."""
    return json.dumps(texts if isinstance(texts, Mapping) else list(texts))
