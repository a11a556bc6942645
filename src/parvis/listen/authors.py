"""Voices: who writes, how they feel of the brand, and whom they move. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import EventType
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["authors", "profiles_told"]

#: With fewer texts that were read nobody is called a supporter or a detractor.
_LEAST_READ: Final = 3
_STANCE: Final = 0.5


def profiles_told(events: ir.Table) -> ir.Table:
    """List what accounts say of themselves: `author_kind`, `author`, `name`, `handle`."""
    told = events.filter(
        events.type == EventType.IDENTIFY.value,
        events.identifiers.length() > 0,
        events.traits.notnull(),
    )
    one = told.select(
        author_kind=told.identifiers[0]["kind"],
        author=told.identifiers[0]["value"],
        said_name=told.traits.get("name"),
        said_handle=told.traits.get("handle"),
        order=ibis.struct({"at": told.occurred_at, "message_id": told.message_id}),
    )
    return one.group_by("author_kind", "author").agg(
        said_name=one.said_name.argmax(one.order, where=one.said_name.notnull()),
        said_handle=one.said_handle.argmax(one.order, where=one.said_handle.notnull()),
    )


def authors(mentions: ir.Table, echoes: ir.Table, told: ir.Table) -> ir.Table:
    """Gather voices.

    Parameters
    ----------
    mentions
        Rows of `mentions`, all of these authors; texts without an author are nobody's.
    echoes
        Rows of `echoes`, at least of these texts.
    told
        Rows of `profiles_told`.

    Returns
    -------
    ir.Table
        Rows of `authors`. Somebody is a supporter from three read texts on, where the positive
        ones outweigh the negative by half of all; a detractor likewise.
    """
    written = mentions.filter(mentions.author.notnull(), mentions.author_kind.notnull())
    heard = echoes.select("text_id", "replies", "shares", "likes", "people", "influence")
    each = written.left_join(heard, "text_id")
    last = ibis.struct({"at": each.occurred_at, "text_id": each.text_id})
    mood = each.sentiment
    gathered = each.group_by("author_kind", "author").agg(
        wrote_name=each.author_name.argmax(last, where=each.author_name.notnull()),
        channel=each.channel.mode(),
        customer_id=each.customer_id.argmax(last, where=each.customer_id.notnull()),
        is_customer=each.is_customer.any(),
        is_own=each.is_own.any(),
        first_at=each.occurred_at.min(),
        last_at=each.occurred_at.max(),
        texts=each.count(),
        negative=(mood == "negative").sum().fill_null(0),
        positive=(mood == "positive").sum().fill_null(0),
        read=mood.count(),
        **{
            c: each[c].sum().fill_null(0)
            for c in ("replies", "shares", "likes", "people", "influence")
        },
    )
    both = gathered.left_join(told, ["author_kind", "author"])
    net = (both.positive - both.negative).cast("float64") / both.read.nullif(0)
    enough = both.read >= _LEAST_READ
    rows = both.mutate(
        name=ibis.coalesce(both.said_name, both.wrote_name),
        handle=both.said_handle,
        net_sentiment=net,
        stance=ibis.cases(
            (enough & (net >= _STANCE), "supporter"),
            (enough & (net <= -_STANCE), "detractor"),
            else_=ibis.null("string"),
        ),
    )
    return rows.select(*(c.name for c in TABLES["authors"].columns))
