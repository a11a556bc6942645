"""Import files of Segment messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from parvis.connect.bulk import batches, counted_lines, read_lines, refused_lines
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, events_shaped, joined, land
from parvis.connect.segment.messages import KEYS, Telling, understood
from parvis.connect.silo import Silo, changed_files, set_aside
from parvis.domain.money import checked_currency

if TYPE_CHECKING:
    from parvis.lake.workspace import Workspace

__all__ = ["import_segment"]

_KIND: Final = "segment"


def import_segment(workspace: Workspace, silo: Silo) -> ImportReport:
    """Import messages of the Segment spec: files of JSON lines (also gzipped), or Parquet.

    Files that were read before as they are now are left out. Large silos are committed in parts
    of some hundred megabytes: an import that was interrupted goes on with the files it lacks.

    Parameters
    ----------
    workspace
        Where to.
    silo
        The files, and what is known of them. `orders_told_by` names the shop whose orders these
        messages tell too.

    Returns
    -------
    ImportReport
        The sum of all parts; `rows_read` counts lines that aren't blank.

    Raises
    ------
    FileUnreadable
        A file holds no message at all.

    Examples
    --------
    >>> web = Silo("web", (Path("web/events-0001.ndjson"),), Path("."))
    >>> import_segment(shop, web).added  # doctest: +SKIP
    498213
    """
    engine = workspace.engine
    changed = changed_files(engine, silo, _KIND)
    telling = Telling(
        silo.source,
        checked_currency(silo.currency or workspace.settings.money.currency),
        datetime.now(UTC),
        silo.orders_told_by,
    )
    reports = []
    for files in batches(changed.files):
        content = {silo.name_of(f): changed.content[silo.name_of(f)] for f in files}
        reports.append(_import(workspace, silo, telling, files, content))
        for file in files:
            silo.on_read(file)
    return joined(silo.source, _KIND, reports)


def _import(
    workspace: Workspace,
    silo: Silo,
    telling: Telling,
    files: Sequence[Path],
    content: Mapping[str, str],
) -> ImportReport:
    engine = workspace.engine
    messages = read_lines(engine, files, KEYS)
    try:
        rows = counted_lines(engine, messages)
        events = understood(messages.filter(messages.is_object), telling)
        refused = events.filter(events.fault.notnull())
        bad = refused_lines(engine, silo, messages, refused, KEYS)
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(files[0]) if len(files) == 1 else None,
            rows_read=rows,
            mapping={"files": dict(content)},
        )
        good = events_shaped(events.filter(events.fault.isnull()))
        with Scratch(engine) as scratch:
            quarantine = set_aside(scratch, silo.source, bad)
            return land(workspace, arrival, events=good, quarantine=quarantine)
    finally:
        engine.discard(messages)
