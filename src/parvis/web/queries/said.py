"""What is said: volumes, moods and names by day, topics, alerts, and what made a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np

from parvis.listen.api import Peak, Standout, peaks, standouts
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "Alert",
    "Group",
    "MadeOf",
    "Topic",
    "alerts",
    "by_day",
    "grouped",
    "last_days_peaks",
    "made_of",
    "named",
    "said_days",
    "topics",
]

#: Against how many days before it a day is held, to tell what made it.
_BEFORE_DAYS: Final = 56


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of one topic, language or the like; null: not known."""

    key: str | None
    texts: int
    read: int
    positive: int
    negative: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that named itself, and what the team says of it."""

    topic_id: str
    name: str
    label: str | None
    parent: str | None

    @property
    def called(self) -> str:
        """What the team calls it, else its own name."""
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Alert:
    """An hour in which more was negative than usual; the columns of `alerts`."""

    alert_id: str
    subject_kind: str
    subject: str
    noticed_at: datetime
    until_at: datetime
    negative: int
    texts: int
    expected: float
    chance: float
    explanation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a day was made of: topics, authors (voices) and texts that stand out."""

    topics: tuple[Standout, ...]
    authors: tuple[Standout, ...]
    texts: tuple[dict[str, Any], ...]


def said_days(shelf: Shelf) -> tuple[date, date] | None:
    """Return the first and the last day of which there are texts; null: there are none."""
    counts = _daily(shelf)
    return (counts[0][0], counts[-1][0]) if counts else None


_DAILY: Final = Statement(
    lambda shelf: (
        shelf.table("said_by_day")
        .group_by("day")
        .agg(texts=lambda t: t.texts.sum())
        .order_by("day")
    )
)


def _daily(shelf: Shelf) -> list[tuple[date, int]]:
    def look() -> list[tuple[date, int]]:
        rows = {r["day"]: int(r["texts"]) for r in shelf.rows(_DAILY)}
        last = shelf.situation.day
        days = sorted(d for d in rows if last is None or d <= last)
        if not days:
            return []
        length = (days[-1] - days[0]).days + 1
        each = (days[0] + timedelta(n) for n in range(length))
        return [(day, rows.get(day, 0)) for day in each]

    return shelf.kept("said by day", look)


def by_day(shelf: Shelf, first: date, last: date) -> list[tuple[date, int]]:
    """Count the texts of others on each day of a period, also on those without any."""
    counts = dict(_daily(shelf))
    return [
        (day, counts.get(day, 0))
        for day in (first + timedelta(n) for n in range((last - first).days + 1))
    ]


def last_days_peaks(shelf: Shelf, first: date, last: date) -> list[tuple[date, Peak]]:
    """Find the days of a period that stand out; the newest first."""

    def look() -> list[tuple[date, Peak]]:
        counts = _daily(shelf)
        found = peaks(np.array([n for _, n in counts], float))
        return [(counts[p.place][0], p) for p in found]

    return [(day, p) for day, p in reversed(shelf.kept("peaks", look)) if first <= day <= last]


def _sums(table: ir.Table) -> dict[str, Any]:
    texts, mood = table.texts, table.sentiment
    return {
        "texts": texts.sum().fill_null(0),
        "read": texts.sum(where=mood.notnull()).fill_null(0),
        "positive": texts.sum(where=mood == "positive").fill_null(0),
        "negative": texts.sum(where=mood == "negative").fill_null(0),
    }


def _between(table: ir.Table, first: str, last: str) -> ir.Table:
    return table.filter(
        table.day >= ibis.literal(first).cast("date"), table.day <= ibis.literal(last).cast("date")
    )


@lru_cache(maxsize=16)
def _grouped(column: str) -> Statement:
    def build(shelf: Shelf, *, first: str, last: str) -> ir.Table:
        table = _between(shelf.table("said_by_day"), first, last)
        by = table.mutate(key=ibis.literal("all") if column == "all" else table[column])
        return by.group_by("key").agg(**_sums(by)).order_by(ibis.desc("texts"), "key")

    return Statement(build, first=str, last=str)


