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

from parvis.errors import PlanRefused

__all__ = [
    "KINDS",
    "LEFT_OUT",
    "Kind",
    "Plan",
    "PlanFault",
    "checked",
    "last_day",
    "left_out_of",
    "plan_fault",
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


@dataclass(frozen=True, slots=True)
class PlanFault:
    """Why an experiment can't be as it is told.

    Parameters
    ----------
    reason
        A code, as of the quarantine.
    field
        What is wrong.
    value
        Its value.
    what, next_step
        In words.
    """

    reason: str
    field: str
    value: str
    what: str
    next_step: str


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
    PlanRefused
        Something in it can't be: says what, and what is expected.
    """
    fault = plan_fault(plan, channels, cities)
    if fault is not None:
        raise PlanRefused(fault.what, fault.next_step, fault.reason, fault.field, fault.value)
    channel = None if plan.channel is None else _by_words(channels)[words_of(plan.channel)]
    known = _by_words(cities)
    return replace(plan, channel=channel, cities=tuple(known[words_of(c)] for c in plan.cities))


def plan_fault(plan: Plan, channels: Collection[str], cities: Collection[str]) -> PlanFault | None:
    """Tell what can't be in an experiment that somebody tells of; null: nothing."""
    if not words_of(plan.name) or len(plan.name) > _LONGEST_NAME:
        return PlanFault(
            "missing", "name", plan.name[:40], f"{plan.name[:40]!r} is no name for an experiment.",
            f"Give letters or digits, {_LONGEST_NAME} signs at most.",
        )  # fmt: skip
    if plan.kind not in KINDS:
        return PlanFault(
            "unknown_kind", "kind", plan.kind, f"{plan.kind!r} is no kind of experiment.",
            f"Expected one of {', '.join(KINDS)}.",
        )  # fmt: skip
    found = _of_days(plan) or _of_name("channel", plan.channel, channels) or _of_parts(plan)
    if found is None and plan.kind == "cities":
        return _of_cities(plan, cities)
    return found


def _of_days(plan: Plan) -> PlanFault | None:
    if plan.starts_on is None or plan.ends_on is None:
        return None
    if plan.ends_on < plan.starts_on:
        return PlanFault(
            "ends_before", "ends_on", str(plan.ends_on),
            f"{plan.name} ends on {plan.ends_on}, before it begins on {plan.starts_on}.",
            "Give a last day that isn't before the first.",
        )  # fmt: skip
    if (plan.days or 0) > _LONGEST_DAYS:
        return PlanFault(
            "too_long", "days", str(plan.days), f"{plan.name} lasts {plan.days} days.",
            f"Expected {_LONGEST_DAYS} at most.",
        )  # fmt: skip
    return None


def _of_parts(plan: Plan) -> PlanFault | None:
    for name, value, most in (("share", plan.share, 0.999), ("covers", plan.covers, 1.0)):
        if value is not None and not 0 < value <= most:
            return PlanFault(
                "not_a_share", name, str(value), f"{plan.name} has the {name} {value}.",
                "Expected a part between 0 and 1, such as 0.2.",
            )  # fmt: skip
    if plan.kind == "holdout" and (plan.cities or plan.budget is not None):
        return PlanFault(
            "two_designs", "cities", "|".join(plan.cities),
            f"{plan.name} is a holdout, and has cities or a budget.",
            "A test in cities has no people who are left out; tell of two experiments.",
        )  # fmt: skip
    return None


def _of_cities(plan: Plan, cities: Collection[str]) -> PlanFault | None:
    missing = {
        "cities": not plan.cities,
        "channel": plan.channel is None,
        "starts_on": plan.starts_on is None,
        "ends_on": plan.ends_on is None,
        "budget": plan.budget is None,
    }
    lacks = [name for name, is_missing in missing.items() if is_missing]
    if lacks:
        return PlanFault(
            "missing", lacks[0], "", f"{plan.name} lacks {', '.join(lacks)}.",
            "A test in cities has cities, a channel, its first and last day, and a budget.",
        )  # fmt: skip
    budget = plan.budget
    if budget is None or not 0 <= budget < float("inf") or budget == 1:
        return PlanFault(
            "not_a_factor", "budget", str(budget), f"{plan.name} has the budget {budget}.",
            "Expected a factor of the usual budget: 0 for none, 2 for twice as much; not 1.",
        )  # fmt: skip
    for city in plan.cities:
        fault = _of_name("city", city, cities)
        if fault is not None:
            return fault
    names = [words_of(c) for c in plan.cities]
    twice = next((c for c in plan.cities if names.count(words_of(c)) > 1), None)
    if twice is not None:
        return PlanFault(
            "named_twice", "cities", twice, f"{plan.name} names {twice} twice.",
            "Name each city once.",
        )  # fmt: skip
    return None


def _by_words(names: Collection[str]) -> dict[str, str]:
    return {words_of(n): n for n in names}


def _of_name(what: str, told: str | None, known: Collection[str]) -> PlanFault | None:
    by_words = _by_words(known)
    if told is None or words_of(told) in by_words:
        return None
    from difflib import get_close_matches

    near = get_close_matches(words_of(told), by_words, 1)
    some = ", ".join(sorted(known)[:12]) or "none: import what advertising cost, and orders, first"
    hint = f"Did you mean {by_words[near[0]]}?" if near else f"Known: {some}."
    return PlanFault(f"unknown_{what}", what, told, f"There is no {what} {told!r}.", hint)


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
