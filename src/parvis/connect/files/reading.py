"""From a file to a table of text: `row_number` and one column `c0`, `c1`, … for each of its own.

Columns are known by place here: their names may hold anything, and differ in capitals alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import FileShape
from parvis.connect.files.functions import json_keys, json_texts, trimmed
from parvis.connect.files.shape import unique_names
from parvis.errors import FileUnreadable
from parvis.lake.functions import local_time

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["Contents", "contents_of"]

#: Passes over a file whose quotes don't close; each takes out the lines that break the next.
_PASSES: Final = 40
_MOST_KEYS: Final = 1000
_REASONS: Final = {
    "MISSING COLUMNS": "too_few_columns",
    "TOO MANY COLUMNS": "too_many_columns",
    "UNQUOTED VALUE": "quote_not_closed",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, as text.

    Parameters
    ----------
    shape
        With the names of its columns.
    rows
        `row_number` (from 1 after the header) and `c0`, `c1`, …; empty cells are null.
    rejected
        `row_number`, `reason`, `line`: lines that can't be split into columns.
    native
        Places of the columns whose numbers are numbers in the file (Parquet): they have a
        decimal point for certain.
    staged
        The tables under `rows`; they can go when the rows have been parsed.
    """

    shape: FileShape
    rows: ir.Table
    rejected: ir.Table
    native: frozenset[int] = frozenset()
    staged: tuple[ir.Table, ...] = ()

    def column(self, name: str) -> ir.StringValue:
        """Return a column by its name in the file."""
        return self.rows[f"c{self.shape.columns.index(name)}"]


def contents_of(scratch: Scratch, shape: FileShape, folder: Path) -> Contents:
    """Read a file.

    Parameters
    ----------
    scratch
        What reads.
    shape
        What the file is.
    folder
        Where a copy without broken lines may be written.
    """
    if shape.format == "parquet":
        return _parquet(scratch, shape)
    if shape.format == "ndjson":
        return _ndjson(scratch, shape)
    return _csv(scratch, shape, folder)


def _no_rejects(scratch: Scratch) -> ir.Table:
    return scratch.stage_rows([], {"row_number": "int64", "reason": "string", "line": "string"})


def _cell(text: ir.StringValue) -> ir.StringValue:
    return trimmed(text).nullif("")


def _csv(scratch: Scratch, shape: FileShape, folder: Path) -> Contents:
    names = [f"c{i}" for i in range(len(shape.columns))]
    path, removed = shape.readable, list[tuple[int, str]]()
    for number in range(_PASSES):
        rows, rejected = scratch.read_csv(path, names, shape.delimiter, shape.skip)
        quotes = rejected.filter(rejected.reason == "UNQUOTED VALUE").order_by("byte")
        open_quotes = quotes.limit(10_000).to_pyarrow().to_pylist()
        if not open_quotes or number == _PASSES - 1:
            break
        scratch.discard(rows)
        scratch.discard(rejected)
        # a quote that isn't closed swallows what follows: read again without its line
        target = folder / f"pass_{number}.csv"
        removed += _blanked(path, target, sorted({int(r["byte"]) for r in open_quotes}))
        path = target
    lines = rejected.select(
        line=rejected.line, reason=rejected.reason.substitute(_REASONS), text=rejected.text
    )
    if removed:
        known = scratch.stage_rows(
            [{"line": n, "reason": "quote_not_closed", "text": t} for n, t in removed],
            {"line": "int64", "reason": "string", "text": "string"},
        )
        lines = lines.union(known)
    bad = lines.select(
        row_number=lines.line - shape.skip, reason=lines.reason, line=lines.text.rstrip()
    )
    bad = scratch.stage(bad.filter(bad.line.strip() != ""))
    raw = rows
    if bad.count().to_pyarrow().as_py():
        rows = _shifted(rows, bad)
    if not rows.limit(1).count().to_pyarrow().as_py():
        example = bad.order_by("row_number").limit(1).to_pyarrow().to_pylist()
        raise FileUnreadable(
            f"No row of {shape.path.name} could be split into {len(names)} columns at "
            f"{shape.delimiter!r}" + (f": {example[0]['line'][:80]!r}." if example else "."),
            "Check the delimiter (--delimiter) and that the header names every column.",
        )
    cells = {n: _cell(rows[n]) for n in names}
    table = rows.select("row_number", **cells)
    # blank lines are no rows
    table = table.filter(ibis.or_(*(table[n].notnull() for n in names)))
    return Contents(shape, table, bad, staged=(raw,))


