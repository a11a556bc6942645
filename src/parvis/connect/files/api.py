"""What others may call: look at a file, import it, see and mend what could not be read."""

from __future__ import annotations

import contextlib
import errno
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

import ibis

from parvis.connect.files.contracts import (
    FileMapping,
    FileReport,
    ImportOptions,
    Kind,
    Preview,
    QuarantineReason,
)
from parvis.connect.files.customers import shape_customers
from parvis.connect.files.events import shape_events
from parvis.connect.files.judge import judge
from parvis.connect.files.mapping import load_mapping, mapping_toml
from parvis.connect.files.orders import shape_orders
from parvis.connect.files.parse import Setting, completed, parsed
from parvis.connect.files.preview import mapping_rows, status_notes
from parvis.connect.files.propose import propose
from parvis.connect.files.quarantine import (
    QuarantinedSource,
    export_quarantine,
    quarantine_rows,
    quarantined_sources,
    reasons_of,
)
from parvis.connect.files.reading import Contents, contents_of
from parvis.connect.files.rows import Shaped
from parvis.connect.files.scratch import Scratch
from parvis.connect.files.shape import examine
from parvis.connect.files.spend import shape_spend
from parvis.connect.landing import Arrival, ImportReport, land
from parvis.domain.money import checked_currency
from parvis.errors import DiskFull, MappingError
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.workspace import Workspace

__all__ = [
    "FileImport",
    "FileReport",
    "ImportOptions",
    "Kind",
    "Preview",
    "QuarantineReason",
    "QuarantinedSource",
    "export_quarantine",
    "import_file",
    "load_mapping",
    "mapping_toml",
    "prepared",
    "quarantined_sources",
]

_SHAPES: Final[
    dict[Kind, Callable[[Scratch, ir.Table, Contents, FileMapping, Setting], Shaped]]
] = {
    "orders": shape_orders,
    "customers": shape_customers,
    "spend": shape_spend,
    "events": shape_events,
}


@dataclass(frozen=True, slots=True)
class FileImport:
    """A file that was read and understood, before anything is written.

    Parameters
    ----------
    preview
        What an import would do.
    """

    preview: Preview
    _workspace: Workspace
    _setting: Setting
    _shaped: Shaped
    _quarantine: ir.Table
    _content: tuple[tuple[str, str], ...] = ()

    def write(self) -> ImportReport:
        """Write it: all of it or nothing.

        Raises
        ------
        DiskFull
            Nothing of it was kept.
        """
        preview = self.preview
        arrival = Arrival(
            source=self._setting.source,
            kind=preview.mapping.kind,
            file=preview.shape.path.name,
            rows_read=preview.rows_read,
            mapping={
                **{
                    r.field: r.column if r.column is not None else f":={r.value}"
                    for r in preview.mapping.reads
                },
                **({"files": dict(self._content)} if self._content else {}),
            },
        )
        events = self._shaped.rows if self._shaped.table == "events" else None
        spend = self._shaped.rows if self._shaped.table == "spend" else None
        return land(
            self._workspace, arrival, events=events, spend=spend, quarantine=self._quarantine
        )


@contextlib.contextmanager
def prepared(
    workspace: Workspace, path: Path, kind: Kind, options: ImportOptions | None = None
) -> Iterator[FileImport]:
    """Read and understand a file; nothing is written until `write` is called inside.

    Parameters
    ----------
    workspace
        Where to.
    path
        The file: CSV, NDJSON or Parquet, also gzipped.
    kind
        What it holds.
    options
        What is known of it; the rest is guessed.

    Raises
    ------
    FileUnreadable
        It can't be read at all: missing, empty, cut, of another format.
    MappingError
        Its columns can't be matched to the fields that are needed, or could be read in two ways.
    """
    told = options or ImportOptions()
    with (
        tempfile.TemporaryDirectory(prefix="parvis-") as name,
        Scratch(workspace.engine) as scratch,
        _room(Path(name)),
    ):
        yield _understood(workspace, scratch, (path, kind, told), Path(name))


def import_file(
    workspace: Workspace, path: Path, kind: Kind, options: ImportOptions | None = None
) -> FileReport:
    """Import a file: what can be read comes in, what can't is kept in the quarantine.

    The same file twice changes nothing.

    Examples
    --------
    >>> import_file(workspace, Path("orders.csv"), "orders").report.added  # doctest: +SKIP
    1204
    """
    with prepared(workspace, path, kind, options) as ready:
        return FileReport(ready.write(), ready.preview)


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull(
            f"The disk of {folder.parent} is full: the file could not be unpacked there. "
            "Nothing of it was imported.",
            "Free some room, or set TMPDIR to a folder on another disk, and run it again.",
        ) from error


def _understood(
    workspace: Workspace, scratch: Scratch, what: tuple[Path, Kind, ImportOptions], folder: Path
) -> FileImport:
    path, kind, options = what
    shape = examine(path, folder, options.delimiter, options.encoding)
    contents = contents_of(scratch, shape, folder)
    proposal = propose(contents, kind, options)
    mapping = replace(
        proposal.mapping,
        currency=options.currency or proposal.mapping.currency,
        zone=options.zone or proposal.mapping.zone,
        date_format=options.date_format or proposal.mapping.date_format,
        decimal=options.decimal or proposal.mapping.decimal,
    )
    judged = judge(contents, mapping)
    mapping = judged.mapping
    setting = Setting(
        source=options.source or kind,
        zone=_zone(mapping.zone or workspace.zone),
        currency=checked_currency(mapping.currency or workspace.settings.money.currency),
        now=datetime.now(UTC),
    )
    typed = completed(scratch.stage(parsed(contents, mapping, setting)), mapping, setting)
    for table in contents.staged:
        # all of it stands in `typed` now
        scratch.discard(table)
    shaped = _SHAPES[kind](scratch, typed, contents, mapping, setting)
    quarantine = scratch.stage(quarantine_rows(shaped.bad, contents, setting))
    added, known = _news(scratch, shaped)
    preview = Preview(
        shape=contents.shape,
        mapping=mapping,
        rows=mapping_rows(typed, contents, mapping, setting.zone),
        unmapped=tuple(c for c in contents.shape.columns if c not in mapping.columns),
        rows_read=_count(typed) + _count(contents.rejected),
        added=added,
        known=known,
        quarantined=reasons_of(quarantine),
        notes=(
            *contents.shape.notes,
            *proposal.notes,
            *judged.notes,
            *status_notes(typed, mapping),
            *shaped.notes,
        ),
    )
    return FileImport(preview, workspace, setting, shaped, quarantine, options.content)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise MappingError(
            f"{name!r} is not a time zone.", "Give an IANA name such as Europe/Paris."
        )
    return name


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())


def _news(scratch: Scratch, shaped: Shaped) -> tuple[dict[str, int], int]:
    """Count what would be new, by the event's name, and what is in already."""
    rows, target = shaped.rows, scratch.table(shaped.table)
    (key,) = TABLES[shaped.table].key
    rows = rows.distinct(on=key, keep="first") if shaped.table == "spend" else rows
    fresh = rows.anti_join(target.select(key), key)
    if shaped.table == "events":
        label = ibis.coalesce(fresh.name, fresh.type)
    else:
        label = ibis.literal(shaped.table)
    counted = fresh.group_by(label=label).agg(n=fresh[key].nunique()).order_by(ibis.desc("n"))
    added = {str(r["label"]): int(r["n"]) for r in counted.to_pyarrow().to_pylist()}
    total = int(rows[key].nunique().to_pyarrow().as_py())
    return added, _count(shaped.rows) - sum(added.values()) if total else 0
