"""What somebody wants by what they write: several intents may be meant at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from parvis.listen.complaints import complaining
from parvis.listen.contracts import Mood, Tier
from parvis.listen.intent_words import PHRASES
from parvis.listen.weighing import Views

__all__ = ["INTENTS", "Intent", "intents_of"]

INTENTS = ("complaint", "question", "purchase", "praise", "leaving", "spam")
"""What is told apart."""

_LEAST = 0.5
_MEASURED = "en"
# what a head that learnt from English says of another language counts by half
_UNMEASURED_WEIGHT = 0.5
_LINK = re.compile(r"https?://\S+|\bhttps?\b|www\.\S+", re.IGNORECASE)
_TAG = re.compile(r"#\w+")
_QUOTED = re.compile(r"[?？](?:\s|$|[!?…\"'»)\]])")


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent and how probable it is."""

    kind: str
    probability: float


def intents_of(
    texts: Sequence[str],
    languages: Sequence[str],
    moods: Sequence[Mood],
    views: Views,
    tier: Tier,
) -> list[list[Intent]]:
    """Tell what each text wants.

    Complaints in English are told by a head (its card says how well); the rest, and complaints in
    French, by turns of phrase, whose probabilities are judged and not measured. In other languages
    only what marks and links tell is said.

    Returns
    -------
    list of list of Intent
        For each text its intents of a probability of at least one half, the surest first.
    """
    complaints = complaining(texts, languages, moods, views, tier)
    return [
        _intents(text, language, mood, float(complaint))
        for text, language, mood, complaint in zip(texts, languages, moods, complaints, strict=True)
    ]


def _intents(text: str, language: str, mood: Mood, complaint: float) -> list[Intent]:
    if not text.strip():
        return []
    plain = text.lower().replace("’", "'")
    found = {kind: _said(kind, language, plain) for kind in INTENTS}
    negative, _, positive = mood.probabilities
    # a turn of phrase counts for less where the mood speaks against it: “not amazing at all”
    found["praise"] *= min(1.0, 0.4 + positive)
    if language == _MEASURED:
        found["complaint"] = max(complaint, 0.6 * found["complaint"])
    else:
        judged = _UNMEASURED_WEIGHT * complaint + (1 - _UNMEASURED_WEIGHT) * negative
        found["complaint"] = max(found["complaint"] * min(1.0, 0.5 + negative), judged)
    if _QUOTED.search(_LINK.sub(" ", text)):
        found["question"] = max(found["question"], 0.8)
    found["spam"] = max(found["spam"], _looks_like_spam(text))
    sure = [Intent(kind, round(p, 4)) for kind, p in found.items() if p >= _LEAST]
    return sorted(sure, key=lambda one: (-one.probability, one.kind))


def _said(kind: str, language: str, plain: str) -> float:
    return max((worth for worth, phrase in _phrases(kind, language) if phrase.search(plain)),
               default=0.0)  # fmt: skip


@functools.cache
def _phrases(kind: str, language: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    known = PHRASES[kind].get(language, ())
    return tuple((worth, re.compile(rf"\b(?:{phrase})")) for worth, phrase in known)


def _looks_like_spam(text: str) -> float:
    tags, links = len(_TAG.findall(text)), len(_LINK.findall(text))
    words = len(text.split())
    if tags >= 8 or (tags >= 5 and links and tags * 2 > words):
        return 0.8
    return 0.7 if links >= 3 else 0.0
