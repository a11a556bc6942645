"""Group texts by what they are about, once a day, and say of each new text where it belongs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from parvis.lake.engine import Engine

__all__ = ["GroupReport", "assign_topics", "group_texts", "grouping_is_due"]

#: Of the newest texts, how many say which topics there are.
_SAMPLE: Final = 12_000
#: With fewer there is nothing to group.
_LEAST: Final = 60
_EVERY: Final = timedelta(days=1)
_CHUNK: Final = 2_000
#: A text that is farther from every topic than this (a cosine) is about something else.
_NEAR: Final = 0.35


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What was grouped.

    Parameters
    ----------
    topics
        How many there are now, and how many of them are new.
    texts
        How many texts told which.
    seconds
        How long it took.
    """

    topics: int
    new: int
    texts: int
    seconds: float


def grouping_is_due(workspace: Workspace, now: datetime) -> bool:
    """Tell whether topics should be sought again: there are texts, and it is a day ago."""
    engine = workspace.engine
    if engine.count(_texts(engine).limit(_LEAST)) < _LEAST:
        return False
    last = engine.rows(engine.table("topics").agg(at=engine.table("topics").seen_at.max()))
    return not last or last[0]["at"] is None or now - last[0]["at"] >= _EVERY


def group_texts(workspace: Workspace) -> GroupReport:
    """Find the topics of the newest texts; one that is found again keeps its name and place.

    The next build shows them.
    """
    began = time.perf_counter()
    engine = workspace.engine.session()
    try:
        texts = _texts(engine)
        newest = texts.order_by(texts.occurred_at.desc(), texts.text_key).limit(_SAMPLE)
        rows = engine.arrow(newest.select("text_key", "text")).to_pydict()
        known = {r["topic_id"]: r for r in engine.rows(engine.table("topics"))}
        encoder = listen.encoder_name()
        meanings = listen.meanings(rows["text"])
        before = _alive(known, encoder)
        found = listen.find_topics(rows["text"], meanings, before=before)
        now = datetime.now(UTC)
        told = [_row(topic, known.get(topic.topic_id), encoder, now) for topic in found.topics]
        seen = {r["topic_id"] for r in told}
        # what is no longer found may be spoken of again, and older texts are filed there
        kept = [r for key, r in known.items() if key not in seen]
        _reconcile(engine, "topics", told + kept)
        ids = [t.topic_id for t in found.topics]
        _file(engine, rows["text_key"], ids, found.of_text, found.nearness)
    finally:
        engine.close()
    new = len(seen - set(known))
    return GroupReport(len(told), new, len(rows["text_key"]), time.perf_counter() - began)


def assign_topics(workspace: Workspace, at_most: int = 20_000) -> int:
    """File the newest texts that have no topic under the nearest; return how many."""
    engine = workspace.engine.session()
    try:
        encoder = listen.encoder_name()
        topics = engine.table("topics")
        known = _alive({r["topic_id"]: r for r in engine.rows(topics)}, encoder)
        if not known:
            return 0
        centres = np.array([t.centre for t in known], np.float32)
        texts = _texts(engine).anti_join(engine.table("text_topics"), "text_key")
        newest = texts.order_by(texts.occurred_at.desc(), texts.text_key).limit(at_most)
        waiting = engine.arrow(newest.select("text_key", "text"))
        for at in range(0, len(waiting), _CHUNK):
            part = waiting.slice(at, _CHUNK).to_pydict()
            near = listen.meanings(part["text"]) @ centres.T
            of_text, nearness = near.argmax(axis=1), near.max(axis=1)
            _file(engine, part["text_key"], [t.topic_id for t in known], of_text, nearness)
        return len(waiting)
    finally:
        engine.close()


def _texts(engine: Engine) -> ir.Table:
    """List what others wrote: words once, with when they were last written."""
    mentions = engine.table("mentions")
    said = mentions.mutate(text=listen.words(mentions.text, mentions.picture_text))
    said = said.filter(~said.is_own, said.text != "")
    return said.group_by("text_key").agg(
        text=said.text.arbitrary(), occurred_at=said.occurred_at.max()
    )


def _alive(known: dict[str, dict[str, Any]], encoder: str) -> list[listen.Topic]:
    newest = max((r["seen_at"] for r in known.values()), default=None)
    return [
        listen.Topic(
            r["topic_id"], r["name"], tuple(r["terms"]), np.array(r["centre"], np.float32),
            r["texts"],
        )
        for r in sorted(known.values(), key=lambda r: (-r["texts"], r["topic_id"]))
        # another encoder's meanings are of another space
        if r["encoder"] == encoder and (r["seen_at"] == newest or r["label"])
    ]  # fmt: skip


def _row(
    topic: listen.Topic, before: dict[str, Any] | None, encoder: str, now: datetime
) -> dict[str, Any]:
    return {
        "topic_id": topic.topic_id,
        "name": topic.name,
        "terms": list(topic.terms),
        "centre": [float(x) for x in topic.centre],
        "encoder": encoder,
        "texts": topic.texts,
        "since": before["since"] if before else now,
        "seen_at": now,
        "label": before["label"] if before else None,
        "parent": before["parent"] if before else None,
    }


def _reconcile(engine: Engine, name: str, rows: list[dict[str, Any]]) -> None:
    engine.reconcile(name, engine.stage_rows(rows, dict(TABLES[name].ibis.items())), None)


def _file(
    engine: Engine,
    keys: list[str],
    ids: list[str],
    of_text: NDArray[np.intp],
    nearness: NDArray[np.float32],
) -> None:
    rows = [
        {"text_key": key, "topic_id": ids[place] if near >= _NEAR else "", "nearness": float(near)}
        for key, place, near in zip(keys, of_text.tolist(), nearness.tolist(), strict=True)
    ]
    staged = engine.stage_rows(rows, dict(TABLES["text_topics"].ibis.items()))
    engine.reconcile("text_topics", staged, staged.select("text_key"))
