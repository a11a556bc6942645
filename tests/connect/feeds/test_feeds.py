"""Feeds that are fetched; the people and texts are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from parvis.connect.atom.api import import_atom
from parvis.connect.pull.api import Connector, Connectors, cursor_of
from parvis.connect.silo import Silo
from tests.connect.pull.serving import Asked, Given, Server, served, visited
from tests.making import one, rows

RSS = "application/rss+xml; charset=utf-8"


def item(number: int, base: str, comments: int = 0, text: str = "Un thé") -> str:
    return (
        f"<item><title>Titre {number}</title><link>{base}/{number}</link>"
        f"<guid isPermaLink='false'>{base}/?p={number}</guid>"
        f"<pubDate>Mon, {number:02} Mar 2026 12:00:00 +0000</pubDate>"
        f"<description>{text}</description><slash:comments>{comments}</slash:comments>"
        f"<wfw:commentRss>{base}/{number}/comments</wfw:commentRss></item>"
    )


def comment(number: int, post: int, base: str, text: str = "Merci !") -> str:
    return (
        f"<item><title>De : Ann</title><link>{base}/{post}#comment-{number}</link>"
        f"<guid isPermaLink='false'>{base}/?p={post}#comment-{number}</guid>"
        "<dc:creator>Ann</dc:creator><pubDate>Wed, 04 Mar 2026 08:00:00 +0000</pubDate>"
        f"<description>{text}</description></item>"
    )


def rss(base: str, *items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:wfw="http://wellformedweb.org/CommentAPI/"><channel><title>Le blog</title>'
        f"<link>{base}/</link><language>fr</language>" + "".join(items) + "</channel></rss>"
    )


class Blog:
    """A blog with a feed of articles and one of comments for each."""

    def __init__(self) -> None:
        self.base = "https://blog.example"
        self.articles = [1, 2]
        self.comments: dict[int, list[int]] = {1: [7]}
        self.server = Server(self.answer)
        self.connector = Connector("blog", "feed", f"{self.server.address}/feed")

    def answer(self, asked: Asked) -> Given:
        here = self.server.address
        if asked.path == "/feed":
            items = [item(n, self.base, len(self.comments.get(n, []))) for n in self.articles]
            content = rss(self.base, *items).replace(
                f"<wfw:commentRss>{self.base}", f"<wfw:commentRss>{here}"
            )
        else:
            post = int(asked.path.split("/")[1])
            content = rss(
                self.base, *[comment(c, post, self.base) for c in self.comments.get(post, [])]
            )
        tag = f'"{abs(hash(content))}"'
        if asked.headers.get("if-none-match") == tag:
            return Given(status=304)
        return Given(content, headers={"content-type": RSS, "etag": tag})


@pytest.fixture
def blog():
    made = Blog()
    yield made
    made.server.close()


def test_articles_come_with_their_comments_and_only_what_is_new_comes_again(workspace, blog):
    outcome = visited(workspace, blog.connector)
    assert (outcome.added, outcome.problem) == (3, "")
    found = {r["message_id"]: r for r in rows(workspace.events)}
    assert set(found) == {
        "atom:https://blog.example/?p=1",
        "atom:https://blog.example/?p=2",
        "atom:https://blog.example/?p=1#comment-7",
    }
    said = found["atom:https://blog.example/?p=1#comment-7"]
    told = json.loads(said["properties"])
    assert (said["name"], said["text"]) == ("Comment Added", "Merci !")
    assert told["in_reply_to"] == told["thread"] == "https://blog.example/?p=1"

    before = workspace.data_version()
    assert visited(workspace, blog.connector).added == 0
    assert workspace.data_version() == before
    # nobody has commented article 2: its comments aren't asked for
    assert {a.path for a in blog.server.asked} == {"/feed", "/1/comments"}
    assert all("if-none-match" in a.headers for a in blog.server.asked[2:])

    blog.comments[1].append(8)
    blog.articles.insert(0, 3)
    assert visited(workspace, blog.connector).added == 2


def test_a_feed_does_not_send_its_reader_elsewhere(workspace):
    asked: list[Asked] = []

    def inner(request: Asked) -> Given:
        asked.append(request)
        return Given(rss("https://blog.example"))

    with served(inner) as other:
        # the same machine under another name
        away = other.address.replace("127.0.0.1", "localhost")
        feed = rss(away, item(1, away, 3))
        with served(lambda _: Given(feed, headers={"content-type": RSS})) as server:
            outcome = visited(workspace, Connector("blog", "feed", server.address))
    assert (outcome.added, outcome.problem, asked) == (1, "", [])


def test_the_same_feed_as_a_file_brings_the_same_events(workspace, blog, tmp_path):
    visited(workspace, blog.connector)
    (tmp_path / "feed.xml").write_text(rss(blog.base, item(1, blog.base), item(2, blog.base)))
    (tmp_path / "comments.xml").write_text(rss(blog.base, comment(7, 1, blog.base)))
    files = tuple(tmp_path / n for n in ("feed.xml", "comments.xml"))
    report = import_atom(workspace, Silo("blog", files, tmp_path))
    assert (report.added, report.known) == (0, 3)


def test_a_page_that_names_its_feed_will_do(workspace):
    def answer(asked: Asked) -> Given:
        if asked.path == "/":
            return Given(
                "<html><head><link rel='alternate' type='application/rss+xml' href='feed?a=1'>"
                "</head><body>Bonjour</body></html>",
                headers={"content-type": "text/html"},
            )
        return Given(rss("https://blog.example", item(1, "https://blog.example")))

    with served(answer) as server:
        outcome = visited(workspace, Connector("blog", "feed", f"{server.address}/"))
        assert outcome.added == 1
        assert cursor_of(workspace.engine, "blog")["feed"] == f"{server.address}/feed?a=1"


def test_an_entry_without_a_date_is_dated_when_it_is_met(workspace):
    def answer(_: Asked) -> Given:
        return Given("<rss version='0.91'><channel><item><title>Un</title><link>https://b.example/1"
                     "</link></item></channel></rss>")  # fmt: skip

    with served(answer) as server:
        connector = Connector("blog", "feed", server.address)
        visited(workspace, connector)
        first = one(workspace.events)
        assert json.loads(first["properties"])["date_known"] is False
        assert abs((datetime.now(UTC) - first["occurred_at"]).total_seconds()) < 60
        assert visited(workspace, connector).added == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("Thé à Évreux".encode("latin-1"), "text/xml; charset=utf-8"),
        ("Thé à Évreux".encode(), "application/rss+xml; charset=iso-8859-1"),
        ("Thé à Évreux".encode("latin-1"), "application/rss+xml"),
    ],
    ids=["latin told utf-8", "utf-8 told latin", "latin told utf-8 in the file"],
)
def test_a_feed_that_lies_about_its_encoding_is_read(workspace, content, kind):
    head = b"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><item><guid>1</guid>"
    text = head + b"<title>" + content + b"</title></item></channel></rss>"
    with served(lambda _: Given(text, headers={"content-type": kind})) as server:
        visited(workspace, Connector("blog", "feed", server.address))
    assert one(workspace.events)["text"] == "Thé à Évreux"


def test_a_feed_of_entities_and_one_without_end_do_no_harm(workspace):
    laughs = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    bomb = f"<!DOCTYPE rss [{laughs}]>" + rss("https://b.example", item(1, "https://b.example"))
    bomb = bomb.replace('<?xml version="1.0" encoding="utf-8"?>', "").replace("Un thé", "&a11;")
    with served(lambda _: Given(bomb)) as server:
        visited(workspace, Connector("bomb", "feed", server.address))
    assert all(len(r["text"]) < 100 for r in rows(workspace.events))


def test_what_is_no_feed_is_told_and_nothing_is_set_aside(workspace):
    with served(lambda _: Given("<html>Bonjour</html>")) as server:
        outcome = visited(workspace, Connector("blog", "feed", server.address))
    assert "is no feed" in outcome.problem
    assert "/feed/" in outcome.next_step
    assert not rows(workspace.quarantine)
    with Connectors(workspace.files.app) as connectors:
        state = connectors.one("blog")
    assert (state.failures, state.problem) == (1, outcome.problem)
