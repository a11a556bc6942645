"""What an experiment is, as it is told: by its events, a file, or the team.

References
----------
Segment, "Spec: A/B Testing": `Experiment Viewed` with `experiment_id`, `experiment_name`,
`variation_name`. https://segment.com/docs/connections/spec/ab-testing/
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal, get_args

from parvis.errors import MeasureError

__all__ = [
    "KINDS",
    "LEFT_OUT",
    "Kind",
    "Plan",
    "checked",
    "last_day",
    "left_out_of",
    "plan_id",
    "plan_of",
    "row_of",
    "told_channel",
    "words_of",
]

Kind = Literal["holdout", "cities"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

#: Names of variations that mean: marketing was kept from these people.
LEFT_OUT: Final = frozenset(
    {"holdout", "hold out", "heldout", "held out", "control", "control group", "left out",
     "off", "excluded", "unexposed", "not exposed", "psa", "placebo", "none", "no ads"}
)  # fmt: skip
_LONGEST_DAYS: Final = 400
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment, as it is told.

    Parameters
    ----------
    experiment_id
        As the silo calls it, or its name in small letters.
    name
        As people call it.
    kind
        ``holdout``: people are left out at random. ``cities``: some cities' budget is changed.
    channel
        Which channel; null: not told.
    hypothesis
        What is to be found out.
    starts_on, ends_on
        The first and the last day; null: not told.
    cities
        The cities that are changed, as they were told.
    budget
        Their budget, as a factor of the usual: 0, nothing is spent there.
    share
        The planned share of people who are left out; null: not told.
    covers
        Which part of those whom the channel reaches is in the lots, 0 to 1; null: not told.
    left_out
        The variation that is left out, where its name doesn't tell.
    channel_by
        How the channel is known: ``told``, or by the experiment's ``name``.
    """

    experiment_id: str
    name: str
    kind: Kind
    channel: str | None = None
    hypothesis: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    cities: tuple[str, ...] = ()
    budget: float | None = None
    share: float | None = None
    covers: float | None = None
    left_out: str | None = None
    channel_by: str = "told"

    @property
    def days(self) -> int | None:
        """How many days it lasts; null: not told."""
        if self.starts_on is None or self.ends_on is None:
            return None
        return (self.ends_on - self.starts_on).days + 1

    def state(self, today: date) -> str:
        """Tell whether it is planned, running or ended on a day."""
        if self.starts_on is not None and today < self.starts_on:
            return "planned"
        if self.ends_on is not None and today > self.ends_on:
            return "ended"
        return "running"


def plan_id(name: str) -> str:
    """Make an identifier of a name.

    Examples
    --------
    >>> plan_id("Social: dark in Nantes")
    'social-dark-in-nantes'
    """
    return "-".join(words_of(name).split())[:_LONGEST_NAME]


