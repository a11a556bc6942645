"""What people say: search and filters, how many of each, conversations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.web.queries.paging import PAGE_ROWS, Page
from parvis.web.queries.text_filter import TextFilter
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "SHOWN",
    "THREAD_ROWS",
    "Text",
    "all_texts",
    "counts_of",
    "find_texts",
    "named_texts",
    "one_text",
    "thread_of",
]

#: No more texts of one conversation are shown.
THREAD_ROWS: Final = 400

#: The columns of a text that is shown; `named_texts` gives the rest.
SHOWN: Final = (
    "text_id", "text_key", "source", "kind", "channel", "occurred_at", "edited_at", "author_kind",
    "author", "author_name", "customer_id", "is_customer", "is_own", "thread_id", "reply_to", "url",
    "title", "rating", "text", "language", "language_confidence", "sentiment", "p_negative",
    "p_neutral", "p_positive", "confidence", "tier", "emotion", "emotion_confidence", "intents",
    "entities", "personal_data", "corrected_by", "topic_id", "who", "answered", "shown", "copy_of",
    "waiting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it stands; columns of `mentions` of the same names.

    Parameters
    ----------
    who
        customer, stranger or brand.
    answered
        The brand wrote in the conversation after it.
    topic
        What the team, else the topic itself, calls what it is about.
    user_id, display_name
        Of the customer.
    shown
        Its pictures that were read: `picture_id`, `look_id`, `alt`, `text`, `personal_data`,
        `width`, `height`, `colours` and `texts` (how many texts show one that looks like it).
    waiting
        How many of its pictures weren't or can't be read.
    copies
        How many texts are copies of one another with it.
    """

    text_id: str
    text_key: str
    source: str
    kind: str
    channel: str | None
    occurred_at: datetime
    edited_at: datetime | None
    author_kind: str | None
    author: str | None
    author_name: str | None
    customer_id: str | None
    is_customer: bool
    is_own: bool
    thread_id: str | None
    reply_to: str | None
    url: str | None
    title: str | None
    rating: float | None
    text: str
    language: str | None
    language_confidence: float | None
    sentiment: str | None
    p_negative: float | None
    p_neutral: float | None
    p_positive: float | None
    confidence: float | None
    tier: str | None
    emotion: str | None
    emotion_confidence: float | None
    intents: list[dict[str, Any]] | None
    entities: list[dict[str, Any]] | None
    personal_data: list[str] | None
    corrected_by: str | None
    topic_id: str | None
    who: str
    answered: bool
    shown: list[dict[str, Any]] | None
    copy_of: str | None
    waiting: int
    topic: str | None
    copies: int
    user_id: str | None
    display_name: str | None


# filters whose values are those of a column of the kind
_OF_KIND: Final = {
    "sentiment": "sentiment", "emotion": "emotion", "language": "language", "channel": "channel",
    "source": "source", "kind": "kind", "rating": "rated",
}  # fmt: skip
_COUNTED: Final = (*_OF_KIND, "intent", "who", "unanswered", "doubtful")
_VALUES: Final = (
    *_OF_KIND, "intent", "topic", "name", "who", "customer", "since", "until", "copy", "picture",
)  # fmt: skip


def _question(
    wanted: TextFilter, *, masked: bool = False
) -> tuple[tuple[str, ...], dict[str, str | int]]:
    """Return which conditions there are, and the values of those that have one."""
    values: dict[str, str | int] = {f"word{n}": w for n, w in enumerate(wanted.words)}
    shape = [*values, "masked"] if masked and values else list(values)
    if wanted.sentiment == "unread":
        shape.append("unread")
    if not wanted.who and not wanted.customer:
        shape.append("people")
    for name in _VALUES:
        told = getattr(wanted, name)
        if told and told != "unread":
            shape.append(name)
            values[name] = f",{told}," if name == "intent" else told
    shape += [n for n in ("unanswered", "doubtful") if getattr(wanted, n)]
    return tuple(shape), values


