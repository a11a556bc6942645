"""What people say, laid out for the pages: the newest first, with what filters ask of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import local_day, strip_accents

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["KIND_COLUMNS", "SURE_FROM", "folded", "stances", "text_kinds", "texts"]

#: Below this probability a label is more probably wrong than right: the pages say "can't tell".
SURE_FROM: Final = 0.5

#: What texts are counted by; a text's values of these are its kind, kept as one small number.
KIND_COLUMNS: Final = (
    "sentiment", "is_doubtful", "emotion", "wants", "language", "channel", "source", "kind",
    "who", "rated", "answered",
)  # fmt: skip


def folded(text: ir.StringValue) -> ir.StringValue:
    """Write a text as it is searched: small letters without accents."""
    return strip_accents(text.lower())


def texts(at: Callable[[str], ir.Table], zone: str) -> ir.Table:
    """Lay out the texts.

    Parameters
    ----------
    at
        Gives a table of the lake.
    zone
        In which days begin.

    Returns
    -------
    ir.Table
        Columns of `mentions`, and: `place` (0 is the newest), `day`, `folded` (what is searched),
        `names` (those it names), `wants` (its intents, as ``,complaint,question,``), `who`
        (customer, stranger or brand), `rated` (low, middle or high), `is_doubtful`, `answered`
        (the brand wrote in the conversation after it) and `text_kind`. In the order of `place`.
    """
    said = at("mentions")
    own = said.filter(said.is_own).group_by("thread_id").agg(last_own=said.occurred_at.max())
    rows = said.left_join(own, "thread_id", rname="{name}_own")
    none = ibis.literal([], "array<string>")
    wanted = rows.intents.map(lambda i: i["kind"]).fill_null(none).sort()
    named = rows.entities.map(lambda e: e["name"]).fill_null(none).unique()
    rating = rows.rating
    rows = rows.mutate(
        place=ibis.row_number().over(order_by=[rows.occurred_at.desc(), rows.text_id]),
        day=local_day(rows.occurred_at, zone),
        thread_id=rows.thread_id.fill_null(rows.text_id),
        folded=folded(rows.title.fill_null("") + "\n" + rows.text),
        names=named,
        wants=(wanted.length() > 0).ifelse("," + wanted.join(",") + ",", ""),
        language=ibis.coalesce(rows.language, rows.language_told).split("-")[0],
        who=rows.is_own.ifelse("brand", rows.is_customer.ifelse("customer", "stranger")),
        rated=ibis.cases(
            (rating.isnull(), None), (rating < 0.4, "low"), (rating > 0.6, "high"), else_="middle"
        ),
        is_doubtful=(rows.confidence < SURE_FROM).fill_null(False),
        answered=(rows.last_own > rows.occurred_at).fill_null(False),
    )
    kind = ibis.dense_rank().over(order_by=[rows[c] for c in KIND_COLUMNS])
    shown = (*said.columns, "place", "day", "folded", "names", "wants", "who", "rated",
             "is_doubtful", "answered", "text_kind")  # fmt: skip
    return rows.mutate(text_kind=kind.cast("int32")).select(*shown).order_by("place")


def text_kinds(laid: ir.Table) -> ir.Table:
    """List the kinds of texts that there are: `text_kind` and `KIND_COLUMNS`."""
    return laid.select("text_kind", *KIND_COLUMNS).distinct()


def stances(at: Callable[[str], ir.Table]) -> ir.Table:
    """List where the accounts of customers stand: `customer_id`, `stance`, `texts`."""
    told = at("authors").filter(lambda t: t.customer_id.notnull() & ~t.is_own)
    return told.select("customer_id", "stance", "texts").order_by("customer_id")
