"""What an importer of a whole silo is given, and what all of them share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch
    from parvis.lake.engine import Engine

__all__ = ["BadRow", "Changed", "Silo", "changed_files", "content_of", "set_aside"]


def _silently(_file: Path) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Silo:
    """Files of one source, to be read by one importer.

    Parameters
    ----------
    source
        The source's name in the lake.
    files
        What to read, in order; for a maildir the folder that holds cur, new and tmp.
    root
        The folder that names of files are told under.
    zone, currency
        Of times without an offset and of amounts that don't name theirs; empty: the workspace's.
    own
        The brand's own addresses and handles: what comes from them is ours.
    orders_told_by
        The source that tells the same orders, such as ``shop``: what this silo says of orders is
        then no order of its own; empty: its orders are orders.
    on_read
        Called with each file when it is in.
    """

    source: str
    files: tuple[Path, ...]
    root: Path
    zone: str = ""
    currency: str = ""
    own: tuple[str, ...] = ()
    orders_told_by: str = ""
    on_read: Callable[[Path], None] = field(default=_silently, compare=False)

    def name_of(self, file: Path) -> str:
        """Return a file's name under the root."""
        return (
            file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else file.name
        )


@dataclass(frozen=True, slots=True)
class BadRow:
    """Something in a file that could not be read.

    Parameters
    ----------
    reason
        A code of `quarantine.MEANINGS`.
    raw
        What was there, as text; kept whole.
    row_number
        Its line or place in the file, from 1.
    """

    file: str
    reason: str
    raw: str
    row_number: int | None = None
    field: str | None = None
    value: str | None = None


def set_aside(engine: Engine | Scratch, source: str, rows: Sequence[BadRow]) -> ir.Table | None:
    """Shape what could not be read as rows of `quarantine`; None where there is nothing.

    The same row of the same file is set aside once, however often the file is read.
    """
    if not rows:
        return None
    now = datetime.now(UTC)
    places: dict[tuple[str, str, str], int] = {}
    shaped = []
    for row in rows:
        alike = (row.file, row.reason, row.raw)
        places[alike] = place = places.get(alike, -1) + 1
        told = "\x1f".join(("quarantine", source, *alike, str(place)))
        shaped.append(
            {
                "row_key": hashlib.md5(told.encode(), usedforsecurity=False).hexdigest(),
                "source": source,
                "file": row.file,
                "row_number": row.row_number,
                "field": row.field,
                "value": row.value,
                "reason": row.reason,
                "raw": json.dumps({"parvis_line": row.raw}, ensure_ascii=False),
                "received_at": now,
                "import_id": "",
            }
        )
    return engine.stage_rows(shaped, {**TABLES["quarantine"].ibis, "raw": "string"})


def content_of(files: Sequence[Path]) -> dict[Path, str]:
    """Return what tells each file's content: a hash of it."""
    found = {}
    for path in files:
        state = path.stat()
        found[path] = _hashed(path, state.st_size, state.st_mtime_ns)
    return found


# who plans an import and who runs it both ask, and a gigabyte takes two seconds
@lru_cache(maxsize=4096)
def _hashed(path: Path, _size: int, _written_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Changed:
    """The files that an importer hasn't read in their present state.

    Parameters
    ----------
    files
        Those to read.
    content
        Names and hashes, to be kept with the import (`Arrival.mapping` under ``files``).
    unchanged
        How many were read before as they are.
    """

    files: tuple[Path, ...]
    content: Mapping[str, str] = field(default_factory=dict)
    unchanged: int = 0


def changed_files(engine: Engine, silo: Silo, kind: str) -> Changed:
    """Leave out the files that an earlier import of this source and kind read as they are now."""
    imports = engine.table("imports")
    rows = engine.rows(
        imports.filter((imports.source == silo.source) & (imports.kind == kind)).select(
            mapping=imports.mapping.cast("string")
        )
    )
    known: set[str] = set()
    for row in rows:
        told: Any = json.loads(row["mapping"] or "{}")
        known.update((told.get("files") or {}).values())
    content = content_of(silo.files)
    fresh = tuple(f for f in silo.files if content[f] not in known)
    return Changed(
        fresh, {silo.name_of(f): content[f] for f in fresh}, len(silo.files) - len(fresh)
    )
