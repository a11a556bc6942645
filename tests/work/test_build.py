"""What a build does, what it leaves alone, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from parvis.errors import WorkspaceBusy
from parvis.lake.build import BuildReport
from parvis.lake.workspace import Workspace
from parvis.work.steps import STEPS, build, explain
from tests.making import (
    Row,
    built,
    change_settings,
    event,
    one,
    only,
    order,
    page,
    put,
    rows,
    run_python,
    speak_of,
)


def done(report: BuildReport) -> dict[str, str]:
    return {d.step.table: d.what for d in report.plan.decisions}


def shop(people: Iterable[str]) -> list[Row]:
    return [
        row
        for number, name in enumerate(people)
        for row in (
            order(f"o-{name}", f"2026-03-{number % 27 + 1:02}T10:00", user=name),
            page("/", f"2026-03-{number % 27 + 1:02}T09:00", user=name, cookie=f"c-{name}"),
        )
    ]


PEOPLE = [f"u{n:02}" for n in range(12)]


# nothing, and only what is concerned


def test_a_first_build_is_whole_and_a_second_does_nothing(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    assert set(done(build(workspace)).values()) == {"whole"}
    version, before = workspace.data_version(), built(workspace)
    report = build(workspace)
    assert report.plan.is_empty
    assert report.steps == ()
    assert workspace.data_version() == version
    assert built(workspace) == before


def test_an_empty_workspace_builds(workspace: Workspace) -> None:
    build(workspace)
    assert all(found == [] for found in built(workspace).values())


def test_only_the_customers_concerned_are_written(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    build(workspace)
    since = workspace.engine.snapshot()
    put(workspace, [order("new", "2026-03-30T10:00", user="u03", amount=1)])
    report = build(workspace)
    until = workspace.engine.snapshot()
    concerned = one(workspace.profiles, user_id="u03")["customer_id"]

    orders = rows(workspace.engine.changes("orders", since, until))
    assert [(r["change_type"], r["order_id"]) for r in orders] == [("insert", "new")]
    traits = rows(workspace.engine.changes("customer_traits", since, until))
    assert {r["customer_id"] for r in traits} == {concerned}
    assert rows(workspace.engine.changes("sessions", since, until)) == []
    assert {s.decision.step.table: s.rows_written for s in report.steps}["orders"] == 1


def test_what_is_not_concerned_is_not_even_rewritten_in_place(workspace: Workspace) -> None:
    """A profile whose scores stay is left alone, though scores depend on everybody."""
    put(workspace, shop(PEOPLE))
    build(workspace)
    since = workspace.engine.snapshot()
    put(workspace, [event("Seen", "2026-03-30", user="u03")])
    build(workspace)
    changed = rows(workspace.engine.changes("profiles", since, workspace.engine.snapshot()))
    assert {r["user_id"] for r in changed} == {"u03"}


# settings


@pytest.mark.parametrize(
    ("change", "whole"),
    [
        (
            ('zone = "UTC"', 'zone = "America/New_York"'),
            {"orders", "order_lines", "sessions", "journeys", "profiles"},
        ),
        (("inactivity_minutes = 30", "inactivity_minutes = 5"), {"sessions", "profiles"}),
        (('currency = "EUR"', 'currency = "USD"'), {"orders", "order_lines", "profiles"}),
        (("every_minutes = 15", "every_minutes = 30"), set()),
    ],
)
def test_changed_settings_rebuild_what_reads_them(
    workspace: Workspace, change: tuple[str, str], whole: set[str]
) -> None:
    put(workspace, shop(PEOPLE))
    build(workspace)
    changed = change_settings(workspace, change)
    assert {t for t, what in done(build(changed)).items() if what == "whole"} == whole
    assert build(changed).plan.is_empty
    changed.close()


def test_a_changed_zone_reaches_the_traits(make: Callable[..., Workspace]) -> None:
    workspace = make()
    put(workspace, [order("o1", "2026-03-31T23:30")])
    build(workspace)
    assert rows(workspace.profiles)[0]["cohort"] == date(2026, 3, 1)
    east = change_settings(workspace, ('zone = "UTC"', 'zone = "Europe/Paris"'))
    build(east)
    (found,) = rows(east.profiles)
    assert (found["cohort"], found["last_order_on"]) == (date(2026, 4, 1), date(2026, 4, 1))
    east.close()


def test_a_new_rate_reaches_the_traits(make: Callable[..., Workspace]) -> None:
    workspace = make()
    put(workspace, [order("o1", amount=100, currency="GBP"), order("o2", amount=7)])
    build(workspace)
    (found,) = rows(workspace.profiles)
    assert (found["monetary"], found["unconverted_orders"], found["frequency"]) == (7, 1, 2)
    assert found["average_basket"] == 7
    path = workspace.files.settings
    path.write_text(
        path.read_text() + '\n[[money.rates]]\ncurrency = "GBP"\nfrom = 2026-01-01\nrate = 1.15\n'
    )
    workspace.close()
    with Workspace.open(workspace.files.folder) as rated:
        build(rated)
        (found,) = rows(rated.profiles)
        assert (found["monetary"], found["unconverted_orders"]) == (122, 0)
        assert found["average_basket"] == 61


def test_other_rules_of_a_visit_reach_the_traits(workspace: Workspace) -> None:
    put(workspace, [page("/", "2026-03-02T12:00"), page("/", "2026-03-02T12:20")])
    build(workspace)
    assert rows(workspace.profiles)[0]["sessions"] == 1
    shorter = change_settings(workspace, ("inactivity_minutes = 30", "inactivity_minutes = 5"))
    build(shorter)
    assert rows(shorter.profiles)[0]["sessions"] == 2
    shorter.close()


# time


def test_a_new_day_changes_recency_without_new_events(workspace: Workspace) -> None:
    put(workspace, [order("o1", "2026-03-02")])
    workspace = speak_of(workspace, "2026-03-10")
    build(workspace)
    assert rows(workspace.profiles)[0]["recency_days"] == 8
    workspace = speak_of(workspace, "2026-03-11")
    assert {t for t, w in done(build(workspace)).items() if w != "nothing"} == {"profiles"}
    assert rows(workspace.profiles)[0]["recency_days"] == 9
    workspace.close()


def test_the_date_can_be_moved_back(workspace: Workspace) -> None:
    put(workspace, [order("o1", "2026-03-02"), order("o2", "2026-03-20")])
    build(workspace)
    assert rows(workspace.profiles)[0]["frequency"] == 2
    workspace = speak_of(workspace, "2026-03-10")
    assert set(done(build(workspace)).values()) == {"whole"}
    (found,) = rows(workspace.profiles)
    assert (found["frequency"], found["recency_days"]) == (1, 8)
    assert only(workspace.orders, "order_id") == ["o1"]
    workspace.close()


def test_what_lies_ahead_waits_for_its_day(workspace: Workspace) -> None:
    workspace = speak_of(workspace, "2026-03-10")
    put(
        workspace,
        [
            order("o1", "2026-03-02"),
            order("ahead", "2026-03-12"),
            order("late", "2026-03-03", received="2026-03-12"),
        ],
    )
    build(workspace)
    assert only(workspace.orders, "order_id") == ["o1"]
    workspace = speak_of(workspace, "2026-03-12")
    build(workspace)
    assert only(workspace.orders, "order_id") == ["o1"]
    workspace = speak_of(workspace, "2026-03-13")
    plan = explain(workspace)
    assert "2 rows of events now lie before the date" in plan.decisions[0].why
    build(workspace)
    assert only(workspace.orders, "order_id") == ["ahead", "late", "o1"]
    workspace.close()


AT_NIGHT = """
import sys, time
from pathlib import Path
time.tzset()
assert time.strftime("%z", time.localtime(0)) == sys.argv[2]
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import order, page, put, rows
with Workspace.open(Path(sys.argv[1])) as workspace:
    put(workspace, [order("o1", "2026-03-29T21:30"), page("/", "2026-03-29T21:30", user="ann")])
    build(workspace)
    (made,) = rows(workspace.orders)
    (visit,) = rows(workspace.sessions)
    (person,) = rows(workspace.profiles)
    print(made["ordered_on"], visit["started_on"], person["cohort"], person["recency_days"])
    print(visit["session_id"])
