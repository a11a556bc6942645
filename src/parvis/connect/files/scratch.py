"""Tables that last as long as one file's import, and no longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Scratch"]


class Scratch:
    """An engine that remembers what was staged, and lets go of it at the end.

    Parameters
    ----------
    engine
        What computes.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._staged: list[ir.Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for table in self._staged:
            self._engine.discard(table)

    def _kept(self, table: ir.Table) -> ir.Table:
        self._staged.append(table)
        return table

    def table(self, name: str) -> ir.Table:
        """Return a table of the lake."""
        return self._engine.table(name)

    def rows(self, rows: ir.Table) -> list[dict[str, Any]]:
        """Compute rows and bring them here, as Python values."""
        return self._engine.rows(rows)

    def stage(self, rows: ir.Table) -> ir.Table:
        """Compute rows once."""
        return self._kept(self._engine.stage(rows))

    def stage_rows(self, rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> ir.Table:
        """Bring rows of Python values to where the tables are."""
        return self._kept(self._engine.stage_rows(rows, schema))

    def read_csv(
        self, path: Path, names: Sequence[str], delimiter: str, skip: int
    ) -> tuple[ir.Table, ir.Table]:
        """Read a text file, and the lines that can't be split."""
        rows, rejected = self._engine.read_csv(path, names, delimiter, skip)
        return self._kept(rows), self._kept(rejected)

    def read_ndjson(self, path: Path) -> ir.Table:
        """Read a file of JSON objects, one a line."""
        return self._engine.read_ndjson(path)

    def read_parquet(self, path: Path) -> ir.Table:
        """Read a Parquet file."""
        return self._engine.read_parquet([path])

    def discard(self, table: ir.Table) -> None:
        """Let go of a table before the end."""
        self._staged = [t for t in self._staged if t is not table]
        self._engine.discard(table)
