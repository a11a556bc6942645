"""What others may call: read a feed and the comments on its articles.

A feed shows its newest entries alone, so what is missing from it isn't taken for deleted.

References
----------
"wfw:commentRss" (The Well-Formed Web) and "slash:comments" (RSS 1.0 module Slash) lead from an
RSS item to its comments; RFC 4685, 4: links `replies` do so in Atom.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from parvis.connect.atom.api import ReadFeed, entry_rows, read_feed
from parvis.connect.atom.shape import host_of
from parvis.connect.files.scratch import Scratch
from parvis.connect.pull.contracts import Pulled
from parvis.connect.staging import staged_events
from parvis.errors import ConnectorError

if TYPE_CHECKING:
    from parvis.connect.pull.answers import Answer
    from parvis.connect.pull.contracts import Visit

__all__ = ["pull_feed"]

#: Articles whose comments are looked for, the newest first.
_MOST_ARTICLES: Final = 30
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")


def pull_feed(visit: Visit) -> Iterator[Pulled]:
    """Read a feed's new entries, and the new comments on its articles.

    Parameters
    ----------
    visit
        The cursor holds `feed`, where the address led to (a page may name its feed), and
        `comments`, the addresses of comments by the article's id.

    Yields
    ------
    Pulled
        One for the feed, one for each feed of comments that changed.

    Raises
    ------
    ConnectorError
        The address isn't that of a feed, or of a page that names one.

    Examples
    --------
    >>> next(pull_feed(visit)).read  # doctest: +SKIP
    10
    """
    cursor = dict(visit.cursor)
    address = str(cursor.get("feed") or visit.connector.address)
    answer = visit.http.get(address, if_changed=True)
    if answer.is_there:
        found = _read(answer, visit)
        if not found.told.get("version") and (named := _named_feed(answer)):
            cursor["feed"] = named
            answer = visit.http.get(named, if_changed=True)
            found = _read(answer, visit)
        if not found.told.get("version"):
            raise ConnectorError(
                f"{answer.address} is no feed (RSS, RDF or Atom), and names none.",
                "Give the address of the feed itself; blogs often have it at /feed/ or /atom.xml.",
            )
        cursor["comments"] = _comment_feeds(found.told, cursor.get("comments") or {}, answer)
        yield from _landed(found, visit, cursor)
    elif answer.status != 304:
        raise ConnectorError(
            f"There is no feed at {answer.address} any more ({answer.status}).",
            "Look up its new address and add it; `parvis connect remove` ends this one.",
        )
    for article, place in dict(cursor.get("comments") or {}).items():
        answer = visit.http.get(place, if_changed=True)
        if answer.is_there:
            found = _read(answer, visit, article)
            if found.told.get("version"):
                yield from _landed(found, visit, cursor)


def _read(answer: Answer, visit: Visit, article: str = "") -> ReadFeed:
    headers = {n: v for n, v in answer.headers.items() if n in ("content-type", "content-language")}
    headers["content-location"] = answer.address
    now = visit.setting.now
    return read_feed(answer.content, answer.address, visit.setting, headers, now, article)


def _landed(found: ReadFeed, visit: Visit, cursor: Mapping[str, Any]) -> Iterator[Pulled]:
    with Scratch(visit.engine) as scratch:
        rows = entry_rows(scratch, found.entries, visit.own)
        events = staged_events(scratch, rows) if rows else None
        yield Pulled(events, cursor, found.count, tuple(found.bad))


def _comment_feeds(
    feed: Mapping[str, Any], known: Mapping[str, str], answer: Answer
) -> dict[str, str]:
    """Return where the comments on the newest articles are; those of the feed come first."""
    found: dict[str, str] = {}
    for entry in feed.get("entries", []):
        told = dict(entry)
        name = told.get("id") or told.get("link")
        place = told.get("wfw_commentrss") or _replies(told)
        # what nobody has commented needn't be asked for; where that isn't told, it is
        if name and place and "thr_in-reply-to" not in told and told.get("slash_comments") != "0":
            where = urljoin(answer.address, str(place))
            # a feed doesn't send its reader to other hosts, which may be ones that only it reaches
            if host_of(where) == host_of(answer.address):
                found[str(name)] = where
    return dict(list({**found, **{k: v for k, v in known.items() if k not in found}}.items())[
        :_MOST_ARTICLES
    ])  # fmt: skip


def _replies(entry: Mapping[str, Any]) -> str:
    for link in entry.get("links") or []:
        kind = str(link.get("type") or _FEED_TYPES[1])
        if link.get("rel") == "replies" and kind.startswith(_FEED_TYPES):
            return str(link.get("href") or "")
    return ""


def _named_feed(answer: Answer) -> str:
    """Return the feed that a page names; empty where it names none."""
    finder = _FeedFinder()
    finder.feed(answer.content[:1_000_000].decode("utf-8", "replace"))
    found = urljoin(answer.address, finder.found) if finder.found else ""
    return found if found.startswith(("https://", "http://")) and found != answer.address else ""


class _FeedFinder(HTMLParser):
    """Finds the first ``<link rel="alternate">`` to a feed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {k: v or "" for k, v in attrs}
        is_feed = "alternate" in told.get("rel", "").lower().split()
        if tag == "link" and is_feed and told.get("type", "").lower() in _FEED_TYPES:
            self.found = self.found or told.get("href", "")
