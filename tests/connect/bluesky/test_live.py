"""Bluesky as it goes: a real server's firehose as it was recorded, and the API's documented forms.

`frames.json` was recorded here from a PDS of atproto's own development kit; accounts and texts
are invented, and its clock was set back.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cbor2
import pytest
from websockets.sync.server import ServerConnection, serve

from parvis.connect.bluesky import firehose
from parvis.connect.bluesky.api import import_bluesky
from parvis.connect.bluesky.firehose import frame_messages
from parvis.connect.pull.api import Connector, cursor_of
from parvis.connect.silo import Silo
from parvis.errors import ConnectorError
from tests.connect.pull.serving import Asked, Given, served, visited
from tests.making import moment, one, rows

RECORDED = json.loads((Path(__file__).parent / "frames.json").read_text())
BRAND, ANN = RECORDED["maison"], RECORDED["client"]
FRAMES = [base64.b64decode(f) for f in RECORDED["frames"]]
Row = dict[str, Any]

#: Of what is looked up again only the newest is.
DAY = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()


def told(row: Row) -> Row:
    return dict(json.loads(row["properties"]))


@pytest.fixture
def pds(monkeypatch) -> Iterator[str]:
    """Play the recorded firehose to whoever connects, from the place that they name."""
    monkeypatch.setattr(firehose, "_QUIET_SECONDS", 0.2)

    def play(socket: ServerConnection) -> None:
        assert socket.request is not None
        asked = urlsplit(socket.request.path)
        # who names no place hears only what comes from now on
        after = int(parse_qs(asked.query).get("cursor", ["999"])[0])
        for frame in FRAMES:
            number, _ = frame_messages(frame)
            if number is not None and number > after:
                socket.send(frame)
        for _ in socket:
            pass

    with serve(play, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(10)


def test_the_firehose_is_read_from_where_it_was_left(workspace, pds):
    connector = Connector("sky", "bluesky", pds, reads=("firehose",), own=(BRAND,))
    outcome = visited(workspace, connector)
    assert (outcome.problem, outcome.quarantined) == ("", 0)
    found = rows(workspace.events, "occurred_at")
    assert [(r["name"], r["text"]) for r in found if r["name"]] == [
        ("Post Published", "Notre thé de mars est là"),
        ("Comment Added", "Colis perdu, très déçu"),
        ("Reaction Added", None),
        ("Post Published", "@maison.test bravo"),
        # of the two that were deleted only this one was about the brand
        ("Text Deleted", None),
    ]
    post = next(r for r in found if r["text"] == "Notre thé de mars est là")
    reply = next(r for r in found if r["name"] == "Comment Added")
    gone = next(r for r in found if r["name"] == "Text Deleted")
    assert post["occurred_at"] == moment("2026-03-01T10:00")
    assert told(post)["is_own"] is True
    assert told(reply)["in_reply_to"] == told(post)["object"]
    assert told(gone)["object"] == told(reply)["object"]
    assert cursor_of(workspace.engine, "sky") == {"firehose": 15}

    before = workspace.data_version()
    assert visited(workspace, connector).read == 0
    assert workspace.data_version() == before


def test_a_firehose_that_refuses_or_talks_nonsense_is_told(workspace):
    refusal = cbor2.dumps({"op": -1}) + cbor2.dumps({"error": "FutureCursor", "message": "m"})
    with pytest.raises(ConnectorError, match="FutureCursor"):
        frame_messages(refusal)
    for frame in (b"", b"\xff\xff", FRAMES[8][:40], cbor2.dumps([1]) * 2, b"\x81" * 100_000):
        assert frame_messages(frame) == (None, [])
    # blocks that are cut off lose their records, and nothing more
    head, body = cbor2.loads(FRAMES[8]), None
    decoder = FRAMES[8][len(cbor2.dumps(head)) :]
    body = cbor2.loads(decoder)
    cut = cbor2.dumps(head) + cbor2.dumps({**body, "blocks": body["blocks"][:-50]})
    assert frame_messages(cut)[0] == 9
    outcome = visited(
        workspace, Connector("sky", "bluesky", "http://127.0.0.1:1", reads=("firehose",))
    )
    assert "broke off" in outcome.problem


def view(key: str, text: str = "Un thé", did: str = ANN, at: str = "T12:00:00.000Z") -> Row:
    return {
        "uri": f"at://{did}/app.bsky.feed.post/{key}",
        "cid": "bafy",
        "author": {"did": did, "handle": "jeanne.test", "displayName": "Jeanne"},
        "record": {
            "$type": "app.bsky.feed.post", "text": text, "createdAt": f"{DAY}{at}",
            "langs": ["fr"],
        },
        "indexedAt": f"{DAY}{at}",
    }  # fmt: skip


class Sky:
    """An account's server that shows posts and notifications."""

    def __init__(self) -> None:
        self.posts = {k: view(k, f"thé {k}", at=f"T12:0{k}:00.000Z") for k in "123"}
        like = "app.bsky.feed.like"
        self.notifications = [
            {
                "uri": f"at://{ANN}/{like}/9", "cid": "bafy", "reason": "like",
                "author": self.posts["1"]["author"], "indexedAt": f"{DAY}T13:00:00.000Z",
                "record": {
                    "$type": like, "createdAt": f"{DAY}T13:00:00.000Z",
                    "subject": {"uri": self.posts["1"]["uri"], "cid": "bafy"},
                },
            }
        ]  # fmt: skip
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Given:
        self.asked.append(asked)
        method = asked.path.rpartition("/")[2]
        if method == "com.atproto.server.createSession":
            is_right = json.loads(asked.body)["password"] == "app-pass"
            if not is_right:
                wrong = {"error": "AuthenticationRequired", "message": "Invalid password"}
                return Given(wrong, 401)
            return Given({"accessJwt": "jwt", "did": BRAND, "handle": "maison.test"})
        newest = sorted(self.posts.values(), key=lambda p: p["indexedAt"], reverse=True)
        if method == "app.bsky.feed.searchPosts":
            start = int(asked.one("cursor", "0"))
            more = {"cursor": str(start + 2)} if start + 2 < len(newest) else {}
            return Given({"posts": newest[start : start + 2], **more})
        if method == "app.bsky.notification.listNotifications":
            if asked.headers.get("authorization") != "Bearer jwt":
                return Given({"error": "AuthMissing"}, 401)
            return Given({"notifications": self.notifications})
        if method == "app.bsky.feed.getAuthorFeed":
            reposted = {"post": view("8", "d’un autre"), "reason": {"$type": "reasonRepost"}}
            return Given({"feed": [reposted, *({"post": p} for p in newest)]})
        if method == "app.bsky.feed.getPostThread":
            below = {"post": view("7", "et moi"), "replies": []}
            return Given({"thread": {"post": self.posts["1"], "replies": [below]}})
        assert method == "app.bsky.feed.getPosts"
        there = {p["uri"]: p for p in self.posts.values()} | {view(k)["uri"]: view(k) for k in "78"}
        return Given({"posts": [there[u] for u in asked.query["uris"] if u in there]})


