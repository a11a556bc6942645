"""Export files of WordPress; people and texts are invented, but for WordPress's own test file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from parvis.connect.atom.api import import_atom
from parvis.connect.folder.api import folder_plan, import_folder
from parvis.connect.silo import Silo
from parvis.lake.workspace import Workspace
from tests.connect.files.bringing import NO_SHARED, SHARED
from tests.making import one, rows

REAL = SHARED / "wordpress" / "themeunittestdata.wordpress.xml"


def post(number: int, more: str = "", **told: str) -> str:
    fields = {
        "wp:status": "publish", "wp:post_type": "post", "wp:post_password": "",
        "wp:post_date_gmt": "2026-03-02 12:00:00", "wp:post_modified_gmt": "2026-03-02 12:00:00",
        "content:encoded": "<![CDATA[<p>Un <b>thé</b></p>]]>", **told,
    }  # fmt: skip
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in fields.items())
    return (
        f"<item><title>Titre {number}</title><link>https://b.example/{number}</link>"
        f"<dc:creator>ann</dc:creator><guid>https://b.example/?p={number}</guid>{inner}{more}</item>"
    )


def comment(number: int, text: str = "Merci", approved: str = "1", **told: str) -> str:
    fields = {
        "comment_id": str(number), "comment_author": "Bob",
        "comment_author_email": "Bob@post.example", "comment_author_url": "",
        "comment_date_gmt": "2026-03-03 08:00:00",
        "comment_content": f"<![CDATA[{text}]]>", "comment_approved": approved,
        "comment_type": "comment", "comment_parent": "0", **told,
    }  # fmt: skip
    return f"<wp:comment>{''.join(f'<wp:{k}>{v}</wp:{k}>' for k, v in fields.items())}</wp:comment>"


def export(*items: str, head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>{head}<rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Le blog</title>'
        "<link>https://b.example</link><language>fr</language>"
        "<wp:author><wp:author_login>ann</wp:author_login>"
        "<wp:author_email>ann@tea.example</wp:author_email>"
        "<wp:author_display_name>Ann É.</wp:author_display_name></wp:author>"
        + "".join(items)
        + "</channel></rss>"
    )


def bring(workspace: Workspace, folder: Path, text: str) -> Any:
    (folder / "export.xml").write_text(text, "utf-8")
    return import_atom(workspace, Silo("blog", (folder / "export.xml",), folder))


def test_posts_come_with_the_comments_that_stand_in_them(workspace, tmp_path):
    replies = comment(7) + comment(8, "De rien", comment_parent="7")
    assert bring(workspace, tmp_path, export(post(1, replies))).added == 3
    article = one(workspace.events, message_id="atom:https://b.example/?p=1")
    told = json.loads(article["properties"])
    assert (article["text"], told["author"], told["language"]) == ("Un thé", "Ann É.", "fr")
    reply = one(workspace.events, message_id="atom:https://b.example/?p=1#comment-8")
    told = json.loads(reply["properties"])
    assert told["in_reply_to"] == "https://b.example/?p=1#comment-7"
    assert told["thread"] == "https://b.example/?p=1"
    assert reply["identifiers"] == [{"kind": "email", "value": "bob@post.example"}]


def test_what_is_not_public_or_nobody_wrote_is_left_out(workspace, tmp_path):
    comments = (
        comment(1, "tenu", "0") + comment(2, "spam", "spam") + comment(3, "jeté", "trash")
        + comment(4, "rétrolien", comment_type="pingback")
    )  # fmt: skip
    bring(workspace, tmp_path, export(
        post(1, comments), post(2, **{"wp:status": "draft"}),
        post(3, **{"wp:post_type": "nav_menu_item"}), post(4, **{"wp:post_password": "hush"}),
    ))  # fmt: skip
    found = {r["text"]: json.loads(r["properties"]) for r in rows(workspace.events)}
    assert set(found) == {"Un thé", "tenu"}
    assert found["tenu"]["visibility"] == "held"


def test_hostile_markup_becomes_text_and_a_damaged_end_loses_only_itself(workspace, tmp_path):
    nasty = (
        "Bon<script>alert(1)</script> <img src=x onerror=alert(2)><a href='javascript:x'>thé</a>"
    )
    text = export(post(1, comment(7, nasty + "\x0b")), post(2)).replace(
        "</channel></rss>", "<item>"
    )
    report = bring(workspace, tmp_path, text)
    assert (report.added, report.quarantined) == (3, 1)
    found = one(workspace.events, message_id="atom:https://b.example/?p=1#comment-7")
    assert found["text"].split() == ["Bon", "thé"]


def test_an_export_that_declares_entities_is_refused(workspace, tmp_path):
    bomb = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    report = bring(workspace, tmp_path, export(post(1).replace("Un ", "&b;"), head=bomb))
    assert (report.added, report.quarantined) == (0, 1)
    assert one(workspace.quarantine)["value"] == "it declares entities of its own"


@pytest.mark.skipif(not REAL.exists(), reason=NO_SHARED)
def test_wordpress_own_test_file_comes_in_by_command(workspace, tmp_path):
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "export.xml").write_bytes(REAL.read_bytes())
    (outcome,) = import_folder(workspace, folder_plan(tmp_path))
    assert outcome.failure is None
    found = rows(workspace.events)
    kinds = [r["name"] for r in found]
    content = REAL.read_text("utf-8")
    assert kinds.count("Comment Added") >= 20
    assert 40 < kinds.count("Article Published") < content.count("<item>")
    assert not [r for r in found if "<p>" in (r["text"] or "")]
