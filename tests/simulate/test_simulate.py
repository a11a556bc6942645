"""The whole: same seed, same bytes; folders are not overwritten; sizes and formats."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from parvis.errors import SimulationError
from parvis.simulate.api import SimulateOptions, simulate
from parvis.simulate.run import blocks_of
from tests.simulate.conftest import Brand


def _bytes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.md5(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_whoever_writes(brand: Brand, tmp_path: Path) -> None:
    """Also with two processes instead of one, and other seeds give others."""
    options = SimulateOptions(customers=1200, days=120, seed=11, workers=2)
    simulate(tmp_path / "again", "tiny", options)
    assert _bytes(tmp_path / "again") == _bytes(brand.folder)
    simulate(tmp_path / "other", "tiny", SimulateOptions(customers=50, days=20, seed=12))
    simulate(tmp_path / "another", "tiny", SimulateOptions(customers=50, days=20, seed=13))
    assert _bytes(tmp_path / "other") != _bytes(tmp_path / "another")


def test_many_blocks_by_many_processes_are_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parvis.simulate.run._MOST_BLOCK_DAYS", 9)
    for workers in (1, 2):
        options = SimulateOptions(customers=150, days=40, seed=3, workers=workers)
        assert len(blocks_of(options)) == 5
        simulate(tmp_path / str(workers), "tiny", options)
    assert _bytes(tmp_path / "1") == _bytes(tmp_path / "2")


def test_the_manifest_names_what_is_there(brand: Brand) -> None:
    told = tomllib.loads((brand.folder / "silos.toml").read_text(encoding="utf-8"))
    assert told["simulated"] is True
    assert told["zone"] == "Europe/Paris"
    named = {
        f for silo in told["silo"] for pattern in silo["files"] for f in _found(brand, pattern)
    }
    written = {
        p.relative_to(brand.folder).as_posix()
        for p in brand.folder.rglob("*")
        if p.is_file() and p.relative_to(brand.folder).parts[0] not in ("truth", "mail")
    }
    assert written - named == {"silos.toml"}
    assert not any(name.startswith("truth") for name in named)


def _found(brand: Brand, pattern: str) -> list[str]:
    return [p.relative_to(brand.folder).as_posix() for p in brand.folder.glob(pattern)]


def test_a_folder_that_is_not_empty_is_refused(brand: Brand, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="isn't empty"):
        simulate(brand.folder, "tiny", SimulateOptions(customers=10, days=3))
    own = tmp_path / "letters"
    own.mkdir()
    (own / "will.txt").write_text("mine")
    with pytest.raises(SimulationError, match="isn't empty"):
        simulate(own, "tiny", SimulateOptions(customers=10, days=3))
    # --force is for an earlier simulation, not for somebody's documents
    with pytest.raises(SimulationError, match="something else"):
        simulate(own, "tiny", SimulateOptions(customers=10, days=3, force=True))
    assert (own / "will.txt").read_text() == "mine"
    (tmp_path / "file").write_text("x")
    with pytest.raises(SimulationError, match="is a file"):
        simulate(tmp_path / "file", "tiny")


def test_force_replaces_an_earlier_simulation(tmp_path: Path) -> None:
    out = tmp_path / "out"
    simulate(out, "tiny", SimulateOptions(customers=40, days=10, seed=1))
    first = _bytes(out)
    simulate(out, "tiny", SimulateOptions(customers=40, days=10, seed=2, force=True))
    assert _bytes(out) != first
    simulate(out, "tiny", SimulateOptions(customers=40, days=10, seed=1, force=True))
    assert _bytes(out) == first


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"customers": 0}, "customers = 0: expected 1 to 10,000,000"),
        ({"customers": 10**9}, "expected 1 to 10,000,000"),
        ({"days": -3}, "days = -3: expected 1 to 36,525"),
        ({"seed": -1}, "seed = -1"),
    ],
)
def test_impossible_sizes_are_refused(options: dict[str, int], told: str) -> None:
    with pytest.raises(SimulationError, match=told):
        SimulateOptions(**options)  # type: ignore[arg-type]


def test_one_customer_for_one_day_is_a_brand_too(tmp_path: Path) -> None:
    report = simulate(tmp_path / "one", "tiny", SimulateOptions(customers=1, days=1))
    assert report.folder.joinpath("silos.toml").is_file()


def test_parquet_says_what_the_text_says(tmp_path: Path, brand: Brand) -> None:
    options = SimulateOptions(customers=1200, days=120, seed=11, form="parquet")
    simulate(tmp_path / "out", "tiny", options)
    texts = sum(
        line.count('"messageId"')
        for p in brand.folder.glob("web/*.ndjson")
        for line in [p.read_text(encoding="utf-8")]
    )
    rows = pq.read_table(tmp_path / "out" / "web")
    assert rows.num_rows <= texts
    assert rows.num_rows > texts * 0.99
    assert rows.schema.field("timestamp").type.tz == "UTC"
    for properties in rows["properties"].slice(0, 500).to_pylist():
        json.loads(properties)
    truth = {}
    for name, folder in (("native", brand.folder), ("parquet", tmp_path / "out")):
        sales = pq.read_table(folder / "truth" / "sales.parquet")
        truth[name] = sum(sales["net_cents"].to_pylist())
    assert truth["native"] == truth["parquet"]


def test_all_is_wasted_or_nothing_where_the_world_says_so(tmp_path: Path) -> None:
    options = SimulateOptions(customers=3000, days=200, seed=1)
    for name in ("all-wasted", "none-wasted"):
        report = simulate(tmp_path / name, name, options)
        wasted = sum(report.wasted_cents.values())
        assert wasted == (report.spend_cents if name == "all-wasted" else 0)
