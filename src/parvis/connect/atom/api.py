"""What others may call: bring feeds in."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.sax import SAXParseException

import feedparser

from parvis.connect.atom.shape import Entry, entry_event, host_of, sealed
from parvis.connect.files.parse import Setting
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, land
from parvis.connect.silo import BadRow, changed_files, set_aside
from parvis.connect.staging import staged_events
from parvis.connect.wordpress.export import is_export, read_export
from parvis.domain.event import EventName
from parvis.errors import FileUnreadable
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    from parvis.connect.silo import Silo
    from parvis.lake.workspace import Workspace

__all__ = ["ReadFeed", "entry_rows", "import_atom", "read_feed"]

_KIND: Final = "atom"
_LARGEST: Final = 256 << 20
_KEPT: Final = 1_000_000


def import_atom(workspace: Workspace, silo: Silo) -> ImportReport:
    """Bring feeds of articles and comments in; a file that was read before is skipped.

    An entry that is known with another text is an edit of it.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Atom or RSS files, also .gz. `own` names the brand's own authors by address, web
        address or ``host:name``; articles under the domain of an own address are its own, too.

    Returns
    -------
    ImportReport
        The counts; a second run adds nothing.

    Raises
    ------
    FileUnreadable
        A file is cut or damaged, or too large to be a feed; nothing was imported.

    Examples
    --------
    >>> silo = Silo("blog", (Path("articles.atom"),), Path("."))  # doctest: +SKIP
    >>> import_atom(workspace, silo).added  # doctest: +SKIP
    120
    """
    changed = changed_files(workspace.engine, silo, _KIND)
    setting = Setting(silo.source, silo.zone or workspace.zone, silo.currency, datetime.now(UTC))
    read, bad, entries = 0, list[BadRow](), list[Entry]()
    for file in changed.files:
        found = read_feed(_content(file), silo.name_of(file), setting)
        entries += found.entries
        bad += found.bad
        read += found.count
    own = frozenset(o.strip().lower() for o in silo.own)
    with Scratch(workspace.engine) as scratch:
        marked = entry_rows(scratch, entries, own)
        arrival = Arrival(
            source=silo.source,
            kind=_KIND,
            file=silo.name_of(changed.files[0]) if len(changed.files) == 1 else None,
            rows_read=read,
            mapping={"files": dict(changed.content)},
        )
        quarantine = set_aside(workspace.engine, silo.source, bad)
        events = staged_events(scratch, marked)
        return land(workspace, arrival, events=events, quarantine=quarantine)


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """What a feed holds.

    Parameters
    ----------
    entries
        What became of its entries, those that can't be read left out.
    bad
        What can't be read.
    count
        How many entries there are.
    told
        The feed's own words, as feedparser gives them: `version` is empty where it is no feed.
    """

    entries: list[Entry]
    bad: list[BadRow]
    count: int
    told: Mapping[str, Any]


def read_feed(
    content: bytes,
    name: str,
    setting: Setting,
    headers: Mapping[str, str] | None = None,
    seen_at: datetime | None = None,
    answers: str = "",
) -> ReadFeed:
    """Read a feed.

    Parameters
    ----------
    content
        Atom or RSS, or a blog's export (WXR).
    name
        What to call it where something can't be read.
    setting
        Source, zone and moment.
    headers
        Those it was sent with, in small letters: `content-type` may tell its encoding.
    seen_at
        What stands for the date of an entry that tells none; null: it must tell one.
    answers
        The id of the article that all entries are comments on, where that is known.
    """
    if is_export(content):
        return _read_export(content, name, setting)
    # sent without a type, the parser would take it for Latin-1
    sent = {"content-type": "application/xml", **headers} if headers else {}
    # nothing is fetched: what is parsed is a stream, never an address
    feed = feedparser.parse(
        io.BytesIO(content),
        response_headers=sent,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    bad: list[BadRow] = []
    problem = feed.get("bozo_exception")
    if isinstance(problem, SAXParseException) or not feed.get("version"):
        line = problem.getLineNumber() if isinstance(problem, SAXParseException) else None
        raw = content[:_KEPT].decode("utf-8", "replace") if not feed.entries else ""
        if line and not raw:
            raw = _around(content, line, problem.getColumnNumber() or 0)
        bad.append(BadRow(name, "not_xml", raw, line, None, str(problem or "")[:200]))
    entries: list[Entry] = []
    for place, entry in enumerate(feed.entries, 1):
        # as plain dicts: feedparser's own answer for `updated` where only `published` is told
        told = dict(entry)
        if answers and "thr_in-reply-to" not in told:
            told["thr_in-reply-to"] = {"ref": answers}
        shaped = entry_event(told, dict(feed.feed), setting, seen_at)
        if shaped.row is None:
            raw = repr(dict(entry))[:_KEPT]
            bad.append(BadRow(name, shaped.reason, raw, place, shaped.field, shaped.value))
        else:
            entries.append(shaped)
    return ReadFeed(entries, bad, max(len(feed.entries), len(bad)), feed)


def entry_rows(
    scratch: Scratch, entries: Sequence[Entry], own: frozenset[str]
) -> list[dict[str, Any]]:
    """Return entries as rows of `events`: edits told apart, threads found, the brand's marked.

    Parameters
    ----------
    own
        The brand's authors and domains, in small letters.
    """
    rows = _threaded(scratch, _edited(scratch, entries))
    return [sealed(_marked(row, own)) for row in rows]


def _read_export(content: bytes, name: str, setting: Setting) -> ReadFeed:
    found = read_export(content, setting)
    bad = [
        BadRow(name, e.reason, raw[:_KEPT], place, e.field or None, e.value)
        for place, (e, raw) in enumerate(found.entries, 1)
        if e.row is None
    ]
    if found.problem:
        bad.append(BadRow(name, "not_xml", "", found.line, None, found.problem[:200]))
    entries = [e for e, _ in found.entries if e.row is not None]
    return ReadFeed(entries, bad, len(found.entries), {"version": "wxr"})


def _around(content: bytes, number: int, column: int) -> str:
    """Return a line that isn't XML; of a long one what stands around the place."""
    lines = content.split(b"\n", number)
    line = lines[min(number, len(lines)) - 1]
    return line[max(column - 1000, 0) : column + 1000].decode("utf-8", "replace")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            is_packed = opened.read(2) == b"\x1f\x8b"
        with gzip.open(file, "rb") if is_packed else file.open("rb") as readable:
            content = readable.read(_LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileUnreadable(
            f"{file.name} is cut or damaged ({error}). Nothing of it was imported.",
            "Download or export the file again, then import it.",
        ) from error
    if len(content) > _LARGEST:
        raise FileUnreadable(
            f"{file.name} is larger than {_LARGEST >> 20} MB, which no feed is.",
            "Export it in several files.",
        )
    return content


def _edited(scratch: Scratch, entries: Sequence[Entry]) -> list[Entry]:
    """Make an entry that is known with another text an edit of it."""
    texts = _known(scratch, {e.row["message_id"] for e in entries if e.row}, "text")
    found: list[Entry] = []
    for entry in entries:
        row = entry.row
        if row is None:
            continue
        before = texts.setdefault(row["message_id"], row["text"])
        if before == row["text"] or entry.updated_at is None:
            found.append(entry)
            continue
        edit = {
            **row,
            "message_id": f"{row['message_id']}:{entry.updated_at.isoformat()}",
            "name": EventName.TEXT_EDITED.value,
            "occurred_at": entry.updated_at,
            "received_at": entry.updated_at,
        }
        found.append(replace(entry, row=edit))
    return found


def _threaded(scratch: Scratch, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Tell of each comment the article at the root, as far up as is known."""
    parents = {e.name: e.parent for e in entries}
    tops: dict[str, str] = {}
    for entry in entries:
        top, met = entry.name, {entry.name}
        while (above := parents.get(top)) and above not in met:
            met.add(above)
            top = above
        tops[entry.name] = top
    unknown = {f"atom:{t}" for t in tops.values() if t not in parents}
    earlier = _known(scratch, unknown, "thread")
    return [
        {
            **e.row,
            "properties": {
                **e.row["properties"],
                "thread": earlier.get(f"atom:{tops[e.name]}") or tops[e.name],
            },
        }
        for e in entries
        if e.row
    ]


def _known(scratch: Scratch, ids: set[str], what: str) -> dict[str, str]:
    """Return the text or the thread of events that came in before."""
    if not ids:
        return {}
    wanted = scratch.stage_rows([{"message_id": i} for i in sorted(ids)], {"message_id": "string"})
    events = scratch.table("events").semi_join(wanted, "message_id")
    value = events.text if what == "text" else json_text(events.properties, "thread")
    return {
        r["message_id"]: r["value"] or ""
        for r in scratch.rows(events.select("message_id", value=value))
    }


def _marked(entry: Mapping[str, Any], own: frozenset[str]) -> Mapping[str, Any]:
    """Mark what the brand wrote: by its author, or an article under the brand's own domain."""
    place = host_of(entry["properties"].get("url", ""))
    domains = {o.rpartition("@")[2] for o in own if "@" in o.strip("@")}
    is_article = not entry["properties"].get("in_reply_to")
    at_home = is_article and any(place == d or place.endswith(f".{d}") for d in domains)
    if at_home or any(i["value"].lower() in own for i in entry["identifiers"]):
        return {**entry, "properties": {**entry["properties"], "is_own": True}}
    return entry
