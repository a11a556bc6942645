"""What a file is: its format, its delimiter, its header; said before a value is read."""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from parvis.connect.files.contracts import FileShape
from parvis.connect.files.encoding import plain_text, unpacked
from parvis.errors import FileUnreadable

__all__ = ["examine", "unique_names"]

_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_NAMED: Final = {
    "tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|",
    "virgule": ",", "point-virgule": ";",
}  # fmt: skip
_SAMPLE_LINES: Final = 200
_DATA_LIKE: Final = re.compile(
    r"^(?:[-+(]?[\d\s.,]+[€$£%)]?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?|[^@\s]+@[^@\s]+\.\w+)$"
)


def examine(path: Path, folder: Path, delimiter: str = "", encoding: str = "") -> FileShape:
    """Find out what a file is.

    Parameters
    ----------
    path
        The file.
    folder
        Where unpacked and decoded copies may be written.
    delimiter, encoding
        What the user said; empty: found from the content.

    Raises
    ------
    FileUnreadable
        In plain words, with what to do.
    """
    plain, head = unpacked(path, folder)
    if head.startswith(b"PAR1") or path.suffix.lower() in (".parquet", ".pq"):
        return _parquet(path, plain, head)
    text = plain_text(plain, folder, encoding)
    notes = list(text.notes)
    if not text.ends_with_newline:
        notes.append(
            "The last line isn't ended. If the file was cut there, its last value may be short."
        )
    with text.path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(islice(file, _SAMPLE_LINES))
    content = "".join(lines)
    if not content.strip():
        raise FileUnreadable(f"{path.name} is empty (only blank lines).", "Export it again.")
    first = content.lstrip()[0]
    if first == "{":
        return _ndjson(path, text.path, text.encoding, notes)
    if first == "[" and path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise FileUnreadable(
            f"{path.name} is one JSON list; expected one object a line (NDJSON).",
            f"Convert it: `jq -c '.[]' {path.name} > rows.ndjson`, then import rows.ndjson.",
        )
    return _csv(path, text.path, lines, delimiter, (text.encoding, tuple(notes)))


def _parquet(path: Path, plain: Path, head: bytes) -> FileShape:
    cut = FileUnreadable(
        f"{path.name} is cut or damaged: a Parquet file ends with its table of contents, "
        "and this one doesn't. Nothing of it was imported.",
        "Download or export the file again, then import it.",
    )
    if not head.startswith(b"PAR1"):
        raise FileUnreadable(
            f"{path.name} isn't a Parquet file, whatever its name says.",
            "Give it the ending of what it is: .csv or .ndjson.",
        )
    try:
        with pq.ParquetFile(plain) as file:
            names = list(file.schema_arrow.names)
            rows = file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise cut from error
    if not rows:
        raise FileUnreadable(f"{path.name} has no rows.", "Export it again.")
    columns, duplicates = unique_names(names)
    return FileShape(path, plain, "parquet", columns, duplicates=duplicates)


