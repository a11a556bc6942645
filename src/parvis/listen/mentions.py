"""From events to texts as they stand now, with what was read in them. Pure Ibis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import json_items, json_text, json_values
from parvis.lake.schema import TABLES
from parvis.listen.labels import WITHDRAWN

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["KINDS", "TEXT_EVENTS", "Read", "gone_authors", "mentions", "text_events", "words"]

#: What a text is called, by the event that brings it.
KINDS: Final = {
    EventName.POST_PUBLISHED: "post",
    EventName.COMMENT_ADDED: "comment",
    EventName.REVIEW_POSTED: "review",
    EventName.EMAIL_RECEIVED: "mail",
    EventName.MESSAGE_RECEIVED: "message",
    EventName.MESSAGE_SENT: "message",
    EventName.ARTICLE_PUBLISHED: "article",
}

#: The events that bring, change or take back a text.
TEXT_EVENTS: Final = (*KINDS, EventName.TEXT_EDITED, EventName.TEXT_DELETED)

_SAID: Final = (
    "thread", "in_reply_to", "url", "title", "subject", "language", "is_own", "rating",
    "best_rating", "worst_rating", "author", "from",
)  # fmt: skip
#: Of one text; networks allow four to twenty.
_MOST_PICTURES: Final = 24
#: Columns of a reading that a mention shows as they are.
_READ: Final = (
    "language", "language_confidence", "p_negative", "p_neutral", "p_positive", "tier",
    "emotion_confidence", "entities", "personal_data",
)  # fmt: skip


def text_events(events: ir.Table) -> ir.Table:
    """Keep the events that bring, change or take back a text, with its `text_id`."""
    told = events.filter(events.name.isin([n.value for n in TEXT_EVENTS]))
    return told.mutate(text_id=ibis.coalesce(json_text(told.properties, "object"), told.message_id))


def gone_authors(events: ir.Table) -> ir.Table:
    """List the accounts that were deleted: `author_kind`, `author`, `gone_at`."""
    gone = events.filter(
        events.name == EventName.ACCOUNT_DELETED.value, events.identifiers.length() > 0
    )
    one = gone.select(
        "occurred_at",
        author_kind=gone.identifiers[0]["kind"],
        author=gone.identifiers[0]["value"],
    )
    return one.group_by("author_kind", "author").agg(gone_at=one.occurred_at.max())


@dataclass(frozen=True, slots=True)
class Read:
    """What is known of words and pictures beside themselves: rows of the tables of these names."""

    readings: ir.Table
    labels: ir.Table
    text_topics: ir.Table
    text_copies: ir.Table
    pictures: ir.Table


def mentions(told: ir.Table, gone: ir.Table, owners: ir.Table, read: Read) -> ir.Table:
    """Make a mention of each text that stands.

    Parameters
    ----------
    told
        Rows of `text_events`, all of those of the texts that are asked for.
    gone
        Rows of `gone_authors`.
    owners
        `message_id`, `customer_id` and `is_known` of events whose author is known.
    read
        What is known of the words.

    Returns
    -------
    ir.Table
        Rows of `mentions`. A text that its author or network took back isn't among them, nor is
        any text of an account that was deleted after it.
    """
    first = _first(told)
    first = first.left_join(_in_pictures(first, read.pictures), "text_id", rname="{name}_shown")
    rows = first.left_join(_edits(told), ["text_id", "source"], rname="{name}_edit")
    rows = rows.left_join(_deleted(told), ["text_id", "source"], rname="{name}_deleted")
    rows = rows.left_join(gone, ["author_kind", "author"], rname="{name}_gone")
    rows = rows.filter(
        ~(rows.deleted_at >= rows.occurred_at).fill_null(False),
        ~(rows.gone_at >= rows.occurred_at).fill_null(False),
    )
    text = ibis.coalesce(rows.new_text, rows.text)
    rows = rows.mutate(
        text=text,
        edited_at=rows.changed_at,
        text_key=_key(rows.language_told, rows.title, words(text, rows.picture_text)),
    )
    whose = owners.select("message_id", "customer_id", is_customer="is_known")
    rows = rows.left_join(whose, "message_id", rname="{name}_owner")
    rows = rows.mutate(is_customer=rows.is_customer.fill_null(False))
    return _with_reading(rows, read).select(*(c.name for c in TABLES["mentions"].columns))


def words(text: ir.Value, picture_text: ir.Value) -> ir.StringValue:
    """Take what is read of a text: what was written, else what stands in its pictures."""
    return ibis.coalesce(text.nullif(""), picture_text, ibis.literal(""))


def _in_pictures(first: ir.Table, pictures: ir.Table) -> ir.Table:
    """Put together what can be read in the pictures of each text: `text_id`, `picture_text`."""
    shown = first.select("text_id", "pictures").unnest("pictures", offset="place")
    each = shown.select("text_id", "place", url=shown.pictures["url"])
    legible = pictures.filter(pictures.text != "").select("url", read="text")
    found = each.inner_join(legible, "url")
    return found.group_by("text_id").agg(
        picture_text=found.read.group_concat("\n", order_by=found.place)
    )


def _first(told: ir.Table) -> ir.Table:
    """Take the event that brought each text; two silos may tell of the same one."""
    kinds = {name.value: kind for name, kind in KINDS.items()}
    written = (told.text.strip() != "").fill_null(False)
    brought = told.mutate(pictures=_pictures(told)).filter(
        told.name.isin(list(kinds)), written | ibis._.pictures.notnull()
    )
    order = ibis.window(group_by="text_id", order_by=("occurred_at", "message_id"))
    numbered = brought.mutate(place=ibis.row_number().over(order))
    one = numbered.filter(numbered.place == 0).drop("place")
    said = json_values(one.properties, _SAID)
    who = one.identifiers
    # what the brand sends names the person it is sent to
    sent = one.name == EventName.MESSAGE_SENT.value
    wrote = (who.length() > 0) & ~sent
    worst, best = (said[k].try_cast("float64") for k in ("worst_rating", "best_rating"))
    stars = said["rating"].try_cast("float64")
    return one.select(
        "text_id",
        "message_id",
        "source",
        "channel",
        "occurred_at",
        "pictures",
        text=one.text.fill_null(""),
        kind=one.name.substitute(kinds),
        author_kind=wrote.ifelse(who[0]["kind"], ibis.null("string")),
        author=wrote.ifelse(who[0]["value"], ibis.null("string")),
        author_name=sent.ifelse(
            ibis.null("string"),
            ibis.coalesce(one.traits.get("name"), said["author"], said["from"]),
        ),
        is_own=(said["is_own"] == "true").fill_null(False) | sent,
        thread_id=said["thread"],
        reply_to=said["in_reply_to"],
        url=said["url"],
        title=ibis.coalesce(said["title"], said["subject"]).strip().nullif(""),
        language_told=said["language"],
        rating=(best > worst).ifelse(((stars - worst) / (best - worst)).clip(0, 1), None),
    )


def _pictures(events: ir.Table) -> ir.ArrayValue:
    """List the pictures that an event names; null: none."""
    found = json_items(events.properties, "$.pictures[*]").map(
        lambda p: ibis.struct(
            {"url": json_text(p, "url"), "alt": json_text(p, "alt").strip().nullif("")}
        )
    )
    # parts of messages are named by messages alone: who writes a post knows none of them
    is_mail = events.name.isin([EventName.EMAIL_RECEIVED.value, EventName.MESSAGE_SENT.value])
    schemes = is_mail.ifelse("^(https?|mid):", "^https?:")
    named = found.filter(lambda p: p["url"].re_search(schemes).fill_null(False))
    named = named[:_MOST_PICTURES]
    return (named.length() > 0).ifelse(named, ibis.null(named.type()))


def _edits(told: ir.Table) -> ir.Table:
    edits = told.filter(told.name == EventName.TEXT_EDITED.value, told.text.strip() != "")
    last = ibis.struct({"at": edits.occurred_at, "message_id": edits.message_id})
    return edits.group_by("text_id", "source").agg(
        new_text=edits.text.argmax(last), changed_at=edits.occurred_at.max()
    )


def _deleted(told: ir.Table) -> ir.Table:
    deleted = told.filter(told.name == EventName.TEXT_DELETED.value)
    return deleted.group_by("text_id", "source").agg(deleted_at=deleted.occurred_at.max())


def _key(language: ir.Value, title: ir.Value, text: ir.Value) -> ir.StringValue:
    parts = (language.fill_null(""), title.fill_null(""), text)
    return ibis.literal("\x1f").join(list(parts)).hexdigest("md5")


def _with_reading(rows: ir.Table, known: Read) -> ir.Table:
    """Add what was read in each text; what the team says of it stands above that."""
    readings, labels = known.readings, known.labels
    newest = ibis.window(
        group_by="text_key", order_by=(readings.read_at.desc(), readings.model.desc())
    )
    ranked = readings.mutate(place=ibis.row_number().over(newest))
    read = ranked.filter(ranked.place == 0).select(
        "text_key",
        *_READ,
        model_sentiment="sentiment",
        model_confidence="confidence",
        model_emotion="emotion",
        model_intents="intents",
    )
    rows = rows.left_join(read, "text_key", rname="{name}_read")
    rows = rows.left_join(_said_by_team(labels), "text_key", rname="{name}_team")
    # an empty one: it was looked at, and is near none
    first = known.text_copies.select("text_key", copy_of=known.text_copies.copy_of.nullif(""))
    rows = rows.left_join(first, "text_key", rname="{name}_copies")
    about = known.text_topics.select("text_key", topic_id=known.text_topics.topic_id.nullif(""))
    rows = rows.left_join(about, "text_key", rname="{name}_about")
    given = rows.model_intents.fill_null(ibis.literal([], rows.model_intents.type()))
    none = ibis.literal([], "array<string>")
    right, wrong = rows.yes.fill_null(none), rows.no.fill_null(none)
    named = right.map(lambda kind: ibis.struct({"kind": kind, "probability": ibis.literal(1.0)}))
    kept = given.filter(lambda i: ~(wrong.contains(i["kind"]) | right.contains(i["kind"])))
    touched = rows.yes.notnull() | rows.no.notnull()
    return rows.mutate(
        sentiment=ibis.coalesce(rows.team_sentiment, rows.model_sentiment),
        confidence=rows.team_sentiment.notnull().ifelse(1.0, rows.model_confidence),
        emotion=ibis.coalesce(rows.team_emotion, rows.model_emotion).nullif("none"),
        intents=touched.ifelse(kept.concat(named), rows.model_intents),
        corrected_by=rows.team_by,
    )


def _said_by_team(labels: ir.Table) -> ir.Table:
    newest = ibis.window(group_by=("text_key", "subject"), order_by=labels.label_id.desc())
    ranked = labels.mutate(place=ibis.row_number().over(newest))
    # what was taken back says nothing any more
    last = ranked.filter(ranked.place == 0, ranked.value != WITHDRAWN)
    intent = last.subject.re_extract("^intent:(.*)$", 1).nullif("")
    mood = last.subject == "sentiment"
    return last.group_by("text_key").agg(
        team_sentiment=last.value.max(where=mood),
        team_by=last.labelled_by.max(where=mood),
        team_emotion=last.value.max(where=last.subject == "emotion"),
        yes=intent.collect(where=intent.notnull() & (last.value == "yes"), distinct=True),
        no=intent.collect(where=intent.notnull() & (last.value == "no"), distinct=True),
    )
