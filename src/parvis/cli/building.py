"""`parvis build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.lake.build import BuildPlan, BuildReport, Decision
from parvis.lake.workspace import Workspace
from parvis.work.steps import build, explain

__all__ = ["build_command", "build_with_progress"]

_WORDS = {"whole": "make again", "changed": "what changed", "nothing": "leave"}


def build_command(
    workspace: WorkspaceOption = Path(),
    only_explain: Annotated[
        bool, typer.Option("--explain", help="Only tell what would be made, and why.")
    ] = False,
) -> None:
    """Bring all tables up to date; readers see the old ones until the new are whole."""
    with opened(workspace) as shop:
        if only_explain:
            _show_plan(explain(shop))
            return
        report = build_with_progress(shop)
    if report.plan.is_empty:
        console.print(f"Nothing to do: the tables are up to date ({report.seconds:.2f} s).")
        return
    _show_report(report)


def build_with_progress(workspace: Workspace) -> BuildReport:
    """Build, with a line on the terminal that tells what is being made."""
    with Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("Looking at what changed", total=None)

        def tell(decision: Decision, place: int, count: int) -> None:
            progress.update(
                task, description=f"Making {decision.step.table}", completed=place, total=count
            )

        return build(workspace, tell)


def _show_plan(plan: BuildPlan) -> None:
    table = Table(box=None, pad_edge=False)
    for column in ("table", "what", "why"):
        table.add_column(column)
    for decision in plan.decisions:
        table.add_row(decision.step.table, _WORDS[decision.what], decision.why)
    console.print(table)
    console.print(f"As of {plan.as_of:%Y-%m-%d %H:%M} UTC, from snapshot {plan.snapshot}.")


def _show_report(report: BuildReport) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("table")
    table.add_column("what")
    for column in ("written", "removed", "seconds"):
        table.add_column(column, justify="right")
    for step in report.steps:
        table.add_row(
            step.decision.step.table,
            _WORDS[step.decision.what],
            f"{step.rows_written:,}",
            f"{step.rows_removed:,}",
            f"{step.seconds:.2f}",
        )
    console.print(table)
    console.print(f"Built in {report.seconds:.1f} s.")