def _ndjson(path: Path, plain: Path, encoding: str, notes: Sequence[str]) -> FileShape:
    with plain.open(encoding="utf-8-sig") as file:
        lines = [line for line in islice(file, 20) if line.strip()]
    if lines and lines[0].strip() == "{":
        raise FileUnreadable(
            f"{path.name} is JSON written over several lines; expected one object a line (NDJSON).",
            f"Convert it: `jq -c . {path.name} > rows.ndjson`, then import rows.ndjson.",
        )
    if not any(_is_object(line) for line in lines):
        raise FileUnreadable(
            f"None of the first lines of {path.name} is a JSON object: {lines[0].strip()[:80]!r}.",
            "Expected one object a line (NDJSON); export it again.",
        )
    return FileShape(path, plain, "ndjson", encoding=encoding, notes=tuple(notes))


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _csv(
    path: Path, plain: Path, lines: list[str], delimiter: str, told: tuple[str, tuple[str, ...]]
) -> FileShape:
    encoding, notes = told[0], list(told[1])
    given = _NAMED.get(delimiter.lower(), delimiter)
    if len(given) > 1:
        raise FileUnreadable(
            f"{delimiter!r} can't be a delimiter.", "Give one sign: , ; | or the word tab."
        )
    above = 0
    announced = re.match(r"^sep=(.)\r?\n?$", lines[0])
    if announced:
        # Excel's own first line
        given, above = given or announced[1], 1
    sign = given or _best_delimiter(lines[above:])
    rows = _split(lines[above:], sign)
    width = _width(rows)
    if given:
        best = _best_delimiter(lines[above:])
        wide = _width(_split(lines[above:], best))
        if width == 1 and wide > 1:
            raise FileUnreadable(
                f"With {_DELIMITERS.get(given, repr(given))} as delimiter, {path.name} has a "
                f"single column: {lines[above].strip()[:80]!r}.",
                f"{_DELIMITERS[best].capitalize()} gives {wide} columns: use "
                f"--delimiter {'tab' if best == chr(9) else repr(best)}, or leave it off.",
            )
    # a report's title and dates stand above its header, in fewer columns
    title = next((i for i, row in enumerate(rows) if len(row) == width), 0) if width > 2 else 0
    if title and all(len([c for c in row if c.strip()]) <= 2 for row in rows[:title]):
        notes.append(f"The first {title} lines were taken for a title, not for rows.")
    else:
        title = 0
    header = rows[title]
    if len(rows) <= title + 1:
        raise FileUnreadable(
            f"{path.name} has a header and no rows: {', '.join(header)[:120]}.", "Export it again."
        )
    if not any(len(row) == len(header) for row in rows[title + 1 :]):
        raise FileUnreadable(
            f"The header of {path.name} names {len(header)} columns, but its rows have {width}: "
            f"{sign.join(header)[:80]!r} against {sign.join(rows[title + 1])[:80]!r}.",
            "Give each column a name in the first line (or export the file again).",
        )
    filled = [c.strip() for c in header if c.strip()]
    if filled and sum(bool(_DATA_LIKE.match(c)) for c in filled) * 2 >= len(filled):
        raise FileUnreadable(
            f"{path.name} has no header: its first line looks like data "
            f"({', '.join(filled)[:80]}).",
            "Add a first line that names the columns, such as order_id,date,customer_id,amount.",
        )
    skip = above + _lines_of(lines[above:], sign, title + 1)
    columns, duplicates = unique_names(header)
    return FileShape(path, plain, "csv", columns, encoding, sign, skip, duplicates, tuple(notes))


def _split(lines: Sequence[str], sign: str) -> list[list[str]]:
    rows: list[list[str]] = []
    # a quote that isn't closed makes one huge value of the rest: enough is known by then
    with contextlib.suppress(csv.Error):
        rows.extend(row for row in csv.reader(lines, delimiter=sign) if row)
    return rows


def _lines_of(lines: Sequence[str], sign: str, rows: int) -> int:
    """Return how many lines the first rows take (a quoted name may hold a line end)."""
    reader = csv.reader(lines, delimiter=sign)
    met = 0
    for row in reader:
        met += bool(row)
        if met == rows:
            break
    return reader.line_num


def _width(rows: Sequence[Sequence[str]]) -> int:
    counts = Counter(len(r) for r in rows)
    return max(counts, key=lambda w: (counts[w], w)) if counts else 0


def _best_delimiter(lines: Sequence[str]) -> str:
    scores = {}
    for sign in _DELIMITERS:
        rows = _split(lines, sign)
        width = _width(rows)
        steady = sum(len(r) == width for r in rows) / max(len(rows), 1)
        scores[sign] = (width > 1, round(steady, 1), width)
    return max(scores, key=lambda s: scores[s]) if scores else ","


def unique_names(header: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name each column once, and tell which names the header has more than once.

    Names that differ in capitals alone count as the same. A nameless column is called by
    its place.

    Examples
    --------
    >>> unique_names(["id", "Amount", "amount", ""])
    (('id', 'Amount', 'amount (2)', 'column 4'), ('amount',))
    """
    names: list[str] = []
    taken: set[str] = set()
    duplicates: list[str] = []
    for place, raw in enumerate(header, 1):
        name = " ".join(raw.replace("\ufeff", "").split()) or f"column {place}"
        if name.casefold() in taken:
            duplicates.append(name)
            number = 2
            while f"{name} ({number})".casefold() in taken:
                number += 1
            name = f"{name} ({number})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names), tuple(dict.fromkeys(duplicates))
