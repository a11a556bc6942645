"""Import files of Segment messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.landing import Arrival, ImportReport, events_shaped, joined, land
from parvis.connect.segment.messages import KEYS, Telling, understood
from parvis.connect.segment.reading import batches, is_parquet, lines_at, read_messages, row_text
from parvis.connect.silo import BadRow, Silo, changed_files, set_aside
from parvis.domain.money import checked_currency
from parvis.errors import FileUnreadable

if TYPE_CHECKING:
    import ibis.expr.types as ir

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
    messages = read_messages(engine, files)
    try:
        rows = _checked(workspace, messages)
        events = understood(messages.filter(messages.is_object), telling)
        bad = _unreadable(workspace, silo, messages, events)
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(files[0]) if len(files) == 1 else None,
            rows_read=rows,
            mapping={"files": dict(content)},
        )
        good = events_shaped(events.filter(events.fault.isnull()))
        quarantine = set_aside(engine, silo.source, bad)
        report = land(workspace, arrival, events=good, quarantine=quarantine)
        if quarantine is not None:
            engine.discard(quarantine)
        return report
    finally:
        engine.discard(messages)


def _checked(workspace: Workspace, messages: ir.Table) -> int:
    """Count the lines; a file of which none is a message is not one of messages."""
    counted = messages.group_by("file").agg(
        lines=messages.count(), objects=messages.is_object.sum()
    )
    found = workspace.engine.rows(counted)
    for row in found:
        if not row["objects"]:
            raise FileUnreadable(
                f"{Path(row['file']).name}: none of its {row['lines']:,} lines is a JSON object.",
                "A file of messages has one JSON object a line (NDJSON), in UTF-8.",
            )
    return sum(int(r["lines"]) for r in found)


def _unreadable(
    workspace: Workspace, silo: Silo, messages: ir.Table, events: ir.Table
) -> list[BadRow]:
    """Gather the lines that aren't JSON, and the messages that can't be told."""
    engine = workspace.engine
    broken = engine.rows(messages.filter(~messages.is_object).select("file", "place"))
    told = ("file", "place", "fault", *(KEYS if _parquet(silo) else ()))
    refused: list[dict[str, Any]] = engine.rows(events.filter(events.fault.notnull()).select(*told))
    rows = [r | {"fault": {"reason": "not_json", "field": None, "value": None}} for r in broken]
    rows += refused
    by_file: dict[str, set[int]] = {}
    for row in rows:
        if row["place"] is not None:
            by_file.setdefault(row["file"], set()).add(row["place"])
    lines = {file: lines_at(Path(file), places) for file, places in by_file.items()}
    found = []
    for row in sorted(rows, key=lambda r: (r["file"], r["place"] or 0)):
        number, text = lines.get(row["file"], {}).get(row["place"], (None, ""))
        found.append(
            BadRow(
                silo.name_of(Path(row["file"])),
                row["fault"]["reason"],
                text or row_text(row),
                number,
                row["fault"]["field"],
                row["fault"]["value"],
            )
        )
    return found


def _parquet(silo: Silo) -> bool:
    return any(is_parquet(f) for f in silo.files)
