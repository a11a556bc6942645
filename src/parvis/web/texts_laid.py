"""What people say, laid out for the pages: the newest first, with what filters ask of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import local_day, strip_accents
from parvis.listen.api import LONGEST

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "KIND_COLUMNS",
    "SURE_FROM",
    "copied",
    "folded",
    "held",
    "masked_words",
    "pictures_shown",
    "searched",
    "stances",
    "text_kinds",
    "texts",
]

#: Below this probability a label is more probably wrong than right: the pages say "can't tell".
SURE_FROM: Final = 0.5

#: What texts are counted by; a text's values of these are its kind, kept as one small number.
KIND_COLUMNS: Final = (
    "sentiment", "is_doubtful", "emotion", "wants", "language", "channel", "source", "kind",
    "who", "rated", "answered",
)  # fmt: skip


#: Without one of these there is no personal data that is found.
_MAY_TELL: Final = "[0-9@]"

_OF_PICTURE: Final = (
    "picture_id", "look_id", "text", "personal_data", "width", "height", "colours",
)  # fmt: skip


def folded(text: ir.StringValue) -> ir.StringValue:
    """Write a text as it is searched: small letters without accents."""
    return strip_accents(text.lower())


def searched(mentions: ir.Table) -> ir.StringValue:
    """Put together what is searched of a text: what it says, and what its pictures do."""
    return mentions.title.fill_null("") + "\n" + mentions.text + "\n" + _of_pictures(mentions)


def _of_pictures(mentions: ir.Table) -> ir.StringValue:
    alt = mentions.pictures.map(lambda p: p["alt"]).join("\n").fill_null("")
    return mentions.picture_text.fill_null("") + "\n" + alt


def held(at: Callable[[str], ir.Table]) -> ir.Table:
    """List the texts that may hold personal data: `text_id`, and as `words` what is `searched`."""
    said = at("mentions")
    # what wasn't read, or not to its end, may hold some
    is_read = said.personal_data.notnull() & (said.text.length() <= LONGEST)
    told = is_read.ifelse(_of_pictures(said), searched(said)).re_search(_MAY_TELL)
    found = said.filter((said.personal_data.length() > 0).fill_null(False) | told)
    return found.select("text_id", words=searched(found))


def masked_words(bare: ir.Table) -> ir.Table:
    """Fold texts of `held` whose personal data was taken out (`text_id`, `words`)."""
    return bare.select("text_id", folded_masked=folded(bare.words))


def pictures_shown(at: Callable[[str], ir.Table]) -> ir.Table:
    """List the pictures of texts that were read: `text_id`, `shown`, `looks`."""
    said = at("mentions").select("text_id", "pictures").unnest("pictures", offset="at")
    each = said.select("text_id", "at", url=said.pictures["url"], alt=said.pictures["alt"])
    read = at("pictures").filter(lambda p: p.picture_id.notnull())
    both = each.inner_join(read, "url")
    near = both.group_by("look_id").agg(texts=both.text_id.nunique())
    both = both.inner_join(near, "look_id")
    one = ibis.struct({c: both[c] for c in (*_OF_PICTURE, "alt", "texts")})
    return both.group_by("text_id").agg(
        shown=one.collect(order_by=both["at"]), looks=both.look_id.collect(distinct=True)
    )


def copied(at: Callable[[str], ir.Table]) -> ir.Table:
    """Count the texts that are copies of one another: `copy_of`, `copies`; the brand's, too."""
    said = at("mentions").filter(lambda t: t.copy_of.notnull())
    each = said.group_by("copy_of").agg(copies=said.count())
    return each.filter(each.copies > 1)


def texts(at: Callable[[str], ir.Table], zone: str, masked: ir.Table) -> ir.Table:
    """Lay out the texts.

    Parameters
    ----------
    at
        Gives a table of the lake.
    zone
        In which days begin.
    masked
        Rows of `masked_words`.

    Returns
    -------
    ir.Table
        Columns of `mentions`, and: `place` (0 is the newest), `day`, `folded` (what is searched),
        `names` (those it names), `wants` (its intents, as ``,complaint,question,``), `who`
        (customer, stranger or brand), `rated` (low, middle or high), `is_doubtful`, `answered`
        (the brand wrote in the conversation after it), `folded_masked` (what is searched by those
        who may not see personal data; null: the same), `shown` (its pictures), `looks`, `waiting`
        and `text_kind`. In the order of `place`.
    """
    said = at("mentions")
    own = said.filter(said.is_own).group_by("thread_id").agg(last_own=said.occurred_at.max())
    rows = said.left_join(own, "thread_id", rname="{name}_own")
    rows = rows.left_join(pictures_shown(at), "text_id", rname="{name}_shown")
    rows = rows.left_join(masked, "text_id", rname="{name}_masked")
    words = folded(searched(rows))
    none = ibis.literal([], "array<string>")
    wanted = rows.intents.map(lambda i: i["kind"]).fill_null(none).sort()
    named = rows.entities.map(lambda e: e["name"]).fill_null(none).unique()
    rating = rows.rating
    rows = rows.mutate(
        place=ibis.row_number().over(order_by=[rows.occurred_at.desc(), rows.text_id]),
        day=local_day(rows.occurred_at, zone),
        thread_id=rows.thread_id.fill_null(rows.text_id),
        folded=words,
        looks=rows.looks.fill_null(none),
        waiting=rows.pictures.length().fill_null(0) - rows.shown.length().fill_null(0),
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
             "is_doubtful", "answered", "text_kind", "folded_masked", "shown", "looks",
             "waiting")  # fmt: skip
    return rows.mutate(text_kind=kind.cast("int32")).select(*shown).order_by("place")


def text_kinds(laid: ir.Table) -> ir.Table:
    """List the kinds of texts that there are: `text_kind` and `KIND_COLUMNS`."""
    return laid.select("text_kind", *KIND_COLUMNS).distinct()


def stances(at: Callable[[str], ir.Table]) -> ir.Table:
    """List where the accounts of customers stand: `customer_id`, `stance`, `texts`."""
    told = at("authors").filter(lambda t: t.customer_id.notnull() & ~t.is_own)
    return told.select("customer_id", "stance", "texts").order_by("customer_id")
