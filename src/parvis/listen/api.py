"""What others may ask of listening: texts in, what they say out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from parvis.listen.alarm import Alarm, AlarmRules, alarms, watched
from parvis.listen.authors import authors, profiles_told
from parvis.listen.bounded import LONGEST
from parvis.listen.bursts import Burst, Spoken, bursts, words_in
from parvis.listen.contracts import LABELS, TIERS, Tier
from parvis.listen.corrections import FEWEST, Correction, retrain
from parvis.listen.duplicates import ALIKE, bands, copies, likeness, signatures
from parvis.listen.echoes import echoes, reacted_texts, reaction_events
from parvis.listen.gazetteer import Entry
from parvis.listen.heads import Head, load_head, own_head, save_head
from parvis.listen.labels import (
    SUBJECTS,
    WITHDRAWN,
    Label,
    Purpose,
    record_label,
    told_labels,
)
from parvis.listen.meaning import encoder_name, meanings
from parvis.listen.measuring import ENOUGH, Bin, Interval, Measured, measured
from parvis.listen.mentions import Read, gone_authors, mentions, text_events, words
from parvis.listen.personal import masked, personal_data
from parvis.listen.picture_hashes import Alike, near_identical
from parvis.listen.picture_text import NO_READER, text_reader_name
from parvis.listen.pictures import PictureReading, picture_model_name, read_picture
from parvis.listen.pulse import Net, Peak, Standout, net_sentiment, peaks, standouts
from parvis.listen.scoring import lines_of, scored_lines
from parvis.listen.topics import Topic, Topics, find_topics
from parvis.listen.transformer import TransformerChoice
from parvis.listen.understanding import (
    Understanding,
    UnderstandingOptions,
    judged_part,
    understood,
)
from parvis.listen.weighing import Views, views_of

__all__ = [
    "ALIKE",
    "ENOUGH",
    "FEWEST",
    "LABELS",
    "LONGEST",
    "NO_READER",
    "SUBJECTS",
    "TIERS",
    "UNDERSTOOD",
    "WITHDRAWN",
    "Alarm",
    "AlarmRules",
    "Alike",
    "Bin",
    "Burst",
    "Correction",
    "Entry",
    "Head",
    "Interval",
    "Label",
    "Measured",
    "Net",
    "Peak",
    "PictureReading",
    "Purpose",
    "Read",
    "Spoken",
    "Standout",
    "Tier",
    "Topic",
    "Topics",
    "TransformerChoice",
    "UnderstandingOptions",
    "Views",
    "alarms",
    "authors",
    "bands",
    "bursts",
    "copies",
    "echoes",
    "encoder_name",
    "find_topics",
    "gone_authors",
    "judged_part",
    "likeness",
    "lines_of",
    "load_head",
    "masked",
    "meanings",
    "measured",
    "mentions",
    "model_name",
    "near_identical",
    "net_sentiment",
    "own_head",
    "peaks",
    "personal_data",
    "picture_model_name",
    "profiles_told",
    "reacted_texts",
    "reaction_events",
    "read_picture",
    "record_label",
    "retrain",
    "save_head",
    "scored_lines",
    "signatures",
    "standouts",
    "text_events",
    "text_reader_name",
    "told_labels",
    "understand",
    "views_of",
    "watched",
    "words",
    "words_in",
]

_CHUNK = 512
#: Another where the same heads read texts otherwise.
_WAY = 2
_HEADS = ("sentiment", "emotion", "complaint")

UNDERSTOOD = pa.schema(
    [
        ("text_id", pa.string()),
        ("language", pa.string()),
        ("language_confidence", pa.float32()),
        ("sentiment", pa.string()),
        ("p_negative", pa.float32()),
        ("p_neutral", pa.float32()),
        ("p_positive", pa.float32()),
        ("confidence", pa.float32()),
        ("tier", pa.string()),
        ("emotion", pa.string()),
        ("emotion_confidence", pa.float32()),
        ("intents", pa.list_(pa.struct([("kind", pa.string()), ("probability", pa.float32())]))),
        (
            "entities",
            pa.list_(
                pa.struct(
                    [
                        ("kind", pa.string()),
                        ("name", pa.string()),
                        ("sentiment", pa.string()),
                        ("probability", pa.float32()),
                    ]
                )
            ),
        ),
        ("personal_data", pa.list_(pa.string())),
        ("masked", pa.string()),
        ("cut", pa.bool_()),
    ]
)
"""The columns that `understand` gives."""


def understand(texts: pa.Table, options: UnderstandingOptions | None = None) -> pa.Table:
    """Understand texts: language, mood, emotion, intents, names, personal data.

    Parameters
    ----------
    texts
        `text_id`, `text`, `lang` (may be null: it is told from the text), and, if the team wants
        some texts to be read by the best tier whatever the fast one says, `matters` (boolean).
    options
        How; the fast tier if missing.

    Returns
    -------
    pyarrow.Table
        `UNDERSTOOD`, a row a text in the same order. The same chunk always gives the same rows.
        The fast tier's are the same in whatever chunks texts come; the accurate encoder scales its
        8-bit numbers by the batch, which moves probabilities by a hundredth or so, and which
        doubtful texts are read again is chosen among 512.

    Raises
    ------
    ModelError
        A model that is needed isn't there.
    """
    chosen = options or UnderstandingOptions()
    rows: list[dict[str, Any]] = []
    for batch in texts.to_batches(max_chunksize=_CHUNK):
        rows.extend(_rows(batch.to_pydict(), chosen))
    return pa.Table.from_pylist(rows, schema=UNDERSTOOD)


def model_name(options: UnderstandingOptions) -> str:
    """Name what reads texts: another name means that they would be read otherwise.

    It changes with the heads, the tier, and the brands and products that are looked for.
    """
    heads = [load_head(name).card["sha256"] for name in _HEADS]
    own = options.head.card.get("sha256", "own") if options.head is not None else ""
    told = (
        _WAY, heads, own, options.tier, options.transformer, options.names, options.aspects
    )  # fmt: skip
    return f"{options.tier}-{hashlib.sha256(repr(told).encode()).hexdigest()[:10]}"


def _rows(batch: dict[str, list[Any]], options: UnderstandingOptions) -> Iterable[dict[str, Any]]:
    matters = batch.get("matters")
    flags = None if matters is None else [bool(one) for one in matters]
    said = batch.get("lang") or [None] * len(batch["text"])
    found = understood(batch["text"], said, options, flags)
    return (_row(key, one) for key, one in zip(batch["text_id"], found, strict=True))


def _row(text_id: str, one: Understanding) -> dict[str, Any]:
    negative, neutral, positive = one.mood.probabilities
    return {
        "text_id": text_id,
        "language": one.spoken.language,
        "language_confidence": one.spoken.confidence,
        "sentiment": one.mood.label,
        "p_negative": negative,
        "p_neutral": neutral,
        "p_positive": positive,
        "confidence": one.mood.confidence,
        "tier": one.mood.tier,
        "emotion": one.emotion.name,
        "emotion_confidence": one.emotion.confidence,
        "intents": [{"kind": i.kind, "probability": i.probability} for i in one.intents],
        "entities": [
            {
                "kind": e.kind,
                "name": e.name,
                "sentiment": e.sentiment,
                "probability": e.probability,
            }
            for e in one.names
        ],
        "personal_data": one.personal_data,
        "masked": one.masked,
        "cut": one.cut,
    }
