"""What the lake promises: no row twice, only differences, all or nothing, a change feed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.errors import LakeError
from parvis.lake.ducklake import DuckLake
from parvis.lake.workspace import Workspace
from tests.making import Row, event, only, order, put, rows, staged


def rate(currency: str, day: int, value: int) -> Row:
    return {
        "currency": currency,
        "valid_from": date(2026, 1, day),
        "valid_until": date(2026, 2, 1),
        "rate": Decimal(value),
    }


# append


def test_append_adds_what_is_new_and_nothing_twice(workspace: Workspace) -> None:
    first, second = event("A", user="ann"), event("B", user="ann")
    assert put(workspace, [first]).added == 1
    report = put(workspace, [first, second])
    assert (report.added, report.known) == (1, 1)
    version = workspace.data_version()
    again = put(workspace, [first, second])
    assert (again.added, again.known) == (0, 2)
    assert workspace.data_version() == version
    assert len(rows(workspace.imports)) == 2


def test_the_first_of_equal_keys_wins(workspace: Workspace) -> None:
    given_ = [event(n, user="ann", message_id="m1") for n in ("first", "second", "third")]
    report = put(workspace, given_)
    assert (report.added, report.known) == (1, 2)
    assert only(workspace.events, "name") == ["first"]
    put(workspace, [event("later", user="ann", message_id="m1")])
    assert only(workspace.events, "name") == ["first"]


def test_rows_that_lack_a_column_are_refused(workspace: Workspace) -> None:
    lacking = staged(workspace.engine, [event("A")]).drop("source")
    with pytest.raises(LakeError, match="events lack the columns source"):
        workspace.engine.append("events", lacking)


# reconcile

_tables = st.dictionaries(
    st.tuples(st.sampled_from(["GBP", "USD", "JPY"]), st.integers(1, 4)),
    st.integers(1, 3),
)


@settings(max_examples=40)
@given(
    before=_tables,
    after=_tables,
    scope=st.none() | st.sets(st.sampled_from(["GBP", "USD"])),
    asked=st.booleans(),
)
def test_reconcile_writes_only_differences(
    engine: DuckLake,
    before: dict[tuple[str, int], int],
    after: dict[tuple[str, int], int],
    scope: set[str] | None,
    asked: bool,
) -> None:
    def as_rows(table: dict[tuple[str, int], int]) -> list[Row]:
        return [rate(*key, value) for key, value in table.items()]

    def model(found: list[Row]) -> dict[tuple[str, int], int]:
        return {(r["currency"], r["valid_from"].day): int(r["rate"]) for r in found}

    name = "exchange_rates"
    engine.reconcile(name, staged(engine, as_rows(before), name), None)
    if scope is not None:
        after = {k: v for k, v in after.items() if k[0] in scope}
    in_scope = {k: v for k, v in before.items() if scope is None or k[0] in scope}
    limits = (
        None
        if scope is None
        else engine.stage_rows([{"currency": c} for c in scope], {"currency": "string"})
    )
    standing = engine.placed(name)
    if limits is not None:
        standing = standing.semi_join(limits, "currency")
    # what stands may have been asked for before
    held = engine.stage(standing) if asked else None
    done = engine.reconcile(name, staged(engine, as_rows(after), name), limits, held)

    outside = {k: v for k, v in before.items() if k not in in_scope}
    assert model(rows(engine.table(name))) == {**outside, **after}
    gone = {k: v for k, v in in_scope.items() if after.get(k) != v}
    come = {k: v for k, v in after.items() if in_scope.get(k) != v}
    assert (done.removed, done.added) == (len(gone), len(come))
    assert model(rows(done.before)) == gone
    assert model(rows(done.after)) == come


def test_rows_of_the_same_transaction_are_found_again(workspace: Workspace) -> None:
    engine, name = workspace.engine, "exchange_rates"
    engine.reconcile(name, staged(engine, [rate("GBP", 1, 1)], name), None)

    def twice() -> None:
        engine.reconcile(name, staged(engine, [rate("GBP", 1, 2), rate("USD", 1, 1)], name), None)
        engine.reconcile(name, staged(engine, [rate("GBP", 1, 3)], name), None)

    engine.atomically(twice)
    assert [(r["currency"], int(r["rate"])) for r in rows(engine.table(name))] == [("GBP", 3)]
    assert engine.count(engine.table(name)) == 1


def test_nothing_to_write_writes_nothing(workspace: Workspace) -> None:
    engine, name = workspace.engine, "exchange_rates"
    engine.reconcile(name, staged(engine, [rate("GBP", 1, 1)], name), None)
    version = workspace.data_version()
    done = engine.reconcile(name, staged(engine, [rate("GBP", 1, 1)], name), None)
    assert (done.removed, done.added) == (0, 0)
    assert workspace.data_version() == version


# all or nothing


def test_atomically_keeps_nothing_on_an_error(workspace: Workspace) -> None:
    engine = workspace.engine
    version = workspace.data_version()

    def work() -> None:
        engine.append("events", staged(engine, [event("A")]))
        assert len(rows(engine.table("events"))) == 1
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        engine.atomically(work)
    assert rows(workspace.events) == []
    assert workspace.data_version() == version
    assert put(workspace, [event("B")]).added == 1


def test_atomically_in_atomically_is_one(workspace: Workspace) -> None:
    engine = workspace.engine

    def outer() -> None:
        engine.atomically(lambda: engine.append("events", staged(engine, [event("A")])))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        engine.atomically(outer)
    assert rows(workspace.events) == []


def test_consistently_sees_one_state(workspace: Workspace) -> None:
    put(workspace, [event("A")])
    other = workspace.engine.session()

    def read() -> tuple[int, int]:
        first = len(rows(other.table("events")))
        put(workspace, [event("B")])
        return first, len(rows(other.table("events")))

    assert other.consistently(read) == (1, 1)
    assert len(rows(other.table("events"))) == 2
    other.close()


# change feed and time travel


@pytest.mark.parametrize("count", [1, 3, 50, 3000])
def test_the_feed_tells_what_came_inlined_or_not(workspace: Workspace, count: int) -> None:
    put(workspace, [event("before")])
    since = workspace.engine.snapshot()
    put(workspace, [event(f"n{i}") for i in range(count)])
    told = workspace.engine.changes("events", since, workspace.engine.snapshot())
    found = rows(told.select("change_type", "name"))
    assert {r["change_type"] for r in found} == {"insert"}
    assert {r["name"] for r in found} == {f"n{i}" for i in range(count)}
    assert len(found) == count


def test_the_feed_tells_what_went_and_what_changed(workspace: Workspace) -> None:
    engine, name = workspace.engine, "exchange_rates"
    engine.reconcile(name, staged(engine, [rate("GBP", 1, 1), rate("USD", 1, 1)], name), None)
    since = engine.snapshot()
    engine.reconcile(name, staged(engine, [rate("GBP", 1, 2), rate("JPY", 1, 1)], name), None)
    told = engine.changes(name, since, engine.snapshot())
    found = {(r["change_type"], r["currency"], int(r["rate"])) for r in rows(told)}
    assert found == {
        ("delete", "GBP", 1),
        ("delete", "USD", 1),
        ("insert", "GBP", 2),
        ("insert", "JPY", 1),
    }
    assert rows(engine.changes(name, engine.snapshot(), engine.snapshot())) == []


def test_a_table_can_be_read_as_it_was(workspace: Workspace) -> None:
    put(workspace, [event("A")])
    then = workspace.engine.snapshot()
    put(workspace, [event("B")])
    assert only(workspace.engine.table_at("events", then), "name") == ["A"]
    assert only(workspace.events, "name") == ["A", "B"]
    assert workspace.engine.has_snapshot(then)
    assert not workspace.engine.has_snapshot(then + 1000)


def test_maintain_keeps_the_rows_and_the_feed_of_the_last_build(workspace: Workspace) -> None:
    engine = workspace.engine
    for n in range(5):
        put(workspace, [event(f"big{n}-{i}") for i in range(200)])
    early = 2
    built_on = engine.snapshot()
    state = {
        "step": "orders",
        "version": "1",
        "snapshot": built_on,
        "as_of": workspace.now(),
        "built_at": workspace.now(),
        "seconds": 0.1,
        "rows_written": 0,
        "rows_removed": 0,
    }
    engine.reconcile("build_state", staged(engine, [state], "build_state"), None)
    for n in range(3):
        put(workspace, [event(f"new{n}-{i}") for i in range(100)])
    before = rows(workspace.events)
    assert engine.has_snapshot(early)
    engine.maintain(0)
    assert rows(workspace.events) == before
    assert not engine.has_snapshot(early)
    assert engine.has_snapshot(built_on)
    feed = rows(engine.changes("events", built_on, engine.snapshot()).select("change_type", "name"))
    assert {r["name"] for r in feed} == {f"new{n}-{i}" for n in range(3) for i in range(100)}
    assert {r["change_type"] for r in feed} == {"insert"}


# at rest


def parquet_of(workspace: Workspace) -> list[Path]:
    put(workspace, [event(f"secret {i}", user="ann") for i in range(2000)])
    files = sorted(workspace.files.lake.data.rglob("*.parquet"))
    assert files
    return files


def test_encrypted_files_cannot_be_read_without_the_catalog(make: Callable[..., Workspace]) -> None:
    workspace = make(encrypted=True)
    assert workspace.settings.lake.encrypted
    for file in parquet_of(workspace):
        with pytest.raises(duckdb.Error, match="ncrypt"):
            duckdb.sql(f"SELECT * FROM '{file}'").fetchall()
        assert b"secret" not in file.read_bytes()
    assert len(rows(workspace.events)) == 2000


def test_plain_files_can_be_read_by_any_engine(workspace: Workspace) -> None:
    found = 0
    for file in parquet_of(workspace):
        found += duckdb.sql(f"SELECT count(*) FROM '{file}' WHERE name LIKE 'secret%'").fetchone()[
            0
        ]
    assert found == 2000


def test_only_the_owner_may_read_the_catalog(make: Callable[..., Workspace]) -> None:
    workspace = make(encrypted=True)
    put(workspace, [event("A")])
    files = workspace.files.lake
    for file in (files.catalog, files.backup):
        assert file.stat().st_mode & 0o077 == 0
    assert workspace.files.folder.stat().st_mode & 0o077 == 0


def test_the_catalog_is_in_wal_mode(workspace: Workspace) -> None:
    put(workspace, [event("A")])
    with sqlite3.connect(workspace.files.lake.catalog) as catalog:
        assert catalog.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    catalog.close()


def test_a_workspace_can_be_moved(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, [order(f"o{i}") for i in range(2000)])
    workspace.close()
    moved = workspace.files.folder.rename(tmp_path / "elsewhere")
    with Workspace.open(moved) as again:
        assert len(rows(again.events)) == 2000
        put(again, [order("new")])
        assert len(rows(again.events)) == 2001
    assert not workspace.files.folder.exists()


def test_a_workspace_can_be_opened_by_a_relative_path(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(workspace, [order(f"o{i}") for i in range(2000)])
    workspace.close()
    monkeypatch.chdir(workspace.files.folder)
    with Workspace.open(Path()) as again:
        monkeypatch.chdir("/")
        put(again, [order("new")])
        assert len(rows(again.events)) == 2001
