"""Spend: one figure a day, channel, campaign and place; never twice, never silently changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import brought, reasons, rows, written

TEXT = (
    "Date,Channel,Campaign,Cost,Impr.,Clicks,Ad group\n"
    '2024-03-13,search,brand,"1,234.50",100,5,a\n'
    "2024-03-13,search,brand,10.00,10,1,b\n"
    "2024-03-14,social,,7.50,,,\n"
)


def test_rows_become_spend(workspace: Workspace, tmp_path: Path) -> None:
    report = brought(workspace, written(tmp_path, TEXT), "spend", source="ads")
    first, second = rows(workspace, "spend")
    assert (first["day"], first["amount"], first["clicks"]) == (
        date(2024, 3, 13),
        Decimal("1244.50"),
        6,
    )
    assert (second["channel"], second["campaign"], second["impressions"]) == ("social", None, None)
    assert report.preview.added == {"spend": 2}
    assert any("added up" in note for note in report.preview.notes)
    assert (
        brought(workspace, written(tmp_path, TEXT, "b.csv"), "spend", source="ads").report.added
        == 0
    )


def test_another_figure_for_a_known_day_is_told(workspace: Workspace, tmp_path: Path) -> None:
    brought(workspace, written(tmp_path, TEXT), "spend")
    later = written(tmp_path, TEXT.replace("7.50", "8.50") + "2024-03-15,social,,1,,,\n", "b.csv")
    report = brought(workspace, later, "spend")
    assert report.preview.added == {"spend": 1}
    assert reasons(report) == {"differs_from_known": 1}
    kept = rows(workspace, "quarantine")[0]
    assert "8.5" in kept["value"]
    assert "known: 7.5" in kept["value"]
    assert rows(workspace, "spend")[1]["amount"] == Decimal("7.50")


@pytest.mark.parametrize(
    ("lines", "reason", "count"),
    [
        ("2024-03-14,tv,1\n2024-03-14,tv,2\n", "two_figures", 2),
        ("2024-03-14,,1\n", "missing", 1),
        ("someday,tv,1\n", "not_a_date", 1),
    ],
)
def test_rows_that_cannot_be(
    workspace: Workspace, tmp_path: Path, lines: str, reason: str, count: int
) -> None:
    text = "day,channel,spend\n2024-03-13,tv,5\n2024-03-16,tv,5\n" + lines
    report = brought(workspace, written(tmp_path, text), "spend")
    assert reasons(report) == {reason: count}
    assert report.preview.added == {"spend": 2}


def test_a_row_exported_twice_counts_once(workspace: Workspace, tmp_path: Path) -> None:
    text = "day,channel,spend\n2024-03-13,tv,5\n2024-03-13,tv,5\n"
    brought(workspace, written(tmp_path, text), "spend")
    assert [r["amount"] for r in rows(workspace, "spend")] == [Decimal(5)]


def test_clicks_are_whole(workspace: Workspace, tmp_path: Path) -> None:
    text = "day,channel,spend,clicks\n2024-03-13,tv,5,1.5\n2024-03-14,tv,5,2.0\n"
    report = brought(workspace, written(tmp_path, text), "spend")
    assert reasons(report) == {"not_a_whole_number": 1}


def test_one_channel_for_the_whole_file(workspace: Workspace, tmp_path: Path) -> None:
    text = "Jour;Coût;Campagne\n13/03/2024;5,20;printemps\n"
    brought(workspace, written(tmp_path, text), "spend", overrides=("channel:=search",))
    (row,) = rows(workspace, "spend")
    assert (row["channel"], row["amount"], row["campaign"]) == (
        "search",
        Decimal("5.2"),
        "printemps",
    )
