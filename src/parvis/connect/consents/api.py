"""Import a register of consents."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.consents.answers import NEEDED, OPTIONAL, answers, consent_events
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import quarantine_rows
from parvis.connect.files.reading import Contents, contents_of
from parvis.connect.files.scratch import Scratch
from parvis.connect.files.shape import examine
from parvis.connect.landing import Arrival, ImportReport, events_shaped, joined, land
from parvis.connect.silo import Silo, changed_files
from parvis.errors import MappingError

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.workspace import Workspace

__all__ = ["import_consents"]

_KIND: Final = "consents"


def import_consents(workspace: Workspace, silo: Silo) -> ImportReport:
    """Import the answers that people gave, from CSV, NDJSON or Parquet, also gzipped.

    A row is one answer to one purpose: `recorded_at`, `subject_kind` (email, user_id or
    anonymous_id), `subject`, `purpose`, `granted` (yes or no), and where it is told `channel`
    and `text_version`. It becomes an event `Segment Consent Preference Updated`.

    Parameters
    ----------
    workspace
        Where to.
    silo
        The files; its zone is that of times without an offset.

    Returns
    -------
    ImportReport
        The sum of all files; a second run adds nothing.

    Raises
    ------
    FileUnreadable
        A file can't be read at all.
    MappingError
        A file lacks a column.

    Examples
    --------
    >>> register = Silo("consents", (Path("consents/consents.csv"),), Path("."))
    >>> import_consents(shop, register).added  # doctest: +SKIP
    3116
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    setting = Setting(
        silo.source,
        silo.zone or workspace.zone,
        silo.currency or workspace.settings.money.currency,
        datetime.now(UTC),
    )
    reports = []
    for path in changed.files:
        content = {silo.name_of(path): changed.content[silo.name_of(path)]}
        reports.append(_import(workspace, silo, setting, path, content))
        silo.on_read(path)
    return joined(silo.source, _KIND, reports)


def _import(
    workspace: Workspace, silo: Silo, setting: Setting, path: Path, content: dict[str, str]
) -> ImportReport:
    with (
        tempfile.TemporaryDirectory(prefix="parvis-") as folder,
        Scratch(workspace.engine) as scratch,
    ):
        contents = contents_of(scratch, examine(path, Path(folder)), Path(folder))
        read = scratch.stage(answers(_named(contents), setting))
        bad = quarantine_rows(read.filter(read.fault.notnull()), contents, setting)
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(path),
            rows_read=_count(read) + _count(contents.rejected),
            mapping={"files": content},
        )
        events = consent_events(read.filter(read.fault.isnull()), silo.source)
        return land(workspace, arrival, events=events_shaped(events), quarantine=bad)


def _named(contents: Contents) -> ir.Table:
    """Call the columns by their names; those that may be missing are null."""
    columns = contents.shape.columns
    missing = [n for n in NEEDED if n not in columns]
    if missing:
        raise MappingError(
            f"{contents.shape.path.name} lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(columns[:12])}.",
            f"A register of consents has {', '.join(NEEDED)}, and may have {', '.join(OPTIONAL)}.",
        )
    return contents.rows.mutate(
        **{n: contents.column(n) for n in NEEDED},
        **{n: contents.column(n) if n in columns else ibis.null("string") for n in OPTIONAL},
    )


def _count(table: ir.Table) -> int:
    return int(table.count().to_pyarrow().as_py())
