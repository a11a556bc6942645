"""Two customers side by side: line by line what is the same, similar or different."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from parvis.identity.api import LAST_RANK, RANKS
from parvis.web.language import Language
from parvis.web.language.identity_words import COLUMNS, count_of_kind, level_name
from parvis.web.queries.customers import one_customer
from parvis.web.queries.identity import Doubt, Held, Record, held_by, kinds_of, records_of
from parvis.web.render import customer_label
from parvis.web.shelf import Shelf

__all__ = ["Line", "Pair", "Side", "the_pair"]

Likeness = Literal["same", "similar", "different", "one", "plain"]

_SIMILAR: Final = 0.8
_SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of two customers.

    Parameters
    ----------
    values
        Left and right; each a list of texts.
    likeness
        same, similar, different, one (only one says) or plain (not compared).
    told
        What a model says of it: column, how alike, bits.
    """

    name: str
    values: tuple[tuple[str, ...], tuple[str, ...]]
    likeness: Likeness
    told: tuple[tuple[str, str, float], ...] = ()

    @property
    def bits(self) -> float | None:
        """The evidence of the line; null: nothing weighed it."""
        return sum(t[2] for t in self.told) if self.told else None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two customers."""

    customer_id: str
    label: str
    profile: dict[str, Any]
    held: tuple[Held, ...]
    records: tuple[Record, ...]
    kinds: dict[str, int]

    @property
    def identifiers(self) -> int:
        """How many identifiers it has."""
        return sum(self.kinds.values())

    @property
    def root(self) -> tuple[int, datetime, str]:
        """By what two customers are ordered: the smaller one's id stays."""
        best = self.held[0]
        return RANKS.get(best.kind, LAST_RANK), best.first_at, f"{best.kind}:{best.compared}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two customers that may be one.

    Parameters
    ----------
    other_evidence
        What a model says that belongs to no line.
    moved
        The one whose orders would be told of the other after a merge.
    """

    left: Side
    right: Side
    lines: tuple[Line, ...]
    other_evidence: tuple[tuple[str, str, float], ...]
    moved: Side

    @property
    def identifiers(self) -> int:
        """How many identifiers the two have together."""
        return self.left.identifiers + self.right.identifiers


def _side(shelf: Shelf, customer_id: str, language: Language) -> Side | None:
    profile = one_customer(shelf, customer_id)
    held = held_by(shelf, customer_id)
    if profile is None or not held:
        return None
    return Side(
        customer_id,
        customer_label(profile, language),
        profile,
        held,
        records_of(shelf, customer_id),
        kinds_of(shelf, customer_id),
    )


def the_pair(shelf: Shelf, doubt: Doubt, language: Language) -> Pair | None:
    """Lay two customers side by side; null where one of them has gone."""
    left = _side(shelf, doubt.customer_left, language)
    right = _side(shelf, doubt.customer_right, language)
    if left is None or right is None:
        return None
    said = {e["column"]: e for e in doubt.evidence}
    compared = _Compared(left, right, said, language)
    lines = tuple(
        line
        for line in (
            *compared.person(),
            *compared.identifiers(),
            *_figures(left, right, shelf, language),
        )
        if any(line.values)
    )
    return Pair(
        left,
        right,
        lines,
        tuple(compared.rest()),
        moved=max(left, right, key=lambda s: s.root),
    )


class _Compared:
    """Makes the lines, and remembers which evidence they have told."""

    def __init__(
        self, left: Side, right: Side, said: dict[str, dict[str, Any]], language: Language
    ) -> None:
        self._sides = (left, right)
        self._said = said
        self._language = language
        self._told: set[str] = set()

    def _line(self, name: str, of: Callable[[Side], Iterable[str]], columns: Sequence[str]) -> Line:
        one, other = (tuple(dict.fromkeys(v for v in of(s) if v)) for s in self._sides)
        told = tuple(self._evidence(c) for c in columns if c in self._said)
        return Line(name, (one, other), _likeness(one, other, [t[2] for t in told]), told)

    def _evidence(self, column: str) -> tuple[str, str, float]:
        self._told.add(column)
        one = self._said[column]
        name = self._language.say(COLUMNS[column]) if column in COLUMNS else column
        return name, level_name(str(one["level"]), self._language), float(one["weight"])

    def person(self) -> Iterable[Line]:
        say, fmt = self._language.say, self._language.formats

        def births(side: Side) -> Iterable[str]:
            return (fmt.date(r.birth_date) for r in side.records if isinstance(r.birth_date, date))

        def names(side: Side) -> Iterable[str]:
            return (r.name for r in side.records) if side.records else ()

        def places(side: Side) -> Iterable[str]:
            return (r.address for r in side.records)

        yield self._line(say("Name"), names, ("first_name", "last_name"))
        yield self._line(say("Birth date"), births, ("birth_date",))
        yield self._line(say("Address"), places, ("street", "postal_code", "city"))

    def identifiers(self) -> Iterable[Line]:
        say = self._language.say

        def of_kind(kind: str, listed: str) -> Callable[[Side], Iterable[str]]:
            return lambda s: [
                *(h.compared for h in s.held if h.kind == kind),
                *(v for r in s.records for v in getattr(r, listed)),
            ]

        def handles(side: Side) -> Iterable[str]:
            return (v.partition(":")[2] for r in side.records for v in r.handles)

        yield self._line(say("Mail addresses"), of_kind("email", "emails"), ("emails",))
        yield self._line(say("Phone numbers"), of_kind("phone", "phones"), ("phones",))
        yield self._line(say("Accounts on networks"), handles, ("handles",))
        shown = ("email", "phone")
        values = tuple(
            tuple(
                count_of_kind(kind, n, self._language)
                for kind, n in side.kinds.items()
                if kind not in shown
            )
            for side in self._sides
        )
        yield Line(say("Other identifiers"), (values[0], values[1]), "plain")

    def rest(self) -> Iterable[tuple[str, str, float]]:
        return [self._evidence(c) for c in self._said if c not in self._told]


def _likeness(one: Sequence[str], other: Sequence[str], bits: Sequence[float]) -> Likeness:
    """Compare two lists of values: one in common is the same."""
    if not one and not other:
        return "plain"
    if not one or not other:
        return "one"
    left, right = ({v.casefold() for v in side} for side in (one, other))
    if left & right:
        return "same"
    nearest = max(difflib.SequenceMatcher(None, a, b).ratio() for a in left for b in right)
    if (bits and sum(bits) > 1) or (not bits and nearest >= _SIMILAR):
        return "similar"
    return "different"


def _figures(left: Side, right: Side, shelf: Shelf, language: Language) -> Iterable[Line]:
    fmt, say = language.formats, language.say
    zone, currency = shelf.situation.zone, shelf.situation.currency

    def plain(name: str, of: Callable[[dict[str, Any]], str]) -> Line:
        return Line(name, ((of(left.profile),), (of(right.profile),)), "plain")

    yield plain(say("First seen"), lambda p: fmt.day_of(p["first_seen_at"], zone))
    yield plain(say("Last seen"), lambda p: fmt.day_of(p["last_seen_at"], zone))
    yield plain(say("Orders"), lambda p: fmt.number(p["frequency"]))
    yield plain(say("Net sales"), lambda p: fmt.money(p["monetary"], currency))
