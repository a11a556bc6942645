"""When marketing is measured, and what a team says of sites."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from parvis.errors import MeasureError
from parvis.lake.workspace import Workspace
from parvis.measure import api as measure
from parvis.work import measuring
from parvis.work.measuring import measure_if_due
from parvis.work.sources import tell_sources
from parvis.work.steps import build
from tests.making import change_settings, made_workspace, one, order, page, put, rows, staged

DONE = object()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(measuring, "measure_all", lambda _workspace: DONE)
    found = made_workspace(tmp_path / "shop")
    put(found, [order("1")])
    build(found)
    return found


def measured_at(shop: Workspace, moment: datetime) -> None:
    told = {"measured_at": moment, "state": "refused", "seconds": 1.0, "problems": "[]",
            "checks": "{}"}  # fmt: skip
    shop.engine.append("measured", staged(shop.engine, [told], "measured"))


def test_it_is_due_when_there_are_orders_and_nobody_measured(shop: Workspace) -> None:
    assert measure_if_due(shop) is DONE


def test_it_is_due_again_after_a_day(shop: Workspace) -> None:
    now = datetime.now(UTC)
    measured_at(shop, now - timedelta(hours=25))
    assert measure_if_due(shop) is DONE
    measured_at(shop, now - timedelta(hours=1))
    assert measure_if_due(shop) is None


def test_it_is_never_due_where_the_team_says_so(shop: Workspace) -> None:
    shop = change_settings(shop, ("\nevery_days = 1", "\nevery_days = 0"))
    assert measure_if_due(shop) is None


def test_the_mix_is_by_day_where_the_team_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = measure.answer

    def noted(*given: Any, period_days: int) -> measure.Answer:
        asked.append(period_days)
        return real(*given, period_days=period_days)

    monkeypatch.setattr(measure, "answer", noted)
    shop = made_workspace(tmp_path / "shop")
    put(shop, [order("1")])
    build(shop)
    measuring.measure_all(shop)
    measuring.measure_all(change_settings(shop, ('period = "week"', 'period = "day"')))
    assert asked == [7, 1]


def test_a_team_says_what_kind_of_site_a_source_is(tmp_path: Path) -> None:
    shop = made_workspace(tmp_path / "shop")
    put(shop, [
        page("https://shop.example/", "2026-03-01T10:00", cookie="k1",
             properties={"referrer": "https://www.teablog.example/best"}),
        order("1", "2026-03-01T12:00", cookie="k1"),
    ])  # fmt: skip
    build(shop)
    assert one(shop.table("touchpoints"))["channel"] == "referral"
    told = tmp_path / "sources.csv"
    told.write_text("source,source_category\nteablog.example,SOURCE_CATEGORY_SOCIAL\n")
    assert tell_sources(shop, told) == 1
    build(shop)
    assert one(shop.table("touchpoints"))["channel"] == "organic social"
    # the same file again says nothing new; another word stands above the first
    assert tell_sources(shop, told) == 0
    told.write_text("source,source_category\nteablog.example,search\nother.example,video\n")
    assert tell_sources(shop, told) == 2
    assert len(rows(shop.table("source_categories"))) == 2


def test_a_kind_of_site_that_is_none_changes_nothing(tmp_path: Path) -> None:
    shop = made_workspace(tmp_path / "shop")
    told = tmp_path / "sources.csv"
    told.write_text("source,source_category\na.example,social\nb.example,telepathy\n")
    with pytest.raises(MeasureError, match="line 3: category 'telepathy'"):
        tell_sources(shop, told)
    assert rows(shop.table("source_categories")) == []
