"""What the last measuring found: the ledger and all that it stands on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np

from parvis.measure.api import SCALES, ResponseCurves, differences
from parvis.web.queries.paging import PAGE_ROWS
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Measured", "all_spend_rows", "measured", "spend_rows"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """The last measuring.

    Parameters
    ----------
    measured_at
        When.
    is_published
        Whether the mix may be shown.
    first, last
        The time it is about; null: nothing could be read.
    places, placed
        How many places were told apart, and the part of sales whose place is known.
    problems, checks
        As they were written.
    ledger, parts, tests, weeks, credits
        Rows of `ledger`, `ledger_parts`, `suggested_tests`, `contributions`, `credits`.
    curves
        What channels return; null: nothing is published.
    spent
        By channel: what was spent in each week of the time, the first first.
    """

    measured_at: datetime
    is_published: bool
    first: date | None
    last: date | None
    places: int
    placed: float
    problems: Sequence[Row]
    checks: Mapping[str, Any]
    ledger: Sequence[Row]
    parts: Sequence[Row]
    tests: Mapping[str, Row]
    weeks: Sequence[Row]
    credits: Sequence[Row]
    curves: ResponseCurves | None
    spent: Mapping[str, Sequence[float]]

    def row(self, channel: str) -> Row | None:
        """Return a channel's row of the ledger."""
        return next((r for r in self.ledger if r["channel"] == channel), None)

    @property
    def told(self) -> tuple[Row, ...]:
        """The rows of which something can be told."""
        return tuple(r for r in self.ledger if r["returned"] is not None)

    @property
    def margin(self) -> float | None:
        """What was taken to be left of each unit of sales; null: isn't told."""
        return self.ledger[0]["margin"] if self.ledger else None

    def differences(self, row: Row) -> tuple[str, ...]:
        """Tell why journeys and mix say different things of a channel, as codes."""
        channel = row["channel"]
        learned = (self.checks.get("learned") or {}).get(channel) or {}
        theirs = [c for c in self.credits if c["channel"] == channel]
        return differences(row, theirs, self.follows(channel), learned.get("told"))

    def follows(self, channel: str) -> float | None:
        """Return which part of a budget's ups and downs follows demand; null: can't be told."""
        return (self.checks.get("follows") or {}).get(channel)

    def week_line(self, kind: str, name: str = "") -> tuple[Row, ...]:
        """Return one line of `contributions`, in the order of weeks."""
        return tuple(r for r in self.weeks if r["kind"] == kind and r["name"] == name)


def _whole(name: str, *order: str) -> Statement:
    return Statement(lambda shelf: shelf.table(name).order_by(*order))


_MEASURED: Final = Statement(
    lambda shelf: shelf.table("measured").order_by(ibis.desc("measured_at")).limit(1)
)
_LEDGER: Final = _whole("ledger", "channel")
_PARTS: Final = _whole("ledger_parts", "channel", "kind", "starts_on", "name")
_TESTS: Final = _whole("suggested_tests", "channel")
_WEEKS: Final = _whole("contributions", "kind", "name", "starts_on")
_CREDITS: Final = _whole("credits", "method", "channel")
_RESPONSE: Final = _whole("response", "channel", "scale")


def _by_day(shelf: Shelf) -> ir.Table:
    kpi = shelf.table("kpi")
    spend = kpi.filter(kpi.kind == "spend")
    return spend.group_by("day", channel=spend["name"]).agg(spent=spend["value"].sum())


_BY_DAY: Final = Statement(_by_day)


def measured(shelf: Shelf) -> Measured | None:
    """Return what the last measuring found; null: nobody measured yet."""
    return shelf.kept("measured", lambda: _read(shelf))


def _read(shelf: Shelf) -> Measured | None:
    last = shelf.rows(_MEASURED)
    if not last:
        return None
    one = last[0]
    is_published = one["state"] == "published"
    ledger = tuple(shelf.rows(_LEDGER))
    margin = ledger[0]["margin"] if ledger else None
    return Measured(
        measured_at=one["measured_at"],
        is_published=is_published,
        first=one["starts_on"],
        last=one["ends_on"],
        places=int(one["places"] or 0),
        placed=float(one["placed"] or 0.0),
        problems=tuple(_json(one["problems"])),
        checks=_json(one["checks"]),
        ledger=ledger,
        parts=tuple(shelf.rows(_PARTS)),
        tests={r["channel"]: r for r in shelf.rows(_TESTS)},
        weeks=tuple(shelf.rows(_WEEKS)),
        credits=tuple(shelf.rows(_CREDITS)),
        curves=_curves(shelf.rows(_RESPONSE), margin) if is_published else None,
        spent=_spent(shelf.rows(_BY_DAY), one["starts_on"], one["ends_on"]),
    )


def _spent(rows: Sequence[Row], first: date | None, last: date | None) -> dict[str, list[float]]:
    if first is None or last is None:
        return {}
    weeks = ((last - first).days + 1) // 7
    found: dict[str, list[float]] = {r["channel"]: [0.0] * weeks for r in rows}
    for row in rows:
        week = (row["day"] - first).days // 7
        if 0 <= week < weeks:
            found[row["channel"]][week] += float(row["spent"])
    return found


def _json(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


def _curves(rows: Sequence[Row], margin: float | None) -> ResponseCurves | None:
    names = tuple(dict.fromkeys(r["channel"] for r in rows))
    if not names:
        return None
    draws = np.array([r["draws"] for r in rows], float)
    returned = draws.reshape(len(names), len(SCALES), -1).transpose(2, 0, 1)
    one = int(np.searchsorted(SCALES, 1.0))
    spend = np.array([rows[n * len(SCALES) + one]["spend"] for n in range(len(names))])
    return ResponseCurves(names, spend, returned, margin or 1.0)


def _theirs(shelf: Shelf, channel: str) -> ir.Table:
    spend = shelf.table("spend")
    return spend.filter(spend.channel == channel).order_by(
        ibis.desc("day"), "source", "campaign", "geography", "row_key"
    )


_SPEND: Final = Statement(
    lambda shelf, *, channel, skip: _theirs(shelf, channel).limit(PAGE_ROWS, offset=skip),
    channel=str,
    skip=int,
)
_ALL_SPEND: Final = Statement(lambda shelf, *, channel: _theirs(shelf, channel), channel=str)
_COUNT: Final = Statement(
    lambda shelf, *, channel: _theirs(shelf, channel).agg(rows=lambda t: t.count()), channel=str
)


def spend_rows(shelf: Shelf, channel: str, skip: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return a page of a channel's spending, the newest first, and how many rows there are."""
    total = int(shelf.rows(_COUNT, channel=channel)[0]["rows"])
    return shelf.rows(_SPEND, channel=channel, skip=skip), total


def all_spend_rows(shelf: Shelf, channel: str) -> list[dict[str, Any]]:
    """Return all rows of a channel's spending, the newest first."""
    return shelf.rows(_ALL_SPEND, channel=channel)
