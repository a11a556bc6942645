"""Which texts, as it stands in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from parvis.domain.words import without_accents
from parvis.web.queries.paging import address, asked, is_day, page_number

__all__ = ["CHOICES", "TextFilter"]

#: The filters that are one of a few words.
CHOICES: Final = {
    "sentiment": ("negative", "neutral", "positive", "unread"),
    "intent": ("complaint", "question", "purchase", "praise", "leaving", "spam"),
    "emotion": ("anger", "joy", "optimism", "sadness"),
    "kind": ("post", "comment", "review", "mail", "message", "article"),
    "who": ("customer", "stranger", "brand"),
    "rating": ("low", "middle", "high"),
    "unanswered": ("yes",),
    "doubtful": ("yes",),
}

_MOST_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class TextFilter:
    """Which texts; as it stands in the address. The newest come first.

    Parameters
    ----------
    q
        Words that a text has, in any order; accents and capitals are the same.
    sentiment
        One of the three, or ``unread``.
    name
        A brand or product that is named.
    who
        ``customer``, ``stranger`` or ``brand``; empty: both of the former.
    customer
        Texts of one customer.
    rating
        Of a review: ``low`` (up to two of five stars), ``middle``, ``high``.
    unanswered
        ``yes``: the brand wrote nothing in the conversation after it.
    doubtful
        ``yes``: what was read is more probably wrong than right.
    copy
        Copies of the text of this key.
    picture
        Texts with pictures that look like this one.
    since, until
        Days (ISO), both in it; in the address ``from`` and ``to``.
    """

    q: str = ""
    sentiment: str = ""
    intent: str = ""
    emotion: str = ""
    language: str = ""
    channel: str = ""
    source: str = ""
    kind: str = ""
    topic: str = ""
    name: str = ""
    who: str = ""
    customer: str = ""
    rating: str = ""
    unanswered: str = ""
    doubtful: str = ""
    copy: str = ""
    picture: str = ""
    since: str = ""
    until: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> TextFilter:
        """Read an address; what it can't mean is left out."""
        text = {n: asked(query, n) for n in cls.__slots__ if n != "page"}
        for name in ("since", "until"):
            text[name] = text[name] if is_day(text[name]) else ""
        for name, known in CHOICES.items():
            if text[name] not in known:
                text[name] = ""
        return cls(**text, page=page_number(query))

    def address(self, **changes: Any) -> str:
        """Return the query string of this view, or of one beside it."""
        return address(replace(self, **{"page": 1, **changes}), TextFilter())

    @property
    def words(self) -> tuple[str, ...]:
        """What is searched: small letters, no accents."""
        return tuple(dict.fromkeys(without_accents(self.q).split()))[:_MOST_WORDS]

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves any out."""
        return any(getattr(self, n) for n in self.__slots__ if n != "page")

    @property
    def has_more(self) -> bool:
        """Whether a filter is set that stands under "more"."""
        more = ("emotion", "source", "kind", "topic", "name", "rating", "since", "until")
        return any(getattr(self, n) for n in more)
