"""`parvis build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.identity import api as identity
from parvis.lake.build import BuildPlan, BuildReport
from parvis.lake.workspace import Workspace
from parvis.work.matching import MATCHES, BuiltAndMatched, build_and_match
from parvis.work.steps import build, explain

__all__ = ["build_command", "build_with_progress", "show_match"]

_WORDS = {"whole": "make again", "changed": "what changed", "nothing": "leave"}


def build_command(
    workspace: WorkspaceOption = Path(),
    only_explain: Annotated[
        bool, typer.Option("--explain", help="Only tell what would be made, and why.")
    ] = False,
    no_match: Annotated[
        bool,
        typer.Option("--no-match", help="Don't look for people who are alike, even if it is due."),
    ] = False,
) -> None:
    """Bring all tables up to date; readers see the old ones until the new are whole.

    Once a day (identity.match_every_days) people whom silos know apart are compared, too; those
    that surely are one are joined.
    """
    with opened(workspace) as shop:
        if only_explain:
            _show_plan(explain(shop))
            return
        done = build_with_progress(shop, match=not no_match)
    made = [b for b in done.builds if not b.plan.is_empty]
    if not made and done.match is None:
        console.print(f"Nothing to do: the tables are up to date ({done.seconds:.2f} s).")
        return
    for report in made:
        _show_report(report)
    if done.match is not None:
        show_match(done.match)


def build_with_progress(workspace: Workspace, *, match: bool = True) -> BuiltAndMatched:
    """Build, with a line on the terminal that tells what is being made.

    Parameters
    ----------
    workspace
        Whose tables.
    match
        Look for people who are alike too, where that is due.
    """
    with Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("Looking at what changed", total=None)

        def tell(table: str, place: int, count: int) -> None:
            if table == MATCHES:
                progress.update(task, description="Comparing people", completed=0, total=1)
            else:
                progress.update(task, description=f"Making {table}", completed=place, total=count)

        if match:
            return build_and_match(workspace, tell)
        report = build(workspace, lambda d, place, count: tell(d.step.table, place, count))
        return BuiltAndMatched((report,), None)


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


def show_match(report: identity.MatchReport) -> None:
    """Say in plain words what a search for people who are alike found."""
    if report.reason:
        console.print(
            f"{report.records:,} records of people, and nothing compared: {report.reason}",
            markup=False,
        )
        return
    console.print(
        f"{report.records:,} records of people compared in {report.seconds:.1f} s: "
        f"{report.merged:,} pairs surely are one person, {report.to_review:,} are left for "
        f"somebody to decide; new since the last time {report.new:,}, no longer so {report.gone:,}."
    )