"""


def test_days_are_the_workspaces_not_the_servers(make: Callable[..., Workspace]) -> None:
    """23:30 in Paris, on the night after the clocks went forward."""
    said = []
    for zone, offset in (("UTC", "+0000"), ("Asia/Tokyo", "+0900")):
        folder = make(zone="Europe/Paris").files.folder
        said.append(run_python(AT_NIGHT, folder, offset, env={"TZ": zone}).split())
    # from the 29th to the first of July
    assert said[0][:4] == ["2026-03-29", "2026-03-29", "2026-03-01", "94"]
    # the names of visits too
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("utc", "day", "week", "month"),
    [
        ("2026-03-29T21:30", "2026-03-29", "2026-03-23", "2026-03-01"),  # the day of 23 hours
        ("2026-03-28T23:30", "2026-03-29", "2026-03-23", "2026-03-01"),
        ("2026-10-25T22:30", "2026-10-25", "2026-10-19", "2026-10-01"),  # the day of 25 hours
        ("2026-10-25T23:30", "2026-10-26", "2026-10-26", "2026-10-01"),
        ("2026-05-31T22:30", "2026-06-01", "2026-06-01", "2026-06-01"),
    ],
)
def test_local_days_weeks_and_months(
    workspace: Workspace, utc: str, day: str, week: str, month: str
) -> None:
    from parvis.lake.functions import local_day, local_month, local_week

    put(workspace, [event("Seen", utc)])
    at = workspace.events.occurred_at
    zone = "Europe/Paris"
    found = rows(
        workspace.events.select(
            day=local_day(at, zone), week=local_week(at, zone), month=local_month(at, zone)
        )
    )
    assert [str(v) for v in found[0].values()] == [day, week, month]


def test_a_day_begins_at_its_own_midnight(make: Callable[..., Workspace]) -> None:
    workspace = make(zone="Europe/Paris", as_of="2026-03-29")
    assert workspace.now() == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert speak_of(workspace, "2026-03-30").now() == datetime(2026, 3, 29, 22, tzinfo=UTC)
    workspace = change_settings(workspace, ("as_of = 2026-03-30", 'as_of = "today"'))
    assert abs((workspace.now() - datetime.now(UTC)).total_seconds()) < 5


# explain


def test_explain_says_what_and_why_and_touches_nothing(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    version = workspace.data_version()
    plan = explain(workspace)
    assert {d.why for d in plan.decisions} == {"never built"}
    places = [d.step.table for d in plan.decisions]
    for decision in plan.decisions:
        made = [name for name in decision.step.reads if name in places]
        assert all(places.index(n) < places.index(decision.step.table) for n in made)
    assert {d.step.table for d in plan.decisions} == {s.table for s in STEPS}
    assert workspace.data_version() == version

    build(workspace)
    assert explain(workspace).is_empty
    put(workspace, [order("new")])
    version, files = workspace.data_version(), sorted(workspace.files.lake.folder.iterdir())
    told = {d.step.table: (d.what, d.why) for d in explain(workspace).decisions}
    assert told["orders"] == ("changed", "1 new rows in events; identities may change")
    assert told["profiles"] == ("whole", "customer_traits may change")
    assert workspace.data_version() == version
    assert sorted(workspace.files.lake.folder.iterdir()) == files
    # and a build then does just that
    assert done(build(workspace)) == {t: what for t, (what, _) in told.items()}


def test_a_forgotten_state_is_built_whole(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    build(workspace)
    put(workspace, [order("new", user="u01")])
    engine = workspace.engine
    last = rows(workspace.build_state)[0]["snapshot"]
    engine._connection.execute(f"CALL ducklake_expire_snapshots('lake', versions => [{last}])")
    report = build(workspace)
    assert set(done(report).values()) == {"whole"}
    assert "no longer kept" in report.plan.decisions[0].why
    assert one(workspace.profiles, user_id="u01")["frequency"] == 2


def test_a_build_after_maintenance_is_still_bit_by_bit(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    build(workspace)
    put(workspace, [order("new", user="u01", amount=Decimal("2.5"))])
    workspace.engine.maintain(0)
    assert done(build(workspace))["orders"] == "changed"
    assert one(workspace.profiles, user_id="u01")["monetary"] == Decimal("12.5")


# one at a time


def test_a_second_builder_is_told(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    with workspace.building(), pytest.raises(WorkspaceBusy, match="building") as caught:
        build(workspace)
    assert "can be read meanwhile" in caught.value.next_step
    assert not build(workspace).plan.is_empty


def test_progress_is_told(workspace: Workspace) -> None:
    put(workspace, shop(PEOPLE))
    told: list[tuple[str, int, int]] = []
    build(workspace, lambda d, place, count: told.append((d.step.table, place, count)))
    assert [p for _, p, _ in told] == list(range(len(STEPS)))
    assert {c for _, _, c in told} == {len(STEPS)}


def test_an_error_in_a_step_leaves_everything(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, shop(PEOPLE))
    build(workspace)
    before = built(workspace)
    put(workspace, [order("new", user="u01")])

    def fail(decision: object, place: int, count: int) -> None:
        if place == count - 1:
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        build(workspace, fail)
    assert built(workspace) == before
    build(workspace)
    assert one(workspace.profiles, user_id="u01")["frequency"] == 2
