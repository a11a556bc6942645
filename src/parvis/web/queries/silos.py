"""What silos brought: their newest events, the rows that could not be read, their imports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.lake.functions import local_day
from parvis.web.queries.events import Event, event_of, source_events_expression
from parvis.web.queries.paging import PAGE_ROWS, Page
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "BadRow",
    "Import",
    "SourceEvent",
    "bad_reasons",
    "bad_rows",
    "imports_of",
    "source_events",
]


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """An event of a silo, and whose it is; null: nobody's that is known."""

    event: Event
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, kept as it was; the columns of `quarantine`."""

    row_number: int | None
    file: str | None
    field: str | None
    value: str | None
    reason: str
    raw: Any
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Import:
    """A run of an importer; the columns of `imports`."""

    import_id: str
    kind: str
    file: str | None
    finished_at: datetime
    rows_read: int
    rows_added: int
    rows_known: int
    rows_quarantined: int


@lru_cache(maxsize=8)
def _events_statement(*, of_day: bool) -> Statement:
    def build(shelf: Shelf, *, source: str, skip: int, day: str = "") -> ir.Table:
        found = source_events_expression(shelf, source)
        if of_day:
            on = local_day(found.occurred_at, shelf.situation.zone)
            found = found.filter(on == ibis.literal(day).cast("date"))
        newest = found.order_by(found.occurred_at.desc(), found.message_id)
        return newest.limit(PAGE_ROWS, offset=skip)

    kinds: dict[str, Any] = {"source": str, "skip": int}
    return Statement(build, **kinds, **({"day": str} if of_day else {}))


def source_events(
    shelf: Shelf, source: str, total: int, page: int, day: date | None = None
) -> Page[SourceEvent]:
    """Return a page of what a silo brought, newest first.

    Parameters
    ----------
    total
        How many there are.
    day
        Only those of this day, in the workspace's zone.
    """
    number = min(page, max(1, -(-total // PAGE_ROWS)))
    values: dict[str, str | int] = {"source": source, "skip": (number - 1) * PAGE_ROWS}
    if day is not None:
        values["day"] = day.isoformat()
    rows = shelf.rows(_events_statement(of_day=day is not None), **values)
    return Page(
        tuple(SourceEvent(customer_id=r.pop("customer_id"), event=event_of(r)) for r in rows),
        number,
        total,
    )


_BAD: Final = Statement(
    lambda shelf, source, skip: (
        shelf.table("quarantine")
        .filter(shelf.table("quarantine").source == source)
        .order_by(ibis.desc("received_at"), "file", "row_number")
        .limit(PAGE_ROWS, offset=skip)
        .select("row_number", "file", "field", "value", "reason", "raw", "received_at")
    ),
    source=str,
    skip=int,
)


def bad_rows(shelf: Shelf, source: str, total: int, page: int = 1) -> Page[BadRow]:
    """Return a page of the rows of a silo that could not be read."""
    number = min(page, max(1, -(-total // PAGE_ROWS)))
    rows = shelf.rows(_BAD, source=source, skip=(number - 1) * PAGE_ROWS)
    for row in rows:
        row["raw"] = json.loads(row["raw"]) if isinstance(row["raw"], str) else row["raw"]
    return Page(tuple(BadRow(**r) for r in rows), number, total)


def _reasons(shelf: Shelf) -> ir.Table:
    table = shelf.table("quarantine")
    return table.group_by("source", "reason", "field").agg(n=table.count())


_REASONS: Final = Statement(_reasons)


def bad_reasons(shelf: Shelf) -> dict[str, list[dict[str, Any]]]:
    """Tell for each silo why rows could not be read, the most frequent reason first."""

    def look() -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        rows = shelf.rows(_REASONS)
        for row in sorted(rows, key=lambda r: (-r["n"], r["reason"], r["field"] or "")):
            found.setdefault(row["source"], []).append(row)
        return found

    return shelf.kept("bad reasons", look)


def _imports(shelf: Shelf) -> ir.Table:
    table = shelf.table("imports")
    return table.order_by(table.finished_at.desc()).limit(200).select(*Import.__slots__, "source")


_IMPORTS: Final = Statement(_imports)


def imports_of(shelf: Shelf) -> tuple[tuple[str, Import], ...]:
    """Return the newest imports with their source, newest first."""

    def look() -> tuple[tuple[str, Import], ...]:
        return tuple((r.pop("source"), Import(**r)) for r in shelf.rows(_IMPORTS))

    return shelf.kept("imports", look)
