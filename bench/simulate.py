"""A brand's silos made up, brought in and built: ten million events, and a hundred million."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bench.measure import Row, parvis

__all__ = ["measure", "measure_scale"]

_MILLION = 1_000_000


def _events(output: str) -> float:
    """Read how many events a simulation says it wrote, in millions."""
    found = re.search(r"([\d,]+) events, ([\d.]+) GB in", output.replace("\n", " "))
    if found is None:
        raise RuntimeError(f"No total in:\n{output}")
    return int(found[1].replace(",", "")) / _MILLION


def _size(folder: Path) -> float:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e9


def measure(scratch: Path) -> list[Row]:
    """Write the default world in native formats, import it, build it."""
    brand, shop = scratch / "brand", scratch / "simulated-shop"
    made = parvis("simulate", str(brand), "--customers", "100000", "--days", "365")
    million = _events(made.output)
    parvis("init", str(shop), "--zone", "Europe/Paris", "--as-of", "2026-01-01")
    came = parvis("import", "folder", str(brand), "--workspace", str(shop))
    built = parvis("build", "--workspace", str(shop))
    size = _size(brand)
    for folder in (brand, shop):
        shutil.rmtree(folder)
    return [
        Row(
            f"simulate {million:.1f} M events, native formats, {size:.1f} GB",
            made.seconds,
            "s",
            240,
        ),
        Row("  peak memory of all its processes", made.peak_gib, "GiB", 4),
        Row("  the same, for ten million events", made.seconds * 10 / million, "s", 240),
        Row("import and build of that world", came.seconds + built.seconds, "s", 600),
        Row("  of which the import", came.seconds, "s", 600),
        Row("  of which the build", built.seconds, "s", 600),
        Row("  peak memory", max(came.peak_gib, built.peak_gib), "GiB", 8),
    ]


def measure_scale(scratch: Path) -> list[Row]:
    """Write a million customers as Parquet."""
    brand = scratch / "large-brand"
    made = parvis("simulate", str(brand), "--customers", "1000000", "--format", "parquet")
    million, size = _events(made.output), _size(brand)
    shutil.rmtree(brand)
    year, decade = (
        parvis(
            *("simulate", str(scratch / days), "--customers", "10000", "--days", days),
            *("--format", "parquet"),
        )
        for days in ("365", "3650")
    )
    return [
        Row(f"simulate {million:.0f} M events as Parquet", made.seconds, "s", 720),
        Row("  peak memory of all its processes", made.peak_gib, "GiB", 6),
        Row("  on disk", size, "GB", 12),
        Row(
            "peak memory of ten years, relative to one", decade.peak_gib / year.peak_gib, "×", 1.25
        ),
    ]
