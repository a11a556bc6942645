"""What people say: how fast texts are read, and whether a crisis is noticed, and nothing else."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measure import Row, parvis
from parvis.lake.workspace import Workspace
from parvis.work.reading import read_texts
from parvis.work.steps import build
from parvis.work.watching import watch

__all__ = ["measure_crises", "measure_reading"]

_SEEDS = 20
_CUSTOMERS = 20_000
_DAYS = 125
#: Of simulated time, before the crisis.
_QUIET_DAYS = 90
_TEXTS = 20_000
#: Silos in which nobody says anything.
_SILENT = ("web", "ads", "devices", "shop", "experiments")
_STARTS_ON = datetime(2025, 1, 1, tzinfo=UTC)


def measure_reading(scratch: Path) -> list[Row]:
    """Time one process on one core, everything that is understood of a text included."""
    brand, folder = scratch / "said-brand", scratch / "said-shop"
    parvis("simulate", str(brand), "--customers", "12000", "--days", "365")
    _imported(brand, folder, "2026-01-01")
    one_core = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    code = (
        "from pathlib import Path; import resource, time; from dataclasses import replace\n"
        "from parvis.lake.workspace import Workspace\n"
        "from parvis.listen import api as listen\n"
        "from parvis.work import reading\n"
        f"with Workspace.open(Path({str(folder)!r})) as shop:\n"
        "    engine = shop.engine.session()\n"
        "    options = replace(reading.reading_options(shop), look_again_share=0.0)\n"
        "    texts = engine.arrow(reading.unread(engine, 'none').order_by('text_key')"
        f".limit({_TEXTS}).select('text_id', 'text', 'lang'))\n"
        "    listen.understand(texts.slice(0, 64), options)\n"
        "    began = time.process_time(); listen.understand(texts, options)\n"
        "    used = time.process_time() - began\n"
        "print(len(texts) / used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env=one_core, capture_output=True, text=True, check=True
    )
    a_second, memory = (float(x) for x in told.stdout.split()[-2:])
    for gone in (brand, folder):
        shutil.rmtree(gone)
    return [
        Row("a text understood by the fast tier, whole, processor time", 1000 / a_second, "ms", 2),
        Row("  memory of that process, with the lake", memory, "MB", 1000),
    ]


def measure_crises(scratch: Path) -> list[Row]:
    """Let something break in twenty brands; count the minutes until it is noticed."""
    late, false = [], []
    for seed in range(_SEEDS):
        minutes, alarms = _crisis(scratch, seed)
        late.append(minutes)
        false.append(alarms)
        print(f"  seed {seed}: noticed after {minutes:.0f} min, {alarms} false", flush=True)
    return [
        Row(f"a crisis is noticed, the latest of {_SEEDS} brands", max(late), "min", 60),
        Row(f"  false alarms in {_QUIET_DAYS} quiet days, the most of any", max(false), "", 1),
        Row("  and of all together", sum(false), "", _SEEDS),
        Row("  memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", 4000),
    ]


def _crisis(scratch: Path, seed: int) -> tuple[float, int]:
    """Return the minutes until the crisis is noticed, and the alarms of the days before."""
    brand, folder = scratch / f"brand-{seed}", scratch / f"shop-{seed}"
    begins = _STARTS_ON + timedelta(days=_DAYS - 3, hours=(7 + 5 * seed) % 24, minutes=10)
    world = scratch / f"world-{seed}.toml"
    told = f"[crisis]\nstarts_at = {begins:%Y-%m-%dT%H:%M:%S}\n"
    world.write_text(f'base = "default"\n\n[brand]\nzone = "UTC"\n\n{told}', "utf-8")
    parvis(
        "simulate", str(brand), "--customers", str(_CUSTOMERS), "--days", str(_DAYS),
        "--seed", str(seed), "--world", str(world),
    )  # fmt: skip
    for silo in _SILENT:
        shutil.rmtree(brand / silo)
    until = _STARTS_ON + timedelta(days=_DAYS)
    _imported(brand, folder, f"{until:%Y-%m-%d}", "UTC")
    with Workspace.open(folder) as shop:
        read_texts(shop, processes=min(os.cpu_count() or 1, 4))
        build(shop)
        found = watch(shop)
    for gone in (brand, folder):
        shutil.rmtree(gone)
    quiet = begins - timedelta(days=_QUIET_DAYS)
    noticed = [datetime.fromtimestamp(60 * a.alarm.at, UTC) for a in found.new]
    after = [n for n in noticed if n >= begins]
    minutes = (min(after) - begins).total_seconds() / 60 if after else float("inf")
    return minutes, sum(quiet <= n < begins for n in noticed)


def _imported(brand: Path, folder: Path, as_of: str, zone: str = "Europe/Paris") -> None:
    parvis("init", str(folder), "--zone", zone, "--as-of", as_of)
    parvis("import", "folder", str(brand), "--workspace", str(folder))
    parvis("build", "--no-match", "--workspace", str(folder))
