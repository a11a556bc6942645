"""`parvis`: all commands, and how their errors are told."""

from __future__ import annotations

import logging
import os
import sys

import typer

from parvis import __version__
from parvis.cli.building import build_command
from parvis.cli.connecting import connect_app
from parvis.cli.console import errors
from parvis.cli.experimenting import experiment_app
from parvis.cli.identity import identity_app
from parvis.cli.importing import import_app
from parvis.cli.keeping import lake_app
from parvis.cli.listening import listen_app
from parvis.cli.measuring import measure_command
from parvis.cli.running import demo_command, up_command, web_command, work_command
from parvis.cli.simulating import simulate_command
from parvis.cli.starting import init_command, status_command
from parvis.cli.users import token_app, user_app
from parvis.errors import ParvisError

__all__ = ["app", "main"]

app = typer.Typer(
    name="parvis",
    help="One view of each customer, from a brand's silos: what they buy, say and will do.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    add_completion=False,
)


def _version(show: bool) -> None:
    if show:
        typer.echo(f"parvis {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(  # noqa: ARG001
        False,
        "--version",
        callback=_version,
        is_eager=True,
        help="Show the version.",
    ),
) -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    # each request of a connector would be a line
    logging.getLogger("httpx").setLevel(logging.WARNING)


app.command("init")(init_command)
app.command("status")(status_command)
app.add_typer(import_app, name="import")
app.add_typer(connect_app, name="connect")
app.command("build")(build_command)
app.command("measure")(measure_command)
app.add_typer(experiment_app, name="experiment")
app.add_typer(identity_app, name="identity")
app.add_typer(listen_app, name="listen")
app.command("up")(up_command)
app.command("web")(web_command)
app.command("work")(work_command)
app.command("demo")(demo_command)
app.command("simulate")(simulate_command)
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
app.add_typer(lake_app, name="lake")


def main() -> None:
    """Run a command; what goes wrong on purpose is told in plain words."""
    try:
        app()
    except ParvisError as error:
        errors.print(error.what, style="bold red", markup=False)
        if error.next_step:
            errors.print(error.next_step, markup=False)
        if os.environ.get("PARVIS_DEBUG"):
            raise
        sys.exit(1)
