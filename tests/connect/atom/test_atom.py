"""Feeds of articles and comments; the people and texts are invented."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from parvis.connect.atom.api import import_atom, read_feed
from parvis.connect.files.parse import Setting
from parvis.connect.silo import Silo
from parvis.errors import FileUnreadable
from parvis.lake.workspace import Workspace
from tests.making import moment, one, rows

FEEDS = Path(__file__).parents[4] / "shared" / "data" / "feeds" / "feedparser_tests.tar.gz"
WORDPRESS = FEEDS.parents[1] / "wordpress" / "themeunittestdata.wordpress.xml"
AUTHOR = "<author><name>Ann E.</name></author>"


def entry(number: int, text: str = "<p>Un th&eacute;</p>", more: str = AUTHOR) -> str:
    return (
        f"<entry><id>urn:e:{number}</id><title>Titre {number}</title>"
        "<published>2026-03-02T12:00:00+01:00</published>"
        f'<content type="html">{escape(text)}</content>{more}</entry>'
    )


def answer(to: int) -> str:
    return f'{AUTHOR}<thr:in-reply-to ref="urn:e:{to}" href="https://blog.example/{to}"/>'


def feed(*entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" '
        'xmlns:thr="http://purl.org/syndication/thread/1.0"><id>urn:feed</id>'
        '<title>Le blog</title><link href="https://blog.example/"/>\n'
        + "\n".join(entries)
        + "</feed>"
    )


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Callable[..., Any]:
    """Write a feed into a file and import it."""

    def run(text: str, file: str = "articles.atom", **silo: Any) -> Any:
        (tmp_path / file).write_text(text, "utf-8")
        return import_atom(workspace, Silo("blog", (tmp_path / file,), tmp_path, **silo))

    return run


def told(row: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(row["properties"]))


def test_pictures_are_those_that_are_enclosed_and_those_that_are_shown(workspace, bring):
    more = (
        f"{AUTHOR}<link href='https://blog.example/tea/1'/>"
        "<link rel='enclosure' type='image/png' href='https://blog.example/a.png'/>"
    )
    text = '<p>Un thé<img src="b.jpg" alt="La tasse"> <img src="https://blog.example/a.png"></p>'
    bring(feed(entry(1, text, more)))
    row = one(workspace.events)
    assert row["text"] == "Un thé"
    assert told(row)["pictures"] == [
        {"url": "https://blog.example/a.png", "alt": ""},
        {"url": "https://blog.example/tea/b.jpg", "alt": "La tasse"},
    ]


def test_an_article_is_read_as_a_person_reads_it(workspace, bring):
    more = (
        "<author><name>Ann E.</name><email>Ann@Post.example</email>"
        "<uri>https://ann.example</uri></author><category term='thé'/>"
        "<link href='https://blog.example/1'/>"
        "<link rel='enclosure' type='image/png' href='https://blog.example/a.png'/>"
    )
    text = "<p>Un th&eacute;<br>vert</p><script>alert(1)</script><p>&lt;fin&gt;</p>"
    bring(feed(entry(1, text, more)))
    row = one(workspace.events)
    assert (row["name"], row["channel"]) == ("Article Published", "blog")
    assert row["text"] == "Un thé\nvert\n\n<fin>"
    assert row["message_id"] == "atom:urn:e:1"
    assert row["occurred_at"] == moment("2026-03-02T11:00")
    assert row["identifiers"] == [
        {"kind": "email", "value": "ann@post.example"},
        {"kind": "uri", "value": "https://ann.example"},
    ]
    assert told(row) == {
        "object": "urn:e:1",
        "thread": "urn:e:1",
        "url": "https://blog.example/1",
        "title": "Titre 1",
        "feed": "Le blog",
        "language": "fr",
        "hashtags": ["thé"],
        "pictures": [{"url": "https://blog.example/a.png", "alt": ""}],
        "author": "Ann E.",
    }


def test_comments_belong_to_their_article(workspace, bring):
    bring(feed(entry(3, more=answer(2)), entry(2, more=answer(1))), "comments.atom")
    found = {told(r)["object"]: (r["name"], told(r)["thread"]) for r in rows(workspace.events)}
    assert found == {
        "urn:e:2": ("Comment Added", "urn:e:1"),
        "urn:e:3": ("Comment Added", "urn:e:1"),
    }
    assert one(workspace.events, message_id="atom:urn:e:3")["identifiers"] == [
        {"kind": "blog_author", "value": "blog.example:Ann E."}
    ]
    # the comment that it answers came in before
    bring(feed(entry(4, more=answer(3))), "later.atom")
    later = told(one(workspace.events, message_id="atom:urn:e:4"))
    assert (later["in_reply_to"], later["thread"]) == ("urn:e:3", "urn:e:1")


def test_an_entry_with_another_text_is_an_edit(workspace, bring):
    bring(feed(entry(1)))
    changed = entry(1, "<p>Mieux</p>", AUTHOR + "<updated>2026-03-05T00:00:00Z</updated>")
    assert bring(feed(changed)).added == 1
    edit = one(workspace.events, name="Text Edited")
    assert (edit["text"], told(edit)["object"]) == ("Mieux", "urn:e:1")
    assert edit["occurred_at"] == moment("2026-03-05")
    assert bring(feed(changed, entry(2))).added == 1
    assert bring(feed(changed, entry(2))).rows_read == 0


def test_what_the_brand_wrote_is_marked(workspace, bring):
    home = AUTHOR + "<link href='https://www.tea.example/2'/>"
    bring(
        feed(entry(1), entry(2, more=home), entry(3, more=answer(2)), entry(4, more=home)),
        own=("blog.example:Bob", "bonjour@tea.example"),
    )
    found = {told(r)["object"]: told(r).get("is_own") for r in rows(workspace.events)}
    assert found == {"urn:e:1": None, "urn:e:2": True, "urn:e:3": None, "urn:e:4": True}
    bring(feed(entry(5)), "later.atom", own=("blog.example:Ann E.",))
    assert told(one(workspace.events, message_id="atom:urn:e:5"))["is_own"] is True


def test_rss_is_read_too(workspace, bring):
    bring(
        '<rss version="2.0"><channel><title>R</title><link>https://r.example/</link><item>'
        "<title>Nouveau</title><link>https://r.example/1</link><guid>g1</guid>"
        "<pubDate>Mon, 02 Mar 2026 12:00:00 +0100</pubDate>"
        "<description>&lt;b&gt;Un&lt;/b&gt; thé</description></item></channel></rss>"
    )
    row = one(workspace.events)
    assert (row["text"], row["message_id"]) == ("Un thé", "atom:g1")
    assert row["occurred_at"] == moment("2026-03-02T11:00")


def test_what_cannot_be_read_is_kept_with_its_reason(workspace, bring):
    def dated(day: str) -> str:
        return entry(9).replace("2026-03-02T12:00:00+01:00", day)

    undated = entry(8).replace("<published>2026-03-02T12:00:00+01:00</published>", "")
    report = bring(
        feed(
            undated, dated("hier"), dated("1970-01-01T00:00:00Z"), dated("2199-01-01T00:00:00Z"),
            entry(1),
        )
    )  # fmt: skip
    assert (report.rows_read, report.added, report.quarantined) == (5, 1, 4)
    found = {r["row_number"]: (r["reason"], r["field"]) for r in rows(workspace.quarantine)}
    assert found == {
        1: ("missing", "published"),
        2: ("not_a_date", "published"),
        3: ("before_1990", "published"),
        4: ("in_the_future", "published"),
    }


def test_broken_xml_gives_what_it_can(workspace, bring):
    report = bring(feed(entry(1), "<entry><b>&bad <</entry>", entry(2)))
    assert report.quarantined >= 1
    assert one(workspace.quarantine, reason="not_xml")["row_number"] == 4
    assert one(workspace.events, message_id="atom:urn:e:1")
    assert bring("no feed at all", "none.atom").quarantined == 1


def test_bombs_and_foreign_entities_bring_nothing_in():
    now = Setting("blog", "UTC", "EUR", datetime.now(UTC))
    laughs = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    for entities in (laughs, '<!ENTITY a11 SYSTEM "file:///etc/hostname">'):
        text = f"<!DOCTYPE feed [{entities}]>" + feed(entry(1)).split("\n", 1)[1]
        text = text.replace("Titre 1", "Titre &a11;").replace("Un th", "Un &a11; th")
        entries = read_feed(text.encode(), "bomb", now).entries
        assert all(len(e.row["text"]) < 100 for e in entries if e.row)


def test_packed_files_are_read_and_damaged_ones_told(workspace, tmp_path):
    packed = gzip.compress(feed(entry(1)).encode())
    good, cut = tmp_path / "a.atom.gz", tmp_path / "b.atom.gz"
    good.write_bytes(packed)
    cut.write_bytes(packed[:-10])
    assert import_atom(workspace, Silo("blog", (good,), tmp_path)).added == 1
    with pytest.raises(FileUnreadable, match="cut or damaged"):
        import_atom(workspace, Silo("blog", (cut,), tmp_path))


@pytest.mark.skipif(
    not FEEDS.exists(), reason="the parser's test feeds aren't beside this checkout"
)
def test_no_feed_of_the_parsers_own_tests_stops_the_importer():
    now = Setting("blog", "UTC", "EUR", datetime.now(UTC))
    count = 0
    with tarfile.open(FEEDS) as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None:
                found = read_feed(opened.read(), member.name, now)
                count += len(found.entries) + len(found.bad)
    assert count > 1000


@pytest.mark.skipif(not WORDPRESS.exists(), reason="the blog's export isn't beside this checkout")
def test_a_blogs_export_comes_in(workspace):
    report = import_atom(workspace, Silo("blog", (WORDPRESS,), WORDPRESS.parent))
    assert report.added > 50
    assert not [r for r in rows(workspace.events) if "<p>" in (r["text"] or "")]
