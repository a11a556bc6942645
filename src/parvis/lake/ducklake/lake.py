"""What computes on the lake and keeps its tables: reading, and writing in turns."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from parvis.lake.ducklake.attach import attach
from parvis.lake.ducklake.conform import conformed, schema_of
from parvis.lake.ducklake.failures import plainly
from parvis.lake.ducklake.files import LakeFiles, back_up_catalog, check_catalog
from parvis.lake.ducklake.linkage import DuckLakeLinkage
from parvis.lake.ducklake.reading import (
    csv_query,
    json_lines_query,
    ndjson_query,
    parquet_query,
)
from parvis.lake.ducklake.tidying import tidy
from parvis.lake.ducklake.turns import alone, in_turn
from parvis.lake.ducklake.wording import sql_of
from parvis.lake.engine import PLACE, Appended, Written

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

__all__ = ["DuckLake"]

T = TypeVar("T")


class DuckLake:
    """An engine on DuckDB and DuckLake."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, files: LakeFiles) -> None:
        self._connection = connection
        self._files = files
        self._backend: Backend = ibis.duckdb.from_connection(connection)
        self._numbers = itertools.count()
        self._in_work = False
        self._under: dict[str, tuple[str, ...]] = {}

    # opening

    @classmethod
    def create(
        cls, folder: Path, *, encrypted: bool, memory_gib: float = 2.0, threads: int = 0
    ) -> DuckLake:
        """Make an empty lake in a folder and open it."""
        folder.mkdir(parents=True, exist_ok=True)
        files = LakeFiles(folder)
        opened = attach(files, encrypted=encrypted, memory_gib=memory_gib, threads=threads)
        return cls(opened, files)

    @classmethod
    def open(cls, folder: Path, *, memory_gib: float = 2.0, threads: int = 0) -> DuckLake:
        """Open the lake in a folder.

        Raises
        ------
        CatalogUnreadable
            The catalog isn't there or is damaged; the message says how to bring it back.
        """
        files = LakeFiles(folder)
        check_catalog(files)
        opened = attach(files, encrypted=None, memory_gib=memory_gib, threads=threads)
        return cls(opened, files)

    def session(self) -> DuckLake:
        """Return an engine for another thread."""
        return DuckLake(self._connection.cursor(), self._files)

    def linkage(self) -> DuckLakeLinkage:
        """Return where records are linked, on this session."""
        return DuckLakeLinkage(self, self._connection, self._temporary)

    def close(self) -> None:
        """Let go of the lake."""
        self._connection.close()

    # reading

    def table(self, name: str) -> ir.Table:
        """Return a table of the lake."""
        return self._table(name)

    def placed(self, name: str) -> ir.Table:
        """Return a table with the `place` of each row."""
        schema = {**schema_of(name).ibis, PLACE: "int64"}
        return self._backend.sql(
            f"SELECT *, rowid AS {PLACE} FROM lake.main.{name}",  # noqa: S608
            schema=ibis.schema(schema),
            dialect="duckdb",
        )

    def table_at(self, name: str, snapshot: int) -> ir.Table:
        """Return a table as it was at a snapshot."""
        schema = schema_of(name).ibis
        return self._backend.sql(
            f"SELECT * FROM lake.main.{name} AT (VERSION => {int(snapshot)})",  # noqa: S608
            schema=schema,
            dialect="duckdb",
        )

    def _table(self, name: str) -> ir.Table:
        return ops.DatabaseTable(
            name=name,
            schema=schema_of(name).ibis,
            source=self._backend,
            namespace=ops.Namespace(catalog="lake", database="main"),
        ).to_expr()

    def rows(self, rows: ir.Table) -> list[dict[str, Any]]:
        """Compute `rows` and bring them here, as Python values."""
        return self.arrow(rows).to_pylist()  # type: ignore[no-any-return]

    def count(self, rows: ir.Table) -> int:
        """Compute how many `rows` there are."""
        with self._plainly():
            return self._number(f"SELECT count(*) FROM ({sql_of(rows)})")  # noqa: S608

    def arrow(self, rows: ir.Table) -> pa.Table:
        """Compute `rows` and bring them here, as Arrow."""
        with self._plainly():
            return self._connection.execute(sql_of(rows)).to_arrow_table()

    def arrow_batches(self, rows: ir.Table, size: int) -> Iterator[pa.RecordBatch]:
        """Compute `rows` and bring them here in pieces."""
        with self._plainly():
            yield from self._connection.execute(sql_of(rows)).to_arrow_reader(size)

    def applied_migrations(self) -> frozenset[int]:
        """Return the numbers of the migrations that were applied; none in an empty lake."""
        try:
            with self._plainly():
                found = self._connection.execute("SELECT number FROM lake.main.schema_migrations")
                return frozenset(int(number) for (number,) in found.fetchall())
        except duckdb.CatalogException:
            return frozenset()

    def snapshot(self) -> int:
        """Return the number of the lake's newest state."""
        with self._plainly():
            row = self._connection.execute("FROM ducklake_current_snapshot('lake')").fetchone()
        return int(row[0]) if row else 0

    def has_snapshot(self, snapshot: int) -> bool:
        """Tell whether that state can still be read."""
        row = self._connection.execute(
            "SELECT count(*) FROM ducklake_snapshots('lake') WHERE snapshot_id = ?", [snapshot]
        ).fetchone()
        return bool(row and row[0])

    def changes(self, name: str, after: int, until: int) -> ir.Table:
        """Return the rows that were added or removed between two snapshots."""
        columns = schema_of(name).ibis
        if until <= after:
            none = self._table(name).limit(0)
            return none.select(change_type=ibis.literal(""), **{c: none[c] for c in columns})
        query = (
            f"SELECT change_type, {', '.join(columns)} "  # noqa: S608
            f"FROM ducklake_table_changes('lake', 'main', '{name}', {after + 1}, {until})"
        )
        schema = ibis.schema({"change_type": "string", **dict(columns.items())})
        return self._backend.sql(query, schema=schema, dialect="duckdb")

    def read_parquet(self, paths: Iterable[Path]) -> ir.Table:
        """Read Parquet files as one table."""
        with self._plainly():
            return self._view(parquet_query(paths))

    def read_ndjson(self, path: Path) -> ir.Table:
        """Read a file of JSON objects, one a line."""
        with self._plainly():
            return self._view(ndjson_query(path))

    def read_json_lines(self, paths: Sequence[Path], keys: Sequence[str]) -> ir.Table:
        """Read files of JSON objects, one a line, as columns of text."""
        with self._plainly():
            lines = self._named("lines", json_lines_query(paths, keys))
            # rows keep the order of the lines, so a row's number tells the line's place
            self._connection.execute(
                f"CREATE TEMP TABLE first_{lines} AS "  # noqa: S608
                f"SELECT file, min(rowid) AS first_row FROM {lines} GROUP BY file"
            )
            seen = self._view(
                "SELECT l.rowid - first_row AS place, l.* "  # noqa: S608
                f"FROM {lines} AS l JOIN first_{lines} USING (file)"
            )
        self._under[seen.op().name] = (lines, f"first_{lines}")
        return seen

    def read_csv(
        self, path: Path, names: Sequence[str], delimiter: str, skip: int
    ) -> tuple[ir.Table, ir.Table]:
        """Read a UTF-8 text file as columns of text."""
        number = next(self._numbers)
        rejects = (f"rejects_{number}", f"scan_{number}")
        with self._plainly():
            staged = self._named("csv", csv_query(path, names, delimiter, skip, rejects))
            rejected = self._named(
                "rejected",
                "SELECT line::BIGINT AS line, any_value(error_type)::VARCHAR AS reason, "  # noqa: S608
                "coalesce(any_value(csv_line), '') AS text, "
                "any_value(line_byte_position)::BIGINT - 1 AS byte "
                f"FROM {rejects[0]} GROUP BY line",
            )
            self._connection.execute(f"DROP TABLE {rejects[0]}; DROP TABLE {rejects[1]}")
        return self._temporary(staged), self._temporary(rejected)

    def discard(self, table: ir.Table) -> None:
        """Let go of a table that was read or staged."""
        name = table.op().name
        under = self._under.pop(name, ())
        with self._plainly():
            if under:
                self._connection.execute(f"DROP VIEW temp.main.{name}")
            for each in under or (name,):
                self._connection.execute(f"DROP TABLE IF EXISTS temp.main.{each}")

    def _view(self, query: str) -> ir.Table:
        name = f"view_{next(self._numbers)}"
        self._connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
        return self._backend.table(name, database=("temp", "main"))

    def _temporary(self, name: str) -> ir.Table:
        return self._backend.table(name, database=("temp", "main"))

    # writing

    def atomically(self, work: Callable[[], T]) -> T:
        """Run `work` so that all of what it writes is kept, or nothing.

        Writers take turns. Without that, a build would have to begin again whenever an import
        commits during it (the catalog has one writer), and two imports of the same rows at
        once would both find them missing.
        """
        if self._in_work:
            return work()
        return in_turn(self._files, lambda: self._once(work))

    def consistently(self, work: Callable[[], T]) -> T:
        """Run `work`, which only reads, on one state of the lake."""
        if self._in_work:
            return work()
        with self._plainly():
            return self._once(work)

    def _once(self, work: Callable[[], T]) -> T:
        self._connection.begin()
        self._in_work = True
        try:
            result = work()
            self._connection.commit()
        except BaseException:
            with contextlib.suppress(duckdb.Error):
                self._connection.rollback()
            raise
        finally:
            self._in_work = False
        return result

    def _plainly(self) -> contextlib.AbstractContextManager[None]:
        # within a transaction the engine's own error decides whether it is tried again
        return contextlib.nullcontext() if self._in_work else plainly(self._files)

    def append(self, name: str, rows: ir.Table) -> Appended:
        """Add the rows whose key the table doesn't have."""
        return self.atomically(lambda: self._append(name, rows))

    def _append(self, name: str, rows: ir.Table) -> Appended:
        keys = ", ".join(schema_of(name).key)
        staged = self._shaped(name, rows)
        unique = self._number(f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {staged})")  # noqa: S608
        total = self._number(f"SELECT count(*) FROM {staged}")  # noqa: S608
        source = staged
        if unique != total:
            source = f"(SELECT DISTINCT ON ({keys}) * FROM {staged} ORDER BY {keys}, rowid)"  # noqa: S608
        # the few that come are kept in memory and the many that are there pass by, not otherwise
        there = f"SELECT {keys} FROM lake.main.{name} SEMI JOIN {staged} USING ({keys})"  # noqa: S608
        known = self._named("known", there)
        added = self._number(
            f"INSERT INTO lake.main.{name} SELECT n.* FROM {source} AS n "  # noqa: S608
            f"ANTI JOIN {known} AS t USING ({keys})"
        )
        self._connection.execute(f"DROP TABLE {staged}")
        self._connection.execute(f"DROP TABLE {known}")
        return Appended(added, total - added)

    def reconcile(
        self,
        name: str,
        rows: ir.Table,
        scope: ir.Table | None,
        standing: ir.Table | None = None,
    ) -> Written:
        """Make the table hold `rows` and no others, within a scope."""
        return self.atomically(lambda: self._reconcile(name, rows, scope, standing))

    def _reconcile(
        self, name: str, rows: ir.Table, scope: ir.Table | None, standing: ir.Table | None
    ) -> Written:
        schema = schema_of(name)
        target = f"lake.main.{name}"
        new = self._shaped(name, rows)
        if self._number(f"SELECT count(*) FROM (FROM {target} LIMIT 1)") == 0:  # noqa: S608
            removed, gone, come = 0, self._stage(self._table(name).limit(0)), new
        else:
            if standing is None:
                standing = self.placed(name)
                if scope is not None:
                    standing = standing.semi_join(scope, list(scope.columns))
            before = self._stage(standing)
            was = f"SELECT {', '.join(schema.ibis)} FROM {before}"  # noqa: S608
            gone = self._named("gone", f"{was} EXCEPT ALL FROM {new}")
            come = self._named("come", f"FROM {new} EXCEPT ALL {was}")
            removed = self._number(f"SELECT count(*) FROM {gone}")  # noqa: S608
        if removed:
            # a row's number is found at once, where its key is a search among all
            keys = ", ".join(schema.key)
            places = f"SELECT {PLACE} FROM {before} SEMI JOIN {gone} USING ({keys})"  # noqa: S608
            self._connection.execute(
                f"DELETE FROM {target} AS t USING ({places}) AS g "  # noqa: S608
                f"WHERE t.rowid = g.{PLACE}"
            )
        if added := self._number(f"SELECT count(*) FROM {come}"):  # noqa: S608
            self._connection.execute(f"INSERT INTO {target} FROM {come}")
        if come != new:
            self._connection.execute(f"DROP TABLE temp.main.{before}; DROP TABLE temp.main.{new}")
        return Written(self._temporary(gone), self._temporary(come), removed, added)

    def stage(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them until the engine is closed."""
        with self._plainly():
            return self._temporary(self._stage(rows))

    def stage_rows(self, rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> ir.Table:
        """Bring rows of Python values to where the tables are."""
        arrow_schema = ibis.schema(schema).to_pyarrow()
        return self.stage_arrow(pa.Table.from_pylist([dict(r) for r in rows], schema=arrow_schema))

    def stage_arrow(self, rows: pa.Table) -> ir.Table:
        """Bring an Arrow table to where the tables are."""
        shown = self.show_arrow(rows).op().name
        staged = self._named("rows", f"FROM {shown}")
        self._connection.unregister(shown)
        return self._temporary(staged)

    def show_arrow(self, rows: pa.Table) -> ir.Table:
        """Let an Arrow table be read like the others."""
        name = f"shown_{next(self._numbers)}"
        self._connection.register(name, rows)
        return self._temporary(name)

    def run(self, statement: str) -> None:
        """Run one statement that changes the tables' shape; for migrations alone."""
        with self._plainly():
            self._connection.execute(statement)

    def maintain(self, keep_days: int) -> None:
        """Join small files and forget states that are older than `keep_days`.

        The states since the last build are kept, however old: its change feed begins there.
        """
        with self._plainly(), alone(self._files):
            tidy(self._connection, keep_days)

    def back_up_catalog(self) -> None:
        """Copy the catalog; without it the encrypted files can't be read."""
        back_up_catalog(self._files)

    # the engine's own words

    def _number(self, query: str) -> int:
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _stage(self, rows: ir.Table) -> str:
        return self._named("staged", sql_of(rows))

    def _shaped(self, name: str, rows: ir.Table) -> str:
        # in the table's own types: the engine's sums are wider than what Ibis takes them for
        staged = self._named("staged", f"FROM lake.main.{name} LIMIT 0")
        query = sql_of(conformed(rows, name))
        self._connection.execute(f"INSERT INTO {staged} {query}")
        return staged

    def _named(self, stem: str, query: str) -> str:
        name = f"{stem}_{next(self._numbers)}"
        self._connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
        return name
