"""Who is who: pairs to decide, a customer's identifiers, and what ties them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.identity.api import LAST_RANK, RANKS
from parvis.web.queries.paging import PAGE_ROWS, Page
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "MOST_IDENTIFIERS",
    "MOST_TIES",
    "Doubt",
    "Held",
    "Queue",
    "Record",
    "Tie",
    "doubt_of",
    "doubts",
    "find_identifier",
    "first_doubt",
    "held_by",
    "kinds_of",
    "queue",
    "records_of",
    "ties_of",
    "whose",
]

#: A page reads no more of a customer's identifiers, and no more evidence.
MOST_IDENTIFIERS: Final = 200
MOST_TIES: Final = 400


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair of customers that may be one; the columns of `identity.review_queue`.

    Parameters
    ----------
    name_left, name_right
        What the two are called; null: no silo says.
    evidence
        What a model found, column by column.
    """

    place: int
    pair: str
    left_kind: str
    left_value: str
    right_kind: str
    right_value: str
    customer_left: str
    customer_right: str
    reason: str
    detail: str
    probability: float | None
    weight: float
    evidence: tuple[dict[str, Any], ...]
    reasons: int
    orders_at_stake: int
    sales_at_stake: Decimal
    skipped_as: str | None
    name_left: str | None = None
    name_right: str | None = None
    user_left: str | None = None
    user_right: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What there is to decide.

    Parameters
    ----------
    pairs, skipped
        How many pairs; how many of them were skipped, and come last.
    orders, sales
        What their joining would move.
    """

    pairs: int
    skipped: int
    orders: int
    sales: Decimal


@dataclass(frozen=True, slots=True)
class Held:
    """An identifier of a customer."""

    kind: str
    value: str
    normal: str | None
    is_shared: bool
    claims: int
    problem: str | None
    first_at: datetime
    last_at: datetime
    events: int

    @property
    def compared(self) -> str:
        """The identifier as it is compared; as it is written, where it can't be."""
        return self.value if self.normal is None else self.normal


@dataclass(frozen=True, slots=True)
class Record:
    """What silos say of the person behind one identifier; the columns of `identity_records`."""

    kind: str
    value: str
    first_name: str | None
    last_name: str | None
    full_name: str | None
    birth_date: date | None
    street: str | None
    postal_code: str | None
    city: str | None
    country: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    handles: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name, in one."""
        parts = " ".join(p for p in (self.first_name, self.last_name) if p)
        return parts or self.full_name or ""

    @property
    def address(self) -> str:
        """The postal address, on one line."""
        town = " ".join(p for p in (self.postal_code, self.city) if p)
        return ", ".join(p for p in (self.street, town) if p)


@dataclass(frozen=True, slots=True)
class Tie:
    """A piece of evidence; the columns of `identity.ties`."""

    left_kind: str
    left_value: str
    right_kind: str
    right_value: str
    rule: str
    strength: float
    message_id: str
    source: str
    first_at: datetime
    last_at: datetime
    events: int
    stopped: str | None
    other: str | None


_DOUBT_COLUMNS: Final = tuple(
    f for f in Doubt.__slots__ if not f.startswith(("name_", "user_"))
)  # fmt: skip


def _named(shelf: Shelf, doubts: ir.Table) -> ir.Table:
    """Add the names of both customers to the few rows of a page."""
    names = shelf.table("profiles").select("customer_id", "display_name", "user_id")
    for side in ("left", "right"):
        own = names.select(
            **{
                f"customer_{side}": "customer_id",
                f"name_{side}": "display_name",
                f"user_{side}": "user_id",
            }
        )
        doubts = doubts.left_join(own, f"customer_{side}").drop(f"customer_{side}_right")
    return doubts.order_by("place")


_QUEUE: Final = Statement(
    lambda shelf: shelf.table("review").agg(
        pairs=lambda t: t.count(),
        skipped=lambda t: t.skipped_as.notnull().sum().fill_null(0),
        orders=lambda t: t.orders_at_stake.sum().fill_null(0),
        sales=lambda t: t.sales_at_stake.sum().fill_null(0),
    )
)


def queue(shelf: Shelf) -> Queue:
    """Tell how much there is to decide."""

    def look() -> Queue:
        row = shelf.rows(_QUEUE)[0]
        return Queue(row["pairs"], int(row["skipped"]), int(row["orders"]), Decimal(row["sales"]))

    return shelf.kept("queue", look)


_FROM: Final = Statement(
    lambda shelf, first, last: _named(
        shelf, shelf.table("review").filter(lambda t: t.place.between(first, last))
    ),
    first=int,
    last=int,
)


def _doubt(row: dict[str, Any]) -> Doubt:
    row["evidence"] = tuple(json.loads(row["evidence"] or "[]"))
    return Doubt(**row)


def doubts(shelf: Shelf, page: int = 1) -> Page[Doubt]:
    """Return a page of the queue."""
    total = queue(shelf).pairs
    number = min(page, max(1, -(-total // PAGE_ROWS)))
    first = (number - 1) * PAGE_ROWS + 1
    rows = shelf.rows(_FROM, first=first, last=first + PAGE_ROWS - 1)
    return Page(tuple(map(_doubt, rows)), number, total)


def first_doubt(
    shelf: Shelf, settled: Collection[str], after: int = 0, step: int = 1
) -> Doubt | None:
    """Return the next pair of the queue that isn't settled already.

    Parameters
    ----------
    settled
        Pairs that were decided since this state of the lake.
    after
        The place after which to look (before, if `step` is -1).
    """
    reach = len(settled) + 1
    first, last = (after + 1, after + reach) if step > 0 else (after - reach, after - 1)
    rows = [_doubt(r) for r in shelf.rows(_FROM, first=first, last=last)]
    open_ = [d for d in rows if d.pair not in settled]
    if not open_:
        return None
    return open_[0] if step > 0 else open_[-1]


_PAIR: Final = Statement(
    lambda shelf, pair: _named(shelf, shelf.table("review").filter(lambda t: t.pair == pair)),
    pair=str,
)


def doubt_of(shelf: Shelf, pair: str) -> Doubt | None:
    """Return a pair of the queue; null where there is none."""
    rows = shelf.rows(_PAIR, pair=pair)
    return _doubt(rows[0]) if rows else None


def _of_customer(name: str, order: tuple[str, ...], columns: tuple[str, ...], most: int) -> Any:
    def build(shelf: Shelf, *, customer: str) -> ir.Table:
        table = shelf.table(name)
        own = table.filter(table.customer_id == customer)
        by = [own[c.removeprefix("-")].desc() if c.startswith("-") else own[c] for c in order]
        return own.order_by(by).limit(most).select(*columns)

    return Statement(build, customer=str)


def _held(shelf: Shelf, *, customer: str) -> ir.Table:
    table = shelf.table("known_identifiers")
    own = table.filter(table.customer_id == customer)
    rank = ibis.cases(*((own.kind == k, n) for k, n in RANKS.items()), else_=LAST_RANK)
    best = own.order_by(own.normal.isnull(), rank, own.first_at, own.kind, own.value)
    return best.limit(MOST_IDENTIFIERS).select(*Held.__slots__)


_HELD: Final = Statement(_held, customer=str)
_RECORDS: Final = _of_customer("known_records", ("kind", "value"), tuple(Record.__slots__), 50)
_TIES: Final = _of_customer(
    "ties",
    ("-strength", "left_kind", "left_value", "right_kind", "right_value", "rule"),
    tuple(Tie.__slots__),
    MOST_TIES,
)


def held_by(shelf: Shelf, customer_id: str) -> tuple[Held, ...]:
    """Return a customer's identifiers, `MOST_IDENTIFIERS` at most.

    The first is the one after which the customer is called.
    """
    return tuple(Held(**r) for r in shelf.rows(_HELD, customer=customer_id))


def _kinds(shelf: Shelf, *, customer: str) -> ir.Table:
    table = shelf.table("known_identifiers")
    own = table.filter(table.customer_id == customer)
    return own.group_by("kind").agg(n=own.count()).order_by("kind")


_KINDS: Final = Statement(_kinds, customer=str)


def kinds_of(shelf: Shelf, customer_id: str) -> dict[str, int]:
    """Count a customer's identifiers by kind."""
    return {r["kind"]: r["n"] for r in shelf.rows(_KINDS, customer=customer_id)}


