"""`make bench`: print a table, write `bench/results/*.json`."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    demo,
    identity,
    linkage,
    listening,
    measure_step,
    measuring,
    million,
    pages,
    pictures,
    simulate,
    uplift,
    walk_through,
    worlds,
    worlds_by_day,
    worlds_tested,
)
from bench.measure import Row
from bench.peers import beside

SECTIONS = {
    "walk_through": walk_through.measure,
    "pages": pages.measure,
    "demo": demo.measure,
    "simulate": simulate.measure,
    "scale": simulate.measure_scale,
    "linkage": linkage.measure,
    "people": linkage.measure_people,
    "links": identity.measure_links,
    "new_events": identity.measure_new_events,
    "histories": identity.measure_histories,
    "brand": identity.measure_brand,
    "reading": listening.measure_reading,
    "crises": listening.measure_crises,
    "million": million.measure_million,
    "lookalikes": pictures.measure_lookalikes,
    "picture_text": pictures.measure_picture_text,
    "attribution": measuring.measure_attribution,
    "measure": measure_step.measure_all,
    "journeys": measuring.measure_journeys,
    "mixes": measuring.measure_mixes,
    "cities": measuring.measure_cities,
    "peers": beside.measure_peers,
    "worlds": worlds.measure_worlds,
    "by_day": worlds_by_day.measure_by_day,
    "tested": worlds_tested.measure_tested,
    "uplift": uplift.measure_uplift,
}


def main(names: list[str]) -> int:
    """Measure the sections named (all by default) and show the figures."""
    unknown = [n for n in names if n not in SECTIONS]
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. There are: {', '.join(SECTIONS)}.")
        return 2
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="parvis-bench-") as scratch:
        for name in names or SECTIONS:
            print(f"Measuring {name} ...", flush=True)
            rows += SECTIONS[name](Path(scratch))
    _show(rows)
    _write(rows)
    return 0


def _show(rows: list[Row]) -> None:
    width = max(len(r.what) for r in rows)
    print(f"\n{'':{width}}  {'measured':>12}  {'at most':>12}")
    for row in rows:
        mark = "" if row.reached else "  <-- missed"
        value = f"{'-':>8}" if row.value is None else f"{row.value:>8.2f}"
        figures = f"{value} {row.unit:<3}  {row.limit:>8g} {row.unit:<3}"
        print(f"{row.what:{width}}  {figures}{mark}")


def _write(rows: list[Row]) -> None:
    folder = Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    document = {
        "at": now.isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "rows": [{**asdict(r), "reached": r.reached} for r in rows],
    }
    path = folder / f"{now:%Y%m%dT%H%M%S}.json"
    path.write_text(json.dumps(document, indent=2), "utf-8")
    print(f"\nWritten to {path.relative_to(Path.cwd())}")


sys.exit(main(sys.argv[1:]))
