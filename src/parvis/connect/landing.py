"""Where every importer ends: facts, quarantine and the note of the import, in one commit."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import ibis

from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.workspace import Workspace

__all__ = ["Arrival", "ImportReport", "events_shaped", "joined", "land"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One run of an importer, before anything is written.

    Parameters
    ----------
    source
        The silo's name, such as ``shop``.
    kind
        What is imported: orders, customers, spend, events, completejourney.
    file
        The file's name, where there is one.
    rows_read
        Rows in the file, bad ones included.
    mapping
        Which column is read as which field.
    """

    source: str
    kind: str
    file: str | None = None
    rows_read: int = 0
    mapping: Mapping[str, Any] = field(default_factory=dict)
    import_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Parameters
    ----------
    rows_read
        Rows in the file.
    added
        Events (or rows of spend) that were new.
    known
        Events that were in already.
    quarantined
        Rows that could not be read, kept with their reason.
    """

    import_id: str
    source: str
    kind: str
    file: str | None
    rows_read: int
    added: int
    known: int
    quarantined: int
    seconds: float


def joined(source: str, kind: str, reports: Iterable[ImportReport]) -> ImportReport:
    """Add up what the parts of one import did; the last part's id stands for all."""
    parts = tuple(reports)
    return ImportReport(
        import_id=parts[-1].import_id if parts else "",
        source=source,
        kind=kind,
        file=parts[0].file if len(parts) == 1 else None,
        rows_read=sum(p.rows_read for p in parts),
        added=sum(p.added for p in parts),
        known=sum(p.known for p in parts),
        quarantined=sum(p.quarantined for p in parts),
        seconds=sum(p.seconds for p in parts),
    )


def events_shaped(rows: ir.Table) -> ir.Table:
    """Give rows all columns of `events`, null where the importer has nothing to say."""
    schema = TABLES["events"].ibis
    return rows.select(
        **{c: rows[c] if c in rows.columns else ibis.null(t) for c, t in schema.items()}
    )


def land(
    workspace: Workspace,
    arrival: Arrival,
    *,
    events: ir.Table | None = None,
    spend: ir.Table | None = None,
    quarantine: ir.Table | None = None,
    cursor: ir.Table | None = None,
    pictures: ir.Table | None = None,
    beside: Mapping[str, ir.Table] | None = None,
) -> ImportReport:
    """Write what an importer has read: all of it, or nothing.

    What is in already isn't written again, so the same import twice changes nothing.

    Parameters
    ----------
    workspace
        Where to.
    arrival
        What is being imported.
    events, spend, quarantine
        Rows in the shape of those tables; `import_id` is set here.
    cursor
        A row of `connector_cursors`: how far a network was read with that.
    pictures
        Rows of `picture_files`: those that came with the texts.
    beside
        Rows of other source tables by their name: what was shown in a shop, what a coupon is
        for. They aren't events and aren't counted as such; `import_id` is set here.

    Returns
    -------
    ImportReport
        The counts.

    Raises
    ------
    DiskFull
        Nothing of this import was kept.
    """
    began = time.perf_counter()
    engine = workspace.engine
    new_beside = 0

    def work() -> ImportReport:
        nonlocal new_beside
        added = known = quarantined = new_beside = 0
        for name, rows in (beside or {}).items():
            marked = rows.mutate(import_id=ibis.literal(arrival.import_id))
            new_beside += engine.append(name, marked).added
        for name, rows in (("events", events), ("spend", spend)):
            if rows is not None:
                done = engine.append(name, rows.mutate(import_id=ibis.literal(arrival.import_id)))
                added, known = added + done.added, known + done.known
        if quarantine is not None:
            marked = quarantine.mutate(import_id=ibis.literal(arrival.import_id))
            quarantined = engine.append("quarantine", marked).added
        if pictures is not None:
            engine.append("picture_files", pictures)
        if cursor is not None:
            engine.reconcile("connector_cursors", cursor, cursor.select("connector"))
        # files that brought nothing are noted too: they needn't be read again
        if added or quarantined or new_beside or arrival.mapping.get("files"):
            note = {
                "import_id": arrival.import_id,
                "source": arrival.source,
                "kind": arrival.kind,
                "file": arrival.file,
                "started_at": arrival.started_at,
                "finished_at": datetime.now(UTC),
                "rows_read": arrival.rows_read,
                "rows_added": added,
                "rows_known": known,
                "rows_quarantined": quarantined,
                "mapping": json.dumps(dict(arrival.mapping), ensure_ascii=False),
            }
            schema = {**TABLES["imports"].ibis, "mapping": "string"}
            engine.append("imports", engine.stage_rows([note], schema))
        return ImportReport(
            arrival.import_id,
            arrival.source,
            arrival.kind,
            arrival.file,
            arrival.rows_read,
            added,
            known,
            quarantined,
            time.perf_counter() - began,
        )

    report = engine.atomically(work)
    if report.added or report.quarantined or new_beside or arrival.mapping.get("files"):
        engine.back_up_catalog()
    return report
