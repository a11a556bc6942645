"""An entry of a feed becomes an event: pure, the same for a file and for a feed that is fetched.

References
----------
RFC 4287, "The Atom Syndication Format"; RFC 4685, "Atom Threading Extensions" (`in-reply-to`);
RSS Advisory Board, "RSS 2.0 Specification".
"""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from parvis.connect.files.parse import Setting
from parvis.connect.moments import date_reason, read_moment
from parvis.connect.plain_text import bounded, plain_text, readable
from parvis.connect.shown_pictures import MOST_PICTURES, shown_pictures
from parvis.domain.event import EMAIL, EventName, EventType

__all__ = ["Entry", "entry_event", "feed_name", "host_of", "sealed"]

_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_MOST_ITEMS: Final = 1000
_COMMENT_ID: Final = re.compile(r"(\S{1,2000})#comment-\d{1,20}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of an entry.

    Parameters
    ----------
    row
        A row of `events`, or None.
    name
        The entry's id.
    parent
        The id of what it answers; empty: it is an article.
    updated_at
        When it was last changed, where that is told.
    reason, field, value
        Why there is no row.
    """

    row: dict[str, Any] | None
    name: str = ""
    parent: str = ""
    updated_at: datetime | None = None
    reason: str = ""
    field: str = ""
    value: str = ""


def feed_name(feed: Mapping[str, Any], source: str) -> str:
    """Name the place of a feed: its host, so that its articles and its comments share it."""
    hosts = (host_of(told) for told in (feed.get("link"), feed.get("id")) if told)
    return next(filter(None, hosts), source)


def host_of(address: str) -> str:
    """Return the host of a web address in small letters; empty where there is none."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def entry_event(
    entry: Mapping[str, Any],
    feed: Mapping[str, Any],
    setting: Setting,
    seen_at: datetime | None = None,
) -> Entry:
    """Read one entry, as feedparser gives it.

    Parameters
    ----------
    entry, feed
        The entry, and the feed it stands in (for the author and the language it inherits).
    setting
        Source, zone and moment.
    seen_at
        When it was met, which stands for a date where none is told; null: it must be told.

    Returns
    -------
    Entry
        An `Article Published` or a `Comment Added`; or why there is none.
    """
    place = feed_name(feed, setting.source)
    author = _author(entry) or _author(feed)
    stated = _text(entry.get("published")) or _text(entry.get("updated"))
    if not stated and seen_at is None:
        return Entry(None, reason="missing", field="published")
    at = _moment(entry, "published", setting) or _moment(entry, "updated", setting)
    at = at if stated else seen_at
    if wrong := date_reason(at, setting.now):
        return Entry(None, reason=wrong, field="published", value=stated)
    title = readable(_text(entry.get("title")))
    text, cut = bounded(_content(entry))
    pictures = _pictures(entry, _text(entry.get("link")))
    if not text and not title and not pictures:
        return Entry(None, reason="missing", field="content")
    seal = "\x1f".join((place, title, stated, str(author)))
    name = _text(entry.get("id")) or _text(entry.get("link"))
    name = name or hashlib.md5(seal.encode(), usedforsecurity=False).hexdigest()
    parent = _parent(entry, name)
    known = _identifiers(author, place)
    properties = {
        "object": name,
        "url": link if (link := _text(entry.get("link"))).startswith("http") else "",
        "title": title,
        "feed": readable(_text(feed.get("title"))),
        "language": _language(entry, feed),
        "in_reply_to": parent,
        "hashtags": [t for t in map(_term, _listed(entry.get("tags"))) if t],
        "pictures": pictures,
        "author": author.get("name", ""),
        "cut": cut,
    }
    if not stated:
        properties["date_known"] = False
    row = {
        "message_id": f"atom:{name}",
        "source": setting.source,
        "type": EventType.TRACK.value,
        "name": (EventName.COMMENT_ADDED if parent else EventName.ARTICLE_PUBLISHED).value,
        "occurred_at": at,
        "received_at": at,
        "identifiers": [{"kind": k, "value": v} for k, v in known],
        "channel": "blog",
        "text": text or title or None,
        "properties": {k: v for k, v in properties.items() if v or k == "date_known"},
        "traits": [(k, author[k]) for k in ("name", "email", "website") if author.get(k)] or None,
    }
    return Entry(row, name, parent, _moment(entry, "updated", setting))


