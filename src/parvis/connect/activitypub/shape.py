"""Activities become events: pure, the same for an inbox, an archive and a live connection.

References
----------
W3C, "Activity Vocabulary", 3 (activities and objects) and 5.3 (`inReplyTo`); W3C, "ActivityPub",
6.2 to 6.10 and 7; Mastodon's documentation, "ActivityPub": a vote is a Note that has a `name`
and no `content`; Hashtag and Mention in `tag`; a picture's `name` is its description.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis

from parvis.connect.activitypub.vocabulary import (
    ACTORS,
    CHANNEL,
    KINDS,
    OBJECTS,
    PATHS,
    PUBLIC,
    REACTIONS,
    UNIQUE,
)
from parvis.connect.documents import (
    any_repeated,
    json_kinds,
    json_places,
    keys_of,
    text_items,
)
from parvis.connect.files.functions import computed_once, fingerprint, json_object
from parvis.connect.files.parse import FAULT_TYPE, Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.rows import identifiers_of, with_faults
from parvis.connect.moments import date_faults, stated_moment
from parvis.connect.plain_text import MOST_SIGNS, with_plain_text
from parvis.domain.event import EventName, EventType
from parvis.lake.functions import json_items, json_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["activity_events", "activity_fields"]


def activity_fields(rows: ir.Table) -> ir.Table:
    """Take what is read out of documents; each is parsed a few times, not once a field.

    Parameters
    ----------
    rows
        `row_number`, `document` (JSON: an activity, an object of its own, or an actor).

    Returns
    -------
    ir.Table
        To be staged: `row_number`; `told`, `kinds` and `keys` (in the order of PATHS, KINDS and
        UNIQUE); `object` (its id, where the activity holds no more of it); `html`; and
        `profile` (the actor's document, where the row is about one).
    """
    rows = rows.select("row_number", document=_wrapped(rows.document))
    rows = rows.mutate(
        told=json_places(rows.document, list(PATHS.values())),
        kinds=json_kinds(rows.document, list(KINDS.values())),
        keys=keys_of(rows.document, UNIQUE),
        chance=ibis.random(),  # keeps Ibis from parsing the document anew for each use below
    )
    kind, about = (rows.told[list(PATHS).index(n)] for n in ("type", "object_type"))
    is_whole = rows.kinds[list(KINDS).index("object")] == "OBJECT"
    changed = (kind == "Update") & about.isin(ACTORS)
    content = rows.told[list(PATHS).index("content")]
    return rows.select(
        "row_number",
        "told",
        "kinds",
        "keys",
        object=ibis.ifelse(is_whole, ibis.null("string"), json_text(rows.document, "object")),
        # told in several languages alone, the first stands
        html=ibis.ifelse(
            content.isnull() & (rows.keys[2].length() > 0),
            text_items(rows.document, "$.object.contentMap.*")[0],
            content,
        ),
        profile=ibis.cases(
            (kind.isin(ACTORS), rows.document.cast("string")),
            (changed & is_whole, json_text(rows.document, "object")),
        ),
    )


def _wrapped(document: ir.JSONValue) -> ir.JSONValue:
    """Make an object that stands for itself (an archive's note) an activity that created it."""
    created = ibis.struct(
        {
            "id": json_text(document, "id"),
            "type": ibis.literal("Create"),
            "actor": ibis.coalesce(
                json_text(document, "attributedTo.id"), json_text(document, "attributedTo")
            ),
            "object": document,
        }
    )
    # nearly all lines are activities: they needn't be parsed to be let through
    return ibis.cases(
        (document.cast("string").contains('"object"'), document),
        (json_text(document, "type").isin(OBJECTS), created.cast("json")),
        else_=document,
    )


def _named(fields: ir.Table) -> ir.Table:
    places = {f"f_{n}": fields.told[i] for i, n in enumerate(PATHS) if n != "content"}
    kinds = {f"k_{n}": fields.kinds[i].nullif("NULL") for i, n in enumerate(KINDS)}
    rows = fields.select(
        "row_number", "keys", "profile", "html", f_object=fields.object, **places, **kinds
    )
    whom = ibis.ifelse(rows.k_actor == "OBJECT", rows.f_actor_id, rows.f_actor)
    author = ibis.coalesce(rows.f_object_actor_id, rows.f_object_actor)
    author = ibis.ifelse(author.startswith("["), ibis.null("string"), author)
    what = ibis.coalesce(rows.f_object_id, rows.f_object)
    rows = rows.mutate(
        whom=ibis.coalesce(whom, author),
        what=ibis.ifelse(
            rows.f_type == "Undo", ibis.coalesce(rows.f_undone_id, rows.f_undone), what
        ),
        reply=ibis.ifelse(rows.k_reply == "OBJECT", rows.f_reply_id, rows.f_reply),
        name=_name(rows, whom, what),
    )
    return rows.mutate(html=ibis.ifelse(_has_text(rows), rows.html, ibis.null("string")))


def _name(rows: ir.Table, whom: ir.Value, what: ir.Value) -> ir.StringValue:
    kind, about = rows.f_type, rows.f_object_type
    is_text = about.isin(OBJECTS)
    vote = (about == "Note") & rows.f_title.notnull() & rows.html.isnull()
    created = ibis.cases(
        (vote & rows.f_reply.notnull(), EventName.POLL_ANSWERED.value),
        (rows.f_reply.notnull(), EventName.COMMENT_ADDED.value),
        else_=EventName.POST_PUBLISHED.value,
    )
    return ibis.cases(
        ((kind == "Create") & is_text, created),
        (kind.isin(list(REACTIONS)), EventName.REACTION_ADDED.value),
        ((kind == "Undo") & about.isin(list(REACTIONS)), EventName.REACTION_REMOVED.value),
        (kind == "Follow", EventName.ACCOUNT_FOLLOWED.value),
        ((kind == "Undo") & (about == "Follow"), EventName.ACCOUNT_UNFOLLOWED.value),
        ((kind == "Update") & is_text, EventName.TEXT_EDITED.value),
        ((kind == "Delete") & (what == whom), EventName.ACCOUNT_DELETED.value),
        (kind == "Delete", EventName.TEXT_DELETED.value),
    )


def _timed(rows: ir.Table, setting: Setting) -> ir.Table:
    stated = ibis.cases(
        (rows.f_type == "Create", ibis.coalesce(rows.f_object_published, rows.f_published)),
        (
            rows.f_type == "Update",
            ibis.coalesce(
                rows.f_object_updated, rows.f_updated, rows.f_published, rows.f_object_published
            ),
        ),
        (rows.f_type == "Delete", ibis.coalesce(rows.f_object_deleted, rows.f_published)),
        else_=rows.f_published,
    )
    rows = computed_once(rows.mutate(stated=stated))
    return rows.mutate(at=stated_moment(rows.stated, setting.zone))


def _faulty(rows: ir.Table, setting: Setting) -> ir.Table:
    def odd(kind: ir.Value) -> ir.BooleanValue:
        return kind.notnull() & ~kind.isin(["VARCHAR", "OBJECT"])

    ids = rows.k_object_id.fill_null("VARCHAR") != "VARCHAR"
    told = rows.name.notnull()
    return with_faults(
        rows.mutate(fault=ibis.null(FAULT_TYPE)),
        [
            fault(rows["k_"].fill_null("") != "OBJECT", "not_json", ""),
            fault(any_repeated(rows["keys"]), "repeated_key", ""),
            fault(rows.k_id.fill_null("VARCHAR") != "VARCHAR", "not_an_id", "id", rows.f_id),
            fault(odd(rows.k_actor), "not_an_id", "actor", rows.f_actor),
            fault(odd(rows.k_object) | ids, "not_an_id", "object", rows.f_object),
            fault(odd(rows.k_reply), "not_an_id", "inReplyTo", rows.f_reply),
            fault(
                (rows.f_type == "Create") & (rows.k_object != "OBJECT"), "missing", "object.content"
            ),
            fault(~told, "unknown_activity", "type", rows.f_type),
            fault(rows.whom.isnull(), "no_identifier", "actor"),
            fault(rows.what.isnull(), "missing", "object"),
            *date_faults(rows.stated, rows.at, setting.now, "published"),
        ],
    )


def activity_events(
    scratch: Scratch, fields: ir.Table, setting: Setting, own: Sequence[str]
) -> ir.Table:
    """Turn activities into rows of `events`.

    Parameters
    ----------
    fields
        What `activity_fields` gives, staged.
    setting
        Source, zone and moment.
    own
        The ids of the brand's own actors, in small letters.

    Returns
    -------
    ir.Table
        Staged: what `events` needs, with `row_number`; `fault` (null: it could be read); and
        `parent`, the id of the text that a comment answers. Documents of actors are left out:
        see `actors`.
    """
    rows = computed_once(_named(fields))
    rows = rows.filter(rows.profile.isnull() | any_repeated(rows["keys"]))
    rows = computed_once(_timed(computed_once(rows), setting))
    rows = scratch.stage(_faulty(rows, setting).drop("_chance"))
    rows = with_plain_text(scratch, rows, "html", "plain")
    is_vote = rows.name == EventName.POLL_ANSWERED.value
    title = ibis.ifelse(is_vote, ibis.null("string"), rows.f_title)
    rows = computed_once(rows)
    words = ibis.ifelse(is_vote, rows.f_title, ibis.coalesce(rows.plain.nullif(""), title))
    words = ibis.ifelse(_has_text(rows), words, ibis.null("string"))
    at = ibis.coalesce(rows.at, ibis.literal(setting.now, "timestamp('UTC')"))
    return scratch.stage(
        rows.select(
            "row_number",
            "fault",
            "name",
            message_id=ibis.literal("activitypub:") + _message(rows),
            source=ibis.literal(setting.source),
            type=ibis.literal(EventType.TRACK.value),
            occurred_at=at,
            received_at=at,
            identifiers=identifiers_of({"activitypub": rows.whom}),
            channel=ibis.literal(CHANNEL),
            text=words.substr(0, MOST_SIGNS),
            properties=_properties(rows, title, words, own),
            parent=ibis.ifelse(_is_said(rows), rows.reply, ibis.null("string")),
            object=ibis.ifelse(_is_said(rows), rows.what, ibis.null("string")),
        )
    )


def _is_said(rows: ir.Table) -> ir.BooleanValue:
    return rows.name.isin([EventName.POST_PUBLISHED.value, EventName.COMMENT_ADDED.value])


def _has_text(rows: ir.Table) -> ir.BooleanValue:
    return _is_said(rows) | rows.name.isin(
        [EventName.TEXT_EDITED.value, EventName.POLL_ANSWERED.value]
    )


def _message(rows: ir.Table) -> ir.StringValue:
    return ibis.coalesce(
        rows.f_id, fingerprint(rows.f_type, rows.whom, rows.what, rows.f_object, rows.stated)
    )


def _properties(
    rows: ir.Table, title: ir.Value, words: ir.Value, own: Sequence[str]
) -> ir.JSONValue:
    none = ibis.null("string")
    has_text = _has_text(rows)
    languages = rows["keys"][2]
    reaction = ibis.ifelse(rows.f_type == "Undo", rows.f_object_type, rows.f_type)
    told = {
        "object": rows.what,
        "in_reply_to": ibis.ifelse(has_text, rows.reply, none),
        "url": ibis.ifelse(has_text, _url(rows), none),
        "title": ibis.ifelse(has_text, title.substr(0, MOST_SIGNS), none),
        "subject": ibis.ifelse(has_text, rows.f_subject.substr(0, MOST_SIGNS), none),
        "language": ibis.ifelse(has_text & (languages.length() == 1), languages[0], none),
        "conversation": ibis.ifelse(has_text, rows.f_conversation, none),
        "sensitive": ibis.ifelse(rows.f_sensitive == "true", True, ibis.null("boolean")),
        "visibility": ibis.ifelse(has_text, _visibility(rows), none),
        "reaction": ibis.ifelse(
            rows.name.isin([EventName.REACTION_ADDED.value, EventName.REACTION_REMOVED.value]),
            reaction.substitute(REACTIONS),
            none,
        ),
        "emoji": ibis.ifelse(rows.f_type.isin(list(REACTIONS)), rows.f_emoji, none),
        "is_own": ibis.ifelse(rows.whom.lower().isin([*own, ""]), True, ibis.null("boolean")),
        "date_known": ibis.ifelse(rows.at.isnull(), False, ibis.null("boolean")),
        "cut": ibis.ifelse(words.length() > MOST_SIGNS, True, ibis.null("boolean")),
        **_items(rows),
    }
    return json_object(told)


def _items(rows: ir.Table) -> dict[str, ir.Value]:
    tags = json_items(rows.f_tag.try_cast("json"), "$[*]")
    hashtags = tags.filter(lambda t: json_text(t, "type") == "Hashtag").map(
        lambda t: json_text(t, "name").re_replace("^#", "")
    )
    mentions = tags.filter(lambda t: json_text(t, "type") == "Mention").map(
        lambda t: json_text(t, "href")
    )
    attached = json_items(rows.f_attachment.try_cast("json"), "$[*]")
    pictures = attached.filter(
        lambda p: json_text(p, "mediaType").startswith("image/") | (json_text(p, "type") == "Image")
    ).map(
        lambda p: ibis.struct(
            {
                "url": ibis.coalesce(
                    json_text(p, "url.href"), json_text(p, "url[0].href"), json_text(p, "url")
                ),
                "alt": json_text(p, "name"),
            }
        )
    )
    found = {"hashtags": hashtags, "mentions": mentions, "pictures": pictures}
    return {
        n: ibis.ifelse(v.length() > 0, v, ibis.null(v.type())).cast("json")
        for n, v in found.items()
    }


def _url(rows: ir.Table) -> ir.StringValue:
    plain = ibis.ifelse(rows.f_url.re_search("^https?:"), rows.f_url, ibis.null("string"))
    return ibis.coalesce(plain, rows.f_url_href, rows.f_url_first)


def _visibility(rows: ir.Table) -> ir.StringValue:
    """Tell who may read it, as Mastodon does: addressed to all, or to all but in no list."""

    def addressed(audience: ir.StringValue) -> ir.BooleanValue:
        return ibis.or_(*(audience.contains(p) for p in PUBLIC[:2])) | (audience == PUBLIC[2])

    to, cc = (ibis.coalesce(rows[f"f_object_{n}"], rows[f"f_{n}"]) for n in ("to", "cc"))
    return ibis.cases(
        (to.isnull() & cc.isnull(), ibis.null("string")),
        (addressed(to).fill_null(False), "public"),
        (addressed(cc).fill_null(False), "unlisted"),
        else_="private",
    )
