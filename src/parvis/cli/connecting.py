"""`parvis connect`: networks that are read by themselves, and how they fare."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Final, get_args

import typer
from rich.markup import escape
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, errors, opened
from parvis.connect.pull.api import (
    Connector,
    Connectors,
    ConnectorState,
    Kind,
    Outcome,
    connector_states,
    run_connector,
    run_due,
)
from parvis.errors import ConnectorError

__all__ = ["connect_app"]

connect_app = typer.Typer(
    help="Read networks by themselves: feeds, WordPress, Bluesky, Mastodon, mailboxes.",
    no_args_is_help=True,
)
_NAME: Final = re.compile(r"[\w][\w .-]{0,79}")
_NEEDS_LOGIN: Final = ("imap",)


@connect_app.command("add")
def add_command(
    kind: Annotated[str, typer.Argument(help="feed, wordpress, bluesky, mastodon or imap.")],
    name: Annotated[str, typer.Argument(help="What it is called: the source of its events.")],
    address: Annotated[str, typer.Option(help="Where it is: https://…, or imaps://HOST.")],
    workspace: WorkspaceOption = Path(),
    login: Annotated[str, typer.Option(help="Who reads, where one has to log in.")] = "",
    password_env: Annotated[
        str,
        typer.Option("--password-env", help="The environment variable that holds the password."),
    ] = "",
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="The file that holds the password.")
    ] = None,
    read: Annotated[
        list[str] | None,
        typer.Option(
            "--read",
            help="What to read there (search:WORDS, mentions, tag:NAME, …); repeatable. "
            "docs/how-to/connect-a-network.md lists them.",
        ),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", help="An address or handle of the brand's own; repeatable."),
    ] = None,
    every: Annotated[int, typer.Option(help="Minutes between visits.", min=1, max=10_080)] = 15,
) -> None:
    """Connect a network; with --login and no place of the password, it is asked for."""
    connector = _checked(kind, name, address)
    secret_from, secret = _secret(login, password_env, password_file)
    if kind in _NEEDS_LOGIN and not (login and secret_from):
        raise ConnectorError(
            f"{kind} needs a login and a password.", "Add --login NAME; the password is asked for."
        )
    whole = Connector(
        name=name,
        kind=connector,
        address=address.strip(),
        login=login,
        secret_from=secret_from,
        reads=tuple(read or ()),
        own=tuple(own or ()),
        every_minutes=every,
    )
    with opened(workspace) as shop, Connectors(shop.files.app) as connectors:
        connectors.add(whole, secret)
    console.print(
        f"{name} is connected. `parvis connect run {name}` reads it now; `parvis up` does by "
        "itself.",
        markup=False,
    )


def _checked(kind: str, name: str, address: str) -> Kind:
    kinds: dict[str, Kind] = {k: k for k in get_args(Kind)}
    if kind not in kinds:
        raise ConnectorError(
            f"{kind!r} is no kind of network.", f"Expected one of {', '.join(kinds)}."
        )
    if not _NAME.fullmatch(name):
        raise ConnectorError(
            f"{name!r} can't be a name.",
            "Expected letters, digits, spaces, points and hyphens, at most 80.",
        )
    schemes = ("imap://", "imaps://") if kind == "imap" else ("https://", "http://")
    if not address.strip().startswith(schemes):
        raise ConnectorError(
            f"{address!r} is no address of a {kind}.",
            f"Expected one that begins with {schemes[0]}.",
        )
    if "@" in address.partition("://")[2].partition("/")[0]:
        raise ConnectorError(
            "The address holds a login; it would be shown on the pages.",
            "Give the login by --login, and the password when it is asked for.",
        )
    return kinds[kind]


def _secret(login: str, variable: str, file: Path | None) -> tuple[str, str]:
    """Return where the password is found, and what is to be kept of it here."""
    if variable and file:
        raise ConnectorError(
            "The password can't be in a variable and in a file.", "Give one of the two."
        )
    if variable:
        return f"env:{variable}", ""
    if file:
        return f"file:{file.absolute()}", ""
    if not login:
        return "", ""
    if sys.stdin.isatty():
        return "stored", typer.prompt("Password", hide_input=True)
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise ConnectorError(
            "No password was given.",
            "Pipe it in, or name its place by --password-env or --password-file.",
        )
    return "stored", given


@connect_app.command("list")
def list_command(workspace: WorkspaceOption = Path()) -> None:
    """List the networks that are connected."""
    with opened(workspace) as shop:
        states = connector_states(shop.files.app)
    if not states:
        _say_none()
        return
    table = Table(box=None, pad_edge=False)
    for column in ("name", "kind", "address", "reads", "every"):
        table.add_column(column, overflow="fold")
    for state in states:
        c = state.connector
        told = (c.name, c.kind, c.address, ", ".join(c.reads), f"{c.every_minutes} min")
        table.add_row(*map(escape, told))
    console.print(table)


@connect_app.command("status")
def status_command(workspace: WorkspaceOption = Path()) -> None:
    """Tell how each network fares: what is wrong, since when, and what to do."""
    with opened(workspace) as shop:
        states = connector_states(shop.files.app)
    if not states:
        _say_none()
    for state in states:
        _show_state(state)


def _show_state(state: ConnectorState) -> None:
    name = escape(state.connector.name)
    if state.tried_at is None:
        console.print(f"[bold]{name}[/]: not read yet.")
        return
    if state.failing_since is None:
        next_at = f"{state.next_at:%Y-%m-%d %H:%M} UTC" if state.next_at else "now"
        console.print(
            f"[bold]{name}[/]: well; last read {state.tried_at:%Y-%m-%d %H:%M} UTC, "
            f"{state.events:,} events so far, next {next_at}."
        )
        return
    console.print(
        f"[bold red]{name}: fails since {state.failing_since:%Y-%m-%d %H:%M} UTC "
        f"({state.failures} times).[/]"
    )
    console.print(f"  {state.problem}", markup=False)
    console.print(f"  {state.next_step}", markup=False)
    if state.next_at:
        console.print(f"  Tried again {state.next_at:%Y-%m-%d %H:%M} UTC.")


@connect_app.command("run")
def run_command(
    name: Annotated[str, typer.Argument(help="Only this one, due or not.")] = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Read the networks whose turn it is, or one of them now."""
    with opened(workspace) as shop, Connectors(shop.files.app) as connectors:
        if name:
            found = connectors.one(name).connector
            outcomes: tuple[Outcome, ...] = (run_connector(shop, connectors, found),)
        else:
            outcomes = run_due(shop, connectors)
    if not outcomes:
        console.print("No network's turn: `parvis connect status` tells when each is read.")
    for outcome in outcomes:
        console.print(
            f"{outcome.connector.name}: {outcome.read:,} looked at, {outcome.added:,} events "
            f"added, {outcome.known:,} known, {outcome.quarantined:,} set aside, "
            f"in {outcome.seconds:.1f} s.",
            markup=False,
        )
        if outcome.problem:
            errors.print(outcome.problem, style="bold red", markup=False)
            errors.print(outcome.next_step, markup=False)
    if any(o.problem for o in outcomes):
        raise typer.Exit(1)


@connect_app.command("remove")
def remove_command(
    name: Annotated[str, typer.Argument(help="Which.")], workspace: WorkspaceOption = Path()
) -> None:
    """Stop reading a network and forget its password; its events stay."""
    with opened(workspace) as shop, Connectors(shop.files.app) as connectors:
        connectors.remove(name)
    console.print(f"{name} is no longer read; its events stay.", markup=False)


def _say_none() -> None:
    console.print(
        "No network is connected. For example: "
        "`parvis connect add feed blog --address https://blog.example/feed/`.",
        markup=False,
    )
