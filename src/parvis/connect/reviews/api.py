"""What others may call: bring reviews in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.files.parse import Setting
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, land
from parvis.connect.lines import RepeatedKey, lines_of, parsed
from parvis.connect.reviews.shape import Shaped, review_event, reviews_in
from parvis.connect.silo import BadRow, changed_files, set_aside
from parvis.connect.staging import staged_events

if TYPE_CHECKING:
    from parvis.connect.silo import Silo
    from parvis.lake.workspace import Workspace

__all__ = ["import_reviews"]

_KIND: Final = "reviews"
_STAGED_AT_ONCE: Final = 50_000


def import_reviews(workspace: Workspace, silo: Silo) -> ImportReport:
    """Bring reviews in; a file that was read before as it is now is skipped.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Files of schema.org reviews: one JSON-LD document a line, or a list in one .json file.

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
    >>> silo = Silo("reviews", (Path("reviews.ndjson"),), Path("."))  # doctest: +SKIP
    >>> import_reviews(workspace, silo).added  # doctest: +SKIP
    1204
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    setting = Setting(silo.source, silo.zone or workspace.zone, silo.currency, datetime.now(UTC))
    read, bad, rows = 0, list[BadRow](), list[dict[str, Any]]()
    with Scratch(workspace.engine) as scratch:
        tables = [staged_events(scratch, [])]
        for file in changed.files:
            for found in _read(silo, file, setting):
                read += 1
                if isinstance(found, BadRow):
                    bad.append(found)
                else:
                    rows.append(found)
                if len(rows) == _STAGED_AT_ONCE:
                    tables.append(staged_events(scratch, rows))
                    rows = []
        tables.append(staged_events(scratch, rows))
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(changed.files[0]) if len(changed.files) == 1 else None,
            rows_read=read,
            mapping={"files": dict(changed.content)},
        )
        quarantine = set_aside(workspace.engine, silo.source, bad)
        events = reduce(lambda a, b: a.union(b), tables)
        return land(workspace, arrival, events=events, quarantine=quarantine)


def _read(silo: Silo, file: Path, setting: Setting) -> Iterator[dict[str, Any] | BadRow]:
    name, own = silo.name_of(file), {o.strip().lower() for o in silo.own}
    for number, text, reason in lines_of(silo, file):
        if reason:
            yield BadRow(name, reason, text, number)
            continue
        for shaped in _shaped(text, setting):
            if shaped.row is None:
                yield BadRow(name, shaped.reason, text, number, shaped.field, shaped.value)
            else:
                yield _marked(shaped.row, own)


def _shaped(text: str, setting: Setting) -> Iterator[Shaped]:
    try:
        document = parsed(text)
    except RepeatedKey:
        yield Shaped(None, "repeated_key")
    except ValueError:
        yield Shaped(None, "not_json")
    else:
        if isinstance(document, Mapping):
            for review in reviews_in(document):
                yield review_event(review, setting)
        else:
            yield Shaped(None, "not_json")


def _marked(row: dict[str, Any], own: set[str]) -> dict[str, Any]:
    """Mark what the brand itself wrote."""
    if own and any(i["value"].lower() in own for i in row["identifiers"]):
        return {**row, "properties": row["properties"][:-1] + ', "is_own": true}'}
    return row
