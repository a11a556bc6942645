"""What others may call: read Bluesky, or another server of atproto, as it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.bluesky.firehose import listen
from parvis.connect.bluesky.shape import jetstream_events, jetstream_fields
from parvis.connect.bluesky.views import as_lines, handles_of, identity_message, record_message
from parvis.connect.bluesky.vocabulary import CHANNEL
from parvis.connect.bluesky.xrpc import View, Xrpc
from parvis.connect.documents import faults_of, staged_documents
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import events_shaped
from parvis.connect.pull.contracts import Pulled
from parvis.connect.pull.deletions import deletions, known_texts
from parvis.connect.staging import staged_events
from parvis.errors import ConnectorError

if TYPE_CHECKING:
    from parvis.connect.pull.contracts import Visit

__all__ = ["pull_bluesky"]

_READS: Final = ("search", "author", "thread", "mentions", "firehose")
_WINDOW: Final = timedelta(days=30)
_MOST_CHECKED: Final = 250
_PART: Final = 2_000


def pull_bluesky(visit: Visit) -> Iterator[Pulled]:
    """Read what is new: searches, authors, threads, notifications, the firehose.

    Parameters
    ----------
    visit
        Its connector's `reads`: ``search:WORDS``, ``author:HANDLE``, ``thread:AT-URI``,
        ``mentions`` (all notifications: mentions, replies, quotes, likes, reposts, follows;
        needs a login) and ``firehose``; none: mentions. The cursor holds, for each, the moment
        or the number up to which it was read.

    Yields
    ------
    Pulled
        One a reading (several of the firehose), then the deletions.

    Raises
    ------
    ConnectorError
        A reading isn't one of these.

    Examples
    --------
    >>> next(pull_bluesky(visit)).read  # doctest: +SKIP
    42
    """
    connector = visit.connector
    reads = connector.reads or ("mentions",)
    for told in reads:
        if told.partition(":")[0] not in _READS:
            raise ConnectorError(
                f"{told!r} can't be read on Bluesky.", f"Expected one of {', '.join(_READS)}."
            )
    cursor = dict(visit.cursor)
    asked = [r for r in reads if r != "firehose"]
    if asked:
        xrpc = Xrpc(visit.http, connector.address)
        if connector.login:
            xrpc.log_in(connector.login, visit.secret)
        for told in asked:
            views, newest = _views(xrpc, told, str(cursor.get(told, "")))
            if newest:
                cursor[told] = newest
            yield from _brought(visit, _messages(visit, views), cursor, len(views))
        yield from _gone(visit, xrpc, cursor)
    if "firehose" in reads:
        yield from _firehose(visit, cursor)


def _views(xrpc: Xrpc, told: str, since: str) -> tuple[list[View], str]:
    """Return what a reading shows that is newer than a moment, and the newest moment."""
    what, _, value = told.partition(":")
    if what == "thread":
        return xrpc.thread(value), ""
    if what == "search":
        pages = xrpc.pages("app.bsky.feed.searchPosts", "posts", q=value, sort="latest")
    elif what == "author":
        pages = xrpc.pages("app.bsky.feed.getAuthorFeed", "feed", actor=value)
    else:
        pages = xrpc.pages("app.bsky.notification.listNotifications", "notifications")
    found = list[View]()
    for page in pages:
        views = [_of_author(v) if what == "author" else v for v in page]
        fresh = [v for v in views if v and str(v.get("indexedAt", "")) >= since]
        found += fresh
        # the newest come first: where an old one stands, only old ones follow
        if len(fresh) < len([v for v in views if v]):
            break
    return found, max([since, *(str(v.get("indexedAt", "")) for v in found)])


def _of_author(item: View) -> View:
    post = item.get("post")
    # what somebody reposts isn't theirs
    return post if isinstance(post, Mapping) and "reason" not in item else {}


def _messages(visit: Visit, views: Iterable[View]) -> list[Mapping[str, Any]]:
    shown = list(views)
    found: list[Mapping[str, Any]] = [m for m in map(record_message, shown) if m is not None]
    handles = handles_of(shown)
    known = _known_handles(visit) if handles else set[tuple[str, str]]()
    at = visit.setting.now.isoformat()
    found += [identity_message(d, h, at) for d, h in handles.items() if (d, h) not in known]
    return found


def _known_handles(visit: Visit) -> set[tuple[str, str]]:
    events = visit.engine.table("events")
    told = events.filter((events.source == visit.connector.name) & (events.type == "identify"))
    rows = told.select(did=told.identifiers[0]["value"], handle=told.traits["handle"]).distinct()
    return {(r["did"], r["handle"]) for r in visit.engine.rows(rows)}


def _brought(
    visit: Visit, messages: list[Mapping[str, Any]], cursor: Mapping[str, Any], read: int
) -> Iterator[Pulled]:
    lines = as_lines(messages)
    if not lines:
        yield Pulled(None, dict(cursor), read)
        return
    own = _own(visit, messages)
    with Scratch(visit.engine) as scratch:
        documents = staged_documents(scratch, visit.connector.address, lines)
        fields = scratch.stage(jetstream_fields(documents.rows))
        rows = jetstream_events(scratch, fields, visit.setting, own)
        bad = (*documents.bad, *faults_of(scratch, documents, rows))
        events = events_shaped(rows.filter(rows.fault.isnull()))
        yield Pulled(events, dict(cursor), read, bad)


def _own(visit: Visit, messages: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the brand's own DIDs: those named, and those of its handles."""
    told = {o.removeprefix("@") for o in visit.own}
    dids = {o for o in told if o.startswith("did:")}
    if handles := told - dids:
        named = [(m["did"], m["identity"]["handle"]) for m in messages if "identity" in m]
        dids |= {d for d, h in (*named, *_known_handles(visit)) if h in handles}
    return tuple(sorted(dids))


