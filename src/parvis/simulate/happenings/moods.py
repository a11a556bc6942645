"""How people feel when they speak: sentiment, intent, topic, and what a crisis does to them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.scene import Scene
from parvis.simulate.texts import INTENTS, SENTIMENTS, TOPICS

__all__ = ["NEGATIVE", "NEUTRAL", "POSITIVE", "intents_of", "moods_of", "topics_of"]

NEGATIVE, NEUTRAL, POSITIVE = (SENTIMENTS.index(s) for s in ("negative", "neutral", "positive"))
_TOPIC_SHARES: Final = {
    "quality": 0.16, "price": 0.13, "delivery": 0.17, "support": 0.10, "app": 0.06, "taste": 0.17,
    "size": 0.04, "design": 0.06, "store": 0.05, "ecology": 0.05, "outage": 0.01,
}  # fmt: skip
_INTENT_SHARES: Final = {
    NEGATIVE: {"complaint": 0.66, "leave": 0.10, "question": 0.10, "none": 0.14},
    NEUTRAL: {"question": 0.38, "purchase": 0.20, "none": 0.42},
    POSITIVE: {"praise": 0.60, "purchase": 0.14, "none": 0.22, "question": 0.04},
}


def moods_of(
    scene: Scene,
    satisfaction: NDArray[Any],
    is_crisis: NDArray[np.bool_],
    rng: np.random.Generator,
) -> dict[str, NDArray[Any]]:
    """Draw sentiment, intent and topic from how content somebody is, and from the crisis."""
    count = len(satisfaction)
    share = scene.world.social.negative_share
    negative = np.clip(share * np.exp(-0.8 * satisfaction), 0.01, 0.9)
    negative = np.where(is_crisis, 0.86, negative)
    neutral = (1 - negative) * np.where(is_crisis, 0.8, 0.34)
    lot = rng.random(count)
    sentiment = np.where(
        lot < negative, NEGATIVE, np.where(lot < negative + neutral, NEUTRAL, POSITIVE)
    ).astype(np.int8)
    topic = np.where(is_crisis, _crisis_topic(scene), topics_of(count, rng)).astype(np.int8)
    return {"sentiment": sentiment, "intent": intents_of(sentiment, rng), "topic": topic}


def _crisis_topic(scene: Scene) -> int:
    crisis = scene.world.crisis
    return 0 if crisis is None else TOPICS.index(crisis.topic)


def topics_of(count: int, rng: np.random.Generator) -> NDArray[np.int8]:
    """Draw what is spoken about on an ordinary day."""
    shares = np.array([_TOPIC_SHARES[t] for t in TOPICS])
    return rng.choice(len(TOPICS), count, p=shares / shares.sum()).astype(np.int8)


def intents_of(sentiment: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int8]:
    """Draw what is wanted, given the sentiment: who is content seldom complains."""
    table = np.array(
        [[_INTENT_SHARES[s].get(i, 0.0) for i in INTENTS] for s in (NEGATIVE, NEUTRAL, POSITIVE)]
    )
    upto = np.cumsum(table, axis=1)[sentiment]
    passed = rng.random(len(sentiment))[:, None] >= upto[:, :-1]
    intents: NDArray[np.int8] = passed.sum(axis=1).astype(np.int8)
    return intents