def _chosen(shelf: Shelf, shape: tuple[str, ...], values: Mapping[str, str]) -> ir.Table:
    table = shelf.table("texts")
    conditions = {
        "unread": lambda t: t.sentiment.isnull() & ~t.is_own,
        "people": lambda t: ~t.is_own,
        "intent": lambda t: t.wants.contains(values["intent"]),
        "topic": lambda t: t.topic_id == values["topic"],
        "name": lambda t: t.names.contains(values["name"]),
        "who": lambda t: t.who == values["who"],
        "customer": lambda t: t.customer_id == values["customer"],
        "since": lambda t: t.day >= ibis.literal(values["since"]).cast("date"),
        "until": lambda t: t.day <= ibis.literal(values["until"]).cast("date"),
        "unanswered": lambda t: ~t.answered & ~t.is_own,
        "doubtful": lambda t: t.is_doubtful,
        "copy": lambda t: t.copy_of == values["copy"],
        "picture": lambda t: t.looks.contains(values["picture"]),
    }
    folded = ibis._.folded
    if "masked" in shape:
        folded = ibis._.folded_masked.fill_null(ibis._.folded)
    for name in shape:
        if name in _OF_KIND:
            table = table.filter(table[_OF_KIND[name]] == values[name])
        elif name.startswith("word"):
            table = table.filter(folded.contains(values[name]))
        elif name != "masked":
            table = table.filter(conditions[name])
    return table


def named_texts(shelf: Shelf, rows: ir.Table) -> ir.Table:
    """Add to a few rows the topic's and the customer's name, and how many copies there are."""
    names = shelf.table("profiles").select("customer_id", "user_id", "display_name")
    topics = shelf.table("topics")
    called = topics.select("topic_id", topic=ibis.coalesce(topics.label, topics.name))
    copied = shelf.table("copied").select("copy_of", "copies")
    rows = rows.left_join(names, "customer_id").drop("customer_id_right")
    rows = rows.left_join(copied, "copy_of").drop("copy_of_right")
    rows = rows.mutate(copies=rows.copies.fill_null(1))
    return rows.left_join(called, "topic_id").drop("topic_id_right")


@lru_cache(maxsize=256)
def _list_statement(shape: tuple[str, ...]) -> Statement:
    def build(shelf: Shelf, *, skip: int, rows: int, **values: str) -> ir.Table:
        chosen = _chosen(shelf, shape, values).select("place")
        # where they are first: the wide rows are then read for one page alone
        cut = chosen.order_by("place").limit(rows, offset=skip)
        found = shelf.table("texts").semi_join(cut, "place").select("place", *SHOWN)
        return named_texts(shelf, found).order_by("place").select(*Text.__slots__)

    return Statement(build, **dict.fromkeys(_values_of(shape), str), skip=int, rows=int)


@lru_cache(maxsize=256)
def _kinds_statement(shape: tuple[str, ...]) -> Statement:
    def build(shelf: Shelf, **values: str) -> ir.Table:
        table = _chosen(shelf, shape, values)
        return table.group_by("text_kind").agg(texts=table.count())

    return Statement(build, **dict.fromkeys(_values_of(shape), str))


def _values_of(shape: tuple[str, ...]) -> list[str]:
    return [n for n in shape if n in _VALUES or n.startswith("word")]


