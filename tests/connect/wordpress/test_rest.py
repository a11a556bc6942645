"""A real WordPress: posts, comments, replies, edits and deletions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from parvis.connect.atom.api import import_atom
from parvis.connect.pull.api import Connector
from parvis.connect.silo import Silo
from tests.connect.pull.serving import Given, served, visited
from tests.connect.wordpress.blog import WordPress, missing, wordpress
from tests.making import rows

needs_wordpress = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


@pytest.fixture(scope="module")
def blog() -> Iterator[WordPress]:
    with wordpress() as started:
        yield started


def told(row: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(row["properties"]))


@needs_wordpress
def test_a_blog_is_followed_through_its_life(workspace, blog, tmp_path):
    post = blog.call(
        "POST", "posts", title="Nouveau th&eacute; & plus", status="publish",
        content="<p>Découvrez <b>notre</b> gamme</p><script>alert(1)</script>",
    )  # fmt: skip
    ann = {"author_name": "Ann É.", "author_email": "ann@post.example"}
    says = {"content": "Très déçue", "status": "approved", **ann}
    asked = blog.call("POST", "comments", post=post["id"], **says)
    blog.call("POST", "comments", post=post["id"], parent=asked["id"], content="Désolés !")
    held = blog.call(
        "POST", "comments", post=post["id"], content="En attente", status="hold", **ann
    )
    everybody = Connector("open", "wordpress", blog.address)
    team = Connector("team", "wordpress", blog.address, login="admin", secret_from="stored")

    outcome = visited(workspace, everybody)
    assert outcome.problem == ""
    found = {r["message_id"]: r for r in rows(workspace.events)}
    guid = post["guid"]["rendered"]
    article = found[f"atom:{guid}"]
    assert article["name"] == "Article Published"
    assert article["text"].startswith("Découvrez notre gamme")
    assert "<" not in article["text"]
    assert told(article)["title"] == "Nouveau thé & plus"
    comment = found[f"atom:{guid}#comment-{asked['id']}"]
    assert (comment["name"], comment["text"]) == ("Comment Added", "Très déçue")
    assert comment["identifiers"][0]["kind"] == "blog_author"
    reply = next(r for r in found.values() if r["text"] == "Désolés !")
    assert told(reply)["in_reply_to"] == f"{guid}#comment-{asked['id']}"
    assert told(reply)["thread"] == guid
    assert "En attente" not in {r["text"] for r in found.values()}

    # the same blog by its feeds: nothing is told twice
    files = []
    for name in ("rss2", "comments-rss2"):
        files.append(tmp_path / f"{name}.xml")
        files[-1].write_bytes(blog.feed(name))
    assert import_atom(workspace, Silo("feed", tuple(files), tmp_path)).added == 0

    before = workspace.data_version()
    assert visited(workspace, everybody).added == 0
    assert workspace.data_version() == before

    # who is logged in reads what is held back, and whose it is
    assert visited(workspace, team, blog.password).problem == ""
    waiting = next(r for r in rows(workspace.events) if r["text"] == "En attente")
    assert waiting["identifiers"] == [{"kind": "email", "value": "ann@post.example"}]
    assert told(waiting)["visibility"] == "held"

    blog.call("POST", f"posts/{post['id']}", content="<p>Une autre gamme</p>")
    blog.call("DELETE", f"comments/{asked['id']}")
    blog.call("DELETE", f"comments/{held['id']}", force=True)
    assert visited(workspace, everybody).added == 2
    assert visited(workspace, team).added == 1
    changed = {r["name"]: r for r in rows(workspace.events) if r["name"].startswith("Text")}
    assert changed["Text Edited"]["text"] == "Une autre gamme"
    gone = {told(r)["object"] for r in rows(workspace.events) if r["name"] == "Text Deleted"}
    assert gone == {f"{guid}#comment-{n}" for n in (asked["id"], held["id"])}
    assert visited(workspace, everybody).added == 0


@needs_wordpress
def test_a_long_blog_comes_page_by_page(workspace, blog, monkeypatch):
    monkeypatch.setattr("parvis.connect.wordpress.rest._PER_PAGE", 2)
    for number in range(5):
        blog.call("POST", "posts", title=f"Page {number}", content="Un", status="publish")
    outcome = visited(workspace, Connector("blog", "wordpress", blog.address))
    titles = {told(r).get("title") for r in rows(workspace.events)}
    assert {f"Page {n}" for n in range(5)} <= titles
    assert outcome.problem == ""


@needs_wordpress
def test_a_wrong_password_is_told(workspace, blog):
    wrong = Connector("blog", "wordpress", blog.address, login="admin", secret_from="stored")
    problem = visited(workspace, wrong, "not it")
    assert "refuses (401)" in problem.problem
    assert "password" in problem.next_step


def test_what_is_no_wordpress_is_told(workspace):
    with served(lambda _: Given({"name": "something else"})) as server:
        outcome = visited(workspace, Connector("blog", "wordpress", server.address))
    assert "no REST API" in outcome.problem
