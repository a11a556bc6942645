"""`parvis simulate`: a brand's silos made up with a known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import console
from parvis.errors import SimulationError

__all__ = ["simulate_command"]


def simulate_command(
    out: Annotated[Path | None, typer.Argument(help="A new folder.")] = None,
    customers: Annotated[int, typer.Option(help="How many customers.")] = 100_000,
    days: Annotated[int, typer.Option(help="How many days.")] = 365,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    world: Annotated[
        str,
        typer.Option(help="default, all-wasted, none-wasted, confounded, tiny, or a TOML file."),
    ] = "default",
    overlay: Annotated[
        str, typer.Option(help="completejourney: its real customers and orders; the rest made up.")
    ] = "",
    form: Annotated[
        str, typer.Option("--format", help="native, or parquet for the bulky silos.")
    ] = "native",
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier simulation in that folder.")
    ] = False,
    workers: Annotated[
        int, typer.Option(help="Processes.", show_default="one a core, four at most")
    ] = 0,
    print_world: Annotated[
        str, typer.Option("--print-world", help="Only show a ready world's TOML, to edit it.")
    ] = "",
) -> None:
    """Write what a brand's silos would export, with the truth beside it; nothing of it is real."""
    from parvis.simulate.api import SimulateOptions, simulate, world_toml

    if print_world:
        typer.echo(world_toml(print_world), nl=False)
        return
    if out is None:
        raise typer.BadParameter("name the new folder, for example: parvis simulate brand")
    if form not in ("native", "parquet"):
        raise SimulationError(f"format = {form!r}: expected native or parquet.")
    if overlay not in ("", "completejourney"):
        raise SimulationError(f"overlay = {overlay!r}: expected completejourney.")
    options = SimulateOptions(
        customers, days, seed, "parquet" if form == "parquet" else "native", overlay, force, workers
    )
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        task = progress.add_task("Reading the world", total=1.0)
        report = simulate(
            out,
            world,
            options,
            lambda what, share: progress.update(task, description=what, completed=share),
        )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("silo")
    table.add_column("events", justify="right")
    for silo, count in report.events.items():
        table.add_row(silo, f"{count:,}")
    console.print(table)
    console.print(
        f"{report.total:,} events, {report.size_bytes / 1e9:.2f} GB in {out}, "
        f"{report.seconds:.1f} s.",
        markup=False,
    )
    wasted = sum(report.wasted_cents.values())
    if report.spend_cents:
        console.print(
            f"Of {report.spend_cents / 100:,.0f} spent on advertising {wasted / 100:,.0f} were "
            f"wasted: the truth is in {out / 'truth'}, and an import never reads it.",
            markup=False,
        )
    console.print("\nNext, bring it in:")
    console.print(
        f"  parvis init shop --zone {report.zone} --currency {report.currency} "
        f"--as-of {report.as_of}",
        markup=False,
        soft_wrap=True,
    )
    if overlay:
        console.print("  parvis import completejourney --workspace shop")
    console.print(f"  parvis import folder {out} --workspace shop", markup=False, soft_wrap=True)
    console.print("  parvis build --workspace shop")
