"""What others may call: read a WordPress blog by its REST API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.atom.api import entry_rows
from parvis.connect.atom.shape import Entry
from parvis.connect.files.scratch import Scratch
from parvis.connect.moments import read_moment
from parvis.connect.pull.contracts import Pulled
from parvis.connect.pull.deletions import deletions, known_texts
from parvis.connect.silo import BadRow
from parvis.connect.staging import staged_events
from parvis.connect.wordpress.rest import Blog, comment_of, post_of
from parvis.connect.wordpress.shape import comment_event, post_event

if TYPE_CHECKING:
    from parvis.connect.pull.contracts import Visit

__all__ = ["pull_wordpress"]

#: How far back comments that were approved late, and texts that are gone, are looked for.
_WINDOW: Final = timedelta(days=30)
_KINDS: Final = ("posts", "pages")
_LOOKED_AT_AGAIN: Final = timedelta(seconds=2)


def pull_wordpress(visit: Visit) -> Iterator[Pulled]:
    """Read what was published, changed, commented and deleted in a blog since the last visit.

    Parameters
    ----------
    visit
        With a login (an application password) come comments that are held back, and addresses
        of mail. The cursor holds for posts and pages `after`, the last change that is known of
        (and, in the middle, the `page`); and `comments`: all of the old ones are in.

    Yields
    ------
    Pulled
        One a page of the API, then the deletions.

    Examples
    --------
    >>> next(pull_wordpress(visit)).read  # doctest: +SKIP
    100
    """
    connector = visit.connector
    login = (connector.login, visit.secret) if connector.login and visit.secret else None
    blog = Blog(visit.http, connector.address, login)
    about = blog.about()
    cursor = dict(visit.cursor)
    for kind in _KINDS:
        yield from _posts(visit, blog, about, kind, cursor)
    since = visit.setting.now - _WINDOW
    there = set[str]()
    for page in blog.comments(since if cursor.get("comments") else None):
        numbers = [c["post"] for c in page if isinstance(c.get("post"), int)]
        posts_of = blog.guids_of(numbers)
        found = [c for c in (comment_of(told, posts_of) for told in page) if c is not None]
        read = [comment_event(c, about, visit.setting) for c in found]
        there.update(e.name for e in read)
        yield from _part(visit, read, cursor)
    cursor["comments"] = True
    for kind in _KINDS:
        there |= blog.guids(kind, since)
    yield from _gone(visit, there, since, cursor)


def _posts(
    visit: Visit, blog: Blog, about: dict[str, str], kind: str, cursor: dict[str, Any]
) -> Iterator[Pulled]:
    at = dict(cursor.get(kind) or {})
    newest = str(at.get("newest", ""))
    first = int(at.get("page", 0)) + 1
    for number, page in enumerate(blog.posts(kind, str(at.get("after", "")), first), first):
        posts = [post_of(p) for p in page]
        newest = max([newest, *(p.modified for p in posts)])
        if number > 1:
            # a visit that ends here goes on with the next page
            cursor[kind] = {**at, "page": number, "newest": newest}
        yield from _part(visit, [post_event(p, about, visit.setting) for p in posts], cursor)
    last = read_moment(f"{newest}Z", "UTC")
    if last is not None:
        # a second holds several changes, and one may follow
        cursor[kind] = {"after": f"{last - _LOOKED_AT_AGAIN:%Y-%m-%dT%H:%M:%S}Z"}


def _part(visit: Visit, read: list[Entry], cursor: dict[str, Any]) -> Iterator[Pulled]:
    bad = tuple(
        BadRow(f"{e.name or 'post'}", e.reason, e.value, None, e.field or None, e.value)
        for e in read
        if e.row is None
    )
    with Scratch(visit.engine) as scratch:
        rows = entry_rows(scratch, [e for e in read if e.row is not None], visit.own)
        yield Pulled(staged_events(scratch, rows), dict(cursor), len(read), bad)


def _gone(
    visit: Visit, there: set[str], since: datetime, cursor: dict[str, Any]
) -> Iterator[Pulled]:
    """Take back what is no longer there; a day's margin keeps clocks and zones out of it."""
    known = known_texts(visit.engine, visit.connector.name, since + timedelta(days=1))
    rows = deletions(known, there, visit.setting)
    with Scratch(visit.engine) as scratch:
        yield Pulled(staged_events(scratch, rows) if rows else None, dict(cursor))
