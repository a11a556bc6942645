"""`parvis import`: bring files in, see what could not be read, and mend it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.cli.folders import folder_command
from parvis.connect.completejourney.api import import_completejourney
from parvis.connect.files.api import (
    ImportOptions,
    Kind,
    Preview,
    QuarantinedSource,
    QuarantineReason,
    export_quarantine,
    mapping_toml,
    prepared,
    quarantined_sources,
)
from parvis.connect.landing import ImportReport
from parvis.errors import MappingError
from parvis.work.sources import tell_sources

__all__ = ["import_app"]

import_app = typer.Typer(
    help="Bring silos in: a whole folder of them, or a file.", no_args_is_help=True
)

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

File = Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet, also gzipped.")]
Source = Annotated[str, typer.Option(help="The silo's name.", show_default="orders, customers, …")]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="A mapping that was saved before.")
]
SaveMapping = Annotated[
    Path | None, typer.Option("--save-mapping", help="Write the mapping here, to edit it.")
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="field=column, field:=value for all rows, field= to leave it out; repeatable."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; write nothing.")]
Currency = Annotated[
    str, typer.Option(help="Of amounts that don't name theirs.", show_default="the workspace's")
]
Zone = Annotated[
    str, typer.Option(help="Of times without an offset.", show_default="the workspace's")
]
DateFormat = Annotated[
    str, typer.Option("--date-format", help="DD/MM/YYYY, MM/DD/YYYY or YYYY-MM-DD.")
]
Decimal = Annotated[str, typer.Option(help="The decimal sign: comma or point.")]
Delimiter = Annotated[str, typer.Option(help="Between columns: , ; | or the word tab.")]
Encoding = Annotated[str, typer.Option(help="utf-8, latin-1, cp1252, utf-16, …")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def _command(kind: Kind, sentence: str) -> None:
    """Make the command of one kind of file; they all take the same options."""

    def run(
        file: File,
        workspace: WorkspaceOption = Path(),
        source: Source = "",
        mapping: MappingFile = None,
        save_mapping: SaveMapping = None,
        set_: Set = None,
        dry_run: DryRun = False,
        currency: Currency = "",
        zone: Zone = "",
        date_format: DateFormat = "",
        decimal: Decimal = "",
        delimiter: Delimiter = "",
        encoding: Encoding = "",
        yes: Yes = False,
    ) -> None:
        options = ImportOptions(
            source=source,
            mapping_file=mapping,
            overrides=tuple(set_ or ()),
            currency=currency,
            zone=zone,
            date_format=date_format,
            decimal=decimal,
            delimiter=delimiter,
            encoding=encoding,
        )
        _import(workspace, file, kind, options, _Wishes(not yes, dry_run, save_mapping))

    run.__doc__ = sentence
    import_app.command(kind)(run)


_command("orders", "Orders: one row an order or one a line; returns and cancellations too.")
_command("customers", "Customers: who they are, and how they can be told apart.")
_command("spend", "Spend: what advertising cost, by day, channel, campaign and place.")
_command("events", "Events: Segment-shaped NDJSON, a tracker's export, any table of what happened.")


import_app.command("folder")(folder_command)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What to do with a file that was understood."""

    ask: bool
    dry: bool
    save_mapping: Path | None


def _import(folder: Path, file: Path, kind: Kind, options: ImportOptions, wishes: _Wishes) -> None:
    began = time.perf_counter()
    with opened(folder) as shop, contextlib.ExitStack() as reading:
        with console.status(f"Reading {file.name} …"):
            ready = reading.enter_context(prepared(shop, file, kind, options))
        ask = wishes.ask and not wishes.dry and _asks()
        if wishes.dry or ask:
            _show_preview(ready.preview)
        if wishes.save_mapping is not None:
            _save(wishes.save_mapping, mapping_toml(ready.preview.mapping))
        if wishes.dry:
            console.print("A dry run: nothing was written.")
            return
        if ask:
            shown = time.perf_counter()
            if not typer.confirm("Import it so?", default=True):
                console.print("Nothing was written. Change the mapping with --set field=column.")
                return
            began += time.perf_counter() - shown
        with console.status("Writing …"):
            report = ready.write()
        _show_summary(report, ready.preview, time.perf_counter() - began)


def _asks() -> bool:
    """Tell whether somebody sits at a terminal who can answer."""
    return console.is_terminal and sys.stdin.isatty()


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise MappingError(
            f"The mapping can't be written to {path}: {error.strerror}.", "Choose another place."
        ) from error
    console.print(f"The mapping is in {path}; use it with --mapping {path}.", markup=False)


