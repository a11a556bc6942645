"""`parvis init` and `parvis status`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.domain.settings import default_toml
from parvis.lake.workspace import Workspace
from parvis.work.status import read_status

__all__ = ["init_command", "status_command"]


def _zone_here() -> str:
    """Guess the zone of this machine; UTC where it doesn't tell."""
    link = Path("/etc/localtime")
    parts = str(link.resolve()).split("zoneinfo/")
    return parts[1] if len(parts) == 2 and time.tzname[0] != "UTC" else "UTC"


def init_command(
    folder: Annotated[Path | None, typer.Argument(help="A new folder.")] = None,
    name: Annotated[str, typer.Option(help="What the workspace is called.")] = "",
    zone: Annotated[str, typer.Option(help="Where days begin, such as Europe/Paris.")] = "",
    currency: Annotated[str, typer.Option(help="The currency of sums.")] = "EUR",
    language: Annotated[str, typer.Option(help="en or fr.")] = "en",
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", help="A date, as whose beginning the tables speak; for data of the past."
        ),
    ] = "today",
    print_settings: Annotated[
        bool, typer.Option("--print-settings", help="Only show a parvis.toml with every key.")
    ] = False,
) -> None:
    """Make a new workspace: a folder with its settings and an empty lake."""
    zone = zone or _zone_here()
    if print_settings or folder is None:
        if folder is None and not print_settings:
            raise typer.BadParameter("name the new folder, for example: parvis init shop")
        typer.echo(default_toml(name or "shop", zone, currency, as_of, language), nl=False)
        return
    workspace = Workspace.create(
        folder, name=name, zone=zone, currency=currency, as_of=as_of, language=language
    )
    console.print(f"[bold]{workspace.settings.workspace.name}[/] is ready in {folder}.")
    console.print(
        f"Days begin in {zone}; sums are told in {workspace.settings.money.currency} "
        f"(change both in {folder / 'parvis.toml'})."
    )
    console.print("\nNext, bring a silo in and look at it:")
    console.print(f"  parvis import orders orders.csv --workspace {folder}")
    console.print(f"  parvis up {folder}")


def status_command(workspace: WorkspaceOption = Path()) -> None:
    """Tell what a workspace holds, how fresh it is, and whether anything is wrong."""
    with opened(workspace) as shop:
        table = Table(box=None, pad_edge=False)
        table.add_column("table")
        table.add_column("rows", justify="right")
        for name in ("events", "spend", "quarantine", "orders", "order_lines", "profiles"):
            count = int(shop.table(name).count().to_pyarrow().as_py())
            table.add_row(name, f"{count:,}")
        console.print(f"[bold]{shop.settings.workspace.name}[/] in {workspace.resolve()}")
        console.print(table)
        state = shop.table("build_state")
        built = state.agg(at=state.built_at.max(), as_of=state.as_of.max()).to_pyarrow()
        row = built.to_pylist()[0]
    if row["at"] is None:
        console.print("Never built: run `parvis build`.")
    else:
        console.print(f"Built {row['at']:%Y-%m-%d %H:%M} UTC, as of {row['as_of']:%Y-%m-%d %H:%M}.")
    worker = read_status(workspace)
    if worker is None:
        console.print("The worker never ran here: `parvis up` starts it with the pages.")
    elif worker.problem:
        console.print(f"[bold red]The worker is {worker.state} since {worker.since}:[/]")
        console.print(f"{worker.problem} {worker.next_step}")
    else:
        console.print(f"The worker: {worker.state} since {worker.since}.")
