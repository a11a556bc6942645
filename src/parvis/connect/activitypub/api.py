"""What others may call: bring in what an inbox, an archive or a list of actors holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.activitypub.actors import own_actors, profile_of
from parvis.connect.activitypub.shape import activity_events, activity_fields
from parvis.connect.activitypub.threads import with_threads
from parvis.connect.documents import Documents, any_repeated, faults_of, read_documents
from parvis.connect.files.parse import Setting
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, events_shaped, land
from parvis.connect.silo import BadRow, changed_files, set_aside
from parvis.connect.staging import staged_events

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.silo import Silo
    from parvis.lake.workspace import Workspace

__all__ = ["import_activitypub"]

_KIND: Final = "activitypub"


def import_activitypub(workspace: Workspace, silo: Silo) -> ImportReport:
    """Bring activities and actors in; a file that was read before as it is now is skipped.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Files of activities and actors: one JSON document a line, a collection in one .json
        file (as Mastodon's archive has it), or Parquet with a column `document`. `own` names
        the brand's own actors, by id or by handle (``@name@host``).

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
    >>> silo = Silo("fediverse", (Path("activities.ndjson"),), Path("."))  # doctest: +SKIP
    >>> import_activitypub(workspace, silo).added  # doctest: +SKIP
    1204
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    setting = Setting(silo.source, silo.zone or workspace.zone, silo.currency, datetime.now(UTC))
    with Scratch(workspace.engine) as scratch:
        found = [
            _Found(scratch, documents, setting)
            for file in changed.files
            for documents in read_documents(scratch, silo, file)
        ]
        rows = [row for f in found for row in f.profiles]
        own = own_actors(silo.own, {**_handles_known(scratch, silo), **_handles(rows)})
        tables = [f.events(scratch, setting, own) for f in found]
        events = staged_events(scratch, [_marked(r, own) for r in rows])
        if tables:
            said = scratch.stage(reduce(lambda a, b: a.union(b), tables))
            events = events.union(events_shaped(with_threads(scratch, said)))
        bad = set_aside(workspace.engine, silo.source, [b for f in found for b in f.bad])
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(changed.files[0]) if len(changed.files) == 1 else None,
            rows_read=sum(f.lines for f in found),
            mapping={"files": dict(changed.content)},
        )
        return land(workspace, arrival, events=scratch.stage(events), quarantine=bad)


class _Found:
    """What a part of a file holds, read but not yet shaped."""

    def __init__(self, scratch: Scratch, documents: Documents, setting: Setting) -> None:
        self._documents = documents
        self._fields = scratch.stage(activity_fields(documents.rows))
        self.lines = self._documents.lines
        self.bad = list(self._documents.bad)
        self.profiles: list[dict[str, Any]] = []
        actors = self._fields.filter(
            self._fields.profile.notnull() & ~any_repeated(self._fields["keys"])
        )
        for row in scratch.rows(actors.select("row_number", "profile")):
            read = profile_of(json.loads(row["profile"]), setting)
            if read.row is not None:
                self.profiles.append(read.row)
            else:
                self.bad.append(
                    BadRow(
                        self._documents.file,
                        read.reason,
                        row["profile"],
                        row["row_number"],
                        read.field,
                        read.value,
                    )
                )

    def events(self, scratch: Scratch, setting: Setting, own: tuple[str, ...]) -> ir.Table:
        """Shape the activities; those that can't be read go to `bad`."""
        rows = activity_events(scratch, self._fields, setting, own)
        scratch.discard(self._fields)
        self.bad += faults_of(scratch, self._documents, rows)
        return rows.filter(rows.fault.isnull()).drop("row_number", "fault")


def _handles(rows: list[dict[str, Any]]) -> dict[str, str]:
    found = {}
    for row in rows:
        kinds = {i["kind"]: i["value"] for i in row["identifiers"]}
        if "fediverse" in kinds:
            found[kinds["fediverse"]] = kinds["activitypub"]
    return found


def _handles_known(scratch: Scratch, silo: Silo) -> dict[str, str]:
    """Find the ids of the brand's own handles in profiles that came in before."""
    events = scratch.table("events")
    rows = events.filter((events.source == silo.source) & (events.type == "identify"))
    rows = rows.filter(rows.traits["handle"].isin([o.lower() for o in silo.own] or [""]))
    return _handles(scratch.rows(rows.select("identifiers")))


def _marked(row: Mapping[str, Any], own: tuple[str, ...]) -> dict[str, Any]:
    if row["identifiers"][0]["value"].lower() not in own:
        return dict(row)
    return {**row, "properties": json.dumps({**json.loads(row["properties"]), "is_own": True})}
