"""Files of messages, read some hundred megabytes at a time."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.connect.segment.messages import KEYS
from parvis.errors import FileUnreadable

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["BATCH_BYTES", "batches", "is_parquet", "lines_at", "read_messages"]

#: What is read and written at once: staged, it takes about as much memory.
BATCH_BYTES: Final = 384 * 1024 * 1024
_PACKED: Final = 8


def is_parquet(path: Path) -> bool:
    """Tell whether a file is Parquet, by its name."""
    return path.suffix.lower() in (".parquet", ".pq")


def batches(files: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Put files together until they are large enough; text and Parquet apart."""
    batch: list[Path] = []
    size = 0
    for path in files:
        # packed files unfold
        weight = path.stat().st_size * (_PACKED if path.suffix in (".gz", ".parquet") else 1)
        if batch and (size + weight > BATCH_BYTES or is_parquet(path) != is_parquet(batch[0])):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(path)
        size += weight
    if batch:
        yield tuple(batch)


def read_messages(engine: Engine, files: Sequence[Path]) -> ir.Table:
    """Read messages from files of JSON lines, or from Parquet with a column a key.

    Returns
    -------
    ir.Table
        `file`, `place` (null in Parquet), `is_object`, and the columns of `KEYS`.

    Raises
    ------
    FileUnreadable
        A Parquet file has no column `type`.
    """
    if not is_parquet(files[0]):
        return engine.read_json_lines(files, KEYS)
    parts = []
    for path in files:
        rows = engine.read_parquet([path])
        if "type" not in rows.columns:
            raise FileUnreadable(
                f"{path.name} holds no messages: it has no column 'type'; its columns are "
                f"{', '.join(rows.columns[:12])}.",
                f"Expected are the names of the Segment spec: {', '.join(KEYS)}.",
            )
        read: dict[str, ir.Value] = {}
        for key in KEYS:
            value = rows[key] if key in rows.columns else ibis.null("string")
            read[key] = value if value.type().is_timestamp() else value.cast("string")
        parts.append(
            rows.select(
                file=ibis.literal(str(path)),
                place=ibis.null("int64"),
                is_object=ibis.literal(True),
                **read,
            )
        )
    return engine.stage(ibis.union(*parts) if len(parts) > 1 else parts[0])


def lines_at(path: Path, places: set[int]) -> dict[int, tuple[int, str]]:
    """Find lines by their place among those that aren't blank.

    Returns
    -------
    dict
        By place: the line's number in the file, from 1, and its text.
    """
    found: dict[int, tuple[int, str]] = {}
    if not places:
        return found
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


def row_text(row: dict[str, Any]) -> str:
    """Write a row of Parquet that can't be told as JSON, without what it lacks."""
    told = {k: v for k, v in row.items() if k in KEYS and v is not None}
    return json.dumps(told, ensure_ascii=False, default=str)