def _blanked(path: Path, target: Path, offsets: list[int]) -> list[tuple[int, str]]:
    """Copy a file with the lines that begin at some bytes left blank; return them, numbered."""
    removed = []
    line = 1
    with path.open("rb") as source, target.open("wb") as copy:
        for offset in offsets:
            line += _copied(source, copy, offset - source.tell())
            text = source.readline()
            while text and not text.strip():
                copy.write(text)
                line, text = line + 1, source.readline()
            removed.append((line, text.decode("utf-8", "replace").rstrip("\r\n")))
            copy.write(text[len(text.rstrip(b"\r\n")) :])
            line += 1
        _copied(source, copy, -1)
    return removed


def _copied(source: IO[bytes], copy: IO[bytes], length: int) -> int:
    """Copy bytes (all that is left where it is -1) and count the line ends in them."""
    lines = 0
    while length and (chunk := source.read(min(1 << 20, length) if length > 0 else 1 << 20)):
        copy.write(chunk)
        lines += chunk.count(b"\n")
        length = max(length - len(chunk), 0) if length > 0 else length
    return lines


def _shifted(rows: ir.Table, bad: ir.Table) -> ir.Table:
    """Give the good rows the numbers they have in the file, where the bad ones stand too."""
    place = ibis.row_number().over(order_by=bad.row_number) + 1
    gaps = bad.select(place=place, after=bad.row_number - place)
    gaps = gaps.group_by("after").agg(before=gaps.place.max())
    joined = rows.asof_join(gaps, on=rows.row_number > gaps.after)
    return joined.select(
        *(joined[c] for c in rows.columns if c != "row_number"),
        row_number=joined.row_number + joined.before.fill_null(0),
    )


def _parquet(scratch: Scratch, shape: FileShape) -> Contents:
    table = scratch.read_parquet(shape.readable)
    cells, native = {}, set()
    for place, name in enumerate(table.columns):
        value = table[name]
        kind = value.type()
        if kind.is_floating():
            # 17850.0 is how a table with gaps writes the whole number 17850
            whole = ((value == value.floor()) & (value.abs() < 1e15)).fill_null(False)
            text = ibis.ifelse(whole, value.try_cast("int64").cast("string"), value.cast("string"))
        elif kind.is_timestamp() and kind.timezone:
            # written in UTC, wherever the machine stands
            text = local_time(value, "UTC").cast("string") + "Z"
        elif kind.is_nested():
            text = value.cast("json").cast("string")
        else:
            text = value.cast("string")
        if kind.is_numeric():
            native.add(place)
        cells[f"c{place}"] = _cell(text)
    rows = table.select(row_number=ibis.row_number() + 1, **cells)
    # numbered once, so that a row keeps its number however often it is read
    staged = scratch.stage(rows)
    return Contents(shape, staged, _no_rejects(scratch), frozenset(native), (staged,))


def _ndjson(scratch: Scratch, shape: FileShape) -> Contents:
    lines = scratch.stage(scratch.read_ndjson(shape.readable))
    objects = lines.filter(lines.document.notnull() & lines.line.strip().startswith("{"))
    keys = objects.select("row_number", key=json_keys(objects.document).unnest())
    found = keys.group_by("key").agg(first=keys.row_number.min()).order_by("first", "key")
    names = [str(r["key"]) for r in found.limit(_MOST_KEYS).to_pyarrow().to_pylist()]
    if not names:
        raise FileUnreadable(
            f"{shape.path.name} holds no JSON object with a key.", "Export it again."
        )
    columns, duplicates = unique_names(names)
    taken = objects.select("row_number", values=json_texts(objects.document, names))
    cells = {f"c{i}": _cell(taken["values"][i]) for i in range(len(names))}
    rows = scratch.stage(taken.select("row_number", **cells))
    others = lines.anti_join(objects, "row_number")
    rejected = scratch.stage(
        others.select("row_number", reason=ibis.literal("not_json"), line=others.line)
    )
    named = replace(shape, columns=columns, duplicates=duplicates)
    return Contents(named, rows, rejected, staged=(rows,))
