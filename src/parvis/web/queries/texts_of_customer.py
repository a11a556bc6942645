"""What a customer says, and how they speak of the brand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from parvis.web.queries.texts import SHOWN, Text, named_texts
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Stance", "of_customer", "stance_of"]


def _of_customer(shelf: Shelf, customer: str, rows: int) -> ir.Table:
    table = shelf.table("texts")
    # what the brand wrote to them isn't theirs
    found = table.filter(table.customer_id == customer, ~table.is_own).select("place", *SHOWN)
    cut = found.order_by("place").limit(rows)
    return named_texts(shelf, cut).order_by("place").select(*Text.__slots__)


_OF_CUSTOMER: Final = Statement(_of_customer, customer=str, rows=int)


def of_customer(shelf: Shelf, customer_id: str, rows: int) -> tuple[Text, ...]:
    """Return the last texts of a customer."""
    return tuple(Text(**r) for r in shelf.rows(_OF_CUSTOMER, customer=customer_id, rows=rows))


@dataclass(frozen=True, slots=True)
class Stance:
    """Where a customer stands.

    Parameters
    ----------
    texts, read, negative, positive
        How many texts they wrote, and what was read in them.
    stance
        supporter, detractor, or null: can't tell. Of the account that writes most.
    """

    texts: int
    read: int
    negative: int
    positive: int
    stance: str | None


def _stance(shelf: Shelf, customer: str) -> ir.Table:
    table = shelf.table("texts")
    theirs = table.filter(table.customer_id == customer, ~table.is_own)
    counted = theirs.agg(
        texts=theirs.count(),
        read=theirs.sentiment.count(),
        negative=(theirs.sentiment == "negative").sum().fill_null(0),
        positive=(theirs.sentiment == "positive").sum().fill_null(0),
    )
    voices = shelf.table("stances")
    mine = voices.filter(voices.customer_id == customer)
    most = mine.agg(stance=mine.stance.argmax(mine.texts))
    return counted.cross_join(most)


_STANCE: Final = Statement(_stance, customer=str)


def stance_of(shelf: Shelf, customer_id: str) -> Stance:
    """Return how a customer speaks of the brand."""
    return Stance(**shelf.rows(_STANCE, customer=customer_id)[0])
