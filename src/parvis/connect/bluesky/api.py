"""What others may call: bring in what the Jetstream told."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING, Final

from parvis.connect.bluesky.shape import jetstream_events, jetstream_fields
from parvis.connect.bluesky.vocabulary import PATHS
from parvis.connect.documents import faults_of, read_documents
from parvis.connect.files.parse import Setting
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, events_shaped, land
from parvis.connect.silo import changed_files, set_aside
from parvis.connect.staging import staged_events

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.silo import Silo
    from parvis.lake.workspace import Workspace

__all__ = ["import_bluesky"]

_KIND: Final = "bluesky"


def import_bluesky(workspace: Workspace, silo: Silo) -> ImportReport:
    """Bring messages of the Jetstream in; a file that was read before as it is now is skipped.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Files of messages, one a line (also .gz, or Parquet with a column `document`). `own`
        names the brand's own accounts, by DID or by handle.

    Returns
    -------
    ImportReport
        The counts; a second run adds nothing.

    Raises
    ------
    FileUnreadable
        A file is cut or damaged; nothing was imported.

    Examples
    --------
    >>> silo = Silo("bluesky", (Path("jetstream.ndjson"),), Path("."))  # doctest: +SKIP
    >>> import_bluesky(workspace, silo).added  # doctest: +SKIP
    1204
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    setting = Setting(silo.source, silo.zone or workspace.zone, silo.currency, datetime.now(UTC))
    with Scratch(workspace.engine) as scratch:
        parts = [
            (documents, scratch.stage(jetstream_fields(documents.rows)))
            for file in changed.files
            for documents in read_documents(scratch, silo, file)
        ]
        own = _own(scratch, silo, [fields for _, fields in parts])
        tables, bad = [staged_events(scratch, [])], []
        for documents, fields in parts:
            rows = jetstream_events(scratch, fields, setting, own)
            bad += [*documents.bad, *faults_of(scratch, documents, rows)]
            tables.append(events_shaped(rows.filter(rows.fault.isnull())))
        events = reduce(lambda a, b: a.union(b), tables)
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(changed.files[0]) if len(changed.files) == 1 else None,
            rows_read=sum(documents.lines for documents, _ in parts),
            mapping={"files": dict(changed.content)},
        )
        quarantine = set_aside(workspace.engine, silo.source, bad)
        return land(workspace, arrival, events=scratch.stage(events), quarantine=quarantine)


def _own(scratch: Scratch, silo: Silo, fields: list[ir.Table]) -> tuple[str, ...]:
    """Return the brand's own DIDs: those named, and those of its handles."""
    told = [o.strip().removeprefix("@").lower() for o in silo.own]
    dids = {o for o in told if o.startswith("did:")}
    handles = [o for o in told if not o.startswith("did:")]
    if not handles:
        return tuple(sorted(dids))
    did, handle = (list(PATHS).index(n) for n in ("did", "handle"))
    for table in fields:
        met = table.filter(table.told[handle].lower().isin(handles))
        dids.update(r["did"] for r in scratch.rows(met.select(did=met.told[did]).distinct()))
    events = scratch.table("events")
    known = events.filter((events.source == silo.source) & (events.type == "identify"))
    known = known.filter(known.traits["handle"].isin(handles))
    met = known.select(did=known.identifiers[0]["value"]).distinct()
    dids.update(r["did"] for r in scratch.rows(met))
    return tuple(sorted(d for d in dids if d))
