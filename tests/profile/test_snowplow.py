"""Visits of real tracker events, beside those that the tracker's own published model finds."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.profile import api as profile
from parvis.profile.api import SessionRules
from parvis.profile.sessions import visited
from tests.making import Row, event, moment, owners_of, rows, staged

if TYPE_CHECKING:
    import ibis.expr.types as ir

DATA = Path(__file__).parents[3] / "shared" / "data" / "web"
EVENTS, EXPECTED = DATA / "snowplow_web_events.csv", DATA / "snowplow_web_sessions_expected.csv"

pytestmark = pytest.mark.skipif(
    not EVENTS.exists(), reason="the tracker's test data isn't beside this checkout"
)

TYPES = {"page_view": ("page", "Page Viewed"), "page_ping": ("track", "Page Ping")}


def page_view_id(row: dict[str, str]) -> str | None:
    told = row["contexts_com_snowplowanalytics_snowplow_web_page_1_0_0"]
    found = json.loads(told) if told else []
    while isinstance(found, list):
        found = found[0] if found else {}
    return found.get("id")


def read_events() -> list[Row]:
    found: dict[str, Row] = {}
    with EVENTS.open(encoding="utf-8", newline="") as file:
        # of equal messages the first wins, as in the lake
        for row in sorted(csv.DictReader(file), key=lambda r: r["collector_tstamp"]):
            kind, name = TYPES.get(row["event"], ("track", row["event_name"]))
            view = page_view_id(row)
            if kind == "page" and view is None:
                continue  # an importer puts it aside: it names no page
            created, sent = (moment(row[f"dvce_{c}_tstamp"]) for c in ("created", "sent"))
            occurred = moment(row["derived_tstamp"])
            # the tracker corrects a device's clock, and with it how long an event was kept
            received = max(moment(row["collector_tstamp"]), occurred + (sent - created))
            found.setdefault(
                row["event_id"],
                event(
                    name,
                    occurred,
                    cookie=row["domain_userid"] or None,
                    received=received,
                    also=[("network_userid", row["network_userid"])],
                    message_id=row["event_id"],
                    type=kind,
                    source="web",
                    context={"sessionId": row["domain_sessionid"]},
                    properties={"page_view_id": view, "url": row["page_url"]},
                ),
            )
    return list(found.values())


@pytest.fixture(scope="module")
def whose(engine: DuckLake) -> ir.Table:
    table = staged(engine, read_events())
    owners = owners_of(engine, table)
    return engine.stage(identity.resolved(table, owners))


@pytest.fixture(scope="module")
def visits(whose: ir.Table) -> list[Row]:
    return rows(profile.sessions(whose, SessionRules(), "UTC"), "started_at", "ended_at")


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda r: (r["start_tstamp"], r["end_tstamp"]))


def test_eighteen_visits_forty_three_pages_eleven_users(visits: list[Row], whose: ir.Table) -> None:
    assert len(visits) == 18
    # one visit has no cookie at all
    assert len({v["anonymous_id"] for v in visits} - {None}) == 11
    # a page seen in two visits is one page, and counts in each of them
    seen = rows(visited(whose, SessionRules()).select("page_view", "is_single_view").distinct())
    assert len([r for r in seen if r["page_view"]]) == 43
    assert not any(r["is_single_view"] for r in seen)
    assert sum(v["page_views"] for v in visits) == 46


def test_each_visit_begins_and_ends_and_sees_what_it_should(
    visits: list[Row], expected: list[dict[str, str]]
) -> None:
    # Where nothing but the ping of a page arrived, their model lets the visit begin five
    # seconds (the first ping's delay) before it. Ours begins with what was observed.
    stray = {v["started_at"] for v in visits if v["events"] == 1 and v["message_id"] in _pings()}
    ours = sorted(
        (
            v["started_at"] - timedelta(seconds=5 * (v["started_at"] in stray)),
            v["ended_at"],
            v["page_views"],
        )
        for v in visits
    )
    theirs = sorted(
        (moment(e["start_tstamp"]), moment(e["end_tstamp"]), int(e["page_views"])) for e in expected
    )
    assert len(stray) == 3
    assert ours == theirs


def _pings() -> set[str]:
    return {e["message_id"] for e in read_events() if e["name"] == "Page Ping"}