def grouped(shelf: Shelf, column: str, first: date, last: date) -> list[Group]:
    """Count the texts of a period by `topic_id`, `language`, `source`, `channel` or ``all``."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    rows = shelf.rows(_grouped(column), **days)
    return [_group(r) for r in rows]


def _group(row: Mapping[str, Any]) -> Group:
    counts = {n: int(row[n]) for n in ("texts", "read", "positive", "negative")}
    return Group(row["key"], **counts)


def _names(shelf: Shelf, *, first: str, last: str) -> ir.Table:
    table = _between(shelf.table("named_by_day"), first, last)
    by = table.mutate(key=table.kind + "\x1f" + table.name)
    return by.group_by("key").agg(**_sums(by)).order_by(ibis.desc("texts"), "key")


_NAMED: Final = Statement(_names, first=str, last=str)


def named(shelf: Shelf, first: date, last: date) -> dict[str, list[Group]]:
    """Count what texts of a period name: by brand, product, competitor and aspect."""
    found: dict[str, list[Group]] = {
        kind: [] for kind in ("brand", "product", "competitor", "aspect")
    }
    for row in shelf.rows(_NAMED, first=first.isoformat(), last=last.isoformat()):
        kind, _, name = row["key"].partition("\x1f")
        found.setdefault(kind, []).append(_group({**row, "key": name}))
    return found


_TOPICS: Final = Statement(
    lambda shelf: (
        shelf.table("topics").select("topic_id", "name", "label", "parent").order_by("topic_id")
    )
)


def topics(shelf: Shelf) -> dict[str, Topic]:
    """Return the topics by their identifier."""
    return shelf.kept("topics", lambda: {r["topic_id"]: Topic(**r) for r in shelf.rows(_TOPICS)})


_ALERTS: Final = Statement(
    lambda shelf: (
        shelf.table("alerts")
        .mutate(explanation=lambda t: t.explanation.cast("string"))
        .select(*Alert.__slots__)
        .order_by(ibis.desc("noticed_at"))
        .limit(50)
    )
)


def alerts(shelf: Shelf, since: datetime) -> tuple[Alert, ...]:
    """Return the alerts that weren't over at a moment, the newest first."""

    def look() -> tuple[Alert, ...]:
        rows = shelf.rows(_ALERTS)
        return tuple(Alert(**{**r, "explanation": _told(r["explanation"])}) for r in rows)

    return tuple(a for a in shelf.kept("alerts", look) if a.until_at >= since)


def _told(explanation: str | None) -> Mapping[str, Any]:
    told = json.loads(explanation or "{}")
    return told if isinstance(told, dict) else {}


@lru_cache(maxsize=4)
def _counted(column: str) -> Statement:
    def build(shelf: Shelf, *, first: str, last: str) -> ir.Table:
        texts = _between(shelf.table("texts"), first, last)
        texts = texts.filter(~texts.is_own)
        key = texts.topic_id if column == "topic" else texts.author_kind + "\x1f" + texts.author
        told = texts.mutate(key=key)
        told = told.filter(told.key.notnull())
        return told.group_by("key").agg(texts=told.count())

    return Statement(build, first=str, last=str)


def _loudest(shelf: Shelf, *, first: str, last: str) -> ir.Table:
    texts = _between(shelf.table("texts"), first, last)
    texts = texts.filter(~texts.is_own, texts.text != "")
    both = texts.left_join(shelf.table("heard"), "text_id")
    both = both.mutate(influence=both.influence.fill_null(0.0))
    best = both.order_by(both.influence.desc(), both.text_id).limit(3)
    return best.select("text_id", "text", "channel", "source", "sentiment", "influence")


_LOUDEST: Final = Statement(_loudest, first=str, last=str)


def made_of(shelf: Shelf, day: date) -> MadeOf:
    """Tell what a day was made of: shares on the day against the weeks before."""

    def look() -> MadeOf:
        now = {"first": day.isoformat(), "last": day.isoformat()}
        first, last = day - timedelta(_BEFORE_DAYS), day - timedelta(1)
        before = {"first": first.isoformat(), "last": last.isoformat()}
        found = []
        for column in ("topic", "author"):
            counts = [
                {r["key"]: int(r["texts"]) for r in shelf.rows(_counted(column), **days)}
                for days in (now, before)
            ]
            found.append(tuple(standouts(counts[0], counts[1], _BEFORE_DAYS)))
        return MadeOf(found[0], found[1], tuple(shelf.rows(_LOUDEST, **now)))

    return shelf.kept(("made of", day), look)
