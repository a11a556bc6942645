"""Posts and comments of WordPress as entries of a feed, so that each is one event however it came.

WordPress names a post by its `guid`, and a comment by the post's `guid` and ``#comment-`` with
its number: in its feeds, its export file and, put together, in its REST API.

References
----------
WordPress, "REST API Handbook": posts and comments; `get_comment_guid` (ids of comments in feeds).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parvis.connect.atom.shape import Entry, entry_event
from parvis.connect.files.parse import Setting

__all__ = ["Comment", "Post", "comment_event", "comment_id", "post_event"]


@dataclass(frozen=True, slots=True)
class Post:
    """A post or a page.

    Parameters
    ----------
    guid
        Its id, which stays when its address changes.
    markup
        HTML.
    published, modified
        Moments (UTC) as text, such as ``2026-03-02T12:00:00``.
    author
        `name`, `email`, `href`, where they are known.
    """

    guid: str
    link: str
    title: str
    markup: str
    published: str
    modified: str
    author: Mapping[str, str]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, or a reply to one.

    Parameters
    ----------
    number
        Its number in the blog.
    post
        The `guid` of the post.
    parent
        The number of the comment that it answers; 0: it answers the post.
    published
        A moment (UTC) as text.
    is_held
        It waits to be moderated: nobody else reads it yet.
    """

    number: int
    post: str
    parent: int
    link: str
    markup: str
    published: str
    author: Mapping[str, str]
    is_held: bool = False


def comment_id(post: str, number: int) -> str:
    """Return the id of a comment.

    Examples
    --------
    >>> comment_id("https://blog.example/?p=1", 7)
    'https://blog.example/?p=1#comment-7'
    """
    return f"{post}#comment-{number}"


def post_event(post: Post, blog: Mapping[str, str], setting: Setting) -> Entry:
    """Read a post.

    Parameters
    ----------
    blog
        Its `title`, `link` and `language`, as far as they are known.
    setting
        Source, zone and moment.
    """
    entry: dict[str, Any] = {
        "id": post.guid,
        "link": post.link,
        "title": post.title,
        "published": _utc(post.published),
        "updated": _utc(post.modified),
        "content": [{"type": "text/html", "value": post.markup}],
        "author_detail": dict(post.author),
        "tags": [{"term": t} for t in post.tags],
    }
    return entry_event(entry, blog, setting)


def comment_event(comment: Comment, blog: Mapping[str, str], setting: Setting) -> Entry:
    """Read a comment; what a post is given for, a comment is too."""
    above = comment_id(comment.post, comment.parent) if comment.parent else comment.post
    entry: dict[str, Any] = {
        "id": comment_id(comment.post, comment.number),
        "link": comment.link,
        "published": _utc(comment.published),
        "content": [{"type": "text/html", "value": comment.markup}],
        "author_detail": dict(comment.author),
        "thr_in-reply-to": {"ref": above},
    }
    read = entry_event(entry, blog, setting)
    if read.row is not None and comment.is_held:
        read.row["properties"]["visibility"] = "held"
    return read


def _utc(told: str) -> str:
    # a draft's is 0000-00-00, which is no date
    plain = told.strip().replace(" ", "T")
    return f"{plain}Z" if plain and not plain.endswith("Z") else plain
