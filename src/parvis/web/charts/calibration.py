"""Whether what was read is as sure as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from parvis.listen.api import Measured
from parvis.web.charts.axes import data, in_both_widths
from parvis.web.charts.drawing import Cell, ChartTable, Figure
from parvis.web.language import Language

if TYPE_CHECKING:
    from parvis.listen.api import Bin

__all__ = ["calibration_figure"]

#: A group of fewer labels is shown faded, and is no reason for a title.
_FEWEST: Final = 30


def calibration_figure(told: Measured, language: Language) -> Figure | None:
    """Draw how often what was said was right, by how sure it was; null where it can't be told.

    On the dashed line it is as sure as it is right; below it, it is too sure.
    """
    if not told.bins:
        return None
    fmt, say = language.formats, language.say
    title = _title(told, language)
    values = [
        {"said": 100 * b.said, "right": 100 * b.right.value, "low": 100 * b.right.low,
         "high": 100 * b.right.high, "thin": b.texts < _FEWEST}
        for b in told.bins
    ]  # fmt: skip

    def make(width: int) -> Any:
        import altair as alt

        scale = alt.Scale(domain=[0, 100], nice=False)
        axis = alt.Axis(values=[0, 25, 50, 75, 100], grid=True, labelExpr="datum.value + ' %'")
        base = alt.Chart(data(values), width=width - 64, height=240)
        x = alt.X("said:Q", scale=scale, axis=axis, title=say("stated probability"))
        thin = alt.condition("datum.thin", alt.value(0.45), alt.value(1))
        span = base.mark_rule(stroke="var(--baseline)", strokeWidth=3).encode(
            x=x, y=alt.Y("low:Q", scale=scale, axis=axis, title=None), y2="high:Q", opacity=thin
        )
        dot = base.mark_point(fill="var(--accent)", size=70).encode(
            x=x, y=alt.Y("right:Q", scale=scale, axis=axis, title=None), opacity=thin
        )
        line = alt.Chart(data([{"at": 0}, {"at": 100}])).mark_line(
            stroke="var(--ink-2)", strokeDash=[3, 3], strokeWidth=1
        )
        even = line.encode(x=alt.X("at:Q", scale=scale), y=alt.Y("at:Q", scale=scale))
        return alt.layer(even, span, dot)

    table = ChartTable(
        (say("It was sure to"), say("Labels"), say("Stated"), say("Right"), say("between"),
         say("and")),
        tuple(
            (
                Cell(f"{fmt.percent(b.low)} – {fmt.percent(b.high)}"),
                Cell(fmt.number(b.texts)),
                Cell(fmt.percent(b.said)),
                Cell(fmt.percent(b.right.value)),
                Cell(fmt.percent(b.right.low)),
                Cell(fmt.percent(b.right.high)),
            )
            for b in told.bins
        ),
    )  # fmt: skip
    unit = say("Share of labels that were right, by how sure the model was")
    note = say("Lines are 95 %% intervals; faded: fewer than 30 texts. Dashed: as sure as right.")
    return Figure(title, unit, **in_both_widths(make, title), table=table, note=note % {})


def _title(told: Measured, language: Language) -> str:
    """Say only what an interval bears: a group of texts that lies beside the line."""
    say = language.say
    many = [b for b in told.bins if b.texts >= _FEWEST]
    over = [b for b in many if b.right.high < b.said]
    under = [b for b in many if b.right.low > b.said]
    if len(over) > len(under):
        worst = max(over, key=lambda b: b.said - b.right.value)
        return _apart(say("It is too sure: right %(right)s of the time where it says %(said)s"),
                      worst, language)  # fmt: skip
    if under:
        worst = max(under, key=lambda b: b.right.value - b.said)
        return _apart(say("It is too modest: right %(right)s of the time where it says %(said)s"),
                      worst, language)  # fmt: skip
    return say("It is as sure as it should be, as far as these labels tell")


def _apart(text: str, one: Bin, language: Language) -> str:
    percent = language.formats.percent
    return text % {"right": percent(one.right.value), "said": percent(one.said)}