def _parent(entry: Mapping[str, Any], name: str) -> str:
    """Return the id of what an entry answers; empty where it answers nothing."""
    answered = entry.get("thr_in-reply-to")
    if isinstance(answered, Mapping):
        return _text(answered.get("ref")) or _text(answered.get("href"))
    # in WordPress's RSS only the id tells that an item is a comment, and on what
    found = _COMMENT_ID.fullmatch(name)
    return found[1] if found else ""


def _text(value: object) -> str:
    return bounded(value.replace("\x00", "").strip())[0] if isinstance(value, str) else ""


def _listed(value: object) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else []
    return [v for v in found[:_MOST_ITEMS] if isinstance(v, Mapping)]


def _term(tag: Mapping[str, Any]) -> str:
    return _text(tag.get("term")) or _text(tag.get("label"))


def _moment(entry: Mapping[str, Any], name: str, setting: Setting) -> datetime | None:
    told = _text(entry.get(name))
    found = read_moment(told, setting.zone) if told else None
    if found is None and (parts := entry.get(f"{name}_parsed")):
        # forms of other times and places that feedparser knows
        try:
            return datetime.fromtimestamp(calendar.timegm(parts), UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return found


def _author(of: Mapping[str, Any]) -> dict[str, str]:
    # of several the first: `author_detail` is the last
    told = next((a for a in _listed(of.get("authors")) if a), of.get("author_detail"))
    told = told if isinstance(told, Mapping) else {"name": of.get("author")}
    mail = _text(told.get("email")).removeprefix("mailto:").lower()
    found = {
        "name": readable(_text(told.get("name"))),
        "email": mail if _EMAIL.fullmatch(mail) else "",
        "website": _text(told.get("href")),
    }
    return found if any(found.values()) else {}


def _identifiers(author: Mapping[str, str], place: str) -> list[tuple[str, str]]:
    known = [(EMAIL, author.get("email", "")), ("uri", author.get("website", ""))]
    known = [(kind, value) for kind, value in known if value]
    if not known and author.get("name"):
        known = [("blog_author", f"{place}:{author['name']}")]
    return known


def _content(entry: Mapping[str, Any]) -> str:
    parts = _listed(entry.get("content"))
    told = parts or [d for d in (entry.get("summary_detail"),) if isinstance(d, Mapping)]
    for part in told:
        value = _text(part.get("value"))
        if value:
            is_plain = _text(part.get("type")) == "text/plain"
            return readable(value) if is_plain else plain_text(value)
    return readable(_text(entry.get("summary")))


def _language(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    """Return the language that an entry is said to be in; a blank one takes the feed's away."""
    for part in (*_listed(entry.get("content")), entry.get("title_detail")):
        if isinstance(part, Mapping) and "language" in part:
            told = _text(part["language"])
            if told or part is not entry.get("title_detail"):
                return told
    return _text(feed.get("language"))


def _pictures(entry: Mapping[str, Any], link: str) -> list[dict[str, str]]:
    """List what is enclosed, then what the text shows."""
    found = []
    for each in (*_listed(entry.get("links")), *_listed(entry.get("media_content"))):
        if each.get("rel", "enclosure") != "enclosure":
            continue
        kind = _text(each.get("type")) or _text(each.get("medium"))
        if kind.startswith("image"):
            url = _text(each.get("href")) or _text(each.get("url"))
            found.append({"url": url, "alt": _text(each.get("title"))})
    known = {p["url"] for p in found}
    for part in (*_listed(entry.get("content")), entry.get("summary_detail") or {}):
        if _text(part.get("type")) == "text/plain":
            continue
        shown = shown_pictures(_text(part.get("value")), _text(part.get("base")) or link)
        found += [p for p in shown if p["url"] not in known]
        known |= {p["url"] for p in shown}
    return found[:MOST_PICTURES]


def sealed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row's properties as the lake keeps them."""
    return {**row, "properties": json.dumps(row["properties"], ensure_ascii=False)}
