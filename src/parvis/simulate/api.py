"""What others may call: write a brand's silos with a known truth."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from parvis.errors import SimulationError
from parvis.simulate.contracts import SimulateOptions, SimulateReport
from parvis.simulate.run import run
from parvis.simulate.world.model import World
from parvis.simulate.world.read import WORLDS, read_world, world_toml

__all__ = ["WORLDS", "SimulateOptions", "SimulateReport", "read_world", "simulate", "world_toml"]


def simulate(
    out: Path,
    world: World | str | Path = "default",
    options: SimulateOptions | None = None,
    on_progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> SimulateReport:
    """Write what a brand's silos would export, each in its own format, and the truth beside it.

    Parameters
    ----------
    out
        A new or empty folder.
    world
        A ready world's name, a TOML file, or a world that was read.
    options
        Customers, days, seed, format.
    on_progress
        Called with what is being written and the share done, 0 to 1.

    Returns
    -------
    SimulateReport
        Events by silo, sums in cents, seconds.

    Raises
    ------
    WorldError
        The world is impossible: the key, its value, the range.
    SimulationError
        The folder isn't empty, or can't be written.

    Examples
    --------
    >>> report = simulate(Path("brand"), "tiny", SimulateOptions(customers=500))  # doctest: +SKIP
    >>> report.events["shop"]  # doctest: +SKIP
    2210
    """
    began, told = time.perf_counter(), options or SimulateOptions()
    if told.overlay and world == "default":
        world = "groceries"
    checked = world if isinstance(world, World) else read_world(world)
    _make_room(out, force=told.force)
    try:
        outcome = run(checked, told, out, on_progress)
    except OSError as error:
        raise SimulationError(
            f"{out} can't be written: {error.strerror or error}. What was written is incomplete.",
            "Free some room or choose another folder, and run it again with --force.",
        ) from error
    return SimulateReport(
        folder=out,
        events=outcome.events,
        sales_cents=outcome.sales_cents,
        spend_cents=outcome.spend_cents,
        wasted_cents=outcome.wasted_cents,
        size_bytes=sum(f.stat().st_size for f in out.rglob("*") if f.is_file()),
        seconds=time.perf_counter() - began,
        zone=checked.brand.zone,
        currency=checked.brand.currency,
        as_of=checked.brand.starts_on + timedelta(days=told.days),
    )


def _make_room(out: Path, *, force: bool) -> None:
    """Make the folder, or empty it where it holds an earlier simulation and that was asked for."""
    if out.exists() and not out.is_dir():
        raise SimulationError(f"{out} is a file; expected a folder.", "Choose another name.")
    if out.is_dir() and any(out.iterdir()):
        if not force:
            raise SimulationError(
                f"{out} isn't empty.",
                "Choose another folder, or replace an earlier simulation in it: --force.",
            )
        if not (out / "truth").is_dir() and not (out / "silos.toml").is_file():
            # --force is for an earlier simulation, not for somebody's documents
            raise SimulationError(
                f"{out} holds something else than an earlier simulation (no truth/, no "
                "silos.toml): it was left as it is.",
                "Choose another folder, or empty this one yourself.",
            )
        for entry in out.iterdir():
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    try:
        out.mkdir(parents=True, exist_ok=True)
        # a run that is broken off leaves a folder that can be told as its own
        (out / "truth").mkdir()
    except OSError as error:
        raise SimulationError(
            f"{out} can't be made: {error.strerror}.", "Choose another folder."
        ) from error
