"""What people say, laid out for the pages: voices by influence, texts counted by day."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import local_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["counted_by_day", "counted_by_name", "heard", "voices"]

Tables = Callable[[str], "ir.Table"]

#: By what texts are counted beside their day.
BY: Final = ("source", "channel", "kind", "language", "topic_id", "sentiment")


def _of_others(mentions: ir.Table) -> ir.Table:
    return mentions.filter(~mentions.is_own)


def voices(at: Tables) -> ir.Table:
    """List those who speak, the brand left out, with the language that each writes most.

    Returns
    -------
    ir.Table
        Columns of `authors`, with `voice_id` (stands for the identifier in an address, where a
        mail address has no place) and `language`.
    """
    written = _of_others(at("mentions"))
    language = ibis.coalesce(written.language, written.language_told).split("-")[0]
    spoken = written.mutate(spoken=language).group_by("author_kind", "author")
    most = spoken.agg(language=lambda t: t.spoken.mode())
    who = at("authors").filter(lambda t: ~t.is_own)
    both = who.left_join(most, ["author_kind", "author"])
    both = both.drop([c for c in both.columns if c.endswith("_right")])
    key = (both.author_kind + "\x1f" + both.author).hexdigest("md5")
    return both.mutate(voice_id=key[:16]).order_by(
        both.influence.desc(), both.texts.desc(), both.author
    )


def heard(at: Tables) -> ir.Table:
    """List the texts of which others made something: `text_id` and the counts of `echoes`."""
    echoes = at("echoes")
    told = echoes.filter(echoes.people > 0)
    return told.select("text_id", "replies", "shares", "likes", "people", "influence")


def counted_by_day(at: Tables, zone: str) -> ir.Table:
    """Count the texts of others: `day`, what `BY` names, `texts`."""
    written = _of_others(at("mentions"))
    told = written.mutate(
        day=local_day(written.occurred_at, zone),
        language=ibis.coalesce(written.language, written.language_told).split("-")[0],
    )
    return told.group_by("day", *BY).agg(texts=told.count()).order_by("day")


def counted_by_name(at: Tables, zone: str) -> ir.Table:
    """Count what texts of others name: `day`, `kind`, `name`, `sentiment`, `texts`."""
    written = _of_others(at("mentions"))
    named = written.filter(written.entities.length() > 0)
    each = named.select(day=local_day(named.occurred_at, zone), one=named.entities.unnest())
    told = each.select(
        "day", kind=each.one["kind"], name=each.one["name"], sentiment=each.one["sentiment"]
    )
    return told.group_by("day", "kind", "name", "sentiment").agg(texts=told.count())