def words_of(text: str) -> str:
    """Write a name as words in small letters, whatever stood between them."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def told_channel(texts: Iterable[str], channels: Collection[str]) -> str | None:
    """Tell which channel an experiment's name or identifier names.

    Parameters
    ----------
    texts
        The identifier and the name.
    channels
        Those that money is spent on.

    Returns
    -------
    str or None
        Null where none is named, or several of which none holds the others.

    Examples
    --------
    >>> told_channel(["brand-search holdout"], ["search", "brand search", "tv"])
    'brand search'
    >>> told_channel(["tv or search"], ["search", "tv"]) is None
    True
    """
    found: set[str] = set()
    for text in texts:
        told = f" {words_of(text)} "
        found |= {c for c in channels if words_of(c) and f" {words_of(c)} " in told}
    longest = sorted(found, key=lambda c: -len(words_of(c)))
    if not longest:
        return None
    first = f" {words_of(longest[0])} "
    return longest[0] if all(f" {words_of(c)} " in first for c in longest) else None


def left_out_of(variations: Collection[str], told: str | None = None) -> str | None:
    """Tell which variation was left out; null where its name doesn't tell.

    Examples
    --------
    >>> left_out_of(["exposed", "Hold-out"]), left_out_of(["A", "B"]), left_out_of(["A", "B"], "b")
    ('Hold-out', None, 'B')
    """
    if told is not None:
        return next((v for v in variations if words_of(v) == words_of(told)), None)
    known = [v for v in variations if words_of(v) in LEFT_OUT]
    return known[0] if len(known) == 1 else None


def checked(plan: Plan, channels: Collection[str], cities: Collection[str]) -> Plan:
    """Check an experiment that somebody tells of.

    Parameters
    ----------
    plan
        As it was told.
    channels
        Those that money is spent on.
    cities
        Those where customers live or money is spent.

    Returns
    -------
    Plan
        With channel and cities as the lake writes them.

    Raises
    ------
    MeasureError
        Something in it can't be: says what, and what is expected.
    """
    if not words_of(plan.name) or len(plan.name) > _LONGEST_NAME:
        raise MeasureError(
            f"{plan.name[:40]!r} is no name for an experiment.",
            f"Give letters or digits, {_LONGEST_NAME} signs at most.",
        )
    if plan.kind not in KINDS:
        raise MeasureError(
            f"{plan.kind!r} is no kind of experiment.", f"Expected one of {', '.join(KINDS)}."
        )
    _check_days(plan)
    plan = replace(plan, channel=_known("channel", plan.channel, channels))
    for name, value in (("share", plan.share), ("covers", plan.covers)):
        least_ok = value is None or (0 < value < 1 or (name == "covers" and value == 1))
        if not least_ok:
            raise MeasureError(
                f"{name} = {value}.", "Expected a part between 0 and 1, such as 0.2."
            )
    if plan.kind == "holdout":
        if plan.cities or plan.budget is not None:
            raise MeasureError(
                f"{plan.name} is a holdout, and has cities or a budget.",
                "A test in cities has no people who are left out; tell of two experiments.",
            )
        return plan
    return _checked_cities(plan, cities)


def _check_days(plan: Plan) -> None:
    if plan.starts_on is None or plan.ends_on is None:
        return
    if plan.ends_on < plan.starts_on:
        raise MeasureError(
            f"{plan.name} ends on {plan.ends_on}, before it begins on {plan.starts_on}.",
            "Give a last day that isn't before the first.",
        )
    if (plan.days or 0) > _LONGEST_DAYS:
        raise MeasureError(
            f"{plan.name} lasts {plan.days} days.", f"Expected {_LONGEST_DAYS} at most."
        )


def _checked_cities(plan: Plan, cities: Collection[str]) -> Plan:
    if not plan.cities:
        raise MeasureError(f"{plan.name} names no city.", "Name the cities that are changed.")
    if plan.channel is None:
        raise MeasureError(f"{plan.name} names no channel.", "Name the channel that is changed.")
    if plan.starts_on is None or plan.ends_on is None:
        raise MeasureError(
            f"{plan.name} has no first or no last day.", "Give both: the test compares these days."
        )
    if plan.budget is None or not 0 <= plan.budget < float("inf") or plan.budget == 1:
        raise MeasureError(
            f"{plan.name} has the budget {plan.budget}.",
            "Expected a factor of the usual budget: 0 for none, 2 for twice as much; not 1.",
        )
    known = tuple(_known("city", c, cities) or c for c in plan.cities)
    if len(set(known)) != len(known):
        twice = next(c for c in known if known.count(c) > 1)
        raise MeasureError(f"{plan.name} names {twice} twice.", "Name each city once.")
    return replace(plan, cities=known)


def _known(what: str, told: str | None, known: Collection[str]) -> str | None:
    if told is None:
        return None
    by_words = {words_of(k): k for k in known}
    if words_of(told) in by_words:
        return by_words[words_of(told)]
    from difflib import get_close_matches

    near = get_close_matches(words_of(told), by_words, 1)
    some = ", ".join(sorted(known)[:12]) or "none: import what advertising cost, and orders, first"
    hint = f"Did you mean {by_words[near[0]]}?" if near else f"Known: {some}."
    raise MeasureError(f"There is no {what} {told!r}.", hint)


def row_of(plan: Plan, told_by: str, told_at: Any) -> dict[str, Any]:
    """Return a plan as a row of `experiments`."""
    design: dict[str, Any] = {"channel_by": plan.channel_by}
    if plan.kind == "cities":
        design |= {"cities": list(plan.cities), "budget": plan.budget}
    told = {"share": plan.share, "covers": plan.covers, "left_out": plan.left_out}
    design |= {k: v for k, v in told.items() if v is not None}
    return {
        "experiment_id": plan.experiment_id,
        "name": plan.name,
        "kind": plan.kind,
        "hypothesis": plan.hypothesis,
        "channel": plan.channel,
        "design": json.dumps(design, ensure_ascii=False),
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "told_by": told_by,
        "told_at": told_at,
    }


def plan_of(row: Mapping[str, Any]) -> Plan:
    """Read a row of `experiments`."""
    design = row["design"]
    told: Mapping[str, Any] = json.loads(design) if isinstance(design, str) else dict(design or {})
    cities: Sequence[str] = told.get("cities") or ()
    return Plan(
        experiment_id=row["experiment_id"],
        name=row["name"],
        kind=row["kind"],
        channel=row["channel"],
        hypothesis=row["hypothesis"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        cities=tuple(cities),
        budget=told.get("budget"),
        share=told.get("share"),
        covers=told.get("covers"),
        left_out=told.get("left_out"),
        channel_by=told.get("channel_by", "told"),
    )


def last_day(starts_on: date, days: int) -> date:
    """Return the last day of so many."""
    return starts_on + timedelta(days=days - 1)