def _gone(visit: Visit, xrpc: Xrpc, cursor: Mapping[str, Any]) -> Iterator[Pulled]:
    since = visit.setting.now - _WINDOW
    known = known_texts(visit.engine, visit.connector.name, since, _MOST_CHECKED)
    there = xrpc.still_there([k.name for k in known])
    rows = deletions(known, there, visit.setting)
    with Scratch(visit.engine) as scratch:
        yield Pulled(staged_events(scratch, rows) if rows else None, dict(cursor))


def _firehose(visit: Visit, cursor: dict[str, Any]) -> Iterator[Pulled]:
    waiting, read = list[Mapping[str, Any]](), 0
    concerns = partial(_concerns, own=visit.own)
    # from now on only, what is said between two visits would be missed until one hears something
    place = int(cursor.get("firehose", 0))
    for number, messages in listen(visit.connector.address, place):
        cursor["firehose"] = number
        read += 1
        waiting += [m for m in messages if concerns(m)]
        if read == _PART:
            yield from _brought(visit, _of_known(visit, waiting), cursor, read)
            waiting, read = [], 0
    if read:
        yield from _brought(visit, _of_known(visit, waiting), cursor, read)


def _concerns(message: Mapping[str, Any], own: frozenset[str]) -> bool:
    """Tell whether a message is of the brand, or about it; of nobody's brand all are."""
    if not own or message.get("did") in own:
        return True
    if message.get("kind") != "commit":
        # the brand's handle tells which account is its own
        return str((message.get("identity") or {}).get("handle", "")).lower() in own
    commit = message["commit"]
    # what is deleted is looked up later
    return commit["operation"] == "delete" or any(o in str(commit["record"]).lower() for o in own)


def _of_known(visit: Visit, messages: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out what deletes a record that never came in."""

    def uri(message: Mapping[str, Any]) -> str:
        commit = message.get("commit") or {}
        return f"at://{message.get('did')}/{commit.get('collection')}/{commit.get('rkey')}"

    def deletes(message: Mapping[str, Any]) -> bool:
        return (message.get("commit") or {}).get("operation") == "delete"

    made = {uri(m) for m in messages if not deletes(m)}
    gone = sorted({uri(m) for m in messages if deletes(m)} - made)
    if gone:
        engine = visit.engine
        wanted = engine.stage_rows(
            [{"message_id": f"{CHANNEL}:{u}:create"} for u in gone], {"message_id": "string"}
        )
        known = engine.table("events").semi_join(wanted, "message_id").select("message_id")
        made |= {
            r["message_id"].removeprefix(f"{CHANNEL}:").removesuffix(":create")
            for r in engine.rows(known)
        }
        engine.discard(wanted)
    return [m for m in messages if not deletes(m) or uri(m) in made]
