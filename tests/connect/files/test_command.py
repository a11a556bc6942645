"""`parvis import` as it is typed: shown, asked, written, told in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parvis.cli import importing
from parvis.cli.importing import import_app
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import rows, written

TEXT = "order_id;date;client;montant\n1;15/03/2024;7;1 234,50\n2;bientôt;8;2,50\n"


@pytest.fixture
def folder(workspace: Workspace) -> Iterator[Path]:
    """Give the folder of a workspace that no other process has open."""
    path = workspace.files.folder
    workspace.close()
    yield path
    workspace.close()


def said(*words: object) -> str:
    """Run a command; return what it printed, on one line."""
    result = CliRunner().invoke(import_app, [str(w) for w in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_a_dry_run_shows_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    path = written(tmp_path, TEXT)
    output = said("orders", path, "-w", folder, "--dry-run")
    for part in ("semicolon", "decimal comma", "DD/MM/YYYY", "1234.5", "not a date", "row 2"):
        assert part in output
    assert "nothing was written" in output
    assert rows(Workspace.open(folder)) == []


def test_an_import_and_its_quarantine(folder: Path, tmp_path: Path) -> None:
    path, mapping, mend = written(tmp_path, TEXT), tmp_path / "m.toml", tmp_path / "mend.csv"
    output = said("orders", path, "-w", folder, "--source", "shop", "--save-mapping", mapping)
    assert "2 rows read: 1 added (1 Order Completed), 0 known already" in output
    assert "Set aside: 1 row" in output
    assert "shop, file.csv: 1 row" in said("quarantine", "-w", folder)
    assert "1 row is in" in said("quarantine", "-w", folder, "--csv", mend, "--source", "shop")
    mend.write_text(mend.read_text().replace("bientôt", "16/03/2024"))
    output = said("orders", mend, "-w", folder, "--source", "shop", "--mapping", mapping)
    assert "1 added" in output
    output = said("orders", path, "-w", folder, "--source", "shop")
    assert "0 added, 1 known already" in output
    assert "1 of these were set aside before" in output


def test_nothing_in_the_quarantine(folder: Path) -> None:
    assert "every row could be read" in said("quarantine", "-w", folder)


def test_on_a_terminal_it_asks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_asks", lambda: True)
    words = ["orders", str(written(tmp_path, TEXT)), "-w", str(folder)]
    result = CliRunner().invoke(import_app, words, input="n\n")
    assert "Nothing was written" in result.output
    assert rows(Workspace.open(folder)) == []
    result = CliRunner().invoke(import_app, words, input="y\n")
    assert "1 added" in result.output
