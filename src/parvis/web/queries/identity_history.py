"""What became of identifiers and customers, and what guards have stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.web.queries.paging import PAGE_ROWS, Page
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Change", "Report", "Stop", "changes_of", "heir_of", "reports", "stop_counts", "stops"]


@dataclass(frozen=True, slots=True)
class Report:
    """What one build changed of who is who; the columns of `identity_reports`."""

    built_at: datetime
    why: str
    identifiers: int
    customers_before: int
    customers_after: int
    orders: int
    sales: Decimal
    largest: int


@dataclass(frozen=True, slots=True)
class Change:
    """An identifier that came to another customer; the columns of `identity_changes`."""

    kind: str
    value: str
    customer_before: str
    customer_after: str


@dataclass(frozen=True, slots=True)
class Stop:
    """What a guard stopped; the columns of `identity_stops`.

    Parameters
    ----------
    customer_left, customer_right
        Whose the two are today; null: nobody's, or there is only one.
    """

    guard: str
    left_kind: str
    left_value: str
    right_kind: str
    right_value: str
    rule: str
    strength: float
    detail: str
    customer_left: str | None
    customer_right: str | None


def _reports(shelf: Shelf) -> ir.Table:
    table = shelf.table("identity_reports")
    return table.order_by(table.built_at.desc()).limit(100).select(*Report.__slots__)


_REPORTS: Final = Statement(_reports)


def reports(shelf: Shelf) -> tuple[Report, ...]:
    """Return what the last hundred builds that moved identifiers did, the newest first."""
    return shelf.kept("reports", lambda: tuple(Report(**r) for r in shelf.rows(_REPORTS)))


def _changes(shelf: Shelf, *, at: str, skip: int) -> ir.Table:
    table = shelf.table("identity_changes")
    found = table.filter(table.changed_at == ibis.literal(at).cast("timestamp('UTC')"))
    cut = found.order_by("customer_before", "kind", "value").limit(PAGE_ROWS, offset=skip)
    return cut.select(*Change.__slots__)


_CHANGES: Final = Statement(_changes, at=str, skip=int)


def changes_of(shelf: Shelf, report: Report, page: int = 1) -> Page[Change]:
    """Return a page of the identifiers that a build moved."""
    number = min(page, max(1, -(-report.identifiers // PAGE_ROWS)))
    skip = (number - 1) * PAGE_ROWS
    rows = shelf.rows(_CHANGES, at=report.built_at.isoformat(), skip=skip)
    return Page(tuple(Change(**r) for r in rows), number, report.identifiers)


def _heirs(shelf: Shelf, *, customer: str) -> ir.Table:
    gone = shelf.table("identity_changes").filter(lambda t: t.customer_before == customer)
    now = shelf.table("identities").semi_join(gone, ["kind", "value"])
    counts = now.group_by("customer_id").agg(n=now.count())
    return counts.order_by(counts.n.desc(), counts.customer_id).limit(1)


_HEIRS: Final = Statement(_heirs, customer=str)


def heir_of(shelf: Shelf, customer_id: str) -> str | None:
    """Return the customer of today who has most identifiers of one that is gone."""
    rows = shelf.rows(_HEIRS, customer=customer_id)
    return str(rows[0]["customer_id"]) if rows else None


_COUNTS: Final = Statement(
    lambda shelf: shelf.table("identity_stops").group_by("guard").agg(n=lambda t: t.count())
)


def stop_counts(shelf: Shelf) -> dict[str, int]:
    """Count what each guard stopped."""
    return shelf.kept("stops", lambda: {r["guard"]: r["n"] for r in shelf.rows(_COUNTS)})


@lru_cache(maxsize=1)
def _stops_statement() -> Statement:
    def build(shelf: Shelf, *, guard: str, skip: int) -> ir.Table:
        table = shelf.table("identity_stops")
        found = table.filter(table.guard == guard)
        order = [found.strength.desc(), found.left_kind, found.left_value, found.right_value]
        cut = found.order_by(order).limit(PAGE_ROWS, offset=skip)
        owners = shelf.table("identities")
        owners = owners.filter(owners.normal.notnull())
        for side in ("left", "right"):
            own = owners.select(
                **{f"{side}_kind": "kind", f"{side}_value": "normal"},
                **{f"customer_{side}": "customer_id"},
            ).distinct()
            cut = cut.left_join(own, [f"{side}_kind", f"{side}_value"])
            cut = cut.drop(f"{side}_kind_right", f"{side}_value_right")
        again = [cut.strength.desc(), cut.left_kind, cut.left_value, cut.right_value]
        return cut.order_by(again).select(*Stop.__slots__)

    return Statement(build, guard=str, skip=int)


def stops(shelf: Shelf, guard: str, page: int = 1) -> Page[Stop]:
    """Return a page of what a guard stopped, the strongest evidence first."""
    total = stop_counts(shelf).get(guard, 0)
    number = min(page, max(1, -(-total // PAGE_ROWS)))
    rows: list[dict[str, Any]] = shelf.rows(
        _stops_statement(), guard=guard, skip=(number - 1) * PAGE_ROWS
    )
    return Page(tuple(Stop(**r) for r in rows), number, total)
