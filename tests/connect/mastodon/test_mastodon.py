"""A server that answers in the forms that Mastodon documents; people and texts are invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parvis.connect.activitypub.api import import_activitypub
from parvis.connect.pull.api import Connector, Connectors, connector_states, cursor_of
from parvis.connect.silo import Silo
from tests.connect.pull.serving import Asked, Given, served, visited
from tests.making import moment, one, rows

Row = dict[str, Any]
HOME = "https://social.example"
ANN = "https://social.example/users/ann"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def told(row: Row) -> Row:
    return dict(json.loads(row["properties"]))


def account(name: str = "ann", host: str = "", **more: Any) -> Row:
    return {
        "id": "7", "username": name, "acct": f"{name}@{host}" if host else name,
        "display_name": "Ann É.", "note": "<p>J’aime le thé</p>", "bot": False,
        "created_at": "2024-01-02T00:00:00.000Z", "url": f"{HOME}/@{name}",
        "fields": [{"name": "mail", "value": "ann@post.example"}], **more,
    }  # fmt: skip


def status(number: int, text: str = "Un thé", **more: Any) -> Row:
    return {
        "id": str(number), "uri": f"{ANN}/statuses/{number}",
        "url": f"{HOME}/@ann/{number}", "created_at": "2026-03-02T12:00:00.000Z",
        "edited_at": None, "account": account(), "content": f"<p>{text}<br>vert</p>",
        "visibility": "public", "sensitive": False, "spoiler_text": "", "language": "fr",
        "in_reply_to_id": None, "reblog": None, "poll": None,
        "media_attachments": [
            {"id": "1", "type": "image", "url": f"{HOME}/a.png", "description": "une tasse"}
        ],
        "mentions": [], "tags": [{"name": "thé", "url": f"{HOME}/tags/thé"}], **more,
    }  # fmt: skip


class Social:
    """A server with timelines, notifications and statuses."""

    def __init__(self, *statuses: Row) -> None:
        self.statuses = {s["id"]: s for s in statuses}
        self.notifications: list[Row] = []
        self.per_page = 2
        self.headers: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Given:
        path = asked.path.removeprefix("/api/v1/")
        if path.startswith("timelines/tag/"):
            return self.page(asked, [s for s in self.statuses.values() if "tags" in s])
        if asked.headers.get("authorization") != "Bearer token":
            return Given({"error": "The access token is invalid"}, 401)
        if path == "timelines/home":
            return self.page(asked, list(self.statuses.values()))
        if path == "notifications":
            return self.page(asked, self.notifications)
        if path == "accounts/lookup":
            return Given(account(asked.one("acct")))
        if path == "accounts/7/statuses":
            return self.page(asked, list(self.statuses.values()))
        number = path.split("/")[1]
        if number not in self.statuses:
            return Given({"error": "Record not found"}, 404)
        if path.endswith("/context"):
            below = [s for s in self.statuses.values() if s["in_reply_to_id"] == number]
            return Given({"ancestors": [], "descendants": below})
        return Given(self.statuses[number])

    def page(self, asked: Asked, all_of: list[Row]) -> Given:
        found = sorted(all_of, key=lambda s: -int(s["id"]))
        place = f"http://{asked.headers['host']}{asked.path}?limit=40"
        if low := asked.one("min_id"):
            found = [s for s in found if int(s["id"]) > int(low)][-self.per_page :]
            link = f'<{place}&min_id={found[0]["id"]}>; rel="prev"' if found else ""
        else:
            high = int(asked.one("max_id", "999"))
            found = [s for s in found if int(s["id"]) < high][: self.per_page]
            link = f'<{place}&max_id={found[-1]["id"]}>; rel="next"' if found else ""
        return Given(found, headers={"link": link, **self.headers})


@pytest.fixture
def social():
    made = Social(*(status(n, f"thé {n}") for n in (1, 2, 3)))
    with served(made) as server:
        made.connector = lambda *reads, **more: Connector(
            "fedi", "mastodon", server.address, "brand", "stored", reads,
            ("https://social.example/users/brand",), **more,
        )  # fmt: skip
        yield made


def said(workspace) -> dict[str, Row]:
    return {r["message_id"]: r for r in rows(workspace.events) if r["type"] == "track"}


def test_a_timeline_goes_on_where_it_was_left(workspace, social):
    first = visited(workspace, social.connector("home"), "token")
    assert (first.read, first.problem, first.quarantined) == (3, "", 0)
    row = said(workspace)[f"activitypub:{ANN}/statuses/1/activity"]
    assert (row["name"], row["text"]) == ("Post Published", "thé 1\nvert")
    assert row["occurred_at"] == moment("2026-03-02T12:00")
    assert row["identifiers"] == [{"kind": "activitypub", "value": ANN}]
    properties = told(row)
    assert properties["hashtags"] == ["thé"]
    assert (properties["language"], properties["visibility"]) == ("fr", "public")
    assert properties["pictures"] == [{"url": f"{HOME}/a.png", "alt": "une tasse"}]
    person = one(workspace.events, type="identify")
    assert dict(person["traits"])["email"] == "ann@post.example"

    before = workspace.data_version()
    assert visited(workspace, social.connector("home")).read == 0
    assert workspace.data_version() == before
    for number in (4, 5, 6):
        social.statuses[str(number)] = status(number, f"thé {number}")
    assert visited(workspace, social.connector("home")).added == 3
    assert cursor_of(workspace.engine, "fedi")["home"] == "6"


def test_the_same_post_from_an_inbox_is_the_same_event(workspace, social, tmp_path):
    visited(workspace, social.connector("home"), "token")
    note = {
        "id": f"{ANN}/statuses/1", "type": "Note", "content": "<p>thé 1<br>vert</p>",
        "attributedTo": ANN, "published": "2026-03-02T12:00:00Z", "to": [PUBLIC],
    }  # fmt: skip
    activity = {
        "id": f"{note['id']}/activity", "type": "Create", "actor": ANN,
        "published": "2026-03-02T12:00:00Z", "object": note,
    }  # fmt: skip
    (tmp_path / "inbox.ndjson").write_text(json.dumps(activity) + "\n")
    report = import_activitypub(workspace, Silo("inbox", (tmp_path / "inbox.ndjson",), tmp_path))
    assert (report.added, report.known) == (0, 1)


def test_replies_boosts_edits_and_threads(workspace, social):
    social.statuses |= {
        "4": status(4, "Oui", in_reply_to_id="1"),
        "5": status(5, "", uri=f"{ANN}/statuses/5/activity", reblog=status(2, "thé 2")),
        "3": status(3, "corrigé", edited_at="2026-03-03T08:00:00.000Z"),
    }
    visited(workspace, social.connector("thread:1", "home"), "token")
    found = said(workspace)
    reply = found[f"activitypub:{ANN}/statuses/4/activity"]
    assert reply["name"] == "Comment Added"
    assert told(reply)["in_reply_to"] == told(reply)["thread"] == f"{ANN}/statuses/1"
    boost = found[f"activitypub:{ANN}/statuses/5/activity"]
    assert (boost["name"], told(boost)["reaction"]) == ("Reaction Added", "share")
    edit = next(r for r in found.values() if r["name"] == "Text Edited")
    assert (edit["text"], edit["occurred_at"]) == ("corrigé\nvert", moment("2026-03-03T08:00"))


def test_notifications_tell_who_mentions_likes_and_follows(workspace, social):
    at = "2026-03-04T10:00:00.000Z"
    bob = account("bob", "afar.example", id="8")
    from_bob = {"uri": "https://afar.example/users/bob/statuses/9", "account": bob}
    social.notifications = [
        {"id": "1", "type": "favourite", "created_at": at, "account": bob, "status": status(1)},
        {"id": "2", "type": "follow", "created_at": at, "account": bob},
        {"id": "3", "type": "mention", "created_at": at, "account": bob,
         "status": status(9, "@brand bravo", **from_bob)},
        {"id": "4", "type": "admin.sign_up", "created_at": at, "account": bob},
    ]  # fmt: skip
    social.statuses["9"] = social.notifications[2]["status"]
    assert visited(workspace, social.connector(), "token").quarantined == 0
    by_name = {r["name"]: r for r in said(workspace).values()}
    assert set(by_name) == {"Reaction Added", "Account Followed", "Post Published"}
    whose = {r["identifiers"][0]["value"] for r in by_name.values()}
    assert whose == {"https://afar.example/users/bob"}
    assert told(by_name["Reaction Added"])["object"] == f"{ANN}/statuses/1"
    assert visited(workspace, social.connector()).added == 0


def test_what_its_author_deleted_is_deleted_here(workspace, social):
    visited(workspace, social.connector("home"), "token")
    del social.statuses["2"]
    assert visited(workspace, social.connector("home")).added == 1
    gone = one(workspace.events, name="Text Deleted")
    assert told(gone)["object"] == f"{ANN}/statuses/2"
    assert gone["message_id"] == f"activitypub:{ANN}/statuses/2#delete"
    assert visited(workspace, social.connector("home")).added == 0


def test_a_tag_is_open_to_all_and_a_timeline_is_not(workspace, social):
    open_to_all = social.connector("tag:thé")
    assert visited(workspace, open_to_all, "nobody's").added > 0
    closed = Connector("closed", "mastodon", open_to_all.address, "b", "stored", ("home",))
    assert "The access token is invalid" in visited(workspace, closed, "wrong").problem
    odd = Connector("odd", "mastodon", open_to_all.address, reads=("everything",))
    assert "can't be read on Mastodon" in visited(workspace, odd).problem


def test_a_server_that_has_had_enough_is_left_alone_until_it_says(workspace):
    again = datetime.now(UTC) + timedelta(minutes=5)
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": again.isoformat()}
    with served(lambda _: Given({"error": "Too many requests"}, 429, headers)) as server:
        outcome = visited(workspace, Connector("fedi", "mastodon", server.address, reads=("home",)))
    assert "asks to wait" in outcome.problem
    (state,) = connector_states(workspace.files.app)
    assert abs((state.next_at - again).total_seconds()) < 5


def test_a_token_stays_with_its_server(workspace):
    asked: list[Asked] = []

    def stranger(request: Asked) -> Given:
        asked.append(request)
        return Given([])

    with served(stranger) as other:
        link = {"link": f'<{other.address}/api/v1/timelines/home?max_id=1>; rel="next"'}
        with served(lambda _: Given([status(3)], headers=link)) as server:
            connector = Connector("f", "mastodon", server.address, "b", "stored", ("home",))
            with Connectors(workspace.files.app) as connectors:
                connectors.add(connector, "token")
            visited(workspace, connector)
    assert asked == []
