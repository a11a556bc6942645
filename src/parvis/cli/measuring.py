"""`parvis measure`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.cli.promoting import show_promoted, told_promoted
from parvis.measure import api as measure
from parvis.work.measuring import measure_all

__all__ = ["measure_command"]


def measure_command(
    workspace: WorkspaceOption = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Write the ledger as JSON.")] = False,
) -> None:
    """Tell which part of the marketing money is wasted, and how sure that is.

    Journeys are credited, the mix is fitted, each channel is judged. What was found is kept in the
    tables credits, ledger and response.
    """
    with opened(workspace) as shop:
        currency = shop.settings.money.currency
        if as_json:
            report = measure_all(shop)
        else:
            with console.status("Measuring"):
                report = measure_all(shop)
    answer = report.answer
    if as_json:
        told = _told(answer) | told_promoted(report.promoted)
        typer.echo(json.dumps(told, default=str, indent=1, ensure_ascii=False))
        return
    console.print(f"Credited {report.journeys:,} journeys ({report.seconds:.1f} s in all).")
    if answer.state == "published":
        _show(answer, currency)
    for problem in answer.problems:
        console.print(f"\n[bold]{'!' if problem.blocks else '·'}[/] {escape(problem.what)}")
        console.print(f"  {escape(problem.next_step)}")
    show_promoted(report.promoted, currency)


def _told(answer: measure.Answer) -> dict[str, Any]:
    """Tell all but the draws; why there is nothing, where there is nothing."""
    return {
        "state": answer.state,
        "from": answer.first_day,
        "to": answer.last_day,
        "problems": [problem.told() for problem in answer.problems],
        "ledger": [dict(row) for row in answer.ledger],
        "parts": [dict(row) for row in answer.ledger_parts],
        "suggested_tests": [dict(row) for row in answer.suggested_tests],
        "checks": answer.checks,
    }


def _show(answer: measure.Answer, currency: str) -> None:
    where = f"{answer.places} places" if answer.places > 1 else "the whole, one place"
    clock = "by day" if answer.checks["period_days"] == 1 else "by week"
    console.print(
        f"\n{answer.first_day} to {answer.last_day}, {clock}, {where}; in {currency}.\n"
        "Each range holds the truth nine times in ten.\n"
    )
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("channel", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name in ("spent", "sales for 1", "last 1 made", "wasted"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in sorted(answer.ledger, key=lambda r: -float(r["wasted"] or 0)):
        table.add_row(
            row["channel"],
            row["verdict"],
            f"{row['spent']:,.0f}",
            _range(row, "returned", row["spent"]),
            _range(row, "marginal", 1.0),
            _range(row, "wasted", 1.0, whole=True),
        )
    console.print(table)
    for test in answer.suggested_tests:
        places = ", ".join(test["places"])
        what = "nothing" if test["factor"] == 0 else f"{test['factor']:g} times as much"
        console.print(
            f"\n{test['channel']}: spend {what} in {places} for {test['weeks']} weeks. "
            f"Knowing is expected to bring {test['worth']:,.0f} a year; the test "
            + (
                f"costs {test['cost']:,.0f}."
                if test["cost"] >= 0
                else f"saves {-test['cost']:,.0f}."
            )
            + f" It ends in a verdict with a probability of {test['settles']:.0%}."
        )


def _range(row: Mapping[str, Any], name: str, unit: float, *, whole: bool = False) -> str:
    if row[name] is None:
        return "can't tell"
    low, high = float(row[f"{name}_low"]) / unit, float(row[f"{name}_high"]) / unit
    return f"{low:,.0f}–{high:,.0f}" if whole else f"{low:.2f}–{high:.2f}"
