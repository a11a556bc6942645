"""A blog's export file (WXR): posts, pages, and the comments that stand inside them.

References
----------
WordPress, "Tools: Export": WordPress eXtended RSS 1.2, an RSS 2.0 document whose items hold
`wp:comment` elements.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError, iterparse, tostring

from parvis.connect.atom.shape import Entry
from parvis.connect.files.parse import Setting
from parvis.connect.wordpress.shape import Comment, Post, comment_event, post_event

__all__ = ["Export", "is_export", "read_export"]

_MARK: Final = re.compile(rb"xmlns:wp\s*=\s*[\"']https?://(?:www\.)?wordpress\.org/export/")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_PLACE: Final = re.compile(r"\{[^{}]*\}")
_PROLOG: Final = 64_000
_KINDS: Final = ("post", "page")
#: Held back comments are the brand's to answer; spam and what is in the bin is not.
_APPROVED: Final = ("1", "0", "approve", "approved", "hold")
_MOST_COMMENTS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Export:
    """What an export file holds.

    Parameters
    ----------
    entries
        What became of each post and comment, and how it stands in the file where it could not
        be read.
    problem, line
        Why the rest of the file can't be read, and where; empty: all of it was.
    """

    entries: list[tuple[Entry, str]]
    problem: str = ""
    line: int | None = None


def is_export(content: bytes) -> bool:
    """Tell whether a feed is a blog's export file."""
    return bool(_MARK.search(content[:_PROLOG]))


def read_export(content: bytes, setting: Setting) -> Export:
    """Read an export file; what isn't public yet, or is in the bin, is left out.

    Parameters
    ----------
    content
        WXR. Control characters, which XML forbids and exports hold all the same, are dropped.
    setting
        Source, zone and moment.
    """
    start = content.find(b"<rss")
    if b"<!DOCTYPE" in content[: max(start, 0)].upper():
        # no export declares anything there: whoever does means harm
        return Export([], "it declares entities of its own", 1)
    entries: list[tuple[Entry, str]] = []
    blog = _Blog(setting)
    try:
        for element in _elements(_CONTROL.sub(b"", content)):
            blog.read(element, entries)
    except ParseError as error:
        return Export(entries, str(error), error.position[0])
    return Export(entries)


def _elements(content: bytes) -> Iterator[Element]:
    """Yield authors, items and the blog's own title and link; each is forgotten after use."""
    depth = 0
    events = iterparse(io.BytesIO(content), ("start", "end"))  # noqa: S314
    for event, element in events:
        if event == "start":
            depth += 1
            continue
        depth -= 1
        # rss > channel > these
        if depth == 2:
            yield element
            element.clear()


class _Blog:
    """What is known of a blog while its file is read."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._feed: dict[str, str] = {}
        self._authors: dict[str, dict[str, str]] = {}

    def read(self, element: Element, entries: list[tuple[Entry, str]]) -> None:
        """Take up one element of the channel."""
        name = _name(element)
        if name in ("title", "link", "language"):
            self._feed[name] = (element.text or "").strip()
        elif name == "author":
            told = _texts(element)
            self._authors[told.get("author_login", "")] = {
                "name": told.get("author_display_name", ""),
                "email": told.get("author_email", ""),
            }
        elif name == "item":
            self._item(element, entries)

    def _item(self, item: Element, entries: list[tuple[Entry, str]]) -> None:
        told = _texts(item)
        is_public = told.get("status") == "publish" and not told.get("post_password")
        if told.get("post_type", "post") not in _KINDS or not is_public:
            return
        guid = told.get("guid") or told.get("link", "")
        login = told.get("creator", "")
        post = Post(
            guid=guid,
            link=told.get("link", ""),
            title=told.get("title", ""),
            markup=told.get("encoded", ""),
            published=told.get("post_date_gmt", ""),
            modified=told.get("post_modified_gmt", ""),
            author=self._authors.get(login) or {"name": login},
            tags=tuple(
                c.text or ""
                for c in item
                if _name(c) == "category" and c.get("domain") == "post_tag"
            ),
        )
        _keep(post_event(post, self._feed, self._setting), item, entries)
        comments = [c for c in item if _name(c) == "comment"][:_MOST_COMMENTS]
        for element in comments:
            comment = _comment(_texts(element), post)
            if comment is not None:
                read = comment_event(comment, self._feed, self._setting)
                _keep(read, element, entries)


def _keep(read: Entry, element: Element, entries: list[tuple[Entry, str]]) -> None:
    raw = "" if read.row is not None else tostring(element, "unicode")
    entries.append((read, raw))


def _comment(told: dict[str, str], post: Post) -> Comment | None:
    approved = told.get("comment_approved", "")
    kind = told.get("comment_type", "") or "comment"
    number = told.get("comment_id", "")
    if approved not in _APPROVED or kind != "comment" or not number.isdigit():
        return None
    parent = told.get("comment_parent", "")
    return Comment(
        number=int(number),
        post=post.guid,
        parent=int(parent) if parent.isdigit() else 0,
        link=f"{post.link}#comment-{number}",
        markup=told.get("comment_content", ""),
        published=told.get("comment_date_gmt", ""),
        author={
            "name": told.get("comment_author", ""),
            "email": told.get("comment_author_email", ""),
            "href": told.get("comment_author_url", ""),
        },
        is_held=approved in ("0", "hold"),
    )


def _name(element: Element) -> str:
    return _PLACE.sub("", element.tag)


def _texts(element: Element) -> dict[str, str]:
    """Return the texts of what stands in an element; of equal names the first that says one."""
    found: dict[str, str] = {}
    for child in element:
        name = _name(child)
        if not found.get(name):
            found[name] = (child.text or "").strip()
    return found
