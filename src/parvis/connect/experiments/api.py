"""Import plans of experiments."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.experiments.rows import COLUMNS, Unread, plan_in
from parvis.connect.landing import ImportReport, joined
from parvis.connect.silo import BadRow, Silo, changed_files, content_of, set_aside
from parvis.errors import FileUnreadable, MappingError
from parvis.lake.schema import TABLES
from parvis.measure.api import experiments

if TYPE_CHECKING:
    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = ["COLUMNS", "import_experiments"]

_KIND: Final = "experiments"
_MOST_BYTES: Final = 10_000_000


@dataclass(slots=True)
class _Read:
    plans: list[experiments.Plan] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    known: int = 0
    rows: int = 0


def import_experiments(workspace: Workspace, silo: Silo) -> ImportReport:
    """Import what a team wrote down of its experiments, from CSV files.

    A row is an experiment: `name`, and for a test in cities `channel`, `cities` (with | between),
    `starts_on`, `days` or `ends_on` and `budget` (the factor of the usual); for a holdout
    `channel`, `starts_on`, `days` or `ends_on`, `share` (left out) and `covers`. Rows that can't
    be are set aside with their reason.

    Parameters
    ----------
    workspace
        Where to; its spending and its customers tell which channels and cities there are.
    silo
        The files.

    Returns
    -------
    ImportReport
        The sum of all files; a second run adds nothing.

    Raises
    ------
    FileUnreadable
        A file isn't text, or is far too large.
    MappingError
        A file has no column `name`.
    """
    engine = workspace.engine
    reports = []
    for path in changed_files(engine, silo, _KIND).files:
        began = time.perf_counter()
        known = {p.experiment_id: p for p in experiments.plans_of(engine)}
        read = _read(path, silo, known, engine)
        report = _keep(workspace, silo, path, read)
        reports.append(replace(report, seconds=time.perf_counter() - began))
        silo.on_read(path)
    return joined(silo.source, _KIND, reports)


def _read(path: Path, silo: Silo, known: dict[str, experiments.Plan], engine: Engine) -> _Read:
    channels = experiments.known_channels(engine)
    cities = experiments.known_cities(engine)
    found, seen = _Read(), set[str]()
    for number, raw, row in _lines(path):
        found.rows += 1

        def bad(reason: str, name: str, value: str, number: int = number, raw: str = raw) -> None:
            found.bad.append(BadRow(silo.name_of(path), reason, raw, number, name, value))

        try:
            plan = plan_in(row)
        except Unread as error:
            bad(error.reason, error.field, error.value)
            continue
        fault = experiments.plan_fault(plan, channels, cities)
        if fault is not None:
            bad(fault.reason, fault.field, fault.value)
            continue
        plan = experiments.checked(plan, channels, cities)
        if plan.experiment_id in seen:
            bad("named_twice", "name", plan.name)
            continue
        seen.add(plan.experiment_id)
        before = known.get(plan.experiment_id)
        if before == plan:
            found.known += 1
        elif before is not None and not _only_adds(before, plan):
            bad("differs_from_known", "name", plan.name)
        else:
            found.plans.append(plan)
    return found


def _only_adds(before: experiments.Plan, plan: experiments.Plan) -> bool:
    """Tell whether a plan says of a known experiment only what nobody had said."""
    if before.kind != plan.kind:
        return False
    by_events = before.channel_by == "name"
    return all(
        told is None or told in ((), getattr(plan, name))
        for name in ("hypothesis", "ends_on", "cities", "budget", "share", "covers", "left_out")
        for told in (getattr(before, name),)
    ) and (by_events or (before.channel, before.starts_on) == (plan.channel, plan.starts_on))


def _lines(path: Path) -> Iterator[tuple[int, str, dict[str, str]]]:
    if path.stat().st_size > _MOST_BYTES:
        raise FileUnreadable(
            f"{path.name} has {path.stat().st_size:,} bytes.",
            "A plan of experiments is a small CSV file, a line an experiment.",
        )
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text("cp1252", errors="replace")
    if "\0" in text:
        raise FileUnreadable(f"{path.name} isn't text.", "Save it as CSV.")
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    names = [n.strip().lower() for n in reader.fieldnames or ()]
    if "name" not in names:
        raise MappingError(
            f"{path.name} has no column name; it has {', '.join(names[:12]) or 'none'}.",
            f"A plan of experiments has some of {', '.join(COLUMNS)}.",
        )
    reader.fieldnames = names
    for row in reader:
        told = {k: v for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
        if any(told.values()):
            yield reader.line_num, delimiter.join(told.values()), told


def _keep(workspace: Workspace, silo: Silo, path: Path, read: _Read) -> ImportReport:
    engine, now = workspace.engine, datetime.now(UTC)
    name, import_id = silo.name_of(path), uuid.uuid4().hex
    # a file of which something couldn't be read is read again: spending may have come meanwhile
    files = {} if read.bad else {name: content_of([path])[path]}
    counts = {"rows_read": read.rows, "rows_added": len(read.plans), "rows_known": read.known}

    def work() -> int:
        for plan in read.plans:
            experiments.put_plan(engine, plan, name, now)
        aside = set_aside(engine, silo.source, read.bad)
        quarantined = 0
        if aside is not None:
            quarantined = engine.append(
                "quarantine", aside.mutate(import_id=ibis.literal(import_id))
            ).added
        if read.plans or quarantined or files:
            note = {
                "import_id": import_id,
                "source": silo.source,
                "kind": _KIND,
                "file": name,
                "started_at": now,
                "finished_at": datetime.now(UTC),
                **counts,
                "rows_quarantined": quarantined,
                "mapping": json.dumps({"files": files}, ensure_ascii=False),
            }
            schema = {**TABLES["imports"].ibis, "mapping": "string"}
            engine.append("imports", engine.stage_rows([note], schema))
        return quarantined

    quarantined = engine.atomically(work)
    engine.back_up_catalog()
    return ImportReport(
        import_id, silo.source, _KIND, name, read.rows, len(read.plans), read.known,
        quarantined, 0.0,
    )  # fmt: skip
