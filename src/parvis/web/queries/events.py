"""What customers did, and which events stand behind each trait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

import ibis

from parvis.domain.event import ORDER_EVENTS
from parvis.lake.functions import json_text
from parvis.profile.api import TRAITS, Trait, customer_events, evidence, session_rules
from parvis.web.queries.paging import PAGE_ROWS, Page
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = [
    "TRAIT_NAMES",
    "Event",
    "Provenance",
    "event_of",
    "provenance",
    "source_events_expression",
    "timeline",
]

#: The traits that have events behind them.
TRAIT_NAMES: Final = tuple(t.name for t in TRAITS)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; the columns of `events` of the same names.

    Parameters
    ----------
    order_id
        The order it speaks of, where it speaks of one.
    order_source
        The silo that tells that order.
    is_dated
        False: the silo doesn't say when it happened.
    is_timed
        False: the day is known, the time of day isn't.
    """

    message_id: str
    source: str
    type: str
    name: str | None
    occurred_at: datetime
    received_at: datetime
    channel: str | None
    campaign: str | None
    device: str | None
    amount: Decimal | None
    currency: str | None
    text: str | None
    order_source: str
    order_id: str | None
    is_dated: bool
    is_timed: bool
    properties: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """The events behind a trait.

    Parameters
    ----------
    events
        How many.
    sources
        The silos they came from.
    first_at, last_at
        The first and the last of them; null: there are none.
    """

    events: int
    sources: tuple[str, ...]
    first_at: datetime | None
    last_at: datetime | None


_COLUMNS: Final = (
    "message_id", "source", "type", "name", "occurred_at", "received_at", "channel", "campaign",
    "device", "amount", "currency", "text", "properties", "traits",
)  # fmt: skip


class _OfCustomer:
    """The shelf with only those events that a question about one customer needs.

    Parameters
    ----------
    customer
        The customer; their own events are found by the shelf's order.
    by_trail
        All events on the trails of their visits instead, whoever they turned out to be of.
    """

    def __init__(self, shelf: Shelf, customer: str, *, by_trail: bool) -> None:
        self._shelf = shelf
        self._customer = customer
        self._by_trail = by_trail

    def table(self, name: str) -> ir.Table:
        """Return a table as the features ask for it."""
        if name != "events":
            return self._shelf.table(name)
        known = self._shelf.known_events()
        if self._by_trail:
            visits = self._shelf.table("sessions")
            own = known.semi_join(visits.filter(visits.customer_id == self._customer), "trail")
        else:
            own = known.filter(known.customer_id == self._customer)
        return own.drop("customer_id", "is_known", "trail")


# a visit may have gone on under another cookie
_BY_TRAIL: Final = {"sessions", "page_views", "seconds_on_site"}


def _behind(shelf: Shelf, customer: str, trait: str) -> ir.Table:
    engine = cast("Engine", _OfCustomer(shelf, customer, by_trail=trait in _BY_TRAIL))
    if not trait:
        return customer_events(engine, customer)
    return evidence(engine, customer, trait, session_rules(shelf.workspace.settings))


@lru_cache(maxsize=64)
def _page_statement(trait: str) -> Statement:
    def build(shelf: Shelf, *, customer: str, skip: int) -> ir.Table:
        found = _behind(shelf, customer, trait)
        newest = found.order_by(found.occurred_at.desc(), found.message_id)
        return newest.limit(PAGE_ROWS, offset=skip).select(
            *_COLUMNS, order_source=_order_source(newest)
        )

    return Statement(build, customer=str, skip=int)


@lru_cache(maxsize=64)
def _count_statement(trait: str) -> Statement:
    def build(shelf: Shelf, *, customer: str) -> ir.Table:
        found = _behind(shelf, customer, trait)
        return found.agg(n=found.count())

    return Statement(build, customer=str)


