"""`parvis import folder`: a brand's silos in one command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, errors, opened
from parvis.connect.folder.api import FolderPlan, Outcome, PlannedSilo, folder_plan, import_folder
from parvis.lake.workspace import Workspace

__all__ = ["folder_command"]

_MEGABYTE = 1_000_000


def folder_command(
    folder: Annotated[Path, typer.Argument(help="Holds silos.toml, or folders of known names.")],
    workspace: WorkspaceOption = Path(),
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this source; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be read; write nothing.")
    ] = False,
) -> None:
    """Bring in a folder of silos, each by its importer; unchanged files are left out."""
    plan = folder_plan(folder, tuple(only or ()))
    for note in plan.notes:
        console.print(f"• {note}", markup=False)
    if dry_run:
        _show_plan(plan)
        console.print("A dry run: nothing was written.")
        return
    with opened(workspace) as shop:
        outcomes = _imported(shop, plan)
    _show_outcomes(outcomes)
    failed = [o for o in outcomes if o.failure is not None]
    for outcome in failed:
        if outcome.failure is not None:
            errors.print(
                f"{outcome.planned.silo.source}: {outcome.failure.what}",
                style="bold red",
                markup=False,
            )
            errors.print(outcome.failure.next_step, markup=False)
    if failed:
        raise typer.Exit(1)
    console.print("Next: `parvis build` makes the tables.", markup=False)


def _imported(shop: Workspace, plan: FolderPlan) -> tuple[Outcome, ...]:
    with Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=max(1, sum(p.size for p in plan.silos)))

        def tell(planned: PlannedSilo, done: int) -> None:
            progress.update(task, description=escape(planned.silo.source), completed=done)

        return import_folder(shop, plan, tell)


def _table(plain: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in plain:
        table.add_column(column, overflow="fold")
    for column in numbers:
        # names give way before figures do
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _show_plan(plan: FolderPlan) -> None:
    table = _table(("source", "format"), ("files", "MB"))
    for planned in plan.silos:
        table.add_row(
            escape(planned.silo.source),
            planned.format,
            f"{len(planned.silo.files):,}",
            f"{planned.size / _MEGABYTE:,.1f}",
        )
    console.print(table)


def _show_outcomes(outcomes: tuple[Outcome, ...]) -> None:
    table = _table(
        ("source", "format"),
        ("files", "read", "added", "known", "aside", "seconds"),
    )
    for outcome in outcomes:
        report, files = outcome.report, len(outcome.planned.silo.files)
        numbers = (report.rows_read, report.added, report.known, report.quarantined)
        table.add_row(
            escape(outcome.planned.silo.source),
            outcome.planned.format,
            f"{files - outcome.unchanged} of {files}" if outcome.unchanged else f"{files}",
            *(f"{n:,}" for n in numbers),
            "failed" if outcome.failure else f"{outcome.seconds:.1f}",
        )
    console.print(table)
    rows = sum(o.report.rows_read for o in outcomes)
    added = sum(o.report.added for o in outcomes)
    seconds = sum(o.seconds for o in outcomes)
    console.print(f"{rows:,} rows read, {added:,} added, in {seconds:.1f} s.")
