"""Records that are alike: Parvis without labels or settings, beside models written by hand."""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from bench.linkage_data import NAMES, Measured, Reference, closed, load, score
from bench.linkage_peers import PeerResult, by_recordlinkage, by_splink
from bench.linkage_people import SCHEMA, crowd
from bench.measure import Row
from parvis.identity.alike.api import AlikeModel, find_alike
from parvis.identity.alike.people import match_people
from parvis.lake.ducklake import DuckLake

__all__ = ["measure", "measure_people"]

_PEOPLE: Final = 100_000
_LINE: Final = "  {:<11} {:<44} {:>9} {:>7} {:>7} {:>8} {:>6}"


def measure(scratch: Path) -> list[Row]:
    """Link each reference data set, by Parvis and by its peers."""
    rows: list[Row] = []
    print(_LINE.format("data", "how", "precision", "recall", "F1", "pairs", "s"))
    for name in NAMES:
        reference = load(name)
        if isinstance(reference, str):
            print(f"  {name} was left out: {reference}")
            continue
        rows += _compared(reference, scratch / name)
    return rows


def _compared(reference: Reference, folder: Path) -> list[Row]:
    engine = DuckLake.create(folder, encrypted=False)
    try:
        began = time.perf_counter()
        groups, model = _by_parvis(engine, reference)
        ours = score(closed(groups), reference)
        _show(reference.name, "Parvis", ours, time.perf_counter() - began)
    finally:
        engine.close()
    print(f"  {'':<11} ({model.pairs:,} pairs weighed, {len(model.rules)} rules of blocking)")
    splink, _ = _peer(reference, "Splink by hand", by_splink)
    rows = [_row(reference, ours, splink.usual, "Splink by hand")]
    rows.append(_row(reference, ours, splink.best, "the same at its best threshold"))
    if reference.name.startswith("febrl"):
        other, _ = _peer(reference, "recordlinkage", by_recordlinkage)
        rows.append(_row(reference, ours, other.best, "recordlinkage at its best"))
    return rows


def _by_parvis(engine: DuckLake, reference: Reference) -> tuple[list[list[str]], AlikeModel]:
    table = pa.Table.from_pandas(reference.records.astype("string"), preserve_index=False)
    with engine.linkage() as linkage:
        found = find_alike(
            linkage,
            engine.stage_arrow(table),
            reference.fields,
            link_only_between=reference.between,
        )
    groups: dict[str, list[str]] = defaultdict(list)
    for row in engine.rows(found.groups):
        groups[row["group"]].append(row["record"])
    return list(groups.values()), found.model


def _peer(
    reference: Reference, name: str, link: Callable[[Reference], PeerResult]
) -> tuple[PeerResult, float]:
    began = time.perf_counter()
    found = link(reference)
    seconds = time.perf_counter() - began
    _show(reference.name, name, found.usual, seconds)
    _show(reference.name, f"{name}, best in hindsight ({found.best_how})", found.best, seconds)
    return found, seconds


def _show(data: str, how: str, found: Measured, seconds: float) -> None:
    figures = [f"{x:.4f}" for x in (found.precision, found.recall, found.f1)]
    print(_LINE.format(data, how, *figures, found.pairs, f"{seconds:.1f}"), flush=True)


def _row(reference: Reference, ours: Measured, peer: Measured, who: str) -> Row:
    return Row(
        f"{reference.name}: 1 - F1 without labels, beside {who}",
        100 * (1 - ours.f1),
        "%",
        round(100 * (1 - peer.f1), 4),
    )


def measure_people(scratch: Path) -> list[Row]:
    """Match a crowd of people whom several silos know, with households and twins."""
    made = crowd(_PEOPLE)
    engine = DuckLake.create(scratch / "people", encrypted=False)
    try:
        records = engine.stage_rows(made.rows, SCHEMA)
        began = time.perf_counter()
        found = match_people(engine, records, datetime.now(UTC))
        seconds = time.perf_counter() - began
        merged = engine.rows(
            found.pairs.filter(found.pairs.band == "merge").select("left_value", "right_value")
        )
    finally:
        engine.close()
    truth = made.truth()
    right = sum((r["left_value"], r["right_value"]) in truth for r in merged)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"  recall of what is merged alone: {right / len(truth):.3f}")
    return [
        Row(f"{_PEOPLE:,} records of people matched", seconds, "s", 60),
        Row("  memory of the whole process, at most", peak_gib, "GiB", 2),
        Row("  wrong pairs among those merged", 100 * (1 - right / len(merged)), "%", 1),
    ]
