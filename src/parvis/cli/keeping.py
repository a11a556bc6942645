"""`parvis lake`: bring a catalog back, tidy up."""

from __future__ import annotations

from pathlib import Path

import typer

from parvis.cli.console import WorkspaceOption, console, opened

__all__ = ["lake_app"]

lake_app = typer.Typer(help="Look after the lake.", no_args_is_help=True)


@lake_app.command("restore")
def restore(workspace: WorkspaceOption = Path()) -> None:
    """Take the copy of the catalog that was made after the last import or build."""
    shop = opened(workspace)
    aside = shop.restore_catalog()
    with shop:
        events = int(shop.table("events").count().to_pyarrow().as_py())
    console.print(f"The copy is in place: {events:,} events can be read.")
    if aside.exists():
        console.print(f"The damaged catalog is kept as {aside.name}.")
    console.print("What was imported after the copy was taken must be imported again.")


@lake_app.command("tidy")
def tidy(workspace: WorkspaceOption = Path()) -> None:
    """Join small files and forget old states (the worker does it once a day)."""
    with opened(workspace) as shop, shop.building():
        shop.engine.maintain(shop.settings.lake.keep_days)
        shop.engine.back_up_catalog()
    console.print(f"Done; states older than {shop.settings.lake.keep_days} days are forgotten.")
