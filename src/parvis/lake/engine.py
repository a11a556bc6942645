"""The seam between the tables and what computes on them.

Everything above this seam says *what* with Ibis; an engine says *how*. DuckLake on one
machine is in `ducklake`; Spark can fill the same protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["PLACE", "Appended", "Engine", "Linkage", "Written"]

T = TypeVar("T")

#: The column by which `Engine.reconcile` finds a row again.
PLACE: Final = "place"


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did: rows that were new, and rows that were in already."""

    added: int
    known: int


@dataclass(frozen=True, slots=True)
class Written:
    """What a reconciliation did, and the rows concerned.

    Parameters
    ----------
    before
        Rows that no longer hold (as they were).
    after
        Rows that are new or changed (as they are).
    removed, added
        How many of each.
    """

    before: ir.Table
    after: ir.Table
    removed: int
    added: int


class Linkage(Protocol):
    """Where records are linked: Splink on an engine's session, and tables that don't last."""

    api: Any

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def stage(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them until the linkage is closed."""

    def stage_arrow(self, rows: pa.Table) -> ir.Table:
        """Bring an Arrow table to the session, until the linkage is closed."""

    def keep(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them also when the linkage is closed."""

    def keep_rows(self, rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> ir.Table:
        """Bring rows of Python values to the session; they outlive the linkage."""

    def arrow(self, rows: ir.Table) -> pa.Table:
        """Compute `rows` and bring them here, as Arrow."""

    def numbers(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the session's tables."""

    def register(self, rows: ir.Table) -> Any:
        """Make a staged table known to Splink."""

    def read(self, made: Any) -> ir.Table:
        """Return a table that Splink made."""

    def forget(self, rows: ir.Table) -> None:
        """Let go of a staged table at once."""


class Engine(Protocol):
    """What computes and keeps the tables."""

    def table(self, name: str) -> ir.Table:
        """Return a table of the lake.

        Raises
        ------
        UnknownTable
            There is no such table.
        """

    def table_at(self, name: str, snapshot: int) -> ir.Table:
        """Return a table as it was at a snapshot."""

    def snapshot(self) -> int:
        """Return the number of the lake's newest state."""

    def has_snapshot(self, snapshot: int) -> bool:
        """Tell whether that state can still be read."""

    def changes(self, name: str, after: int, until: int) -> ir.Table:
        """Return the rows of a table that were added or removed, with `change_type`.

        Parameters
        ----------
        name
            The table.
        after, until
            Snapshots: changes made after the first, up to and with the second.
        """

    def rows(self, rows: ir.Table) -> list[dict[str, Any]]:
        """Compute `rows` and bring them here, as Python values."""

    def count(self, rows: ir.Table) -> int:
        """Compute how many `rows` there are."""

    def arrow(self, rows: ir.Table) -> pa.Table:
        """Compute `rows` and bring them here, as Arrow: for graphs and matrices."""

    def arrow_batches(self, rows: ir.Table, size: int) -> Iterator[pa.RecordBatch]:
        """Compute `rows` and bring them here in pieces of about `size` rows.

        Until the last piece was taken the engine can't do anything else.
        """

    def atomically(self, work: Callable[[], T]) -> T:
        """Run `work` so that all of what it writes is kept, or nothing.

        It is run again, a few times, where another process was faster.
        """

    def consistently(self, work: Callable[[], T]) -> T:
        """Run `work`, which only reads, on one state of the lake."""

    def append(self, name: str, rows: ir.Table) -> Appended:
        """Add the rows whose key the table doesn't have; the first of equal keys wins."""

    def placed(self, name: str) -> ir.Table:
        """Return a table with one more column, `place`, for rows that `reconcile` is given."""

    def reconcile(
        self,
        name: str,
        rows: ir.Table,
        scope: ir.Table | None,
        standing: ir.Table | None = None,
    ) -> Written:
        """Make the table hold `rows` and no others, within a scope.

        Only rows that differ are written.

        Parameters
        ----------
        name
            The table.
        rows
            What it shall hold.
        scope
            Only rows that match this table on its columns are compared; null: all.
        standing
            All rows of `placed` in that scope, where they have been asked for already.
        """

    def stage(self, rows: ir.Table) -> ir.Table:
        """Compute `rows` once and keep them until the engine is closed."""

    def stage_rows(self, rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> ir.Table:
        """Bring rows of Python values (names to Ibis types) to where the tables are."""

    def stage_arrow(self, rows: pa.Table) -> ir.Table:
        """Bring an Arrow table to where the tables are."""

    def show_arrow(self, rows: pa.Table) -> ir.Table:
        """Let an Arrow table be read like the others, where it is; it isn't copied."""

    def read_parquet(self, paths: Iterable[Path]) -> ir.Table:
        """Read Parquet files as one table."""

    def read_ndjson(self, path: Path) -> ir.Table:
        """Read a file of JSON objects, one a line, as the one JSON column `document`."""

    def read_json_lines(self, paths: Sequence[Path], keys: Sequence[str]) -> ir.Table:
        """Read files of JSON objects, one a line (also gzipped), as columns of text.

        Made for files of gigabytes: a line is parsed once, and only what is asked is kept.

        Returns
        -------
        ir.Table
            `file`; `place` of the line in it, from 0, lines of white space not counted;
            `is_object`, false where the line isn't a JSON object; and a column of text a key
            (an object or a list as JSON), null where it isn't there.
        """

    def read_csv(
        self, path: Path, names: Sequence[str], delimiter: str, skip: int
    ) -> tuple[ir.Table, ir.Table]:
        """Read a UTF-8 text file as columns of text.

        Returns
        -------
        tuple
            The rows, with `row_number` from 1 (counting these rows alone); and the lines that
            can't be split into the right number of columns: `line` from 1, `reason`, `text`
            (its beginning) and `byte`, where in the file it begins. After a quote that isn't
            closed nothing more may have been read.
        """

    def discard(self, table: ir.Table) -> None:
        """Let go of a table that was read or staged."""

    def linkage(self) -> Linkage:
        """Return where records are linked, on this engine's own session; to be used in `with`."""

    def session(self) -> Engine:
        """Return an engine for another thread: the same lake, a connection of its own."""

    def maintain(self, keep_days: int) -> None:
        """Join small files and forget states that are older than `keep_days`."""

    def close(self) -> None:
        """Let go of the lake."""
