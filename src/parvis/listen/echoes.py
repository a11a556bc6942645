"""What others make of a text: answers, shares, likes, and what these led to in turn.

Followers are no influence: many have them and move nobody. Here a text's influence is what it
demonstrably led to on this brand's subject, in the order of time: each later answer and share by
somebody else counts one, a like a tenth, and what an answer led to in turn counts by half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from parvis.domain.event import EventName
from parvis.lake.functions import json_values, together
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["echoes", "influence", "reacted_texts", "reaction_events"]

_LIKE: Final = 0.1
_SECOND_HAND: Final = 0.5
_SHARE: Final = "share"
#: What a reaction is that is no praise.
_NO_LIKE: Final = "dislike"
#: Longer chains of answers than this are summed up to here.
_LONGEST_CHAIN: Final = 200


def reaction_events(events: ir.Table) -> ir.Table:
    """List likes and shares that stand: `text_id`, `reaction`, `kind` and `value` of whose.

    One person likes a text once, however often the network tells it.
    """
    one = _told(events)
    added = one.filter(one.name == EventName.REACTION_ADDED.value, one.text_id.notnull())
    removed = one.filter(one.name == EventName.REACTION_REMOVED.value)
    by_id = removed.filter(removed.reaction_id.notnull()).select("reaction_id").distinct()
    left = added.anti_join(by_id, "reaction_id")
    # a network that names the text instead of the reaction
    keys = ["text_id", "kind", "value"]
    by_text = removed.filter(removed.reaction_id.isnull(), removed.text_id.notnull())
    last = by_text.group_by(keys).agg(gone_at=by_text.occurred_at.max())
    left = left.left_join(last, keys)
    left = left.filter(~(left.gone_at >= left.occurred_at).fill_null(False))
    return left.select("text_id", "reaction", "kind", "value").distinct()


def reacted_texts(new: ir.Table, events: ir.Table) -> ir.Table:
    """List the texts (`text_id`) that new events like, share, or no longer do.

    Parameters
    ----------
    new
        New rows of `events`.
    events
        All rows of `events`: what is taken back often names the reaction alone.
    """
    told = _told(new)
    back = told.filter(told.text_id.isnull(), told.reaction_id.notnull()).select("reaction_id")
    before = _told(events).semi_join(back.distinct(), "reaction_id")
    named = together(told.select("text_id"), before.select("text_id"))
    return named.filter(named.text_id.notnull()).distinct()


def _told(events: ir.Table) -> ir.Table:
    names = [EventName.REACTION_ADDED.value, EventName.REACTION_REMOVED.value]
    told = events.filter(events.name.isin(names), events.identifiers.length() > 0)
    said = json_values(told.properties, ("object", "reaction", "reaction_id"))
    return told.select(
        "name",
        "occurred_at",
        text_id=said["object"],
        reaction=said["reaction"],
        reaction_id=said["reaction_id"],
        kind=told.identifiers[0]["kind"],
        value=told.identifiers[0]["value"],
    )


def echoes(engine: Engine, mentions: ir.Table, reactions: ir.Table) -> ir.Table:
    """Compute what others made of texts.

    Parameters
    ----------
    engine
        What computes on the lake; the chains of answers leave it as arrays.
    mentions
        Rows of `mentions`: whole conversations.
    reactions
        Rows of `reaction_events`, at least those of these texts.

    Returns
    -------
    ir.Table
        Rows of `echoes`.
    """
    texts = engine.stage(
        mentions.select(
            "text_id", "reply_to", "author_kind", "author", "is_own", "occurred_at",
            thread_id=ibis.coalesce(mentions.thread_id, mentions.text_id),
        )
    )  # fmt: skip
    whose = texts.select("text_id", "author_kind", "author", asked_at="occurred_at")
    answers = texts.select(
        "reply_to", "is_own", "occurred_at", child="text_id", kind="author_kind", value="author"
    )
    # an answer before what it answers is a mistake of a clock, and no effect
    answers = answers.inner_join(whose, answers.reply_to == whose.text_id)
    answers = engine.stage(answers.filter(answers.occurred_at > answers.asked_at))
    by_others = answers.filter(
        ~answers.is_own,
        ~_same(answers.kind, answers.value, answers.author_kind, answers.author),
    )
    liked = reactions.inner_join(whose, "text_id")
    liked = liked.filter(
        liked.reaction.fill_null("") != _NO_LIKE,
        ~_same(liked.kind, liked.value, liked.author_kind, liked.author),
    )
    each = together(
        by_others.select("text_id", "kind", "value", what=ibis.literal("reply")),
        liked.select(
            "text_id", "kind", "value",
            what=(liked.reaction == _SHARE).fill_null(False).ifelse("share", "like"),
        ),
    )  # fmt: skip
    counted = each.group_by("text_id").agg(
        replies=(each.what == "reply").sum(),
        shares=(each.what == "share").sum(),
        likes=(each.what == "like").sum(),
        people=(each.kind + ":" + each.value).nunique(),
    )
    both = engine.stage(texts.select("text_id", "thread_id").left_join(counted, "text_id"))
    counts = {
        c: both[c].fill_null(0).cast("int64") for c in ("replies", "shares", "likes", "people")
    }
    rows = engine.arrow(both.select("text_id", "thread_id", **counts).order_by("text_id"))
    pairs = engine.arrow(answers.select("text_id", "child"))
    value = _led_to(rows, pairs)
    told = rows.append_column("influence", pa.array(value))
    shown = engine.show_arrow(told)
    return shown.select(*(c.name for c in TABLES["echoes"].columns))


def _same(kind: ir.Value, value: ir.Value, other_kind: ir.Value, other: ir.Value) -> ir.Value:
    return ((kind == other_kind) & (value == other)).fill_null(False)


def _led_to(rows: pa.Table, pairs: pa.Table) -> NDArray[np.float64]:
    place = {text: i for i, text in enumerate(rows["text_id"].to_pylist())}
    parents = np.array([place[t] for t in pairs["text_id"].to_pylist()], np.int64)
    children = np.array([place[t] for t in pairs["child"].to_pylist()], np.int64)
    counts = {c: rows[c].to_numpy().astype(float) for c in ("replies", "shares", "likes")}
    own = counts["replies"] + counts["shares"] + _LIKE * counts["likes"]
    return influence(own, parents, children)


def influence(
    own: NDArray[np.float64], parents: NDArray[np.int64], children: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Add to what each text led to at once what its answers led to, by half.

    Parameters
    ----------
    own
        What each text led to at once; shape (n,).
    parents, children
        Each answer: the text and its answer; the answer is later, so that there is no circle.

    Examples
    --------
    >>> influence(np.array([1.0, 2.0, 0.0]), np.array([0, 1]), np.array([1, 2])).tolist()
    [2.0, 2.0, 0.0]
    """
    count = len(own)
    chain = csr_array((np.full(len(parents), _SECOND_HAND), (parents, children)), (count, count))
    total, more = own.copy(), own
    for _ in range(_LONGEST_CHAIN):
        more = chain @ more
        if not more.any():
            break
        total += more
    return total
