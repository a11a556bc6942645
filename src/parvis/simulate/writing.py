"""From columns to files: lines of text composed by DuckDB, or Parquet; never row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

__all__ = ["Format", "Pen", "chosen", "words"]

Format = Literal["native", "parquet"]

_BATCH: Final = 122_880
#: Text that JSON and the lines of files are made of.
MACROS: Final = """
CREATE MACRO iso(us) AS strftime(make_timestamp(us), '%Y-%m-%dT%H:%M:%S.%gZ');
CREATE MACRO hex(a, b) AS md5(a::VARCHAR || ':' || b::VARCHAR);
CREATE MACRO uuid_of(h) AS
    h[1:8] || '-' || h[9:12] || '-4' || h[14:16] || '-a' || h[18:20] || '-' || h[21:32];
CREATE MACRO quoted(t) AS to_json(t)::VARCHAR;
CREATE MACRO euros(cents) AS
    CASE WHEN cents < 0 THEN '-' ELSE '' END || (abs(cents) // 100)::VARCHAR || '.'
    || lpad((abs(cents) % 100)::VARCHAR, 2, '0');
CREATE MACRO comma(cents) AS replace(euros(cents), '.', ',');
CREATE MACRO cell(t) AS CASE WHEN t IS NULL THEN ''
    WHEN regexp_matches(t, '[;,"\\n]') THEN '"' || replace(t, '"', '""') || '"' ELSE t END;
"""


class Pen:
    """Writes columns as lines of text or as Parquet.

    Parameters
    ----------
    threads
        How many cores DuckDB may use.
    """

    def __init__(self, threads: int = 1) -> None:
        self._connection = duckdb.connect(config={"threads": threads, "memory_limit": "2GB"})
        self._connection.execute("SET enable_progress_bar = false")
        self._connection.execute(MACROS)

    def close(self) -> None:
        """Let go of what is registered."""
        self._connection.close()

    def columns(self, tables: Mapping[str, pa.Table], query: str) -> pa.Table:
        """Compute columns from columns; rows keep their order.

        Parameters
        ----------
        tables
            What the query may name.
        """
        for name, table in tables.items():
            self._connection.register(name, _sliced(table))
        try:
            return self._connection.execute(query).to_arrow_table()
        finally:
            for name in tables:
                self._connection.unregister(name)

    def lines(
        self, path: Path, tables: Mapping[str, pa.Table], query: str, head: bytes = b""
    ) -> int:
        """Write one text column as it is, one row after the other.

        Parameters
        ----------
        path
            The file; its folder is made.
        query
            Selects one column of text; each value holds its own end of line.
        head
            What stands at the file's beginning.

        Returns
        -------
        int
            How many rows were written.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            self._connection.register(name, _sliced(table))
        count = 0
        try:
            reader = self._connection.execute(query).to_arrow_reader(_BATCH)
            with path.open("wb") as file, closing(reader):
                file.write(head)
                for batch in reader:
                    count += batch.num_rows
                    _write_texts(file, batch.column(0))
        finally:
            for name in tables:
                self._connection.unregister(name)
        return count

    def parquet(self, path: Path, tables: Mapping[str, pa.Table], query: str) -> int:
        """Write the columns of a query as Parquet.

        Returns
        -------
        int
            How many rows were written.
        """
        found = self.columns(tables, query)
        write_parquet(path, found)
        return int(found.num_rows)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet, its times as moments in UTC; equal tables give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    moments = pa.schema(
        [
            pa.field(f.name, pa.timestamp("us", "UTC") if pa.types.is_timestamp(f.type) else f.type)
            for f in table.schema
        ]
    )
    pq.write_table(table.cast(moments), path, compression="zstd", row_group_size=262_144)


def _write_texts(file: Any, texts: pa.Array) -> None:
    """Write the bytes of a column of text: they stand one after the other already."""
    if not len(texts):
        return
    wide = pa.types.is_large_string(texts.type)
    offsets = np.frombuffer(texts.buffers()[1], np.int64 if wide else np.int32)
    first, last = offsets[texts.offset], offsets[texts.offset + len(texts)]
    file.write(memoryview(texts.buffers()[2])[first:last])


def _sliced(table: pa.Table) -> pa.Table:
    """Cut a table into batches, so that several cores may read it."""
    return pa.Table.from_batches(table.to_batches(max_chunksize=_BATCH), table.schema)


def words(indices: NDArray[Any], dictionary: Sequence[str | None] | pa.Array) -> pa.DictionaryArray:
    """Say each index with its word; the words are kept once."""
    known = dictionary if isinstance(dictionary, pa.Array) else pa.array(dictionary, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), known)


def chosen(condition: NDArray[np.bool_], values: pa.Array) -> pa.Array:
    """Keep the values for which a condition holds; null for the others."""
    return pa.compute.if_else(pa.array(condition), values, pa.scalar(None, values.type))