_KINDS: Final = Statement(lambda shelf: shelf.table("text_kinds"))
_TOPICS: Final = Statement(
    lambda shelf: (
        shelf.table("texts")
        .filter(lambda t: t.topic_id.notnull() & ~t.is_own)
        .group_by("topic_id")
        .agg(texts=lambda t: t.count())
        .left_join(shelf.table("topics"), "topic_id")
        .select("topic_id", "texts", name=lambda t: ibis.coalesce(t.label, t.name))
        .order_by(ibis.desc("texts"), "topic_id")
        .limit(100)
    )
)
_NAMES: Final = Statement(
    lambda shelf: (
        shelf.table("texts")
        .filter(lambda t: (t.names.length() > 0) & ~t.is_own)
        .select(name=lambda t: t.names.unnest())
        .group_by("name")
        .agg(texts=lambda t: t.count())
        .order_by(ibis.desc("texts"), "name")
        .limit(100)
    )
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many texts there are of a view, and would be with each other choice.

    Parameters
    ----------
    total
        Texts of the view.
    by
        By filter, then by its value: texts if that filter had this value, all else as it is.
    topics, names
        Value, its name and how many texts of people have it, whatever the other filters say.
    """

    total: int
    by: dict[str, dict[str, int]]
    topics: tuple[tuple[str, str, int], ...]
    names: tuple[tuple[str, str, int], ...]


def counts_of(shelf: Shelf, wanted: TextFilter, *, masked: bool = False) -> Counts:
    """Count the texts of a view and of those beside it; `masked`: as `find_texts` says."""
    chosen = {name: getattr(wanted, name) for name in _COUNTED if getattr(wanted, name)}
    if not wanted.customer:
        chosen.setdefault("who", "people")
    by: dict[str, dict[str, int]] = {name: {} for name in _COUNTED}
    total = 0
    for kind, texts in _kinds_found(shelf, wanted, masked=masked):
        failed = [n for n, value in chosen.items() if value not in _values_in(kind, n)]
        total += 0 if failed else texts
        if len(failed) > 1:
            continue
        for name in failed or _COUNTED:
            for value in _values_in(kind, name):
                by[name][value] = by[name].get(value, 0) + texts
    topics = shelf.kept("text topics", lambda: shelf.rows(_TOPICS))
    names = shelf.kept("text names", lambda: shelf.rows(_NAMES))
    return Counts(
        total,
        by,
        tuple((t["topic_id"], t["name"] or t["topic_id"], t["texts"]) for t in topics),
        tuple((n["name"], n["name"], n["texts"]) for n in names),
    )


def _kinds_found(
    shelf: Shelf, wanted: TextFilter, *, masked: bool
) -> list[tuple[dict[str, Any], int]]:
    """Count texts by kind, whatever the filters say that a kind can tell."""
    shape, values = _question(
        TextFilter(
            q=wanted.q, topic=wanted.topic, name=wanted.name, since=wanted.since,
            until=wanted.until, customer=wanted.customer, copy=wanted.copy,
            picture=wanted.picture,
        ),
        masked=masked,
    )  # fmt: skip
    shape = tuple(n for n in shape if n != "people")

    def found() -> list[tuple[dict[str, Any], int]]:
        kinds = shelf.kept("text kinds", lambda: {k["text_kind"]: k for k in shelf.rows(_KINDS)})
        counted = shelf.rows(_kinds_statement(shape), **values)
        return [(kinds[c["text_kind"]], c["texts"]) for c in counted]

    return shelf.kept(("texts by kind", shape, tuple(values.items())), found)


def _values_in(kind: Mapping[str, Any], name: str) -> list[str]:
    """Return the values of a filter that a kind of text has."""
    if name == "intent":
        return [w for w in kind["wants"].split(",") if w]
    if name == "sentiment":
        if kind["who"] == "brand":
            return []
        return [kind["sentiment"] or "unread"]
    if name == "unanswered":
        return ["yes"] if not kind["answered"] and kind["who"] != "brand" else []
    if name == "doubtful":
        return ["yes"] if kind["is_doubtful"] else []
    if name == "who":
        return ["brand"] if kind["who"] == "brand" else [kind["who"], "people"]
    value = kind[_OF_KIND[name]]
    return [value] if value is not None else []


def find_texts(
    shelf: Shelf, wanted: TextFilter, *, masked: bool = False
) -> tuple[Page[Text], Counts]:
    """Return one page of a view, and how many texts there are of what.

    Parameters
    ----------
    masked
        Words are sought in texts without their personal data: whoever may not see it may not
        find it out by asking, either.
    """
    counts = counts_of(shelf, wanted, masked=masked)
    pages = max(1, -(-counts.total // PAGE_ROWS))
    number = min(wanted.page, pages)
    shape, values = _question(wanted, masked=masked)
    found = _fetch(shelf, shape, values, ((number - 1) * PAGE_ROWS, PAGE_ROWS))
    return Page(found, number, counts.total), counts


def all_texts(shelf: Shelf, wanted: TextFilter) -> tuple[Text, ...]:
    """Return all texts of a view, for a file."""
    return _fetch(shelf, *_question(wanted), (0, 10**9))


def _fetch(
    shelf: Shelf, shape: tuple[str, ...], values: Mapping[str, str | int], part: tuple[int, int]
) -> tuple[Text, ...]:
    found = shelf.rows(_list_statement(shape), **values, skip=part[0], rows=part[1])
    return tuple(Text(**r) for r in found)


def _one(shelf: Shelf, text: str) -> ir.Table:
    table = shelf.table("texts")
    found = table.filter(table.text_id == text).select("place", *SHOWN)
    return named_texts(shelf, found).select(*Text.__slots__)


_ONE: Final = Statement(_one, text=str)


def one_text(shelf: Shelf, text_id: str) -> Text | None:
    """Return a text; null where there is none."""
    rows = shelf.rows(_ONE, text=text_id)
    return Text(**rows[0]) if rows else None


def _thread(shelf: Shelf, thread: str) -> ir.Table:
    table = shelf.table("texts")
    found = table.filter(table.thread_id == thread)
    cut = found.select("place", *SHOWN).order_by(ibis.desc("place")).limit(THREAD_ROWS)
    return named_texts(shelf, cut).order_by(ibis.desc("place")).select(*Text.__slots__)


_THREAD: Final = Statement(_thread, thread=str)


def thread_of(shelf: Shelf, text: Text) -> tuple[Text, ...]:
    """Return the conversation that a text belongs to, the oldest first."""
    return tuple(Text(**r) for r in shelf.rows(_THREAD, thread=text.thread_id or text.text_id))
