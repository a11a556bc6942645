"""Visits."""

from __future__ import annotations

from datetime import date

import pytest

from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.profile import api as profile
from parvis.profile.api import SessionRules
from tests.making import Row, event, order, owners_of, page, rows, staged

USUAL = SessionRules()


def visits(
    engine: DuckLake, events: list[Row], rules: SessionRules = USUAL, zone: str = "UTC"
) -> list[Row]:
    table = staged(engine, events)
    owners = owners_of(engine, table)
    whose = identity.resolved(table, owners)
    return rows(profile.sessions(whose, rules, zone), "started_at", "anonymous_id")


def tracked(session: str, at: str, **more: object) -> Row:
    return page("/", at, context={"sessionId": session}, **more)


def test_a_visit_is_told(engine: DuckLake) -> None:
    first = page(
        "/in",
        "2026-03-02T12:00:00",
        channel="search",
        campaign="spring",
        device="phone",
        properties={"referrer": "https://s.example"},
    )
    (visit,) = visits(
        engine,
        [
            order("o1", "2026-03-02T12:05:00", user=None, cookie="c1", source="web"),
            first,
            page("/out", "2026-03-02T12:07:30", channel="email"),
        ],
    )
    assert (visit["events"], visit["page_views"], visit["seconds"]) == (3, 2, 450)
    assert (visit["first_url"], visit["last_url"]) == ("/in", "/out")
    assert (visit["channel"], visit["campaign"], visit["device"]) == ("search", "spring", "phone")
    assert visit["referrer"] == "https://s.example"
    assert visit["message_id"] == first["message_id"]


@pytest.mark.parametrize(("second", "count"), [("12:30:00", 1), ("12:30:01", 2)])
def test_thirty_minutes_exactly_are_one_visit(engine: DuckLake, second: str, count: int) -> None:
    found = visits(engine, [page("/", "2026-03-02T12:00:00"), page("/", f"2026-03-02T{second}")])
    assert len(found) == count


def test_the_pause_is_a_setting(engine: DuckLake) -> None:
    events = [page("/", "2026-03-02T12:00"), page("/", "2026-03-02T12:11")]
    assert len(visits(engine, events, SessionRules(inactivity_minutes=10))) == 2
    assert len(visits(engine, events, SessionRules(inactivity_minutes=11))) == 1


def test_midnight_ends_no_visit_and_the_day_is_that_of_its_beginning(engine: DuckLake) -> None:
    events = [page("/", "2026-03-02T22:50"), page("/", "2026-03-02T23:10")]
    (visit,) = visits(engine, events, zone="Europe/Paris")
    assert visit["started_on"] == date(2026, 3, 2)
    (visit,) = visits(engine, [events[1]], zone="Europe/Paris")
    assert visit["started_on"] == date(2026, 3, 3)


def test_each_device_and_site_has_its_own(engine: DuckLake) -> None:
    found = visits(engine, [page(), page(cookie="c2"), page(source="app")])
    assert len(found) == 3
    assert len({v["session_id"] for v in found}) == 3


def test_the_trackers_own_number_is_kept(engine: DuckLake) -> None:
    found = visits(
        engine,
        [
            tracked("s1", "2026-03-02T12:00"),
            tracked("s1", "2026-03-02T15:00"),
            tracked("s2", "2026-03-02T15:01"),
        ],
    )
    assert [(v["seconds"], v["page_views"]) for v in found] == [(3 * 3600, 2), (0, 1)]


def test_a_browser_that_changes_its_cookie_is_on_one_visit(engine: DuckLake) -> None:
    found = visits(
        engine,
        [
            tracked("s1", "2026-03-02T12:00", cookie="c1"),
            tracked("s1", "2026-03-02T12:10", cookie="c2"),
            tracked("s1", "2026-03-02T12:20", user="ann", cookie="c3"),
            tracked("s2", "2026-03-02T12:30", cookie="c2"),
        ],
    )
    assert [(v["anonymous_id"], v["page_views"], v["seconds"]) for v in found] == [
        ("c1", 3, 1200),
        ("c2", 1, 0),
    ]


@pytest.mark.parametrize(("last", "seconds"), [("12:00:00", 3 * 86_400), ("12:00:01", 60)])
def test_three_days_are_the_most(engine: DuckLake, last: str, seconds: int) -> None:
    events = [
        tracked("s1", "2026-03-02T12:00:00"),
        tracked("s1", "2026-03-02T12:01:00"),
        tracked("s1", f"2026-03-05T{last}"),
    ]
    (visit,) = visits(engine, events)
    assert visit["seconds"] == seconds


@pytest.mark.parametrize(("received", "count"), [("12:00:00", 1), ("12:00:01", 0)])
def test_what_its_device_kept_too_long_is_no_visit(
    engine: DuckLake, received: str, count: int
) -> None:
    kept = page("/", "2026-03-02T12:00:00", received=f"2026-03-05T{received}")
    assert len(visits(engine, [kept])) == count


def test_robots_do_not_visit(engine: DuckLake) -> None:
    assert visits(engine, [page(context={"is_robot": True})]) == []
    assert len(visits(engine, [page(context={"is_robot": False})])) == 1


def test_a_visit_without_a_page_is_none(engine: DuckLake) -> None:
    assert visits(engine, [event("Opened", cookie="c1", source="web")]) == []


def test_a_ping_tells_of_its_page_and_makes_the_visit_last(engine: DuckLake) -> None:
    def ping(at: str, view: str | None) -> Row:
        told = {"page_view_id": view} if view else {}
        return event("Page Ping", at, cookie="c1", source="web", properties=told)

    viewed = page("/", "2026-03-02T12:00", properties={"page_view_id": "v1"})
    (visit,) = visits(engine, [viewed, ping("2026-03-02T12:10", "v1")])
    assert (visit["page_views"], visit["seconds"], visit["events"]) == (1, 600, 2)
    (stray,) = visits(engine, [ping("2026-03-02T12:10", "v2")])
    assert stray["page_views"] == 1
    assert visits(engine, [ping("2026-03-02T12:10", None)]) == []


def test_a_page_reported_twice_counts_once(engine: DuckLake) -> None:
    twice = [
        page("/", f"2026-03-02T12:0{minute}", properties={"page_view_id": "v1"})
        for minute in (0, 1)
    ]
    (visit,) = visits(engine, twice)
    assert (visit["page_views"], visit["events"]) == (1, 2)


def test_a_known_person_without_a_device_does_not_visit(engine: DuckLake) -> None:
    assert visits(engine, [page(user="ann", cookie=None)]) == []
    assert len(visits(engine, [page(user="ann", cookie=None, context={"sessionId": "s1"})])) == 1


def test_the_order_of_arrival_does_not_matter(engine: DuckLake) -> None:
    events = [page(f"/{i}", f"2026-03-02T{12 + i // 2}:{(i % 2) * 20:02}") for i in range(8)]
    assert visits(engine, events) == visits(engine, events[::-1])


def test_the_rules_are_the_settings(engine: DuckLake) -> None:
    events = [tracked("s1", "2026-03-02T12:00"), tracked("s1", "2026-03-04T12:00")]
    assert visits(engine, events)[0]["seconds"] == 2 * 86_400
    assert visits(engine, events, SessionRules(max_days=1))[0]["seconds"] == 0
