"""Activities and profiles of the Fediverse; the people and texts are invented."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parvis.connect.activitypub.api import import_activitypub
from parvis.connect.silo import Silo
from parvis.errors import FileUnreadable
from parvis.lake.workspace import Workspace
from tests.making import moment, one, rows

HOST = "https://social.example"
ANN, BOB, BRAND = (f"{HOST}/users/{n}" for n in ("ann", "bob", "tea"))
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"

Row = dict[str, Any]


def note(number: int, actor: str = ANN, text: str = "<p>Un thé</p>", **more: Any) -> Row:
    name = f"{actor}/statuses/{number}"
    return {
        "id": name,
        "type": "Note",
        "attributedTo": actor,
        "content": text,
        "contentMap": {"fr": text},
        "published": "2026-03-02T12:00:00Z",
        "url": f"{HOST}/@x/{number}",
        "to": [PUBLIC],
        **more,
    }


def activity(kind: str, thing: Any, actor: Any = ANN, name: str = "1", **more: Any) -> Row:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{HOST}/activities/{name}",
        "type": kind,
        "actor": actor,
        "published": "2026-03-02T12:00:00Z",
        "object": thing,
        **more,
    }


def person(name: str = ANN, **more: Any) -> Row:
    return {
        "id": name,
        "type": "Person",
        "preferredUsername": name.rsplit("/", 1)[-1],
        "name": "Ann Exemple",
        "summary": "<p>Th&eacute; et pluie</p>",
        "published": "2020-01-02T00:00:00Z",
        "url": f"{HOST}/@ann",
        **more,
    }


def written(path: Path, documents: Iterable[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [d if isinstance(d, str) else json.dumps(d, ensure_ascii=False) for d in documents]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Callable[..., Any]:
    """Write documents into a file and import it."""

    def run(*documents: Any, file: str = "activities.ndjson", own: tuple[str, ...] = ()) -> Any:
        path = written(tmp_path / file, documents)
        return import_activitypub(workspace, Silo("fediverse", (path,), tmp_path, own=own))

    return run


def told(row: Row) -> Row:
    return dict(json.loads(row["properties"]))


def test_a_post_is_read_as_a_person_reads_it(workspace, bring):
    text = (
        '<p>Bonjour <span class="h-card"><a href="https://social.example/@tea">@<span>tea</span>'
        "</a></span><br />il pleut &amp; c&#39;est bon</p><p>Le <b>2e</b> th&eacute;</p>"
    )
    pictures = [
        {
            "type": "Document",
            "mediaType": "image/jpeg",
            "url": f"{HOST}/a.jpg",
            "name": "une tasse",
        },
        {"type": "Document", "mediaType": "image/png", "url": f"{HOST}/b.png", "name": None},
        {"type": "Document", "mediaType": "video/mp4", "url": f"{HOST}/c.mp4"},
    ]
    tags = [
        {"type": "Hashtag", "name": "#Thé", "href": f"{HOST}/tags/the"},
        {"type": "Mention", "name": "@tea", "href": BRAND},
        {"type": "Emoji", "name": ":tea:"},
    ]
    report = bring(activity("Create", note(1, text=text, tag=tags, attachment=pictures)))
    assert (report.rows_read, report.added, report.quarantined) == (1, 1, 0)
    row = one(workspace.events)
    assert row["text"] == "Bonjour @tea\nil pleut & c'est bon\n\nLe 2e thé"
    assert row["name"] == "Post Published"
    assert row["type"] == "track"
    assert row["channel"] == "fediverse"
    assert row["message_id"] == f"activitypub:{HOST}/activities/1"
    assert row["occurred_at"] == row["received_at"] == moment("2026-03-02T12:00")
    assert row["identifiers"] == [{"kind": "activitypub", "value": ANN}]
    assert told(row) == {
        "object": f"{ANN}/statuses/1",
        "thread": f"{ANN}/statuses/1",
        "url": f"{HOST}/@x/1",
        "language": "fr",
        "visibility": "public",
        "hashtags": ["Thé"],
        "mentions": [BRAND],
        "pictures": [
            {"url": f"{HOST}/a.jpg", "alt": "une tasse"},
            {"url": f"{HOST}/b.png", "alt": None},
        ],
    }


def test_comments_belong_to_the_thread_of_their_root(workspace, bring):
    ids = {n: f"{BOB}/statuses/{n}" for n in range(5)}
    chain = [
        activity("Create", note(n, BOB, inReplyTo=ids[n - 1] if n else None), BOB, str(n))
        for n in (3, 1, 2, 0)
    ]
    bring(*chain)
    found = {told(r)["object"]: (r["name"], told(r)["thread"]) for r in rows(workspace.events)}
    assert found.pop(ids[0]) == ("Post Published", ids[0])
    assert set(found.values()) == {("Comment Added", ids[0])}
    assert (
        told(one(workspace.events, message_id=f"activitypub:{HOST}/activities/2"))["in_reply_to"]
        == ids[1]
    )
    later = activity("Create", note(4, BOB, inReplyTo=ids[3]), BOB, "4")
    bring(later, file="later.ndjson")
    assert (
        told(one(workspace.events, message_id=f"activitypub:{HOST}/activities/4"))["thread"]
        == ids[0]
    )


def test_answers_in_a_ring_come_to_an_end(workspace, bring):
    first = activity("Create", note(1, inReplyTo=f"{ANN}/statuses/2"), name="a")
    second = activity("Create", note(2, inReplyTo=f"{ANN}/statuses/1"), name="b")
    assert bring(first, second).added == 2


def test_reactions_edits_and_deletions_name_what_they_are_about(workspace, bring):
    thing = f"{BRAND}/statuses/9"
    like = activity("Like", thing, BOB, "l")
    bring(
        like,
        activity("Announce", {"id": thing, "type": "Note"}, {"id": BOB, "type": "Person"}, "s"),
        activity("Undo", {"id": "x", "type": "Like", "object": thing}, BOB, "u"),
        activity("Update", note(1, text="<p>Mieux</p>", updated="2026-03-03T08:00:00Z"), name="e"),
        activity("Delete", {"id": thing, "type": "Tombstone"}, name="d"),
        activity("Delete", ANN, name="g"),
        activity("Follow", BRAND, BOB, "f"),
    )
    found = {
        r["message_id"].rsplit("/", 1)[-1]: (r["name"], told(r).get("reaction"), told(r)["object"])
        for r in rows(workspace.events)
    }
    assert found == {
        "l": ("Reaction Added", "like", thing),
        "s": ("Reaction Added", "share", thing),
        "u": ("Reaction Removed", "like", thing),
        "e": ("Text Edited", None, f"{ANN}/statuses/1"),
        "d": ("Text Deleted", None, thing),
        "g": ("Account Deleted", None, ANN),
        "f": ("Account Followed", None, BRAND),
    }
    edit = one(workspace.events, name="Text Edited")
    assert edit["text"] == "Mieux"
    assert edit["occurred_at"] == moment("2026-03-03T08:00")
    assert one(workspace.events, message_id=f"activitypub:{HOST}/activities/s")["identifiers"] == [
        {"kind": "activitypub", "value": BOB}
    ]


def test_a_vote_is_an_answer_to_a_poll(workspace, bring):
    vote = note(1, name="Vert", inReplyTo=f"{BRAND}/statuses/7")
    del vote["content"], vote["contentMap"]
    bring(activity("Create", vote))
    row = one(workspace.events)
    assert (row["name"], row["text"]) == ("Poll Answered", "Vert")


def test_a_profile_tells_who_it_is(workspace, bring):
    fields = [
        {"type": "PropertyValue", "name": "Site", "value": '<a href="https://ann.example">ann</a>'},
        {"type": "PropertyValue", "name": "Mail", "value": "Ann@Post.example, @ann@social.example"},
    ]
    bring(person(attachment=fields), file="actors.ndjson")
    row = one(workspace.events)
    assert (row["type"], row["name"]) == ("identify", None)
    assert row["identifiers"] == [
        {"kind": "activitypub", "value": ANN},
        {"kind": "fediverse", "value": "@ann@social.example"},
        {"kind": "email", "value": "ann@post.example"},
    ]
    assert dict(row["traits"]) == {
        "name": "Ann Exemple",
        "handle": "@ann@social.example",
        "summary": "Thé et pluie",
        "website": "https://ann.example",
        "email": "ann@post.example",
        "url": f"{HOST}/@ann",
        "kind": "Person",
    }
    # a profile that changed is told again, the same one isn't
    changed = activity("Update", person(name=ANN, summary="<p>Café</p>"))
    assert bring(changed, person(attachment=fields)).added == 1


def test_what_the_brand_says_is_marked(workspace, bring):
    brand = person("https://social.example/ap/77", preferredUsername="Tea")
    bring(
        brand,
        activity("Create", note(1, brand["id"]), brand["id"], "a"),
        activity("Create", note(2, BRAND), BRAND, "b"),
        activity("Create", note(3), ANN, "c"),
        own=("@tea@social.example",),
    )
    found = {r["message_id"][-1]: told(r).get("is_own") for r in rows(workspace.events, "name")}
    assert (found["a"], found["b"], found["c"]) == (True, True, None)
    assert told(one(workspace.events, type="identify"))["is_own"] is True


def test_the_same_activity_in_two_files_is_one_event(workspace, bring, tmp_path):
    create = activity("Create", note(1))
    assert bring(create).added == 1
    again = bring(create, activity("Like", ANN, BOB, "2"), file="again.ndjson")
    assert (again.added, again.known) == (1, 1)
    unchanged = bring(create)
    assert (unchanged.rows_read, unchanged.added, unchanged.known) == (0, 0, 0)
    grown = bring(create, "{broken", activity("Like", BOB, BOB, "3"))
    assert (grown.rows_read, grown.added, grown.quarantined) == (3, 1, 1)
    grown = bring(create, "{broken", activity("Like", BOB, BOB, "3"), "{worse")
    assert (grown.added, grown.quarantined) == (0, 1)


def test_archives_packed_files_and_tables_are_read_alike(workspace, bring, tmp_path):
    items = [activity("Create", note(1), name="1"), note(2)]
    box = {"type": "OrderedCollection", "totalItems": 2, "orderedItems": items}
    path = tmp_path / "outbox.json"
    path.write_text(json.dumps(box, indent=1), "utf-8")
    silo = Silo("fediverse", (path,), tmp_path)
    assert import_activitypub(workspace, silo).added == 2
    packed = tmp_path / "more.ndjson.gz"
    packed.write_bytes(gzip.compress(json.dumps(activity("Like", BRAND, name="3")).encode()))
    table = tmp_path / "more.parquet"
    documents = [json.dumps(activity("Like", BRAND, name=n), indent=1) for n in "34"]
    pq.write_table(pa.table({"document": documents}), table)
    report = import_activitypub(workspace, Silo("fediverse", (packed, table), tmp_path))
    assert (report.rows_read, report.added, report.known) == (3, 2, 1)
    assert one(workspace.events, message_id=f"activitypub:{ANN}/statuses/2")["text"] == "Un thé"


WRONG = [
    ("{broken", "not_json", None),
    ("[1, 2]", "not_json", None),
    ('{"type": "Like", "type": "Announce"}', "repeated_key", None),
    (json.dumps(activity("Like", BRAND))[:-1] + ', "object": "x"}', "repeated_key", None),
    (activity("Like", BRAND) | {"id": 7}, "not_an_id", "id"),
    (activity("Like", BRAND, [ANN]), "not_an_id", "actor"),
    (activity("Like", {"id": 5}), "not_an_id", "object"),
    (activity("Create", note(1, inReplyTo=["x"])), "not_an_id", "inReplyTo"),
    (activity("Create", f"{ANN}/statuses/1"), "missing", "object.content"),
    (activity("Like", None), "missing", "object"),
    (activity("Like", BRAND, None), "no_identifier", "actor"),
    (activity("Flag", BRAND), "unknown_activity", "type"),
    ({"id": "x"}, "unknown_activity", "type"),
    (activity("Like", BRAND, published="hier"), "not_a_date", "published"),
    (activity("Like", BRAND, published="1970-01-01T00:00:00Z"), "before_1990", "published"),
    (activity("Like", BRAND, published="2199-01-01T00:00:00Z"), "in_the_future", "published"),
    (person(published="1970-01-01T00:00:00Z"), "before_1990", "published"),
    (person() | {"id": 5}, "not_an_id", "id"),
    ('{"a":' * 500 + "1" + "}" * 500, "too_deep", None),
]


def test_what_cannot_be_read_is_kept_with_its_reason(workspace, bring):
    lines = [d if isinstance(d, str) else json.dumps(d, ensure_ascii=False) for d, _, _ in WRONG]
    report = bring("", *lines, activity("Like", BRAND, name="fine"))
    assert (report.rows_read, report.added, report.quarantined) == (len(WRONG) + 1, 1, len(WRONG))
    found = {r["row_number"]: r for r in rows(workspace.quarantine)}
    for number, (line, (_, reason, field)) in enumerate(zip(lines, WRONG, strict=True), 2):
        row = found[number]
        assert (row["reason"], row["field"] or None) == (reason, field), line
        assert row["file"] == "activities.ndjson"
        if not (field and line.startswith('{"id": "https://social.example/users')):
            assert json.loads(row["raw"])["parvis_line"] == line


def test_signs_of_all_kinds_come_through(workspace, bring, tmp_path):
    odd = "a\u200bb\u202ec\x07d"
    lines = [
        json.dumps(activity("Create", note(1, text=f"{odd}\x00 e"), name="1")),
        json.dumps(activity("Create", note(2, text="x" * 1_200_000), name="2")),
    ]
    path = tmp_path / "odd.ndjson"
    latin = json.dumps(activity("Create", note(3, text="th\xe9"), name="3"), ensure_ascii=False)
    path.write_bytes("\n".join([*lines, ""]).encode() + latin.encode("latin-1") + b"\n")
    report = import_activitypub(workspace, Silo("fediverse", (path,), tmp_path))
    assert (report.added, report.quarantined) == (3, 0)
    found = {r["message_id"][-1]: r for r in rows(workspace.events)}
    assert found["1"]["text"] == f"{odd} e"
    assert len(found["2"]["text"]) == 1_000_000
    assert told(found["2"])["cut"] is True
    assert found["3"]["text"] == "th\ufffd"


def test_an_activity_without_a_date_is_kept_undated(workspace, bring):
    like = activity("Like", BRAND)
    del like["published"]
    assert bring(like).added == 1
    assert told(one(workspace.events))["date_known"] is False


def test_a_damaged_file_is_told_and_nothing_comes_in(workspace, tmp_path):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress(json.dumps(activity("Like", BRAND)).encode())[:-12])
    with pytest.raises(FileUnreadable, match="cut or damaged"):
        import_activitypub(workspace, Silo("fediverse", (path,), tmp_path))
    assert rows(workspace.events) == []
