"""A small brand of which much is said: a loud day, a voice that moves others, an alert."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from parvis.trust.api import Access, Role
from parvis.work.steps import build
from tests.making import event, made_workspace, put, rows, staged
from tests.web.conftest import PASSWORD

#: What somebody writes who means harm.
HOSTILE = "<script>alert(1)</script><b>Délicieux</b>"
FIRST, LOUD, LAST = date(2026, 4, 6), date(2026, 6, 10), date(2026, 6, 28)
STAR = ("fediverse", "star@social.example")


def said(
    name: str, object_: str, who: tuple[str, str], text: str, at: str, **told: Any
) -> dict[str, Any]:
    """Make an event that brings a text."""
    return event(
        name, at=at, also=[who], text=text, source="fediverse", channel="fediverse",
        properties={"object": object_, "language": "fr", **told},
    )  # fmt: skip


def _texts() -> Iterator[dict[str, Any]]:
    for day in range((LAST - FIRST).days + 1):
        at = FIRST + timedelta(day)
        for place in range(12 if at.weekday() < 5 else 6):
            topic = ("Le goût", "Le prix", "La livraison")[place % 3]
            who = ("fediverse", f"p{(day * 5 + place) % 40}@social.example")
            yield said("Post Published", f"t{day}-{place}", who, f"{topic} {day}-{place}",
                       f"{at}T{8 + place:02}:00")  # fmt: skip
    for place in range(60):
        who = ("fediverse", f"p{place % 40}@social.example")
        text = f"La livraison est en retard {place}"
        yield said("Post Published", f"late-{place}", who, text, f"{LOUD}T18:{place:02}")
    yield said("Post Published", "star", STAR, f"{HOSTILE} ana@mail.example", f"{LAST}T07:00",
               thread="star")  # fmt: skip
    for place in range(4):
        yield said("Comment Added", f"re-{place}", ("fediverse", f"p{place}@social.example"),
                   "Oui", f"{LAST}T09:0{place}", thread="star", in_reply_to="star")  # fmt: skip
    yield event(at="2026-04-07", also=[STAR], source="fediverse", traits={"name": "Étoile"})
    yield event(at="2026-04-07", user="C1", also=[("fediverse", "p1@social.example")],
                source="crm", traits={"name": "Paule"})  # fmt: skip
    yield said("Message Sent", "own", ("fediverse", "brand@social.example"), "Merci", "2026-06-11")


def _read(row: dict[str, Any]) -> dict[str, Any]:
    text = row["text"]
    mood = "negative" if text.startswith("La liv") else "positive"
    share = {m: 0.8 if m == mood else 0.1 for m in ("negative", "neutral", "positive")}
    names = [("brand", "Brumelle")] + ([("competitor", "Autre")] if "prix" in text else [])
    return {
        "text_key": row["text_key"], "model": "m1", "read_at": datetime(2026, 6, 30, tzinfo=UTC),
        "language": "fr", "language_confidence": 1.0, "sentiment": mood,
        **{f"p_{m}": p for m, p in share.items()}, "confidence": 0.8, "tier": "fast",
        "emotion": None, "emotion_confidence": None, "intents": [],
        "entities": [{"kind": k, "name": n, "sentiment": mood, "probability": 0.8}
                     for k, n in names],
        "personal_data": [], "is_cut": False,
    }  # fmt: skip


def _topic(topic_id: str, name: str) -> dict[str, Any]:
    now = datetime(2026, 6, 30, tzinfo=UTC)
    return {
        "topic_id": topic_id, "name": name, "terms": name.split(", "), "centre": [1.0],
        "encoder": "test", "texts": 1, "since": now, "seen_at": now, "label": None, "parent": None,
    }  # fmt: skip


def said_shop(folder: Path) -> None:
    """Make the brand, built, with a user of each role."""
    shop = made_workspace(folder, zone="Europe/Paris", as_of="2026-07-01")
    put(shop, list(_texts()))
    build(shop)
    mentions = rows(shop.table("mentions"))
    keys = {r["text_key"]: r for r in mentions if not r["is_own"]}
    engine = shop.engine
    engine.append("readings", staged(engine, [_read(r) for r in keys.values()], "readings"))
    topics = {"La liv": "late", "Le goû": "taste", "Le pri": "price"}
    about = [
        {"text_key": k, "topic_id": topics[r["text"][:6]], "nearness": 0.9}
        for k, r in keys.items()
        if r["text"][:6] in topics
    ]
    engine.append("text_topics", staged(engine, about, "text_topics"))
    named = [_topic("late", "retard, livraison"), _topic("taste", "goût"), _topic("price", "prix")]
    engine.append("topics", staged(engine, named, "topics"))
    noticed = datetime(2026, 6, 29, 18, tzinfo=UTC)
    why = {"topics": [{"value": "late", "texts": 40, "share": 0.9, "usual": 0.3}]}
    alert = {
        "alert_id": "a1", "subject_kind": "all", "subject": "", "noticed_at": noticed,
        "until_at": noticed + timedelta(hours=3), "negative": 44, "texts": 50, "expected": 3.5,
        "chance": 2e-7, "explanation": json.dumps(why), "written_at": noticed, "told_at": None,
    }  # fmt: skip
    engine.append("alerts", staged(engine, [alert], "alerts"))
    build(shop)
    with Access(shop.files.app) as access:
        for role in Role:
            access.users.add(role.value, PASSWORD, name=role.value.title(), role=role)
    shop.close()
