"""Messages of the Jetstream; the people and texts are invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parvis.connect.bluesky.api import import_bluesky
from parvis.connect.silo import Silo
from parvis.lake.workspace import Workspace
from tests.making import moment, one, rows

ANN, TEA = "did:plc:ann", "did:plc:tea"
NOON_US = 1_772_452_800_000_000  # 2026-03-02T12:00:00Z

Row = dict[str, Any]


def commit(
    record: Row | None,
    key: str = "k1",
    operation: str = "create",
    what: str = "feed.post",
    **more: Any,
) -> Row:
    told: Row = {
        "rev": "3l", "operation": operation, "collection": f"app.bsky.{what}", "rkey": key,
    }  # fmt: skip
    if record is not None:
        told |= {"record": {"$type": f"app.bsky.{what}", **record}, "cid": "bafy"}
    return {"did": ANN, "time_us": NOON_US + 5_000_000, "kind": "commit", "commit": told, **more}


def post(text: str = "Un thé", **more: Any) -> Row:
    return {"text": text, "createdAt": "2026-03-02T12:00:00.000Z", "langs": ["fr"], **more}


def identity(handle: str, did: str = ANN) -> Row:
    told = {"did": did, "handle": handle, "seq": 7, "time": "2026-03-01T00:00:00Z"}
    return {"did": did, "time_us": NOON_US, "kind": "identity", "identity": told}


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Callable[..., Any]:
    """Write messages into a file and import it."""

    def run(*messages: Any, file: str = "jetstream.ndjson", own: tuple[str, ...] = ()) -> Any:
        lines = [m if isinstance(m, str) else json.dumps(m, ensure_ascii=False) for m in messages]
        (tmp_path / file).write_text("\n".join([*lines, ""]), "utf-8")
        return import_bluesky(workspace, Silo("bsky", (tmp_path / file,), tmp_path, own=own))

    return run


def told(row: Row) -> Row:
    return dict(json.loads(row["properties"]))


def uri(key: str, did: str = ANN, what: str = "feed.post") -> str:
    return f"at://{did}/app.bsky.{what}/{key}"


def test_a_post_is_what_was_written(workspace, bring):
    facet = "app.bsky.richtext.facet"
    features = [
        {"features": [{"$type": f"{facet}#tag", "tag": "thé"}], "index": {}},
        {"features": [{"$type": f"{facet}#mention", "did": TEA}]},
        {"features": [{"$type": f"{facet}#link", "uri": "https://tea.example/a"}]},
    ]
    image = {"alt": "une tasse", "image": {"$type": "blob", "ref": {"$link": "bafkrei"}}}
    embed = {"$type": "app.bsky.embed.images", "images": [image]}
    text = "Un thé,\n@tea.example #thé tea.example/a"
    bring(commit(post(text, facets=features, tags=["pluie"], embed=embed)))
    row = one(workspace.events)
    assert (row["name"], row["text"], row["channel"]) == ("Post Published", text, "bluesky")
    assert row["message_id"] == f"bluesky:{uri('k1')}:create"
    assert row["occurred_at"] == moment("2026-03-02T12:00")
    assert row["received_at"] == moment("2026-03-02T12:00:05")
    assert row["identifiers"] == [{"kind": "bluesky", "value": ANN}]
    assert told(row) == {
        "object": uri("k1"),
        "thread": uri("k1"),
        "url": "https://bsky.app/profile/did:plc:ann/post/k1",
        "language": "fr",
        "hashtags": ["thé", "pluie"],
        "mentions": [TEA],
        "links": ["https://tea.example/a"],
        "pictures": [
            {
                "url": "https://cdn.bsky.app/img/feed_fullsize/plain/did:plc:ann/bafkrei",
                "alt": "une tasse",
            }
        ],
    }


def test_everything_names_what_it_is_about(workspace, bring):
    reply = {"root": {"uri": uri("r"), "cid": "c"}, "parent": {"uri": uri("p"), "cid": "c"}}
    on = {"subject": {"uri": uri("p", TEA), "cid": "c"}, "createdAt": "2026-03-02T12:00:00Z"}
    follow = {"subject": TEA, "createdAt": "2026-03-02T12:00:00Z"}
    gone = {"active": False, "status": "deleted", "did": ANN, "time": "2026-03-04T00:00:00Z"}
    bring(
        commit(post(reply=reply), "c"),
        commit(on, "l", what="feed.like"),
        commit(on, "s", what="feed.repost"),
        commit(follow, "f", what="graph.follow"),
        commit(post("Mieux"), "e", "update"),
        commit(None, "d", "delete"),
        commit(None, "u", "delete", "feed.like"),
        {"did": ANN, "time_us": NOON_US, "kind": "account", "account": gone},
    )
    found = {
        (r["name"], told(r).get("object"), told(r).get("reaction")) for r in rows(workspace.events)
    }
    assert found == {
        ("Comment Added", uri("c"), None),
        ("Reaction Added", uri("p", TEA), "like"),
        ("Reaction Added", uri("p", TEA), "share"),
        ("Account Followed", TEA, None),
        ("Text Edited", uri("e"), None),
        ("Text Deleted", uri("d"), None),
        ("Reaction Removed", None, "like"),
        ("Account Deleted", ANN, None),
    }
    comment = told(one(workspace.events, name="Comment Added"))
    assert (comment["in_reply_to"], comment["thread"]) == (uri("p"), uri("r"))
    removed = one(workspace.events, name="Reaction Removed")
    assert told(removed)["reaction_id"] == uri("u", what="feed.like")
    assert removed["occurred_at"] == moment("2026-03-02T12:00:05")


def test_people_have_names_and_handles(workspace, bring):
    profile = {"displayName": "Ann", "description": "thé", "website": "https://ann.example"}
    bring(
        identity("Ann.Example"),
        commit(profile, "self", what="actor.profile"),
        identity("tea.example", TEA),
        commit(post(), did=TEA),
        own=("@tea.example",),
    )
    found = [
        r for r in rows(workspace.events) if r["type"] == "identify" and not told(r).get("is_own")
    ]
    named, handled = sorted(found, key=lambda r: len(r["identifiers"]))
    assert dict(named["traits"]) == {
        "name": "Ann", "summary": "thé", "website": "https://ann.example",
    }  # fmt: skip
    assert handled["identifiers"] == [
        {"kind": "bluesky", "value": ANN},
        {"kind": "bluesky_handle", "value": "ann.example"},
    ]
    assert handled["occurred_at"] == moment("2026-03-01")
    assert told(one(workspace.events, name="Post Published"))["is_own"] is True
    # who is ours is remembered
    bring(commit(post(), "k2", did=TEA), file="later.ndjson", own=("tea.example",))
    assert all(told(r)["is_own"] for r in rows(workspace.events) if r["name"])


def test_a_mail_address_in_a_profile_leads_to_the_customer(workspace, bring):
    told_of = {"displayName": "Ann", "description": "@ann@fedi.example, or Ann.T@mail.example."}
    bring(commit(told_of, "self", what="actor.profile"))
    found = one(workspace.events)
    assert found["identifiers"] == [
        {"kind": "bluesky", "value": ANN},
        {"kind": "email", "value": "ann.t@mail.example"},
    ]
    assert dict(found["traits"])["email"] == "ann.t@mail.example"


def test_twice_is_once(workspace, bring):
    assert bring(commit(post())).added == 1
    assert bring(commit(post())).rows_read == 0
    grown = bring(commit(post()), commit(post(), "k2"))
    assert (grown.added, grown.known) == (1, 1)


LIKE = {"subject": {"uri": uri("p"), "cid": "c"}, "createdAt": "2026-03-02T12:00:00Z"}
WRONG = [
    ("{", "not_json", None),
    ("7", "not_json", None),
    ('{"did": "a", "did": "b"}', "repeated_key", None),
    (commit(post()) | {"did": 5}, "not_an_id", "did"),
    (commit(post(), 5), "not_an_id", "commit.rkey"),  # type: ignore[arg-type]
    (commit(LIKE | {"subject": {"uri": {}}}, what="feed.like"), "not_an_id", "subject.uri"),
    (commit(LIKE | {"subject": None}, what="feed.like"), "missing", "commit.record.subject"),
    (commit({}, what="graph.block"), "unknown_record", "kind"),
    ({"did": ANN, "time_us": NOON_US, "kind": "sync"}, "unknown_record", "kind"),
    (commit(post(), did=None), "no_identifier", "did"),
    (commit({"createdAt": "2026-03-02T12:00:00Z"}), "missing", "commit.record.text"),
    (commit(post(createdAt="hier")), "not_a_date", "time"),
    (commit(post(createdAt="1970-01-01T00:00:00Z")), "before_1990", "time"),
    (commit(post(createdAt="9970-01-01T00:00:00Z")), "in_the_future", "time"),
    (commit(post(), time_us=-4), "not_a_date", "time_us"),
    (commit(None, operation="delete", time_us=None), "missing", "time_us"),
]


def test_what_cannot_be_read_is_kept_with_its_reason(workspace, bring):
    report = bring(*(w[0] for w in WRONG), commit(post()))
    assert (report.rows_read, report.added, report.quarantined) == (len(WRONG) + 1, 1, len(WRONG))
    found = {r["row_number"]: (r["reason"], r["field"]) for r in rows(workspace.quarantine)}
    assert found == {n: (reason, field) for n, (_, reason, field) in enumerate(WRONG, 1)}
