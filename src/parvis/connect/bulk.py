"""Files of gigabytes: JSON lines (or Parquet of the same columns), read in large batches.

What importers of such files share: which files are read together, their lines as columns of
text, and the lines that can't be read, found again in their file by their place.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from parvis.connect.silo import BadRow, Silo
from parvis.errors import FileUnreadable

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["BATCH_BYTES", "batches", "counted_lines", "read_lines", "refused_lines"]

#: What is read and written at once: staged, it takes about as much memory.
BATCH_BYTES: Final = 288 * 1024 * 1024
_UNPACKED: Final = 8
_CHUNK: Final = 1024 * 1024


def batches(files: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Put files together until they are large enough; text and Parquet apart."""
    batch: list[Path] = []
    size = 0
    for path in files:
        # packed files unfold
        packed = path.suffix == ".gz" or _is_parquet(path)
        weight = path.stat().st_size * (_UNPACKED if packed else 1)
        if batch and (size + weight > BATCH_BYTES or _is_parquet(path) != _is_parquet(batch[0])):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(path)
        size += weight
    if batch:
        yield tuple(batch)


def read_lines(engine: Engine, files: Sequence[Path], keys: Sequence[str]) -> ir.Table:
    """Read files of JSON objects, one a line, or Parquet files with a column a key.

    Parameters
    ----------
    keys
        What is read of an object; a Parquet file must have the first as a column.

    Returns
    -------
    ir.Table
        `file`, `place` (from 0, lines of white space not counted; null in Parquet), `is_object`,
        and a column of text a key; a Parquet file's moments stay moments. To be discarded.

    Raises
    ------
    FileUnreadable
        A file is damaged, or a Parquet file lacks the first key.
    """
    for path in files:
        _check_whole(path)
    if not _is_parquet(files[0]):
        return engine.read_json_lines(files, keys)
    parts = []
    for path in files:
        rows = engine.read_parquet([path])
        if keys[0] not in rows.columns:
            raise FileUnreadable(
                f"{path.name} has no column {keys[0]!r}; its columns are "
                f"{', '.join(rows.columns[:12])}.",
                f"Expected are columns called {', '.join(keys)}.",
            )
        read: dict[str, ir.Value] = {}
        for key in keys:
            value = rows[key] if key in rows.columns else ibis.null("string")
            read[key] = value if value.type().is_timestamp() else value.cast("string")
        parts.append(
            rows.select(
                place=ibis.null("int64"),
                file=ibis.literal(str(path)),
                is_object=ibis.literal(True),
                **read,
            )
        )
    return engine.stage(ibis.union(*parts) if len(parts) > 1 else parts[0])


def _check_whole(path: Path) -> None:
    """Say when a packed file is cut or damaged: the engine would read its beginning in silence."""
    try:
        if _is_parquet(path):
            pq.read_schema(path)
        elif path.suffix == ".gz":
            with gzip.open(path) as file:
                while file.read(_CHUNK):
                    pass
    except (EOFError, OSError, zlib.error, pa.ArrowInvalid) as error:
        raise FileUnreadable(
            f"{path.name} is cut or damaged: {str(error)[:200]}.",
            "Nothing of it was imported. Fetch or export the file again.",
        ) from error


def counted_lines(engine: Engine, lines: ir.Table) -> int:
    """Count the lines of `read_lines`.

    Raises
    ------
    FileUnreadable
        Not one line of a file is a JSON object: it is a file of something else.
    """
    by_file = lines.group_by("file").agg(lines=lines.count(), objects=lines.is_object.sum())
    found = engine.rows(by_file)
    for row in found:
        if not row["objects"]:
            raise FileUnreadable(
                f"{Path(row['file']).name}: none of its {row['lines']:,} lines is a JSON object.",
                "Expected is one JSON object a line (NDJSON), in UTF-8.",
            )
    return sum(int(r["lines"]) for r in found)


def refused_lines(
    engine: Engine, silo: Silo, lines: ir.Table, faults: ir.Table, keys: Sequence[str]
) -> list[BadRow]:
    """Gather the lines that aren't JSON objects, and those that an importer refuses.

    Parameters
    ----------
    lines
        By `read_lines`.
    faults
        Rows of `lines` that are refused, with `fault`: a struct of reason, field and value.
    keys
        Those that were read: what is kept of a row of Parquet.
    """
    broken = engine.rows(lines.filter(~lines.is_object).select("file", "place"))
    rows: list[dict[str, Any]] = [
        r | {"fault": {"reason": "not_json", "field": None, "value": None}} for r in broken
    ]
    has_parquet = any(_is_parquet(f) for f in silo.files)
    rows += engine.rows(faults.select("file", "place", "fault", *(keys if has_parquet else ())))
    places: dict[str, set[int]] = {}
    for row in rows:
        if row["place"] is not None:
            places.setdefault(row["file"], set()).add(row["place"])
    texts = {file: _lines_at(Path(file), wanted) for file, wanted in places.items()}
    found = []
    for row in sorted(rows, key=lambda r: (r["file"], r["place"] or 0)):
        number, text = texts.get(row["file"], {}).get(row["place"], (None, ""))
        fault = row["fault"]
        found.append(
            BadRow(
                file=silo.name_of(Path(row["file"])),
                reason=fault["reason"],
                raw=text or _row_text(row, keys),
                row_number=number,
                field=fault["field"],
                value=fault["value"],
            )
        )
    return found


def _lines_at(path: Path, places: set[int]) -> dict[int, tuple[int, str]]:
    """Find lines by their place among those that aren't blank: their number and text."""
    found: dict[int, tuple[int, str]] = {}
    last, place = max(places), -1
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            place += 1
            if place in places:
                found[place] = (number, line.decode("utf-8", "replace").rstrip("\r\n"))
            if place == last:
                break
    return found


def _row_text(row: dict[str, Any], keys: Sequence[str]) -> str:
    """Write a row of Parquet as JSON, without what it lacks."""
    told = {k: row[k] for k in keys if row.get(k) is not None}
    return json.dumps(told, ensure_ascii=False, default=str)


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", ".pq")
