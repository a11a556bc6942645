"""Queries that are put into words once are asked of whoever asks."""

from __future__ import annotations

from collections.abc import Callable

from parvis.lake.ducklake.wording import sql_of
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace


def _doubled(engine: Engine, kind: str, value: object) -> list[object]:
    staged = engine.stage_rows([{"n": value}], {"n": kind})
    return [r["twice"] for r in engine.rows(staged.select(twice=staged.n + staged.n))]


def test_equal_queries_read_each_the_tables_of_their_own_session(
    make: Callable[..., Workspace],
) -> None:
    one, other = make().engine, make().engine.session()
    # both sessions name their first table alike
    assert _doubled(one, "int64", 2) == [4]
    assert _doubled(other, "int64", 5) == [10]
    other.close()


def test_tables_of_one_name_and_other_types_are_told_apart(
    make: Callable[..., Workspace],
) -> None:
    assert _doubled(make().engine, "int64", 2) == [4]
    assert _doubled(make().engine, "string", "a") == ["aa"]


def test_moments_and_numbers_in_a_query_are_its_own(workspace: Workspace) -> None:
    orders = workspace.orders
    assert sql_of(orders.limit(1)) != sql_of(orders.limit(2))
    assert sql_of(orders.filter(orders.net_base > 1)) != sql_of(orders.filter(orders.net_base > 2))


def test_a_process_takes_no_more_cores_than_it_may(make: Callable[..., Workspace]) -> None:
    engine = make().engine
    found = engine._connection.execute("SELECT current_setting('threads')").fetchone()
    assert found == (1,)
