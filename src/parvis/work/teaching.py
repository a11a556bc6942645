"""A team's corrections teach its own head for moods, each time they have doubled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.workspace import Workspace
from parvis.listen import api as listen
from parvis.work.reading import said_words

if TYPE_CHECKING:
    import pyarrow as pa

    from parvis.lake.engine import Engine

__all__ = ["Taught", "teach_if_due"]

#: Learnt from so many times as many corrections as the last time: all texts are read again then.
_GROWN: Final = 2
_HEAD: Final = "sentiment"


@dataclass(frozen=True, slots=True)
class Taught:
    """By how many corrections the team's head was taught, in each language."""

    corrections: dict[str, int]


def teach_if_due(workspace: Workspace) -> Taught | None:
    """Teach the team's head, where there are enough new corrections; null: there aren't.

    What was labelled to measure the heads is no lesson: it must stay what they haven't seen.
    Texts are then read again by the new head, the newest first.
    """
    engine = workspace.engine.session()
    try:
        rows = _corrections(engine).to_pylist()
    finally:
        engine.close()
    own = listen.own_head(workspace.files.models)
    before: dict[str, int] = dict(own.card.get("corrections", {})) if own is not None else {}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["language"]] = counts.get(row["language"], 0) + 1
    grown = [
        language
        for language, count in counts.items()
        if count >= max(listen.FEWEST, _GROWN * before.get(language, 0))
    ]
    if not grown:
        return None
    # learnt from as they are read
    texts = [listen.judged_part(row["text"]) for row in rows]
    lessons = [
        listen.Correction(text, row["language"], row["value"])
        for text, row in zip(texts, rows, strict=True)
    ]
    tier = workspace.settings.listen.tier
    head = listen.retrain(lessons, listen.load_head(_HEAD), listen.views_of(texts, tier), tier)
    listen.save_head(_HEAD, head.arrays, head.card, workspace.files.models)
    return Taught(dict(head.card["corrections"]))


def _corrections(engine: Engine) -> pa.Table:
    """List the moods that the team says are right, with the words and their language."""
    labels, mentions = engine.table("labels"), engine.table("mentions")
    moods = labels.filter(labels.subject == _HEAD)
    newest = ibis.window(group_by="text_key", order_by=moods.label_id.desc())
    ranked = moods.mutate(place=ibis.row_number().over(newest))
    told = ranked.filter(
        ranked.place == 0, ranked.purpose == "correction", ranked.value.isin(list(listen.LABELS))
    )
    said = mentions.select("text_key", "language", words=said_words(mentions))
    said = said.filter(said.language.notnull(), said.words != "")
    one = said.group_by("text_key").agg(
        text=said.words.arbitrary(), language=said.language.arbitrary()
    )
    both = told.select("text_key", "value").inner_join(one, "text_key")
    return engine.arrow(both.order_by("text_key").select("text", "language", "value"))
