"""The schemas tell what the migrations make."""

from __future__ import annotations

import pytest

from parvis.errors import CatalogUnreadable, UnknownTable
from parvis.lake.ducklake import DuckLake
from parvis.lake.migrations import apply_migrations, pending
from parvis.lake.migrations.apply import known_migrations
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from tests.making import staged


def test_the_lake_has_the_tables_that_are_described(engine: DuckLake) -> None:
    found = engine._connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'"
    ).fetchall()
    assert {name for (name,) in found} == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_type_and_nullability_is_as_described(engine: DuckLake, name: str) -> None:
    found = engine._connection.execute(
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE database_name = 'lake' AND table_name = ? ORDER BY column_index",
        [name],
    ).fetchall()
    types = engine._backend.compiler.type_mapper
    made = [(n, types.to_string(types.from_string(t)), u) for n, t, u in found]
    described = [
        (c.name, types.to_string(c.dtype.copy(nullable=True)), c.dtype.nullable)
        for c in TABLES[name].columns
    ]
    assert made == described


@pytest.mark.parametrize("name", TABLES)
def test_a_key_is_made_of_columns_that_are_never_null(name: str) -> None:
    table = TABLES[name]
    assert table.key
    assert all(not table.ibis[column].nullable for column in table.key)
    assert all(c.meaning for c in table.columns)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [m.number for m in known_migrations()] == list(range(1, len(known_migrations()) + 1))


def test_migrations_are_applied_once(workspace: Workspace) -> None:
    assert pending(workspace.engine) == ()
    before = workspace.data_version()
    assert apply_migrations(workspace.engine) == 0
    assert workspace.data_version() == before


def test_a_lake_of_a_newer_parvis_is_refused(workspace: Workspace) -> None:
    engine = workspace.engine
    newer = {"number": 999, "name": "from the future", "applied_at": workspace.now()}
    engine.append("schema_migrations", staged(engine, [newer], "schema_migrations"))
    workspace.close()
    with pytest.raises(CatalogUnreadable, match="version 999") as caught:
        Workspace.open(workspace.files.folder).engine  # noqa: B018 - opening is what fails
    assert "newer Parvis" in caught.value.next_step


def test_an_unknown_table_is_named(workspace: Workspace) -> None:
    with pytest.raises(UnknownTable, match="'profile'") as caught:
        workspace.table("profile")
    assert "profiles" in caught.value.next_step
    with pytest.raises(AttributeError, match="profiles"):
        _ = workspace.profile
    assert "profiles" in dir(workspace)
