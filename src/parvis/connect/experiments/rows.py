"""From a line of a plan to an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from parvis.measure.api import experiments

__all__ = ["COLUMNS", "Unread", "plan_in"]

#: The columns that are understood; `name` is needed.
COLUMNS: Final = (
    "name", "experiment_id", "kind", "channel", "cities", "starts_on", "ends_on", "days",
    "budget", "share", "covers", "left_out", "hypothesis",
)  # fmt: skip


class Unread(ValueError):
    """A value can't be read.

    Parameters
    ----------
    reason
        A code of the quarantine.
    field, value
        Where, and what stood there.
    """

    def __init__(self, reason: str, field: str, value: str) -> None:
        super().__init__(f"{field} = {value!r}: {reason}")
        self.reason, self.field, self.value = reason, field, value


def plan_in(row: Mapping[str, str]) -> experiments.Plan:
    """Read a line of a plan.

    Parameters
    ----------
    row
        Texts by column.

    Returns
    -------
    Plan
        Not checked against channels and cities yet. With cities it is a test in cities, else a
        holdout, unless `kind` says so.

    Raises
    ------
    Unread
        A value isn't what its column holds.

    Examples
    --------
    >>> row = {"name": "Dark", "channel": "tv", "cities": "Nantes|Lille",
    ...        "starts_on": "2025-05-05", "days": "35", "budget": "0"}
    >>> plan = plan_in(row)
    >>> plan.kind, plan.cities, str(plan.ends_on), plan.budget
    ('cities', ('Nantes', 'Lille'), '2025-06-08', 0.0)
    """
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if not told["name"]:
        raise Unread("missing", "name", "")
    cities = tuple(c.strip() for c in told["cities"].split("|") if c.strip())
    kind = told["kind"] or ("cities" if cities else "holdout")
    if kind not in experiments.KINDS:
        raise Unread("unknown_kind", "kind", kind)
    starts_on = _day("starts_on", told["starts_on"])
    return experiments.Plan(
        experiment_id=told["experiment_id"] or experiments.plan_id(told["name"]),
        name=told["name"],
        kind="cities" if kind == "cities" else "holdout",
        channel=told["channel"] or None,
        hypothesis=told["hypothesis"] or None,
        starts_on=starts_on,
        ends_on=_end(starts_on, told["ends_on"], told["days"]),
        cities=cities,
        budget=_number("budget", told["budget"]),
        share=_number("share", told["share"]),
        covers=_number("covers", told["covers"]),
        left_out=told["left_out"] or None,
    )


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unread("not_a_date", name, text) from None


def _end(starts_on: date | None, ends_on: str, days: str) -> date | None:
    if ends_on or not days or starts_on is None:
        return _day("ends_on", ends_on)
    if not days.isdecimal():
        raise Unread("not_a_whole_number", "days", days)
    try:
        return starts_on + timedelta(int(days) - 1)
    except OverflowError:
        raise Unread("too_long", "days", days) from None


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Unread("not_a_number", name, text) from None
