"""Makes up posts, comments, reviews and mails in French and English, labelled by construction."""

from parvis.simulate.texts.composing import compose
from parvis.simulate.texts.contracts import (
    EMOTIONS,
    INTENTS,
    KINDS,
    LANGUAGES,
    SENTIMENTS,
    TOPICS,
    Lexicon,
    Texts,
    Wanted,
)

__all__ = [
    "EMOTIONS",
    "INTENTS",
    "KINDS",
    "LANGUAGES",
    "SENTIMENTS",
    "TOPICS",
    "Lexicon",
    "Texts",
    "Wanted",
    "compose",
]