def test_a_search_goes_on_where_it_was_left_and_follows_deletions(workspace):
    sky = Sky()
    with served(sky) as server:
        connector = Connector("sky", "bluesky", server.address, reads=("search:thé",))
        first = visited(workspace, connector)
        assert (first.read, first.problem) == (3, "")
        assert {r["text"] for r in rows(workspace.events) if r["text"]} == {
            "thé 1", "thé 2", "thé 3",
        }  # fmt: skip
        assert one(workspace.events, type="identify")["traits"] == [("handle", "jeanne.test")]
        before = workspace.data_version()
        assert visited(workspace, connector).added == 0
        assert workspace.data_version() == before

        sky.posts["4"] = view("4", "thé 4", at="T12:04:00.000Z")
        deleted = sky.posts.pop("2")
        assert visited(workspace, connector).added == 2
        gone = one(workspace.events, name="Text Deleted")
        assert told(gone)["object"] == deleted["uri"]
        assert gone["identifiers"] == [{"kind": "bluesky", "value": ANN}]
        assert visited(workspace, connector).added == 0


def test_the_same_post_from_the_jetstream_is_the_same_event(workspace, tmp_path):
    with served(Sky()) as server:
        visited(workspace, Connector("sky", "bluesky", server.address, reads=("search:thé",)))
    record = view("1", "thé 1", at="T12:01:00.000Z")["record"]
    line = {
        "did": ANN, "time_us": 1_772_452_900_000_000, "kind": "commit",
        "commit": {
            "rev": "3l", "operation": "create", "collection": "app.bsky.feed.post", "rkey": "1",
            "record": record, "cid": "bafy",
        },
    }  # fmt: skip
    (tmp_path / "jetstream.ndjson").write_text(json.dumps(line) + "\n")
    report = import_bluesky(workspace, Silo("file", (tmp_path / "jetstream.ndjson",), tmp_path))
    assert (report.added, report.known) == (0, 1)


def test_notifications_bring_likes_by_who_gave_them(workspace):
    with served(Sky()) as server:
        connector = Connector("sky", "bluesky", server.address, "maison.test", "stored")
        assert visited(workspace, connector, "app-pass").problem == ""
    like = one(workspace.events, name="Reaction Added")
    assert told(like)["object"] == view("1")["uri"]
    assert like["message_id"] == f"bluesky:at://{ANN}/app.bsky.feed.like/9:create"


def test_threads_and_authors_are_read(workspace):
    with served(Sky()) as server:
        reads = (f"thread:{view('1')['uri']}", "author:jeanne.test")
        visited(workspace, Connector("sky", "bluesky", server.address, reads=reads))
    texts = {r["text"] for r in rows(workspace.events) if r["text"]}
    assert texts == {"thé 1", "et moi", "thé 2", "thé 3"}


def test_a_wrong_password_and_a_wrong_reading_are_told(workspace):
    with served(Sky()) as server:
        wrong = Connector("a", "bluesky", server.address, "maison.test", "stored")
        assert "Invalid password" in visited(workspace, wrong, "nope").problem
        odd = Connector("b", "bluesky", server.address, reads=("everything",))
        assert "can't be read on Bluesky" in visited(workspace, odd).problem