@import_app.command("sources")
def sources(
    file: Annotated[Path, typer.Argument(help="CSV: source, source_category.")],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what kind of site a source of visits is: search, social, video or shopping.

    Well-known sites are known. The file's categories stand above them, from the next build on.
    """
    with opened(workspace) as shop:
        changed = tell_sources(shop, file)
    console.print(f"{changed:,} sources are told anew or otherwise. `parvis build` uses them.")


@import_app.command("completejourney")
def completejourney(workspace: WorkspaceOption = Path()) -> None:
    """Bring in dunnhumby's Complete Journey: 2,469 real households over a year."""
    with (
        opened(workspace) as shop,
        Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
        ) as progress,
    ):
        task = progress.add_task("The Complete Journey", total=1.0)
        report = import_completejourney(
            shop, lambda what, share: progress.update(task, description=what, completed=share)
        )
    console.print(
        f"{report.added:,} events added, {report.known:,} known already, "
        f"{report.quarantined:,} rows set aside, in {report.seconds:.1f} s."
    )


@import_app.command("quarantine")
def quarantine(
    workspace: WorkspaceOption = Path(),
    source: Annotated[str, typer.Option(help="Only this silo.")] = "",
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Write the rows here, to mend and import again.")
    ] = None,
) -> None:
    """Rows that could not be read: which, why, and what to do."""
    with opened(workspace) as shop:
        if csv is not None:
            rows = export_quarantine(shop, csv, source)
            console.print(
                f"{rows:,} {'row is' if rows == 1 else 'rows are'} in {csv}. Correct them there, "
                "then import that file under the same --source; the columns parvis_… are left "
                "aside.",
                markup=False,
            )
            return
        _show_quarantine(quarantined_sources(shop, source))


def _show_preview(preview: Preview) -> None:
    """Show what a file is, how it is read, and what an import of it would do."""
    shape = preview.shape
    told = [f"{preview.rows_read:,} rows", f"{len(shape.columns):,} columns", shape.format.upper()]
    if shape.delimiter:
        told.append(f"{_DELIMITERS.get(shape.delimiter, shape.delimiter)} between columns")
    if shape.encoding:
        told.append(shape.encoding.upper())
    console.print(f"[bold]{escape(shape.path.name)}[/bold]: {', '.join(told)}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("field", "column", "read as", "in the file → as read"):
        table.add_column(name, overflow="fold")
    for row in preview.rows:
        examples = ", ".join(
            e.raw if e.raw == e.read_as else f"{e.raw} → {e.read_as}" for e in row.examples
        )
        table.add_row(row.field, escape(row.column), row.how, escape(examples))
    console.print(table)
    if preview.unmapped:
        names = ", ".join(preview.unmapped[:12]) + (" …" if len(preview.unmapped) > 12 else "")
        console.print(f"Kept under their own names: {names}", style="dim", markup=False)
    for note in preview.notes:
        console.print(f"• {note}", markup=False)
    parts = [f"{n:,} {name}" for name, n in preview.added.items()]
    console.print(f"To add: {', '.join(parts) or 'nothing'}; known already: {preview.known:,}.")
    _show_reasons(preview.quarantined, "To be set aside")


def _show_summary(report: ImportReport, preview: Preview, seconds: float) -> None:
    """Say in plain words what an import did."""
    parts = [f"{n:,} {name}" for name, n in preview.added.items()]
    console.print(
        f"{report.rows_read:,} rows read: {report.added:,} added"
        + (f" ({', '.join(parts)})" if parts else "")
        + f", {report.known:,} known already, in {seconds:.1f} s."
    )
    for note in preview.notes:
        console.print(f"• {note}", markup=False)
    met = sum(r.rows for r in preview.quarantined)
    if not met:
        return
    _show_reasons(preview.quarantined, "Set aside")
    if report.quarantined < met:
        console.print(f"{met - report.quarantined:,} of these were set aside before.")
    console.print(
        f"They are kept: see them with `parvis import quarantine --source {report.source}`, and "
        "write them to a file with --csv to correct and import them again.",
        markup=False,
    )


def _show_quarantine(sources: Sequence[QuarantinedSource]) -> None:
    """List what is in the quarantine, file by file."""
    if not sources:
        console.print("The quarantine is empty: every row could be read.")
        return
    for part in sources:
        _show_reasons(part.reasons, f"{part.source}, {part.file}")
    console.print(
        "Write a source's rows to a file, correct them, and import it again: "
        "`parvis import quarantine --source NAME --csv rows.csv`.",
        markup=False,
    )


def _show_reasons(reasons: Sequence[QuarantineReason], title: str) -> None:
    if not reasons:
        return
    rows = sum(r.rows for r in reasons)
    console.print(f"[bold]{escape(title)}: {rows:,} row{'s' if rows > 1 else ''}[/bold]")
    for reason in reasons:
        console.print(f"  {reason.rows:,} × {reason.meaning}", markup=False)
        for row, field, value in reason.examples:
            where = f"row {row:,}" if row is not None else "a row"
            told = f"{field} " if field else ""
            console.print(f"      {where}: {told}{value[:80]!r}", style="dim", markup=False)
