"""What goes round: texts and pictures that several people bring, word for word or nearly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["FEWEST_PEOPLE", "GoesRound", "one_picture", "pictures_round", "texts_round"]

#: What fewer people bring is a coincidence, or somebody who says it twice.
FEWEST_PEOPLE: Final = 3
#: Shorter sentences are written by many who never heard of each other.
_SHORTEST: Final = 40
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class GoesRound:
    """A text or picture that goes round, within a period.

    Parameters
    ----------
    key
        The `copy_of` or `look_id` by which its texts are found.
    texts, people, customers
        Texts that bring it, accounts that wrote them, and how many of these are customers.
    read, positive, negative
        Of the texts.
    by_brand
        How many of the texts the brand itself wrote.
    first_at, last_at
        When it first and last came, within the period.
    channels
        On how many networks.
    text
        The first text of others; of a picture, what can be read in it.
    picture_id
        Of a picture: the first of those that look alike.
    is_personal
        Of a picture: personal data was read in one.
    """

    key: str
    texts: int
    people: int
    customers: int
    read: int
    positive: int
    negative: int
    by_brand: int
    first_at: datetime
    last_at: datetime
    channels: int
    text: str | None
    picture_id: str | None
    is_personal: bool


def _period(shelf: Shelf, first: str, last: str) -> ir.Table:
    table = shelf.table("texts")
    return table.filter(
        table.day >= ibis.literal(first).cast("date"), table.day <= ibis.literal(last).cast("date")
    )


def _counts(rows: ir.Table) -> dict[str, Any]:
    others = ~rows.is_own
    # whom no silo names is somebody of their own
    who = ibis.coalesce(rows.author_kind + "\x1f" + rows.author, rows.text_id)
    return {
        "texts": rows.text_id.nunique(where=others),
        "people": who.nunique(where=others),
        "customers": who.nunique(where=others & rows.is_customer),
        "read": rows.text_id.nunique(where=others & rows.sentiment.notnull()),
        "positive": rows.text_id.nunique(where=others & (rows.sentiment == "positive")),
        "negative": rows.text_id.nunique(where=others & (rows.sentiment == "negative")),
        "by_brand": rows.text_id.nunique(where=rows.is_own),
        "first_at": rows.occurred_at.min(),
        "last_at": rows.occurred_at.max(),
        "channels": rows.channel.nunique(where=others),
    }


def _most(found: ir.Table) -> ir.Table:
    told = found.filter(found.people >= FEWEST_PEOPLE)
    best = told.order_by(ibis.desc("people"), ibis.desc("texts"), "key").limit(_MOST)
    return best.select(*GoesRound.__slots__)


def _texts(shelf: Shelf, *, first: str, last: str) -> ir.Table:
    rows = _period(shelf, first, last)
    rows = rows.filter(rows.copy_of.notnull()).mutate(key=rows.copy_of)
    found = rows.group_by("key").agg(
        **_counts(rows),
        text=rows.text.argmax(rows.place, where=~rows.is_own),
        picture_id=ibis.null("string"),
        is_personal=ibis.literal(False),
    )
    return _most(found.filter(found.text.length() >= _SHORTEST))


def _pictures(shelf: Shelf, *, first: str, last: str) -> ir.Table:
    rows = _period(shelf, first, last)
    each = rows.unnest("shown")
    each = each.mutate(key=each.shown["look_id"], seen=each.shown["picture_id"])
    each = each.mutate(
        legible=each.shown["text"], personal=each.shown["personal_data"].length() > 0
    )
    found = each.group_by("key").agg(
        **_counts(each),
        text=each.legible.argmax(each.place),
        picture_id=each.seen.argmax(each.place),
        is_personal=each.personal.any().fill_null(False),
    )
    return _most(found)


_TEXTS: Final = Statement(_texts, first=str, last=str)
_PICTURES: Final = Statement(_pictures, first=str, last=str)


def texts_round(shelf: Shelf, first: date, last: date) -> tuple[GoesRound, ...]:
    """List the texts that most people brought in a period, copies taken for one."""
    return _found(shelf, _TEXTS, first, last)


def pictures_round(shelf: Shelf, first: date, last: date) -> tuple[GoesRound, ...]:
    """List the pictures that most people brought in a period, those that look alike for one."""
    return _found(shelf, _PICTURES, first, last)


def _found(shelf: Shelf, what: Statement, first: date, last: date) -> tuple[GoesRound, ...]:
    rows = shelf.rows(what, first=first.isoformat(), last=last.isoformat())
    return tuple(GoesRound(**r) for r in rows)


def _one(shelf: Shelf, picture: str) -> ir.Table:
    table = shelf.table("pictures")
    found = table.filter(table.picture_id == picture, table.thumbnail.notnull())
    return found.select("thumbnail", "personal_data").limit(1)


_ONE: Final = Statement(_one, picture=str)


def one_picture(shelf: Shelf, picture_id: str) -> tuple[bytes, bool] | None:
    """Return the small form of a picture (WebP), and whether personal data stands in it."""
    for row in shelf.rows(_ONE, picture=picture_id):
        return bytes(row["thumbnail"]), bool(row["personal_data"])
    return None
