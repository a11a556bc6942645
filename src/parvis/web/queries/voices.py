"""Who speaks: voices by filter, and one voice with its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.web.queries.customer_filter import NO_VALUE
from parvis.web.queries.paging import PAGE_ROWS, Page, address, asked, ordered, page_number
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "MOST_TEXTS",
    "SORTS",
    "Voice",
    "VoiceFilter",
    "VoiceText",
    "all_voices",
    "find_voices",
    "one_voice",
    "texts_of",
    "voice_choices",
    "voice_named",
]  # fmt: skip

#: By what voices can be sorted, and the columns that it means.
SORTS: Final[dict[str, tuple[str, ...]]] = {
    "voice": ("name",),
    "texts": ("texts",),
    "net_sentiment": ("net_sentiment", "read"),
    "replies": ("replies",),
    "shares": ("shares",),
    "likes": ("likes",),
    "people": ("people",),
    "influence": ("influence",),
    "last_at": ("last_at",),
}

_DEFAULT_SORT: Final = "-influence"
_STANCES: Final = {"supporter", "detractor", NO_VALUE}
#: A voice's page shows no more texts.
MOST_TEXTS: Final = 50


@dataclass(frozen=True, slots=True)
class VoiceFilter:
    """Which voices, in which order; as it stands in the address.

    Parameters
    ----------
    q
        Part of a name or of what the account is called on its network.
    stance
        ``supporter``, ``detractor`` or ``unknown`` (can't tell).
    channel, language
        The one that they write in most.
    customer
        ``yes``: a silo knows them; ``no``: a stranger.
    """

    q: str = ""
    stance: str = ""
    channel: str = ""
    customer: str = ""
    language: str = ""
    sort: str = _DEFAULT_SORT
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> VoiceFilter:
        """Read an address; what it can't mean is left out."""
        text = {n: asked(query, n) for n in cls.__slots__ if n != "page"}
        if text["sort"].removeprefix("-") not in SORTS:
            text["sort"] = _DEFAULT_SORT
        if text["stance"] not in _STANCES:
            text["stance"] = ""
        if text["customer"] not in {"yes", "no"}:
            text["customer"] = ""
        return cls(**text, page=page_number(query))

    def address(self, **changes: Any) -> str:
        """Return the query string of this view, or of one beside it."""
        return address(replace(self, **{"page": 1, **changes}), VoiceFilter())

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anybody out."""
        return any(getattr(self, n) for n in _FILTERS)


_FILTERS: Final = ("q", "stance", "channel", "customer", "language")


@dataclass(frozen=True, slots=True)
class Voice:
    """One who speaks; the columns of `authors`.

    Parameters
    ----------
    voice_id
        Stands for the identifier in addresses.
    customer_name, customer_user
        What the customer is called that it is; null: no silo says.
    """

    voice_id: str
    author_kind: str
    author: str
    name: str | None
    handle: str | None
    channel: str | None
    language: str | None
    customer_id: str | None
    is_customer: bool
    first_at: datetime
    last_at: datetime
    texts: int
    negative: int
    positive: int
    read: int
    net_sentiment: float | None
    stance: str | None
    replies: int
    shares: int
    likes: int
    people: int
    influence: float
    customer_name: str | None = None
    customer_user: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceText:
    """A text of a voice, and what others made of it."""

    text_id: str
    occurred_at: datetime
    channel: str | None
    source: str
    kind: str
    title: str | None
    text: str
    sentiment: str | None
    replies: int
    shares: int
    likes: int
    people: int
    influence: float


@dataclass(frozen=True, slots=True)
class VoiceTotals:
    """What the voices of a view add up to.

    Parameters
    ----------
    most
        The influence of all of them, and of the ten with the most.
    """

    voices: int
    supporters: int
    detractors: int
    customers: int
    influence: float
    most: float


_COLUMNS: Final = tuple(c for c in Voice.__slots__ if not c.startswith("customer_n"))
_Shape = tuple[tuple[str, str], ...]


def _question(wanted: VoiceFilter) -> tuple[_Shape, dict[str, str | int]]:
    shape: list[tuple[str, str]] = []
    values: dict[str, str | int] = {}
    for name in _FILTERS:
        value = getattr(wanted, name)
        if not value:
            continue
        if value == NO_VALUE or name == "customer":
            shape.append((name, value))
        else:
            shape.append((name, "value"))
            values[name] = value.lower() if name == "q" else value
    return tuple(shape), values


def _chosen(shelf: Shelf, shape: _Shape, values: Mapping[str, str | int]) -> ir.Table:
    table = shelf.table("voices")
    for name, kind in shape:
        if name == "q":
            part = str(values["q"])
            found = table.name.lower().contains(part) | table.handle.lower().contains(part)
            table = table.filter(found.fill_null(False))
        elif name == "customer":
            table = table.filter(table.is_customer == (kind == "yes"))
        elif kind == NO_VALUE:
            table = table.filter(table[name].isnull())
        else:
            table = table.filter(table[name] == values[name])
    return table


def _named(shelf: Shelf, voices: ir.Table) -> ir.Table:
    names = shelf.table("profiles").select(
        "customer_id", customer_name="display_name", customer_user="user_id"
    )
    return voices.left_join(names, "customer_id").drop("customer_id_right")


@lru_cache(maxsize=256)
def _list_statement(shape: _Shape, sort: str) -> Statement:
    def build(shelf: Shelf, *, skip: int, rows: int, **values: str) -> ir.Table:
        table = ordered(_chosen(shelf, shape, values), sort, SORTS, "voice_id")
        some = _named(shelf, table.limit(rows, offset=skip))
        return ordered(some, sort, SORTS, "voice_id").select(*Voice.__slots__)

    kinds: dict[str, type[str | int]] = {n: str for n, kind in shape if kind == "value"}
    return Statement(build, **kinds, skip=int, rows=int)


@lru_cache(maxsize=256)
def _totals_statement(shape: _Shape) -> Statement:
    def build(shelf: Shelf, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values)
        ranked = table.mutate(
            place=ibis.row_number().over(order_by=(table.influence.desc(), table.voice_id))
        )
        return ranked.agg(
            voices=ranked.count(),
            supporters=(ranked.stance == "supporter").sum().fill_null(0),
            detractors=(ranked.stance == "detractor").sum().fill_null(0),
            customers=ranked.is_customer.sum().fill_null(0),
            influence=ranked.influence.sum().fill_null(0),
            most=ranked.influence.sum(where=ranked.place < 10).fill_null(0),
        )

    return Statement(build, **{n: str for n, kind in shape if kind == "value"})


def find_voices(shelf: Shelf, wanted: VoiceFilter) -> tuple[Page[Voice], VoiceTotals]:
    """Return a page of a view of the voices, and what the view adds up to."""
    shape, values = _question(wanted)

    def add_up() -> VoiceTotals:
        row = shelf.rows(_totals_statement(shape), **values)[0]
        return VoiceTotals(**{n: int(row[n]) for n in _COUNTS}, **{n: row[n] for n in _SUMS})

    totals = shelf.kept(("voices", shape, *sorted(values.items())), add_up)
    number = min(wanted.page, max(1, -(-totals.voices // PAGE_ROWS)))
    rows = shelf.rows(
        _list_statement(shape, wanted.sort),
        **values,
        skip=(number - 1) * PAGE_ROWS,
        rows=PAGE_ROWS,
    )
    return Page(tuple(Voice(**r) for r in rows), number, totals.voices), totals


_COUNTS: Final = ("voices", "supporters", "detractors", "customers")
_SUMS: Final = ("influence", "most")
_ALL: Final = 1_000_000


def all_voices(shelf: Shelf, wanted: VoiceFilter) -> list[Voice]:
    """Return all voices of a view."""
    shape, values = _question(wanted)
    rows = shelf.rows(_list_statement(shape, wanted.sort), **values, skip=0, rows=_ALL)
    return [Voice(**r) for r in rows]


@lru_cache(maxsize=8)
def _facet(column: str) -> Statement:
    def build(shelf: Shelf) -> ir.Table:
        table = shelf.table("voices")
        return table.group_by(column).agg(n=table.count()).order_by(ibis.desc("n"), column)

    return Statement(build)


def voice_choices(shelf: Shelf) -> dict[str, list[tuple[Any, int]]]:
    """Tell what voices can be filtered by, with how many each choice has; null: not known."""

    def look() -> dict[str, list[tuple[Any, int]]]:
        columns = {"customer": "is_customer"}
        return {
            name: [
                (r[column], r["n"])
                for column in (columns.get(name, name),)
                for r in shelf.rows(_facet(column))
            ]
            for name in ("stance", "channel", "customer", "language")
        }

    return shelf.kept("voice choices", look)


_ONE: Final = Statement(
    lambda shelf, kind, voice: _named(
        shelf,
        shelf.table("voices").filter(
            lambda t: t.author_kind == kind, lambda t: t.voice_id == voice
        ),
    ).select(*Voice.__slots__),
    kind=str,
    voice=str,
)


def one_voice(shelf: Shelf, kind: str, voice_id: str) -> Voice | None:
    """Return a voice; null where there is none."""
    rows = shelf.rows(_ONE, kind=kind, voice=voice_id)
    return Voice(**rows[0]) if rows else None


_OF_AUTHOR: Final = Statement(
    lambda shelf, kind, author: _named(
        shelf,
        shelf.table("voices").filter(lambda t: t.author_kind == kind, lambda t: t.author == author),
    ).select(*Voice.__slots__),
    kind=str,
    author=str,
)


def voice_named(shelf: Shelf, kind: str, author: str) -> Voice | None:
    """Return the voice of an identifier; null where there is none."""
    rows = shelf.rows(_OF_AUTHOR, kind=kind, author=author)
    return Voice(**rows[0]) if rows else None


@lru_cache(maxsize=2)
def _texts(newest: bool) -> Statement:
    def build(shelf: Shelf, *, kind: str, author: str) -> ir.Table:
        told = shelf.table("texts").filter(
            lambda t: t.author_kind == kind, lambda t: t.author == author
        )
        counts = ("replies", "shares", "likes", "people", "influence")
        both = told.left_join(shelf.table("heard"), "text_id")
        both = both.mutate(**{c: both[c].fill_null(0) for c in counts})
        first = (
            (both.occurred_at.desc(), both.text_id)
            if newest
            else (both.influence.desc(), both.occurred_at.desc(), both.text_id)
        )
        return both.order_by(*first).limit(MOST_TEXTS).select(*VoiceText.__slots__)

    return Statement(build, kind=str, author=str)


def texts_of(shelf: Shelf, voice: Voice, *, newest: bool) -> tuple[VoiceText, ...]:
    """Return a voice's texts, `MOST_TEXTS` at most: the newest, or those that led to most."""
    rows = shelf.rows(_texts(newest), kind=voice.author_kind, author=voice.author)
    return tuple(VoiceText(**r) for r in rows)
