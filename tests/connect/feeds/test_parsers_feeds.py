"""The parser's own test feeds: what each expects of what Parvis reads comes out right."""

from __future__ import annotations

import ast
import calendar
import re
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from parvis.connect.atom.api import ReadFeed, read_feed
from parvis.connect.atom.shape import Entry, entry_event
from parvis.connect.files.parse import Setting
from parvis.connect.plain_text import plain_text, readable
from tests.connect.files.bringing import NO_SHARED, SHARED

FEEDS = SHARED / "feeds" / "feedparser_tests.tar.gz"
NOW = Setting("blog", "UTC", "EUR", datetime.now(UTC))

pytestmark = pytest.mark.skipif(not FEEDS.exists(), reason=NO_SHARED)

Path = tuple[Any, ...]

#: Where the feeds say that they were fetched from.
HERE = {"content-location": "http://127.0.0.1:8097/feed.xml"}

#: Feeds whose text is read as a browser shows it, and not as the parser's own cleaning leaves it.
OTHERWISE = {
    "tests/encoding/bozo_linenoise.xml": "<> is no tag: it stays",
    "tests/wellformed/rss/item_description_not_a_doctype.xml": "<!' … > is a comment",
    "tests/wellformed/sanitize/item_content_encoded_script_nested_cdata.xml":
        "<![CDATA[ … > is a comment",
    "tests/wellformed/sanitize/entry_content_iframe.xml": "what stands in a frame isn't shown",
    "tests/wellformed/sanitize/entry_summary_iframe.xml": "what stands in a frame isn't shown",
}  # fmt: skip


def feeds() -> Iterator[tuple[str, bytes, str]]:
    """Give each feed with what it expects."""
    with tarfile.open(FEEDS) as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member) if member.name.endswith(".xml") else None
            content = opened.read() if opened else b""
            # the parser guesses encodings where a library of another licence is there
            if "SkipUnless:   __import__('chardet')" in as_text(content):
                continue
            if found := re.search(r"Expect:\s*(.*?)\r?\n", as_text(content)):
                yield member.name, content, found[1].strip()


def as_text(content: bytes) -> str:
    for mark, name in ((b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe\0\0", "utf-32")):
        if content.startswith(mark):
            return content.decode(name, "replace")
    for start, name in ((b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"),
                        (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"),
                        (b"\xfe\xff", "utf-16"), (b"\xff\xfe", "utf-16")):  # fmt: skip
        if content.startswith(start):
            return content.decode(name, "replace")
    if content.startswith(b"Lo\xa7\x94"):
        return content.decode("cp037", "replace")
    return content.decode("utf-8", "replace")


def claims(expected: str) -> Iterator[tuple[Path, Any]]:
    """Take apart `a[0]['b'] == 'c' and …`; what isn't an equation is no claim on us."""
    try:
        tree = ast.parse(expected, mode="eval").body
    except SyntaxError:
        return
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    for part in parts:
        if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq):
            try:
                yield place(part.left), ast.literal_eval(part.comparators[0])
            except ValueError:
                continue


def place(node: ast.AST) -> Path:
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        return (*place(node.value), node.attr)
    if isinstance(node, ast.Subscript):
        return (*place(node.value), ast.literal_eval(node.slice))
    raise ValueError("not a place")


def read(name: str, content: bytes) -> ReadFeed:
    told = re.findall(r"^Header:\s*([\w-]+):\s*(.*?)\s*$", as_text(content), re.MULTILINE)
    headers = (HERE if "docuri" in name else {}) | {k.lower(): v for k, v in told}
    return read_feed(content, name, NOW, headers, seen_at=NOW.now)


def shaped(feed: ReadFeed, at: int) -> Entry:
    """Shape an entry that has no words too, so that the rest of it can be looked at."""
    entries = feed.told.get("entries") or [{}]
    entry = {"title": "…", "summary": "…"} | dict(entries[at])
    return entry_event(entry, dict(feed.told.get("feed") or {}), NOW, NOW.now)


def ours(feed: ReadFeed, path: Path) -> tuple[Any, Any] | None:
    """Return what we make of a place, and how its expectation is to be read; None: not used."""
    match path:
        case ("encoding",):
            return feed.told.get("encoding"), str
        case ("feed", "title"):
            return properties(shaped(feed, 0)).get("feed", ""), readable
        case ("feed", "language"):
            entry = dict((feed.told.get("entries") or [{}])[0])
            return None if entry else (properties(shaped(feed, 0)).get("language", ""), str)
        case ("entries", int(at), key, *rest):
            return of_entry(feed, at, key, tuple(rest))
    return None


def of_entry(feed: ReadFeed, at: int, key: str, rest: Path) -> tuple[Any, Any] | None:
    raw = dict(feed.told["entries"][at])
    entry = shaped(feed, at)
    if entry.row is None:
        return f"no row: {entry.reason} {entry.value}", str
    told = properties(entry)
    traits = dict(entry.row["traits"] or ())
    match key, rest:
        case "title", ():
            return told.get("title", ""), readable
        case "link", ():
            return told.get("url", ""), lambda v: v if v.startswith("http") else ""
        case (("id" | "guid"), ()):
            return told["object"], str
        case (("author_detail" | "authors"), (*_, "name" | "email" as part)):
            if key == "authors" and rest[0] != 0:
                return None
            return traits.get(part, ""), str
        case "published_parsed" | "updated_parsed", ():
            moment = entry.row["occurred_at"] if key[0] == "p" else entry.updated_at
            return moment, lambda v: datetime.fromtimestamp(calendar.timegm(v), UTC)
        case "content", (0, "value"):
            return entry.row["text"], plain_or_title(raw)
        case (("summary" | "description"), ()) if not raw.get("content"):
            return entry.row["text"], plain_or_title(raw)
        case "content", (0, "language"):
            return told.get("language", ""), lambda v: v or ""
        case "thr_in-reply-to", ("ref",):
            return entry.parent, str
        case "tags", (int(number), "term"):
            return (told.get("hashtags") or [])[number : number + 1], lambda v: [v]
    return None


def plain_or_title(raw: Mapping[str, Any]) -> Any:
    """Read an expected text as a person would; where nothing is left of it the title stands."""
    parts = raw.get("content") or [raw.get("summary_detail") or {}]
    is_plain = parts[0].get("type") == "text/plain"
    read_it = readable if is_plain else plain_text
    return lambda v: read_it(v) or readable(raw.get("title", "…"))


def properties(entry: Entry) -> Mapping[str, Any]:
    return entry.row["properties"] if entry.row else {}


def test_every_expectation_of_what_is_used_is_met() -> None:
    met, wrong = 0, []
    for name, content, expected in feeds():
        found = list(claims(expected))
        if not found or name in OTHERWISE:
            continue
        feed = read(name, content)
        for path, value in found:
            try:
                told = ours(feed, path)
            except (LookupError, AttributeError) as error:
                told = f"{type(error).__name__}: {error}", lambda v: v
            if told is None:
                continue
            if told[0] == told[1](value):
                met += 1
            else:
                wrong.append(f"{name} {path}: {value!r} expected, {told[0]!r} found")
    assert not wrong, f"{len(wrong)} of {met + len(wrong)}:\n" + "\n".join(wrong)
    assert met > 800
