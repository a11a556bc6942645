"""JSON documents where the engine can take them apart, many at once.

Activities and posts come by the hundred thousand: each line is parsed a few times in the
engine for all fields together, and none of it in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import ibis

from parvis.connect.lines import Line, lines_of
from parvis.connect.silo import BadRow

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch
    from parvis.connect.silo import Silo

__all__ = [
    "Documents",
    "any_repeated",
    "faults_of",
    "json_kinds",
    "json_places",
    "keys_of",
    "read_documents",
    "staged_documents",
    "text_items",
]

F = TypeVar("F")

_PART: Final = 64 << 20

# Ibis does not type its decorators
_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(name="json_extract_string", signature=(("json", "array<string>"), "array<string>"))
def _texts_at(document: Any, paths: Any) -> Any:
    """Several values of a document at once: it is parsed once."""


@_builtin(name="json_type", signature=(("json", "array<string>"), "array<string>"))
def _kinds_at(document: Any, paths: Any) -> Any:
    """OBJECT, ARRAY, VARCHAR, …, of several places."""


@_builtin(name="json_extract_string", signature=(("json", "string"), "array<string>"))
def _text_items_at(document: Any, path: Any) -> Any:
    """All values, as text, that a path with * leads to."""


@_builtin(name="json_keys", signature=(("json", "array<string>"), "array<array<string>>"))
def _keys_at(document: Any, paths: Any) -> Any:
    """Names of the keys of several objects, as often as they stand there."""


def json_places(document: ir.Value, paths: Sequence[str]) -> ir.ArrayValue:
    """Take several places of a document as text (``$.object.id``), parsing it once."""
    return _texts_at(document, ibis.literal(list(paths), "array<string>"))


def json_kinds(document: ir.Value, paths: Sequence[str]) -> ir.ArrayValue:
    """Tell what stands at several places: OBJECT, ARRAY, VARCHAR, NULL, …; null where nothing."""
    return _kinds_at(document, ibis.literal(list(paths), "array<string>"))


def text_items(document: ir.Value, path: str) -> ir.ArrayValue:
    """Take, as text, all values that a path with ``[*]`` or ``.*`` leads to."""
    return _text_items_at(document, ibis.literal(path))


def keys_of(document: ir.Value, paths: Sequence[str]) -> ir.ArrayValue:
    """List the keys of the objects at several places, parsing the document once."""
    return _keys_at(document, ibis.literal(list(paths), "array<string>"))


def any_repeated(keys: ir.ArrayValue) -> ir.BooleanValue:
    """Tell whether a key stands twice in one of several objects (which one counts?)."""
    return keys.map(lambda k: k.length() != k.unique().length()).anys().fill_null(False)


@dataclass(frozen=True, slots=True)
class Documents:
    """What a part of a file holds.

    Parameters
    ----------
    file
        Its name under the silo's root.
    rows
        `row_number` (the line, from 1), `line`, `document` (JSON; null where it isn't).
    bad
        Lines that the engine can't be given.
    lines
        How many lines there are, blank ones not counted.
    """

    file: str
    rows: ir.Table
    bad: tuple[BadRow, ...]
    lines: int


def read_documents(scratch: Scratch, silo: Silo, file: Path) -> Iterator[Documents]:
    """Read a file of documents: NDJSON, a JSON list or collection (.json), or Parquet; also .gz.

    It comes in parts of some 64 MB, so that the memory taken doesn't grow with the file.

    Parameters
    ----------
    silo
        Whose it is.

    Raises
    ------
    FileUnreadable
        It is cut or damaged, or no file of documents.
    """
    name = silo.name_of(file)
    part: list[Line] = []
    size = 0
    for line in lines_of(silo, file):
        part.append(line)
        size += len(line.text)
        if size > _PART:
            yield staged_documents(scratch, name, part)
            part, size = [], 0
    yield staged_documents(scratch, name, part)


def staged_documents(scratch: Scratch, file: str, lines: Sequence[Line]) -> Documents:
    """Bring lines that were read already to the engine.

    Parameters
    ----------
    file
        What to call the place that they came from.
    """
    # as bytes, which go over in a sixth of the time that text takes
    rows = [{"row_number": n, "line": t.encode()} for n, t, reason in lines if not reason]
    bad = [BadRow(file, reason, text, n) for n, text, reason in lines if reason]
    staged = scratch.stage_rows(rows, {"row_number": "int64", "line": "string"})
    documents = staged.mutate(document=staged.line.try_cast("json"))
    return Documents(file, documents, tuple(bad), len(lines))


def faults_of(scratch: Scratch, documents: Documents, rows: ir.Table) -> list[BadRow]:
    """Gather what couldn't be read, with the whole line.

    Parameters
    ----------
    rows
        `row_number` and `fault` of the lines of that part; null where there is none.
    """
    wrong = rows.filter(rows.fault.notnull()).select(
        "row_number",
        reason=rows.fault["reason"],
        field=rows.fault["field"].nullif(""),
        value=rows.fault["value"],
    )
    both = documents.rows.select("row_number", "line").inner_join(wrong, "row_number")
    return [
        BadRow(documents.file, r["reason"], r["line"], r["row_number"], r["field"], r["value"])
        for r in scratch.rows(both.order_by("row_number"))
    ]
