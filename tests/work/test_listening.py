"""What people say: texts as they stand now, whatever came in whichever order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import Row, event, made_workspace, one, put, rows, staged

FAN = ("fediverse", "fan@social.example")
ANGRY = ("fediverse", "angry@social.example")


def said(
    name: str, object_: str, who: tuple[str, str], text: str | None = None, **more: Any
) -> Row:
    told = {"object": object_, "thread": "t1", "language": "fr", **more.pop("told", {})}
    return event(
        name, also=[who], text=text, properties=told, source="fediverse", channel="fediverse",
        **more,
    )  # fmt: skip


def reading(text_key: str, sentiment: str, **more: Any) -> Row:
    return {
        "text_key": text_key, "model": "m1", "read_at": event("x")["occurred_at"],
        "sentiment": sentiment, "p_negative": 0.2, "p_neutral": 0.2, "p_positive": 0.6,
        "confidence": 0.6, "tier": "fast", "language": "fr", "language_confidence": 1.0,
        "emotion": "joy", "emotion_confidence": 0.5,
        "intents": [{"kind": "praise", "probability": 0.7}],
        "entities": [{"kind": "brand", "name": "Brumelle", "sentiment": "positive",
                      "probability": 0.6}],
        "personal_data": [], "is_cut": False,
    } | more  # fmt: skip


def label(number: int, text_key: str, subject: str, value: str) -> Row:
    return {
        "label_id": f"l{number:03}", "text_key": text_key, "subject": subject, "value": value,
        "was": "positive", "purpose": "correction", "labelled_at": event("x")["occurred_at"],
        "labelled_by": "ada",
    }  # fmt: skip


def built(workspace: Workspace, batches: Sequence[Sequence[Row]]) -> list[Row]:
    for batch in batches:
        put(workspace, list(batch))
        build(workspace)
    return rows(workspace.table("mentions"))


BATCHES = (
    [
        said("Post Published", "p1", FAN, "J'adore Brumelle", at="2026-03-02T10:00"),
        said("Comment Added", "c1", ANGRY, "Pas moi", at="2026-03-02T11:00",
             told={"in_reply_to": "p1"}),
        said("Comment Added", "c2", ANGRY, "À effacer", at="2026-03-02T11:05"),
        said("Post Published", "p2", ("fediverse", "gone@social.example"), "Je pars",
             at="2026-03-01T10:00"),
        event("Review Posted", also=[("email", "ann@mail.example")], text="Très bien",
              properties={"object": "r1", "title": "Parfait", "rating": 4, "best_rating": 5,
                          "worst_rating": 1, "author": "Ann"}, source="reviews"),
        # a text without an author is a text
        event("Comment Added", text="Anonyme", properties={"object": "c3"}, source="blog"),
        event("Comment Added", text="  ", properties={"object": "c4"}, source="blog"),
    ],
    [
        said("Text Edited", "c1", ANGRY, "Pas moi, vraiment", at="2026-03-03T11:00"),
        # another silo can't take back what this one tells
        event("Text Deleted", also=[ANGRY], at="2026-03-03T11:00", source="blog",
              properties={"object": "p1"}),
        said("Text Deleted", "c2", ANGRY, at="2026-03-03T11:00"),
        event("Account Deleted", at="2026-03-03T12:00", also=[("fediverse", "gone@social.example")],
              source="fediverse"),
        # the fan turns out to be a customer
        event(None, user="ann", also=[FAN]),
    ],
)  # fmt: skip


def test_texts_stand_as_they_are_now_in_whichever_builds_they_came(tmp_path: Path) -> None:
    with made_workspace(tmp_path / "bits") as bits, made_workspace(tmp_path / "whole") as whole:
        apart = built(bits, BATCHES)
        at_once = built(whole, [[r for batch in BATCHES for r in batch]])
        assert apart == at_once
        assert {r["text_id"]: r["text"] for r in apart} == {
            "p1": "J'adore Brumelle",
            "c1": "Pas moi, vraiment",
            "r1": "Très bien",
            "c3": "Anonyme",
        }
        fan = one(bits.table("mentions"), text_id="p1")
        ann = one(bits.table("identities"), kind="user_id", value="ann")
        assert (fan["customer_id"], fan["is_customer"]) == (ann["customer_id"], True)
        assert fan["author"] == "fan@social.example"
        comment = one(bits.table("mentions"), text_id="c1")
        assert (comment["reply_to"], comment["is_customer"]) == ("p1", False)
        assert comment["edited_at"] is not None
        review = one(bits.table("mentions"), text_id="r1")
        assert (review["rating"], review["title"], review["author_name"]) == (
            0.75,
            "Parfait",
            "Ann",
        )
        assert one(bits.table("mentions"), text_id="c3")["author"] is None


def test_what_was_read_is_shown_and_the_team_stands_above_it(tmp_path: Path) -> None:
    with made_workspace(tmp_path / "shop") as workspace:
        built(workspace, BATCHES[:1])
        key = one(workspace.table("mentions"), text_id="p1")["text_key"]
        other = one(workspace.table("mentions"), text_id="c1")["text_key"]
        read = [reading(key, "positive"), reading(other, "positive", intents=None)]
        engine = workspace.engine
        engine.append("readings", staged(engine, read, "readings"))
        build(workspace)
        found = one(workspace.table("mentions"), text_id="p1")
        assert (found["sentiment"], found["confidence"], found["tier"]) == ("positive", 0.6, "fast")
        assert [e["name"] for e in found["entities"]] == ["Brumelle"]
        assert one(workspace.table("mentions"), text_id="r1")["sentiment"] is None

        told = [
            label(1, other, "sentiment", "neutral"),
            label(2, other, "sentiment", "negative"),
            label(3, other, "intent:complaint", "yes"),
            label(4, key, "intent:praise", "no"),
        ]
        engine.append("labels", staged(engine, told, "labels"))
        build(workspace)
        mended = one(workspace.table("mentions"), text_id="c1")
        assert (mended["sentiment"], mended["confidence"]) == ("negative", 1.0)
        assert (mended["corrected_by"], mended["p_positive"]) == ("ada", 0.6)
        assert [i["kind"] for i in mended["intents"]] == ["complaint"]
        praised = one(workspace.table("mentions"), text_id="p1")
        assert (praised["sentiment"], praised["corrected_by"]) == ("positive", None)
        assert praised["intents"] == []


def test_voices_count_what_others_made_of_their_texts(tmp_path: Path) -> None:
    third = ("fediverse", "third@social.example")

    def liked(object_: str, who: tuple[str, str], what: str = "like", **told: str) -> Row:
        return event(
            "Reaction Added", also=[who], at="2026-03-02T15:00", source="fediverse",
            properties={"object": object_, "reaction": what, **told},
        )  # fmt: skip

    conversation = [
        said("Post Published", "p1", FAN, "Génial", at="2026-03-02T10:00", told={"thread": "p1"}),
        # an answer, an answer to it, one's own, and the brand's
        *(
            said("Comment Added", child, who, "Oui", at=f"2026-03-02T{hour:02}:00",
                 told={"thread": "p1", "in_reply_to": parent, **more})
            for child, parent, who, hour, more in (
                ("c1", "p1", ANGRY, 11, {}),
                ("c2", "c1", third, 12, {}),
                ("c3", "p1", FAN, 12, {}),
                ("c4", "p1", ("fediverse", "brand@social.example"), 13, {"is_own": True}),
                # a clock that runs before what it answers
                ("c5", "c2", ANGRY, 9, {}),
            )
        ),
        event(None, also=[FAN], traits={"name": "Fan", "handle": "@fan@social.example"}),
    ]  # fmt: skip
    reactions = [
        liked("p1", ANGRY),
        liked("p1", ANGRY),
        liked("p1", FAN),
        liked("p1", third, "share"),
        liked("c1", FAN, "dislike"),
        liked("c1", third, "like", reaction_id="l1"),
    ]
    taken_back = event("Reaction Removed", also=[third], at="2026-03-04", source="fediverse",
                       properties={"reaction_id": "l1"})  # fmt: skip
    with made_workspace(tmp_path / "bits") as bits, made_workspace(tmp_path / "whole") as whole:
        for batch in (conversation, reactions, [taken_back]):
            put(bits, batch)
            build(bits)
        put(whole, [*conversation, *reactions, taken_back])
        build(whole)
        for name in ("echoes", "authors"):
            assert rows(bits.table(name)) == rows(whole.table(name)), name
        post = one(bits.table("echoes"), text_id="p1")
        assert [post[c] for c in ("replies", "shares", "likes", "people")] == [1, 1, 1, 2]
        # at once an answer, a share and a like; at second hand the answer to the answer
        assert post["influence"] == pytest.approx(2.1 + 0.5 * 1)
        assert one(bits.table("echoes"), text_id="c1")["likes"] == 0
        fan = one(bits.table("authors"), author=FAN[1])
        assert (fan["name"], fan["texts"], fan["stance"], fan["read"]) == ("Fan", 2, None, 0)
        keys = [r["text_key"] for r in rows(bits.table("mentions"))]
        read = [reading(key, "negative") for key in sorted(set(keys))]
        bits.engine.append("readings", staged(bits.engine, read, "readings"))
        build(bits)
        angry = one(bits.table("authors"), author=ANGRY[1])
        assert (angry["negative"], angry["net_sentiment"], angry["stance"]) == (2, -1.0, None)
