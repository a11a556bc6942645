"""A review becomes an event: pure, the same for a file and for a page's own JSON-LD.

References
----------
schema.org, "Review" (itemReviewed, reviewRating, author, reviewBody, datePublished, publisher)
and "Rating" (bestRating is 5 and worstRating 1 where they aren't told).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from parvis.connect.files.parse import Setting
from parvis.connect.moments import date_reason, read_moment
from parvis.connect.plain_text import bounded, readable
from parvis.domain.event import EMAIL, EventName, EventType

__all__ = ["Shaped", "review_event", "reviews_in"]

_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
_KINDS: Final = ("Review", "UserReview", "CriticReview", "EmployerReview", "ClaimReview")


@dataclass(frozen=True, slots=True)
class Shaped:
    """What came of a document.

    Parameters
    ----------
    row
        A row of `events`, or None.
    reason, field, value
        Why there is none.
    """

    row: dict[str, Any] | None
    reason: str = ""
    field: str | None = None
    value: str | None = None


def reviews_in(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Find the reviews of a document: itself, or those that stand within a product.

    Examples
    --------
    >>> product = {"@type": "Product", "name": "Thé", "review": {"@type": "Review", "name": "Bon"}}
    >>> [r["itemReviewed"]["name"] for r in reviews_in(product)]
    ['Thé']
    """
    nested = document.get("review", document.get("reviews"))
    if document.get("@type") in _KINDS or nested is None:
        yield document
        return
    product = {k: v for k, v in document.items() if k not in ("review", "reviews")}
    for review in nested if isinstance(nested, list) else [nested]:
        if isinstance(review, Mapping):
            yield {"itemReviewed": product, **review}


def review_event(review: Mapping[str, Any], setting: Setting) -> Shaped:
    """Read one review.

    Parameters
    ----------
    review
        A schema.org Review, as JSON-LD.
    setting
        Source, zone (of days without an offset) and moment.

    Returns
    -------
    Shaped
        A `Review Posted`; or why there is none.
    """
    name = review.get("@id", review.get("url"))
    if name is not None and (not isinstance(name, str) or not name):
        return Shaped(None, "not_an_id", "@id", json.dumps(name))
    name = _text(name)
    stated = _text(review.get("datePublished") or review.get("dateCreated"))
    if not stated:
        return Shaped(None, "missing", "datePublished")
    at = read_moment(stated, setting.zone)
    if wrong := date_reason(at, setting.now):
        return Shaped(None, wrong, "datePublished", stated)
    rating, fault = _rating(review.get("reviewRating"))
    if fault:
        return fault
    written = _text(review.get("reviewBody")) or _text(review.get("description"))
    text, cut = bounded(readable(written))
    if not text and "rating" not in rating:
        return Shaped(None, "missing", "reviewBody")
    author, item = _first(review.get("author")), _first(review.get("itemReviewed"))
    publisher = _named(review.get("publisher"))
    known = _identifiers(author, publisher or setting.source)
    seal = hashlib.md5("\x1f".join((str(known), stated, text)).encode(), usedforsecurity=False)
    product = {
        "product": _named(item),
        "sku": _text(item.get("sku")) or _text(item.get("productID")),
        "product_id": _text(item.get("@id")),
    }
    properties = {
        "object": name,
        "title": readable(_text(review.get("name")) or _text(review.get("headline"))),
        "url": _text(review.get("url")),
        "language": _language(review.get("inLanguage")),
        "publisher": publisher,
        "author": _named(author),
        "thread": product["product_id"] or product["sku"],
        "precision": "day" if len(stated) == 10 else "",
        "cut": cut,
        **product,
        **rating,
    }
    return Shaped(
        {
            "message_id": f"review:{name or seal.hexdigest()}",
            "source": setting.source,
            "type": EventType.TRACK.value,
            "name": EventName.REVIEW_POSTED.value,
            "occurred_at": at,
            "received_at": at,
            "identifiers": known,
            "channel": "reviews",
            "text": text or None,
            "properties": json.dumps({k: v for k, v in properties.items() if v}),
            "traits": [("name", n)] if (n := _named(author)) else None,
        }
    )


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return bounded(str(value).replace("\x00", "").strip())[0]


def _first(value: object) -> Mapping[str, Any]:
    """Return an object of schema.org, where one, several or a bare name may stand."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, Mapping):
        return value
    return {"name": value} if isinstance(value, str) else {}


def _named(value: object) -> str:
    found = _first(value)
    return readable(_text(found.get("name")))


def _language(value: object) -> str:
    found = _first(value)
    return _text(found.get("alternateName")) or _text(found.get("name"))


def _identifiers(author: Mapping[str, Any], publisher: str) -> list[dict[str, str]]:
    mail = _text(author.get("email")).removeprefix("mailto:").lower()
    own = _first(author.get("identifier"))
    name = _text(own.get("value")) or _text(own.get("name")) or _text(author.get("@id"))
    name = name or _named(author)
    known = [(EMAIL, mail)] if _EMAIL.fullmatch(mail) else []
    known += [("reviewer", f"{publisher}:{name}")] if name else []
    return [{"kind": k, "value": v} for k, v in known]


def _rating(value: object) -> tuple[dict[str, float], Shaped | None]:
    told = _first(value) if not isinstance(value, int | float) else {"ratingValue": value}
    found: dict[str, float] = {}
    for name, key, default in (
        ("rating", "ratingValue", None),
        ("best_rating", "bestRating", 5.0),
        ("worst_rating", "worstRating", 1.0),
    ):
        stated = _text(told.get(key)) or (_text(told.get("name")) if name == "rating" else "")
        if not stated:
            if default is not None and "rating" in found:
                found[name] = default
            continue
        try:
            number = Decimal(stated.replace(",", "."))
        except InvalidOperation:
            return {}, Shaped(None, "not_a_number", f"reviewRating.{key}", stated[:100])
        if not number.is_finite() or abs(number) > 1_000_000:
            return {}, Shaped(None, "not_a_number", f"reviewRating.{key}", stated[:100])
        found[name] = float(number)
    return found, None
