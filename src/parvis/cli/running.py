"""`parvis up`, its parts `web` and `work`, and `parvis demo`."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Annotated

import typer

from parvis.cli.building import build_with_progress, show_match
from parvis.cli.console import console, opened
from parvis.connect.completejourney import import_completejourney
from parvis.connect.completejourney.api import AS_OF, CURRENCY, ZONE, data_folder
from parvis.connect.folder.api import folder_plan, import_folder
from parvis.errors import WorkspaceError
from parvis.lake.workspace import Workspace
from parvis.work.supervise import GIVE_UP, Part, follow_parent, stop_on_signals, supervise
from parvis.work.worker import Worker

__all__ = ["demo_command", "up_command", "web_command", "work_command"]

Folder = Annotated[Path, typer.Argument(help="The workspace's folder.", show_default="this folder")]
Host = Annotated[str, typer.Option(help="The address to listen on; parvis.toml says the usual.")]
Port = Annotated[int, typer.Option(help="The port to listen on; parvis.toml says the usual.")]


def up_command(folder: Folder = Path(), host: Host = "", port: Port = 0) -> None:
    """Start everything: the pages, and the worker that builds; Ctrl-C ends it."""
    shop = opened(folder)
    host, port = host or shop.settings.web.host, port or shop.settings.web.port
    _check_free(host, port)
    with shop:
        # a damaged lake is said here, not in a loop of restarts
        shop.engine.snapshot()
    stop = stop_on_signals()
    where = str(folder.resolve())
    parts = [
        Part("web", ["web", where, "--host", host, "--port", str(port)]),
        Part("worker", ["work", where]),
    ]
    raise typer.Exit(supervise(parts, stop))


def web_command(folder: Folder = Path(), host: Host = "", port: Port = 0) -> None:
    """Serve the pages and the API alone."""
    from parvis.web.serve import serve

    follow_parent()
    shop = opened(folder)
    host, port = host or shop.settings.web.host, port or shop.settings.web.port
    try:
        _check_free(host, port)
    except WorkspaceError as error:
        console.print(str(error), markup=False)
        raise typer.Exit(GIVE_UP) from error
    serve(folder, host, port)


def work_command(folder: Folder = Path()) -> None:
    """Build after each import and on a schedule, alone."""
    follow_parent()
    stop = stop_on_signals()
    Worker(folder).run(stop)


def demo_command(
    folder: Annotated[Path, typer.Argument(help="Where to make it.")] = Path("demo"),
    host: Host = "127.0.0.1",
    port: Port = 8484,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Make the workspace and stop there.")
    ] = False,
) -> None:
    """Make a workspace of 2,469 real customers, then start everything on it.

    Their purchases, campaigns and coupons are real; their visits, words, mails and machines are
    simulated, and the pages say so wherever they show them.
    """
    began = time.perf_counter()
    if _make_demo(folder):
        console.print(f"The demo is in {folder} ({time.perf_counter() - began:.0f} s).")
    if not build_only:
        up_command(folder, host, port)


def _make_demo(folder: Path) -> bool:
    """Make the demo's workspace, or finish one that was interrupted; False: all was there."""
    if (folder / "parvis.toml").exists():
        with Workspace.open(folder) as shop:
            if int(shop.table("build_state").count().to_pyarrow().as_py()):
                return False
            _fill_demo(shop, folder)
        return True
    data_folder()
    console.print(
        "Making a workspace from dunnhumby's [bold]Complete Journey[/]: one year of real "
        "purchases of 2,469 households, with their campaigns and coupons."
    )
    shop = Workspace.create(
        folder, name="Complete Journey", zone=ZONE, currency=CURRENCY, as_of=AS_OF
    )
    with shop:
        _fill_demo(shop, folder)
    return True


def _fill_demo(shop: Workspace, folder: Path) -> None:
    report = import_completejourney(shop)
    console.print(f"{report.rows_read:,} rows read, {report.added:,} events in.")
    _overlay_demo(shop, folder / "simulated")
    done = build_with_progress(shop)
    console.print(f"Built in {done.seconds:.1f} s.")
    if done.match is not None:
        show_match(done.match)


def _overlay_demo(shop: Workspace, out: Path) -> None:
    """Give the real customers what no public data has of them, with its truth beside it."""
    from parvis.simulate.api import SimulateOptions, simulate

    with console.status("Simulating their visits, words, mails and machines …"):
        simulated = simulate(out, options=SimulateOptions(overlay="completejourney", force=True))
    with console.status("Bringing them in …"):
        outcomes = import_folder(shop, folder_plan(out))
    for outcome in outcomes:
        if outcome.failure is not None:
            raise outcome.failure
    console.print(
        f"{simulated.total:,} events [bold]simulated[/] around them: visits, posts, mails, "
        f"machines. Their truth is in {out / 'truth'}."
    )


def _check_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WorkspaceError(
                f"Nothing can be served at {host}:{port} ({error.strerror}).",
                "Choose another port with --port, or under [web] in parvis.toml.",
            ) from error
