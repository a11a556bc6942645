"""What others may call: read a server of Mastodon's API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.activitypub.actors import own_actors, profile_of
from parvis.connect.activitypub.shape import activity_events, activity_fields
from parvis.connect.activitypub.threads import with_threads
from parvis.connect.documents import faults_of, staged_documents
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import events_shaped
from parvis.connect.lines import line_of
from parvis.connect.mastodon.rest import Server, newest
from parvis.connect.mastodon.statuses import (
    actor_document,
    actor_of,
    notification_activity,
    status_activities,
)
from parvis.connect.moments import EARLIEST
from parvis.connect.pull.contracts import Pulled
from parvis.connect.pull.deletions import deletions, known_texts
from parvis.connect.staging import staged_events
from parvis.errors import ConnectorError

if TYPE_CHECKING:
    from parvis.connect.pull.contracts import Visit

__all__ = ["pull_mastodon"]

_READS: Final = ("mentions", "home", "tag", "account", "thread")
#: Statuses that are looked up again, and how many of them on one visit.
_REMEMBERED: Final = 400
_CHECKED: Final = 20

Entity = Mapping[str, Any]


def pull_mastodon(visit: Visit) -> Iterator[Pulled]:
    """Read what is new: notifications, the home timeline, tags, accounts, threads.

    Parameters
    ----------
    visit
        Its connector's `reads`: ``mentions`` (all notifications), ``home``, ``tag:NAME``,
        ``account:HANDLE``, ``thread:NUMBER`` (a status and what answers it); none: mentions. Its
        secret is an access token. The cursor holds for each the last number that was read, and
        `seen`, the newest statuses' numbers by their `uri`.

    Yields
    ------
    Pulled
        One a page, then the deletions.

    Raises
    ------
    ConnectorError
        A reading isn't one of these.

    Examples
    --------
    >>> next(pull_mastodon(visit)).read  # doctest: +SKIP
    40
    """
    connector = visit.connector
    server = Server(visit.http, connector.address, visit.secret)
    cursor = dict(visit.cursor)
    answered = {number: uri for uri, number in (cursor.get("seen") or {}).items()}
    for told in connector.reads or ("mentions",):
        after = str(cursor.get(told, ""))
        for page in _pages(server, told, after):
            after = max((newest(after, str(e.get("id", ""))) for e in page), key=_by_number)
            if told.partition(":")[0] != "thread":
                cursor[told] = after
            yield from _page(visit, server, page, cursor, answered)
    yield from _gone(visit, server, cursor)


def _by_number(number: str) -> tuple[int, str]:
    return len(number), number


def _pages(server: Server, told: str, after: str) -> Iterator[list[Entity]]:
    what, _, value = told.partition(":")
    if what == "mentions":
        yield from server.pages("v1/notifications", after)
    elif what == "home":
        yield from server.pages("v1/timelines/home", after)
    elif what == "tag" and value.strip("#"):
        yield from server.pages(f"v1/timelines/tag/{value.strip('#')}", after)
    elif what == "account" and value:
        account = server.one("v1/accounts/lookup", acct=value.removeprefix("@"))
        if account is None:
            raise ConnectorError(
                f"{server.host} knows no account {value}.", "Write it as name@host."
            )
        yield from server.pages(f"v1/accounts/{account.get('id')}/statuses", after)
    elif what == "thread" and value.isdigit():
        status, context = server.one(f"v1/statuses/{value}"), None
        if status is not None:
            context = server.one(f"v1/statuses/{value}/context") or {}
            yield [*context.get("ancestors", []), status, *context.get("descendants", [])]
    else:
        raise ConnectorError(
            f"{told!r} can't be read on Mastodon.",
            f"Expected one of {', '.join(_READS)}; tag:NAME, account:HANDLE, thread:NUMBER.",
        )


def _page(
    visit: Visit,
    server: Server,
    page: list[Entity],
    cursor: dict[str, Any],
    answered: dict[str, str],
) -> Iterator[Pulled]:
    statuses, activities, accounts = list[Entity](), list[Mapping[str, Any]](), {}
    own = next(iter(_own(visit)), "")
    for entity in page:
        is_told = "type" in entity and "account" in entity
        status = entity.get("status") if is_told else entity
        # of what was liked or boosted the text came by itself
        if isinstance(status, Mapping) and (not is_told or entity["type"] in ("mention", "update")):
            statuses += [s for s in (status, status.get("reblog")) if isinstance(s, Mapping)]
        if is_told:
            activity = notification_activity(entity, server.host, own)
            activities += [activity] if activity is not None else []
            accounts[actor_of(entity["account"], server.host)] = entity["account"]
    seen = {str(s["uri"]): str(s["id"]) for s in statuses if s.get("uri") and s.get("id")}
    answered |= {number: uri for uri, number in seen.items()}
    for status in statuses:
        _look_up(server, status, answered)
        activities += status_activities(status, server.host, answered)
        uri = str(status.get("uri", ""))
        if isinstance(status.get("account"), Mapping):
            accounts[actor_of(status["account"], server.host, uri)] = status["account"]
    kept = {**(cursor.get("seen") or {}), **seen}
    cursor["seen"] = dict(sorted(kept.items(), key=lambda k: _by_number(k[1]))[-_REMEMBERED:])
    yield from _brought(visit, activities, _profiles(visit, accounts), cursor, len(page))


def _look_up(server: Server, status: Entity, answered: dict[str, str]) -> None:
    """Learn the `uri` of what a status answers, where it didn't come by itself."""
    parent = str(status.get("in_reply_to_id") or "")
    if parent and parent not in answered:
        found = server.one(f"v1/statuses/{parent}") if parent.isalnum() else None
        answered[parent] = str((found or {}).get("uri") or "")


