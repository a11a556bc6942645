"""The names of what is read in texts: moods, intents, emotions, kinds, languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from babel import Locale

from parvis.web.language.catalogs import Language

__all__ = ["EMOTIONS", "INTENTS", "PERSONAL", "RATINGS", "SENTIMENTS", "TEXT_KINDS", "WHO"]
__all__ += ["text_names"]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for the catalogs."""
    return text


SENTIMENTS: Final = {
    "negative": N_("negative"),
    "neutral": N_("neutral"),
    "positive": N_("positive"),
    "unread": N_("not read yet"),
}

#: A sign beside the word: never colour alone.
_SIGNS: Final = {"negative": "▼", "neutral": "●", "positive": "▲"}

INTENTS: Final = {
    "complaint": N_("complaint"),
    "question": N_("question"),
    "purchase": N_("wants to buy"),
    "praise": N_("praise"),
    "leaving": N_("threatens to leave"),
    "spam": N_("spam"),
}

EMOTIONS: Final = {
    "anger": N_("anger"),
    "joy": N_("joy"),
    "optimism": N_("optimism"),
    "sadness": N_("sadness"),
}

TEXT_KINDS: Final = {
    "post": N_("post"),
    "comment": N_("comment"),
    "review": N_("review"),
    "mail": N_("mail"),
    "message": N_("message"),
    "article": N_("article"),
}

WHO: Final = {
    "people": N_("everybody else"),
    "customer": N_("customers"),
    "stranger": N_("strangers"),
    "brand": N_("the brand"),
}

RATINGS: Final = {
    "low": N_("1 or 2 stars"),
    "middle": N_("3 stars"),
    "high": N_("4 or 5 stars"),
}

#: Kinds of personal data in a text.
PERSONAL: Final = {
    "iban": N_("IBAN"),
    "card": N_("payment card"),
    "social_security_number": N_("social security number"),
    "email": N_("e-mail"),
    "phone": N_("phone"),
    "address": N_("address"),
}

TIERS: Final = {"fast": N_("fast reading"), "best": N_("thorough reading")}


def text_names(language: Language) -> dict[str, Callable[[str | None], Any]]:
    """Return what templates call to name these in a language."""

    def named(names: dict[str, str]) -> Callable[[str | None], str]:
        return lambda code: language.say(names[code]) if code in names else code or ""

    spoken = Locale(language.code).languages
    return {
        "sentiment_name": named(SENTIMENTS),
        "sentiment_sign": lambda code: _SIGNS.get(code or "", ""),
        "intent_name": named(INTENTS),
        "emotion_name": named(EMOTIONS),
        "text_kind_name": named(TEXT_KINDS),
        "who_name": named(WHO),
        "rating_name": named(RATINGS),
        "personal_name": named(PERSONAL),
        "tier_name": named(TIERS),
        "spoken_name": lambda code: spoken.get(code or "", code or ""),
    }