def records_of(shelf: Shelf, customer_id: str) -> tuple[Record, ...]:
    """Return what silos say of a customer's person, by identifier."""
    lists = ("emails", "phones", "handles")
    return tuple(
        Record(**{**r, **{name: tuple(r[name] or ()) for name in lists}})
        for r in shelf.rows(_RECORDS, customer=customer_id)
    )


def ties_of(shelf: Shelf, customer_id: str) -> tuple[Tie, ...]:
    """Return the evidence on a customer's identifiers, the strongest first."""
    return tuple(Tie(**r) for r in shelf.rows(_TIES, customer=customer_id))


@lru_cache(maxsize=2)
def _whose(by: str) -> Statement:
    def build(shelf: Shelf, *, kind: str, value: str) -> ir.Table:
        table = shelf.table("identities")
        found = table.filter(table.kind == kind, table[by] == value)
        return found.select("kind", "value", "normal", "customer_id").limit(1)

    return Statement(build, kind=str, value=str)


def whose(shelf: Shelf, kind: str, value: str) -> dict[str, Any] | None:
    """Find an identifier, as silos spell it or as it is compared: with its `customer_id`."""
    for by in ("normal", "value"):
        rows = shelf.rows(_whose(by), kind=kind, value=value)
        if rows:
            return rows[0]
    return None


def _spelt(shelf: Shelf, *, value: str) -> ir.Table:
    table = shelf.table("identities")
    # as a silo spells it, or written `kind:value`
    found = table.filter(
        (table.value == value)
        | (table.normal == value)
        | (table.kind + ":" + table.value == value)
        | (table.kind + ":" + table.normal == value)
    )
    rank = ibis.cases(*((found.kind == k, n) for k, n in RANKS.items()), else_=LAST_RANK)
    best = found.order_by(rank, found.kind).limit(1)
    return best.select("kind", "value", "normal", "customer_id")


_SPELT: Final = Statement(_spelt, value=str)


def find_identifier(shelf: Shelf, text: str) -> dict[str, Any] | None:
    """Find an identifier by its value, or by kind and value with a colon between."""
    rows = shelf.rows(_SPELT, value=text)
    return rows[0] if rows else None
