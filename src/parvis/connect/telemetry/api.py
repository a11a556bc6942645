"""Import what an MQTT broker archived of its devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.bulk import batches, counted_lines, read_lines, refused_lines
from parvis.connect.files.quarantine import fault
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, events_shaped, joined, land
from parvis.connect.silo import Silo, changed_files, set_aside
from parvis.connect.telemetry.senml import (
    KEYS,
    is_series,
    measured_at_once,
    measured_in_series,
    moments,
    packs,
    telemetry_events,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.workspace import Workspace

__all__ = ["import_telemetry"]

_KIND: Final = "telemetry"


def import_telemetry(workspace: Workspace, silo: Silo) -> ImportReport:
    """Import archived MQTT messages whose payload is SenML: JSON lines (also gzipped) or Parquet.

    A message becomes one event `Device Telemetry` for each moment it measured at. A message of
    which one part can't be read, or whose clock was wrong, is set aside whole.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Files of messages: `received_at`, `topic`, `payload`.

    Returns
    -------
    ImportReport
        The sum of all parts; large silos are committed in parts of some hundred megabytes.

    Raises
    ------
    FileUnreadable
        A file holds no message at all.

    References
    ----------
    RFC 8428, "Sensor Measurement Lists (SenML)".

    Examples
    --------
    >>> machines = Silo("machines", (Path("devices/telemetry-0001.ndjson"),), Path("."))
    >>> import_telemetry(shop, machines).added  # doctest: +SKIP
    51310
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    reports = []
    for files in batches(changed.files):
        content = {silo.name_of(f): changed.content[silo.name_of(f)] for f in files}
        reports.append(_import(workspace, silo, files, content))
        for file in files:
            silo.on_read(file)
    return joined(silo.source, _KIND, reports)


def _import(
    workspace: Workspace, silo: Silo, files: Sequence[Path], content: Mapping[str, str]
) -> ImportReport:
    engine = workspace.engine
    lines = read_lines(engine, files, KEYS)
    try:
        rows = counted_lines(engine, lines)
        with Scratch(engine) as scratch:
            objects = lines.filter(lines.is_object)
            read = scratch.stage(packs(objects.mutate(message=ibis.row_number())))
            good = read.filter(read.fault.isnull())
            told = scratch.stage(_moments(scratch, good))
            wrong = told.filter(told.fault.notnull())
            wrong = wrong.distinct(on="message", keep="first").select("message", "fault")
            empty = good.anti_join(told, "message")
            refused = (
                read.filter(read.fault.notnull())
                .union(read.drop("fault").inner_join(wrong, "message").select(*read.columns))
                .union(empty.mutate(fault=fault(ibis.literal(True), "missing", "v")))
            )
            bad = refused_lines(engine, silo, lines, refused, KEYS)
            arrival = Arrival(
                source=silo.source,
                kind=_KIND,
                file=silo.name_of(files[0]) if len(files) == 1 else None,
                rows_read=rows,
                mapping={"files": dict(content)},
            )
            events = telemetry_events(told.anti_join(wrong, "message"), silo.source)
            quarantine = set_aside(scratch, silo.source, bad)
            return land(workspace, arrival, events=events_shaped(events), quarantine=quarantine)
    finally:
        engine.discard(lines)


def _moments(scratch: Scratch, good: ir.Table) -> ir.Table:
    at_once = moments(measured_at_once(good))
    series = scratch.stage(good.filter(is_series(good)))
    return at_once.union(moments(measured_in_series(series)).select(*at_once.columns))