def _own(visit: Visit) -> tuple[str, ...]:
    return own_actors(visit.connector.own, {})


def _profiles(visit: Visit, accounts: Mapping[str, Entity]) -> list[dict[str, Any]]:
    found = []
    for actor, account in accounts.items():
        read = profile_of(actor_document(account, actor), visit.setting)
        if actor and read.row is not None and read.row["occurred_at"] >= EARLIEST:
            found.append(read.row)
    return found


def _brought(
    visit: Visit,
    activities: Iterable[Mapping[str, Any]],
    profiles: list[dict[str, Any]],
    cursor: Mapping[str, Any],
    read: int,
) -> Iterator[Pulled]:
    lines = [
        line_of(number, json.dumps(activity, ensure_ascii=False).encode("utf-8", "replace"))
        for number, activity in enumerate(activities, 1)
    ]
    with Scratch(visit.engine) as scratch:
        documents = staged_documents(scratch, visit.connector.address, lines)
        fields = scratch.stage(activity_fields(documents.rows))
        rows = activity_events(scratch, fields, visit.setting, _own(visit))
        bad = (*documents.bad, *faults_of(scratch, documents, rows))
        sound = rows.filter(rows.fault.isnull()).drop("row_number", "fault")
        events = events_shaped(with_threads(scratch, scratch.stage(sound)))
        if profiles:
            events = staged_events(scratch, profiles).union(events)
        yield Pulled(scratch.stage(events), dict(cursor), read, bad)


def _gone(visit: Visit, server: Server, cursor: dict[str, Any]) -> Iterator[Pulled]:
    """Look some of the newest statuses up again, others on each visit."""
    seen = dict(cursor.get("seen") or {})
    turn = int(visit.setting.now.timestamp()) // (visit.connector.every_minutes * 60)
    uris = sorted(seen)
    start = turn * _CHECKED % len(uris) if len(uris) > _CHECKED else 0
    asked = (uris + uris)[start : start + min(_CHECKED, len(uris))]
    gone = {u for u in asked if server.one(f"v1/statuses/{seen[u]}") is None}
    if not gone:
        # the last part's cursor stands
        return
    known = known_texts(visit.engine, visit.connector.name, EARLIEST)
    rows = deletions([k for k in known if k.name in gone], (), visit.setting)
    cursor["seen"] = {u: n for u, n in seen.items() if u not in gone}
    with Scratch(visit.engine) as scratch:
        yield Pulled(staged_events(scratch, rows) if rows else None, dict(cursor))
