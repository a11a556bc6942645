"""Files of JSON documents, one a line, as the engine can read them without a surprise.

Activities, posts and reviews come as lines of JSON. A line that is too long, too deep or
not of UTF-8 would stop the engine in the midst of a file, so each file is looked through once
before (half a million lines a second), and copied only where a line must be taken out.

References
----------
RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format", 4 (names should be
unique) and 8.1 (UTF-8); https://github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    "bad_lines",
    "json_items",
    "json_kinds",
    "json_places",
    "read_documents",
    "repeated_key",
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
    """Take all values that a path with ``[*]`` leads to; empty where there are none."""
    return _items_at(document, ibis.literal(path))


def text_items(document: ir.Value, path: str) -> ir.ArrayValue:
    """Take, as text, all values that a path with ``[*]`` or ``.*`` leads to."""
    return _text_items_at(document, ibis.literal(path))


def repeated_key(document: ir.Value, paths: Sequence[str]) -> ir.BooleanValue:
    """Tell whether one of the objects at some places has a key twice (which one counts?)."""
    keys = _keys_at(document, ibis.literal(list(paths), "array<string>"))
    return keys.map(lambda k: k.length() != k.unique().length()).anys().fill_null(False)


@dataclass(frozen=True, slots=True)
class Documents:
    """What one file holds.

    Parameters
    ----------
    file
        Its name under the silo's root.
    rows
        `row_number` (the line, from 1), `document` (JSON; null where it isn't), `line`.
    bad
        Lines that were taken out before.
    lines
        How many lines there are, blank ones not counted.
    """

    file: str
    rows: ir.Table
    bad: tuple[BadRow, ...]
    lines: int


def read_documents(scratch: Scratch, silo: Silo, file: Path, folder: Path) -> Documents:
    """Read a file of documents: NDJSON, a JSON list or collection (.json), or Parquet; also .gz.

    Parameters
    ----------
    silo
        Whose it is.
    folder
        Where a copy may be written.

    Raises
    ------
    FileUnreadable
        It is cut or damaged, or no file of documents.
    """
    name = silo.name_of(file)
    target = folder / f"{file.stem[:80]}-{zlib.crc32(name.encode()):08x}.ndjson"
    try:
        looked = _look_through(name, _lines_of(file), target)
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowInvalid) as error:
        raise FileUnreadable(
            f"{name} is cut or damaged ({error}). Nothing of it was imported.",
            "Download or export the file again, then import it.",
        ) from error
    if looked.is_sound and not _is_packed(file) and file.suffix.lower() not in _WHOLE:
        readable = file
        target.unlink()
    else:
        readable = target
    rows = scratch.read_ndjson(readable)
    if looked.removed:
        rows = rows.filter(~rows.line.isin(["null"]))
    return Documents(name, rows, tuple(looked.bad), looked.lines)


_WHOLE: Final = (".json", ".parquet", ".pq")


def _is_packed(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(2) == _GZIP


def _lines_of(file: Path) -> Iterator[bytes]:
    suffixes = [s.lower() for s in file.suffixes]
    if suffixes[-1:] in ([".parquet"], [".pq"]):
        yield from _parquet_lines(file)
        return
    with gzip.open(file, "rb") if _is_packed(file) else file.open("rb") as opened:
        if ".json" in suffixes[-2:]:
            yield from _items(opened, file.name)
        else:
            yield from _bounded_lines(opened)


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


@dataclass(slots=True)
class _Looked:
    """What looking through a file found."""

    bad: list[BadRow]
    is_sound: bool = True
    removed: int = 0
    lines: int = 0


def _look_through(name: str, lines: Iterable[bytes], target: Path) -> _Looked:
    """Copy lines, with those taken out that the engine can't read; `null` stands for them."""
    looked = _Looked([])
    with target.open("wb") as copy:
        for number, line in enumerate(lines, 1):
            sound, fault = _checked(line, number)
            if not line.strip():
                looked.is_sound, looked.removed = False, looked.removed + 1
                copy.write(b"null\n")
                continue
            looked.lines += 1
            if fault:
                raw = line[:_KEPT_OF_LONG].decode("utf-8", "replace").rstrip("\r\n")
                looked.bad.append(BadRow(name, fault, raw, number))
                looked.is_sound, looked.removed = False, looked.removed + 1
                copy.write(b"null\n")
                continue
            if sound is not line:
                looked.is_sound = False
            copy.write(sound if sound.endswith(b"\n") else sound + b"\n")
    return looked


def _checked(line: bytes, number: int) -> tuple[bytes, str]:
    """Return a line as the engine can read it, and why it can't be."""
    if number == 1 and line.startswith(b"\xef\xbb\xbf"):
        line = line[3:]
    if len(line) >= _LONGEST_LINE:
        return line, "line_too_long"
    if line.count(b"[") + line.count(b"{") > _BRACKETS and _depth(line) > _DEEPEST:
        return line, "too_deep"
    if b"\\u0000" in line:
        line = _NUL.sub(rb"\1", line)
    if b"\x01" in line or b"\x00" in line or b"\r" in line[:-2]:
        # signs that no JSON text may hold as they are
        return line, "not_json"
    if not line.isascii():
        try:
            line.decode()
        except UnicodeDecodeError:
            line = line.decode("utf-8", "replace").encode()
    return line, ""


def _depth(line: bytes) -> int:
    deepest = depth = 0
    for sign in _OUTSIDE_TEXT.sub(b"", line):
        if sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest


def bad_lines(scratch: Scratch, documents: Documents, faults: ir.Table) -> list[BadRow]:
    """Gather what couldn't be read, with the whole line.

    Parameters
    ----------
    faults
        `row_number`, `reason`, `field`, `value` of lines of that file.
    """
    rows = documents.rows
    both = rows.select("row_number", "line").inner_join(faults, "row_number")
    return [
        BadRow(documents.file, r["reason"], r["line"], r["row_number"], r["field"], r["value"])
        for r in scratch.rows(both.order_by("row_number"))
    ]
