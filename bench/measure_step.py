"""What `parvis measure` takes in all: journeys, experiments, mix, coupons, displays and mailers."""

from __future__ import annotations

from pathlib import Path

from bench.measure import Row, parvis
from bench.walk_through import make_workspace

__all__ = ["measure_all"]

_RUNS = 3


def measure_all(scratch: Path) -> list[Row]:
    """Measure the demo's workspace as the command does; the fastest of a few runs."""
    folder, _, _ = make_workspace(scratch)
    runs = [parvis("measure", "--workspace", str(folder)) for _ in range(_RUNS)]
    return [
        Row("parvis measure on the demo, all of it", min(r.seconds for r in runs), "s", 30),
        Row("  its peak memory", max(r.peak_gib for r in runs), "GiB", 1),
    ]
