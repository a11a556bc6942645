"""Splink on the engine's own session: what it makes is temporary and goes when it is done."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa
    from splink import DuckDBAPI

    from parvis.lake.ducklake.lake import DuckLake

__all__ = ["DuckLakeLinkage"]


def _session_api(connection: duckdb.DuckDBPyConnection) -> DuckDBAPI:
    # Splink takes half a second to import, and most commands never link records
    from splink import DuckDBAPI

    class SessionAPI(DuckDBAPI):
        """Splink's way to DuckDB; its tables are temporary and out of the lake's catalog."""

        def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
            self.delete_table_from_database(physical_name)
            return f"CREATE TEMP TABLE {physical_name} AS\n{sql}"

    return SessionAPI(connection)


class DuckLakeLinkage:
    """Where records are linked: Splink's API and temporary tables of one session.

    Parameters
    ----------
    engine
        What computes; results that shall outlive the linkage are staged there.
    connection
        The session's connection.
    temporary
        Returns a temporary table of the session by its name.
    """

    def __init__(
        self,
        engine: DuckLake,
        connection: duckdb.DuckDBPyConnection,
        temporary: Callable[[str], ir.Table],
    ) -> None:
        logging.getLogger("splink").setLevel(logging.CRITICAL)
        self._engine = engine
        self._connection = connection
        self._temporary = temporary
        self._numbers = itertools.count()
        self._staged: list[ir.Table] = []
        self.api = _session_api(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stage(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them until the linkage is closed."""
        staged = self._engine.stage(rows)
        self._staged.append(staged)
        return staged

    def stage_arrow(self, rows: pa.Table) -> ir.Table:
        """Bring an Arrow table to the session, until the linkage is closed."""
        staged = self._engine.stage_arrow(rows)
        self._staged.append(staged)
        return staged

    def keep(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them also when the linkage is closed."""
        return self._engine.stage(rows)

    def keep_rows(self, rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> ir.Table:
        """Bring rows of Python values to the session; they outlive the linkage."""
        return self._engine.stage_rows(rows, schema)

    def arrow(self, rows: ir.Table) -> pa.Table:
        """Compute `rows` and bring them here, as Arrow."""
        return self._engine.arrow(rows)

    def numbers(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the session's tables."""
        return self._connection.execute(query).fetchall()

    def register(self, rows: ir.Table) -> Any:
        """Make a staged table known to Splink."""
        return self.api.register(
            rows.op().name, dataset_display_name=f"records_{next(self._numbers)}"
        )

    def read(self, made: Any) -> ir.Table:
        """Return a table that Splink made."""
        return self._temporary(made.physical_name)

    def forget(self, rows: ir.Table) -> None:
        """Let go of a staged table at once."""
        self._staged = [t for t in self._staged if t is not rows]
        self._engine.discard(rows)

    def close(self) -> None:
        """Drop everything that was made on the way."""
        self.api.delete_tables_created_by_splink_from_db()  # type: ignore[no-untyped-call]
        for table in self._staged:
            self._engine.discard(table)
        self._staged = []
