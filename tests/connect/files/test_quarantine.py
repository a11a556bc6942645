"""The quarantine: seen, written out, mended, brought again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from parvis.connect.files.api import export_quarantine, quarantined_sources
from parvis.connect.files.quarantine import MEANINGS
from parvis.errors import SourceError
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, rows, written

TEXT = "order_id,date,amount,note\n1,2024-03-15,1.50,a\n2,soon,2.50,b\n2 b,soon,2.50,b\n4,2024-03\n"


def test_mended_and_brought_again(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, TEXT), source="shop")
    (part,) = quarantined_sources(workspace)
    assert (part.source, part.file, part.rows) == ("shop", "file.csv", 3)
    assert part.reasons[0].meaning == MEANINGS["not_a_date"]
    target = tmp_path / "mend.csv"
    assert export_quarantine(workspace, target, "shop") == 3
    with target.open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [r["parvis_row"] for r in table] == ["2", "3", "4"]
    assert table[2]["parvis_line"] == "4,2024-03"
    target.write_text(target.read_text().replace("soon", "2024-03-16"))
    report = brought(workspace, target, source="shop")
    assert report.report.added == 2
    assert len([r for r in rows(workspace) if "parvis" in r["properties"]]) == 0


def test_rows_that_are_alike_are_all_kept(workspace: Workspace, tmp_path: Path) -> None:
    text = "order_id,date,total\n1,2024-03-15,1\n2,soon,2\n2,soon,2\n"
    assert brought(workspace, written(tmp_path, text)).report.quarantined == 2


def test_nothing_to_write(workspace: Workspace, tmp_path: Path) -> None:
    assert quarantined_sources(workspace) == ()
    with pytest.raises(SourceError, match="is empty"):
        export_quarantine(workspace, tmp_path / "x.csv")


def test_one_source_at_a_time(workspace: Workspace, tmp_path: Path) -> None:
    for source in ("a", "b"):
        brought(workspace, written(tmp_path, TEXT), source=source)
    with pytest.raises(SourceError, match="a, b"):
        export_quarantine(workspace, tmp_path / "x.csv")
