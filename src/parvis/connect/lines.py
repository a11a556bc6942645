"""Files of JSON documents, one a line, made safe to parse.

A line that is too long, too deep or not of UTF-8 would stop a parser in the midst of a file,
so each is looked at before.

References
----------
RFC 8259, "The JavaScript Object Notation (JSON) Data Interchange Format", 4 (names should be
unique), 8.1 (UTF-8) and 9 (a parser may limit the depth); https://github.com/ndjson/ndjson-spec.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from parvis.errors import FileUnreadable

if TYPE_CHECKING:
    from parvis.connect.silo import Silo

__all__ = ["Line", "RepeatedKey", "line_of", "lines_of", "parsed"]

_LONGEST_LINE: Final = 15_000_000
_DEEPEST: Final = 64
_KEPT_OF_LONG: Final = 1_000_000
_BRACKETS: Final = 200
_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_OUTSIDE_TEXT: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_GZIP: Final = b"\x1f\x8b"


class Line(NamedTuple):
    """One line that isn't blank.

    Parameters
    ----------
    number
        From 1; in a file of one JSON text the item's place.
    text
        Without its end; NUL is taken out, and what isn't UTF-8 is U+FFFD.
    reason
        Why it can't be parsed (a code of `quarantine.MEANINGS`); empty: it may be.
    """

    number: int
    text: str
    reason: str = ""


class RepeatedKey(ValueError):
    """An object has a key twice."""


def lines_of(silo: Silo, file: Path) -> Iterator[Line]:
    """Read a file of documents: NDJSON, a JSON list or collection (.json), or Parquet; also .gz.

    Parameters
    ----------
    silo
        Whose it is.

    Raises
    ------
    FileUnreadable
        It is cut or damaged, or no file of documents.
    """
    try:
        for number, raw in enumerate(_raw_lines(file), 1):
            line = line_of(number, raw)
            if line.text and not line.text.isspace():
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile, pa.ArrowInvalid) as error:
        raise FileUnreadable(
            f"{silo.name_of(file)} is cut or damaged ({error}). Nothing of it was imported.",
            "Download or export the file again, then import it.",
        ) from error


def parsed(text: str) -> Any:
    """Parse a line in Python.

    Raises
    ------
    RepeatedKey
        A key stands twice in an object: which one counts?
    ValueError
        It isn't JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedKey("a key stands twice in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def line_of(number: int, line: bytes) -> Line:
    """Look at a line before it is parsed: what is too long or nested too deep isn't."""
    if number == 1:
        line = line.removeprefix(codecs.BOM_UTF8)
    reason = ""
    if len(line) >= _LONGEST_LINE:
        line, reason = line[:_KEPT_OF_LONG], "line_too_long"
    elif line.count(b"{") + line.count(b"[") > _BRACKETS and _depth(line) > _DEEPEST:
        reason = "too_deep"
    elif b"\\u0000" in line:
        # the lake's text can't hold it
        line = _NUL.sub(rb"\1", line)
    if b"\x00" in line:
        line, reason = line.replace(b"\x00", b""), reason or "not_json"
    return Line(number, line.decode("utf-8", "replace").rstrip("\r\n"), reason)


def _raw_lines(file: Path) -> Iterator[bytes]:
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
                yield text.replace("\n", " ").encode() + b"\n"


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
        yield json.dumps(item).encode() + b"\n"


def _depth(line: bytes) -> int:
    deepest = depth = 0
    for sign in _OUTSIDE_TEXT.sub(b"", line):
        if sign in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest
