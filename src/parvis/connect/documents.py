"""Files of JSON documents, one a line, as the engine can read them without a surprise.

Activities, posts and reviews come as lines of JSON. A line that is too long, too deep or
not of UTF-8 would stop the engine in the midst of a file, so the lines are looked through
before they are given to it.

References
----------
RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format", 4 (names should be
unique) and 8.1 (UTF-8); https://github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from parvis.connect.silo import BadRow
from parvis.errors import FileUnreadable

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch
    from parvis.connect.silo import Silo

__all__ = [
    "Documents",
    "any_repeated",
    "faults_of",
    "json_items",
    "json_kinds",
    "json_places",
    "keys_of",
    "read_documents",
    "text_items",
]

F = TypeVar("F")

_LONGEST_LINE: Final = 15_000_000
_DEEPEST: Final = 64
_KEPT_OF_LONG: Final = 1_000_000
_BRACKETS: Final = 200
_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_OUTSIDE_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_GZIP: Final = b"\x1f\x8b"
_MOST_ITEMS: Final = 1000
_PART: Final = 64 << 20

# Ibis does not type its decorators
_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(name="json_extract_string", signature=(("json", "array<string>"), "array<string>"))
def _texts_at(document: Any, paths: Any) -> Any:
    """Several values of a document at once: it is parsed once."""


@_builtin(name="json_type", signature=(("json", "array<string>"), "array<string>"))
def _kinds_at(document: Any, paths: Any) -> Any:
    """OBJECT, ARRAY, VARCHAR, …, of several places."""


@_builtin(name="json_extract", signature=(("json", "string"), "array<json>"))
def _items_at(document: Any, path: Any) -> Any:
    """All values that a path with [*] leads to."""


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


def json_items(document: ir.Value, path: str) -> ir.ArrayValue:
    """Take the values that a path with ``[*]`` leads to, the first thousand of them."""
    # sliced, too, because the engine would take a bare `->` within a list for a lambda
    return _items_at(document, ibis.literal(path))[:_MOST_ITEMS]


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
    part = _Part(name)
    try:
        for number, line in enumerate(_lines_of(file), 1):
            part.add(number, line)
            if part.size > _PART:
                yield part.staged(scratch)
                part = _Part(name)
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowInvalid) as error:
        raise FileUnreadable(
            f"{name} is cut or damaged ({error}). Nothing of it was imported.",
            "Download or export the file again, then import it.",
        ) from error
    yield part.staged(scratch)


class _Part:
    """Lines on their way to the engine."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._rows: list[dict[str, Any]] = []
        self._bad: list[BadRow] = []
        self.size = 0

    def add(self, number: int, line: bytes) -> None:
        """Take a line that can be given to the engine; put aside one that can't."""
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        reason = ""
        if len(line) >= _LONGEST_LINE:
            reason = "line_too_long"
        elif line.count(b"{") + line.count(b"[") > _BRACKETS and _depth(line) > _DEEPEST:
            reason = "too_deep"
        elif b"\\u0000" in line:
            # the lake's text can't hold it
            line = _NUL.sub(rb"\1", line)
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text or text.isspace():
            return
        if "\x00" in text:
            reason = reason or "not_json"
        if reason:
            self._bad.append(BadRow(self._file, reason, text[:_KEPT_OF_LONG], number))
        else:
            self._rows.append({"row_number": number, "line": text})
        self.size += len(line) + 100

    def staged(self, scratch: Scratch) -> Documents:
        """Bring the lines to where the tables are."""
        lines = scratch.stage_rows(self._rows, {"row_number": "int64", "line": "string"})
        rows = lines.mutate(document=lines.line.try_cast("json"))
        return Documents(self._file, rows, tuple(self._bad), len(self._rows) + len(self._bad))


def _lines_of(file: Path) -> Iterator[bytes]:
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes[-1:] in ([".parquet"], [".pq"]):
        yield from _parquet_lines(file)
        return
    with file.open("rb") as opened:
        is_packed = opened.read(2) == _GZIP
    with gzip.open(file, "rb") if is_packed else file.open("rb") as readable:
        if ".json" in suffixes[-2:]:
            yield from _items(readable, file.name)
        else:
            yield from _bounded_lines(readable)


def _bounded_lines(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Read lines; of one that is too long only the beginning."""
    while line := file.readline(_LONGEST_LINE):
        yield line
        while len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(_LONGEST_LINE)


def _parquet_lines(file: Path) -> Iterator[bytes]:
    with pq.ParquetFile(file) as opened:
        if "document" not in opened.schema_arrow.names:
            raise FileUnreadable(
                f"{file.name} has no column `document`, but "
                f"{', '.join(opened.schema_arrow.names)[:120]}.",
                "Export each document as JSON text in one column of that name.",
            )
        for batch in opened.iter_batches(columns=["document"]):
            for value in batch.column(0).to_pylist():
                text = value if isinstance(value, str) else json.dumps(value)
                yield text.replace("\n", " ").encode("utf-8", "replace") + b"\n"


def _items(file: IO[bytes] | gzip.GzipFile, name: str) -> Iterator[bytes]:
    """Read one JSON text that holds a document, a list of them, or a collection."""
    try:
        found = json.loads(file.read().decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise FileUnreadable(
            f"{name} isn't one JSON text: {error}.",
            "Export it again; one document a line is a file that ends in .ndjson.",
        ) from error
    if isinstance(found, dict):
        graph = found.get("orderedItems", found.get("items", found.get("@graph")))
        found = graph if isinstance(graph, list) else [found]
    for item in found if isinstance(found, list) else [found]:
        yield json.dumps(item, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _depth(line: bytes) -> int:
    deepest = depth = 0
    for sign in _OUTSIDE_TEXT.sub(b"", line):
        if sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest


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
