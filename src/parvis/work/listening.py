"""How the table of what people say is made, and texts are read that nobody has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parvis.identity import api as identity
from parvis.lake.build import Frame, Step
from parvis.lake.functions import together
from parvis.listen import api as listen
from parvis.profile import api as profile
from parvis.work.identity import moved_customers
from parvis.work.idle import no_rows, nothing_yet

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["LISTENING_STEPS"]


#: What is known of words, whoever wrote them.
_OF_WORDS: Final = ("readings", "labels", "text_topics", "text_copies")


def _is_silent(frame: Frame, name: str) -> bool:
    """Tell whether nobody says anything, and a table knows it."""
    return nothing_yet(frame, name, listen.text_events(frame.engine.table("events")))


def _mentions_concerned(frame: Frame) -> ir.Table:
    """Find texts of new events, of authors who changed hands, and that were read anew."""
    if _is_silent(frame, "mentions"):
        return no_rows(frame, "mentions", "text_id")
    new = profile.known_at(frame.changed("events"), frame.as_of)
    known = frame.table("mentions")
    moved = moved_customers(frame)
    read = [frame.changed(name).select("text_key") for name in _OF_WORDS]
    found = [
        listen.text_events(new).select("text_id"),
        known.semi_join(moved, "customer_id").select("text_id"),
        known.semi_join(together(*read).distinct(), "text_key").select("text_id"),
        _showing(known, frame.changed("pictures")),
        known.semi_join(listen.gone_authors(new), ["author_kind", "author"]).select("text_id"),
    ]
    return together(*found).distinct()


def _showing(texts: ir.Table, pictures: ir.Table) -> ir.Table:
    """Find the texts that show some pictures."""
    each = texts.select("text_id", one=texts.pictures.unnest())
    return each.mutate(url=each.one["url"]).semi_join(pictures, "url").select("text_id")


def _mentions(frame: Frame) -> ir.Table:
    if _is_silent(frame, "mentions"):
        return no_rows(frame, "mentions")
    events = profile.known_at(frame.table("events"), frame.as_of)
    told = frame.within(listen.text_events(events))
    if frame.scope is not None:
        told = frame.engine.stage(told)
    owners = identity.resolved(told, frame.table("identities"))
    return listen.mentions(
        told,
        listen.gone_authors(events),
        owners.select("message_id", "customer_id", "is_known"),
        listen.Read(*(frame.table(name) for name in (*_OF_WORDS, "pictures"))),
    )


def _echoes_concerned(frame: Frame) -> ir.Table:
    """Find conversations with new texts or reactions, or texts that went."""
    if _is_silent(frame, "echoes"):
        return no_rows(frame, "echoes", "thread_id")
    texts = frame.changed("mentions")
    new = profile.known_at(frame.changed("events"), frame.as_of)
    events = profile.known_at(frame.table("events"), frame.as_of)
    reacted = listen.reacted_texts(new, events)
    known = frame.table("mentions").semi_join(reacted, "text_id")
    each = together(texts.select("thread_id", "text_id"), known.select("thread_id", "text_id"))
    return each.select(thread_id=each.thread_id.fill_null(each.text_id)).distinct()


def _echoes(frame: Frame) -> ir.Table:
    if _is_silent(frame, "echoes"):
        return no_rows(frame, "echoes")
    texts = frame.table("mentions")
    texts = texts.mutate(thread_id=texts.thread_id.fill_null(texts.text_id))
    texts = frame.within(texts)
    reactions = listen.reaction_events(profile.known_at(frame.table("events"), frame.as_of))
    if frame.scope is not None:
        texts = frame.engine.stage(texts)
        reactions = reactions.semi_join(texts, "text_id")
    return listen.echoes(frame.engine, texts, reactions)


def _authors_concerned(frame: Frame) -> ir.Table:
    """Find authors of texts that changed or were echoed, and accounts that tell of themselves."""
    if _is_silent(frame, "authors"):
        return no_rows(frame, "authors", "author_kind", "author")
    texts = frame.changed("mentions").select("author_kind", "author")
    heard = frame.table("mentions").semi_join(frame.changed("echoes"), "text_id")
    new = profile.known_at(frame.changed("events"), frame.as_of)
    told = listen.profiles_told(new)
    found = together(
        texts, heard.select("author_kind", "author"), told.select("author_kind", "author")
    )
    return found.filter(found.author.notnull()).distinct()


def _authors(frame: Frame) -> ir.Table:
    if _is_silent(frame, "authors"):
        return no_rows(frame, "authors")
    told = listen.profiles_told(profile.known_at(frame.table("events"), frame.as_of))
    texts = frame.within(frame.table("mentions"))
    return listen.authors(texts, frame.table("echoes"), frame.within(told))


#: What people say.
LISTENING_STEPS: Final = (
    Step(
        "mentions",
        ("events", "identities", *_OF_WORDS, "pictures"),
        _mentions,
        2,
        _mentions_concerned,
    ),
    Step("echoes", ("events", "mentions"), _echoes, 1, _echoes_concerned),
    Step("authors", ("events", "mentions", "echoes"), _authors, 1, _authors_concerned),
)
