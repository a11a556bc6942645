"""What the last measuring found of coupons and promotions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from parvis.web.queries.paging import PAGE_ROWS
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Promoted", "coupon_lines", "promoted"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Promoted:
    """What was found.

    Parameters
    ----------
    campaigns
        Rows of `coupon_effects`, the first to begin first; `checks` are read.
    shown
        Rows of `promotion_effects`; `checks` are read.
    found
        How many of the coupons handed in are found on a line of an order.
    """

    campaigns: Sequence[Row]
    shown: Sequence[Row]
    found: int

    def campaign(self, name: str) -> Row | None:
        """Return one campaign."""
        return next((r for r in self.campaigns if r["campaign"] == name), None)

    def count(self, verdict: str) -> int:
        """Count the campaigns of one verdict."""
        return sum(r["verdict"] == verdict for r in self.campaigns)

    def sum(self, name: str) -> float:
        """Sum a column up over the campaigns of which it is known."""
        return float(sum(r[name] or 0 for r in self.campaigns))

    def level(self, way: str, level: str, *, spots: bool = False) -> list[Row]:
        """Return the rows of one way and level: of spots, or of anywhere."""
        return [
            r
            for r in self.shown
            if r["way"] == way and r["level"] == level and bool(r["spot"]) == spots
        ]


_CAMPAIGNS: Final = Statement(
    lambda shelf: shelf.table("coupon_effects").order_by("starts_on", "campaign")
)
_SHOWN: Final = Statement(
    lambda shelf: shelf.table("promotion_effects").order_by("way", "level", "spot", "name")
)
_FOUND: Final = Statement(
    lambda shelf: (
        shelf.table("coupon_lines")
        .select("campaign", "customer_id", "coupon_id", "day")
        .distinct()
        .agg(found=lambda t: t.count())
    )
)


def promoted(shelf: Shelf) -> Promoted:
    """Return what was found; no rows where nothing was promoted, or measured."""
    return shelf.kept("promoted", lambda: _read(shelf))


def _read(shelf: Shelf) -> Promoted:
    return Promoted(
        _checked(shelf.rows(_CAMPAIGNS)),
        _checked(shelf.rows(_SHOWN)),
        int(shelf.rows(_FOUND)[0]["found"]),
    )


def _checked(rows: Sequence[dict[str, Any]]) -> tuple[Row, ...]:
    return tuple(
        r | {"checks": json.loads(r["checks"]) if isinstance(r["checks"], str) else r["checks"]}
        for r in rows
    )


def _lines(shelf: Shelf, *, campaign: str, skip: int) -> ir.Table:
    lines = shelf.table("coupon_lines")
    theirs = lines.filter(lines.campaign == campaign)
    people = shelf.table("profiles").select("customer_id", "display_name", "user_id")
    goods = shelf.table("order_lines").select(
        "customer_id", "source", "order_id", "line_number", "name", "category"
    )
    key = ["customer_id", "source", "order_id", "line_number"]
    told = theirs.left_join(goods, key).select(
        *theirs.columns, name=goods["name"], category=goods.category
    )
    return (
        told.left_join(people, "customer_id")
        .drop("customer_id_right")
        .order_by(
            lambda t: t.coupon_discount.desc(), "day", "customer_id", "order_id", "line_number"
        )
        .limit(PAGE_ROWS, offset=skip)
    )


_LINES: Final = Statement(_lines, campaign=str, skip=int)


def _counted(shelf: Shelf, *, campaign: str) -> ir.Table:
    lines = shelf.table("coupon_lines")
    return lines.filter(lines.campaign == campaign).agg(rows=lambda t: t.count())


_COUNT: Final = Statement(_counted, campaign=str)


def coupon_lines(shelf: Shelf, campaign: str, skip: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return a page of the lines for which a campaign's coupons were handed in, and their count."""
    total = int(shelf.rows(_COUNT, campaign=campaign)[0]["rows"])
    return shelf.rows(_LINES, campaign=campaign, skip=skip), total