def timeline(
    shelf: Shelf, customer_id: str, trait: str = "", page: int = 1, total: int | None = None
) -> Page[Event]:
    """Return a page of what a customer did, newest first.

    Parameters
    ----------
    trait
        Only the events behind this trait; empty: all.
    page
        From 1.
    total
        How many events there are, where that is known already.
    """
    if total is None:
        total = int(shelf.rows(_count_statement(trait), customer=customer_id)[0]["n"])
    pages = max(1, -(-total // PAGE_ROWS))
    number = min(max(page, 1), pages)
    rows = shelf.rows(_page_statement(trait), customer=customer_id, skip=(number - 1) * PAGE_ROWS)
    return Page(tuple(event_of(r) for r in rows), number, total)


def event_of(row: dict[str, Any]) -> Event:
    """Turn a row of `events` into an event."""
    told = row.pop("properties")
    properties = json.loads(told) if isinstance(told, str) else (told or {})
    if not isinstance(properties, dict):
        properties = {"value": properties}
    precision, date_known = properties.pop("precision", ""), properties.pop("date_known", True)
    order_id = properties.pop("order_id", None)
    if order_id is None and row["name"] in {n.value for n in ORDER_EVENTS}:
        order_id = row["message_id"]
    return Event(
        **{**row, "traits": dict(row["traits"] or {})},
        order_id=None if order_id is None else str(order_id),
        is_dated=date_known is not False,
        is_timed=precision != "day",
        properties=properties,
    )


def _groups() -> dict[Callable[..., Any], list[Trait]]:
    """Put together the traits that stand on the same events."""
    groups: dict[Callable[..., Any], list[Trait]] = {}
    for trait in TRAITS:
        groups.setdefault(trait.select, []).append(trait)
    return groups


def _origins(groups: Iterable[str]) -> Statement:
    """Gather where some traits come from, each trait for all that stand on the same events."""

    def build(shelf: Shelf, *, customer: str) -> ir.Table:
        parts = []
        for trait in groups:
            found = _behind(shelf, customer, trait)
            parts.append(
                found.agg(
                    events=found.count(),
                    sources=found.source.collect(distinct=True),
                    first_at=found.occurred_at.min(),
                    last_at=found.occurred_at.max(),
                ).mutate(trait=ibis.literal(trait))
            )
        return ibis.union(*parts) if len(parts) > 1 else parts[0]

    return Statement(build, customer=str)


_FIRSTS: Final = tuple(traits[0].name for traits in _groups().values())
_OWN: Final = _origins([n for n in _FIRSTS if n not in _BY_TRAIL])
_VISITS: Final = _origins([n for n in _FIRSTS if n in _BY_TRAIL])
_NONE: Final = Provenance(0, (), None, None)


def provenance(shelf: Shelf, customer_id: str, *, has_visits: bool) -> dict[str, Provenance]:
    """Tell for each trait from which events it comes.

    Parameters
    ----------
    has_visits
        Whether the customer has visits; to look for theirs costs more than all the rest.
    """
    rows = shelf.rows(_OWN, customer=customer_id)
    rows += shelf.rows(_VISITS, customer=customer_id) if has_visits else []
    found = {
        r["trait"]: Provenance(
            r["events"], tuple(sorted(r["sources"] or ())), r["first_at"], r["last_at"]
        )
        for r in rows
    }
    return {
        t.name: found.get(traits[0].name, _NONE) for traits in _groups().values() for t in traits
    }


def source_events_expression(shelf: Shelf, source: str) -> ir.Table:
    """All events of a silo, also those of nobody, with their customer where they have one."""
    events = shelf.table("all_events")
    mine = events.filter(events.source == source)
    return mine.select(*_COLUMNS, "customer_id", order_source=_order_source(mine))


def _order_source(events: ir.Table) -> ir.StringValue:
    """Tell whose order an event speaks of: a site may tell the shop's."""
    return ibis.coalesce(json_text(events.context, "orders_told_by"), events.source)
