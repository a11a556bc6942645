"""Looking for people who are alike, in what runs by itself."""

from __future__ import annotations

import logging

import pytest

from parvis.errors import MatchingError
from parvis.lake.workspace import Workspace
from parvis.work import worker as working
from parvis.work.matching import match_if_due
from tests.making import order, put


def test_a_search_that_fails_stops_no_build_and_waits_a_day(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = []

    def fail(of: Workspace) -> None:
        tried.append(of)
        raise MatchingError("Nothing can be compared.", "Look at the records.")

    monkeypatch.setattr(working, "match_if_due", fail)
    now = [1000.0]
    monkeypatch.setattr(working.time, "monotonic", lambda: now[0])
    worker = working.Worker(workspace.files.folder)
    for number, moment in enumerate((1000.0, 2000.0, 1000.0 + 25 * 3600), start=1):
        put(workspace, [order(f"o{number}")])
        now[0] = moment
        with caplog.at_level(logging.ERROR, "parvis.work"):
            worker._turn()
        assert workspace.table("orders").count().to_pyarrow().as_py() == number
    assert len(tried) == 2
    assert [r.message for r in caplog.records if "tried again in a day" in r.message] == [
        "people can't be compared (Nothing can be compared.); it is tried again in a day"
    ] * 2


def test_nothing_is_sought_among_few(workspace: Workspace) -> None:
    put(workspace, [order("o1")])
    assert match_if_due(workspace) is None
    assert not (workspace.files.folder / "models").exists()
