"""What `parvis measure` says of coupons and promotions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table

from parvis.cli.console import console
from parvis.work.promoting import Promoted

__all__ = ["show_promoted", "told_promoted"]

#: Why nothing is said of a campaign.
_WHY: Final = {
    "early": "no twelve weeks before it are known",
    "late": "fewer than two weeks of it are known",
    "few": "too few got it, or too few can be compared",
    "overlap": "those it went to resemble nobody else",
    "balance": "both sides can't be made alike",
    "placebo": "they bought more, or less, in the weeks before already",
    "control": "they bought more, or less, where there were no coupons too",
    "wide": "whatever it did is lost in the noise",
}


def told_promoted(found: Promoted) -> dict[str, Any]:
    """Return what was found, for a file."""
    return {
        name: [dict(row) | {"checks": json.loads(row["checks"])} for row in rows]
        for name, rows in (("coupons", found.coupons), ("promotions", found.shown))
    }


def show_promoted(found: Promoted, currency: str) -> None:
    """Show what was found; nothing where there are neither coupons nor promotions."""
    if found.coupons:
        _show_coupons(found, currency)
    whole = [row for row in found.shown if row["level"] == "all"]
    if whole:
        _show_shown(whole)


def _show_coupons(found: Promoted, currency: str) -> None:
    off = sum(row["redeemed_discount"] for row in found.coupons)
    known = sum(row["known_discount"] or 0.0 for row in found.coupons)
    console.print(
        f"\nCoupons of {len(found.coupons)} campaigns took {off:,.0f} {currency} off; "
        f"{known:,.0f} of it for what the same customers had bought in the quarter before.\n"
    )
    table = Table(show_edge=False, pad_edge=False)
    for name in ("campaign", "verdict"):
        table.add_column(name, no_wrap=True)
    for name in ("taken off", "more a customer"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("why")
    for row in found.coupons:
        table.add_row(
            row["campaign"],
            row["verdict"],
            f"{row['redeemed_discount']:,.0f}",
            _range(row, 2),
            _WHY.get(row["why"] or "", ""),
        )
    console.print(table)


def _show_shown(rows: list[Mapping[str, Any]]) -> None:
    console.print("\nWhere products were shown, they sold so many times as many units:\n")
    table = Table(show_edge=False, pad_edge=False)
    for name in ("where", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("times", justify="right", no_wrap=True)
    for row in rows:
        where = f"{row['way']}: {row['spot'] or 'anywhere'}"
        table.add_row(where, row["verdict"], _range(row, 2))
    console.print(table)


def _range(row: Mapping[str, Any], digits: int) -> str:
    if row["effect"] is None:
        return "can't tell"
    return f"{row['effect_low']:,.{digits}f} to {row['effect_high']:,.{digits}f}"
