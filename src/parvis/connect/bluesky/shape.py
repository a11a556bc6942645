"""Messages of the Jetstream become events: pure, the same for an archive and a live stream.

References
----------
Bluesky, "Jetstream": `time_us` is when the message was sent out, `rev` orders a repository's
commits; atproto, "at:// URI scheme"; the lexicons named in `vocabulary`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis

from parvis.connect.bluesky.vocabulary import (
    CHANNEL,
    FOLLOW,
    KINDS,
    PATHS,
    POST,
    PROFILE,
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
from parvis.connect.files.functions import computed_once, json_object, since_epoch
from parvis.connect.files.parse import FAULT_TYPE, Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.rows import identifiers_of, is_email, with_faults
from parvis.connect.moments import date_faults, stated_moment
from parvis.connect.plain_text import MOST_SIGNS
from parvis.domain.event import EMAIL, EventName, EventType
from parvis.lake.functions import json_items, json_text, moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["jetstream_events", "jetstream_fields"]

_IDENTIFY = EventType.IDENTIFY.value
#: A mail address in a text; what begins with an @ is a handle.
_MAIL = r"(?:^|[\s:;,(<])([\w.+-]{1,64}@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4})"


def jetstream_fields(rows: ir.Table) -> ir.Table:
    """Take what is read out of messages, each parsed three times and not once a field.

    Parameters
    ----------
    rows
        `row_number`, `document` (JSON).

    Returns
    -------
    ir.Table
        To be staged: `row_number`; `told`, `kinds`, `keys` in the order of PATHS, KINDS, UNIQUE.
    """
    return rows.select(
        "row_number",
        told=json_places(rows.document, list(PATHS.values())),
        kinds=json_kinds(rows.document, list(KINDS.values())),
        keys=keys_of(rows.document, UNIQUE),
    )


def jetstream_events(
    scratch: Scratch, fields: ir.Table, setting: Setting, own: Sequence[str]
) -> ir.Table:
    """Turn messages into rows of `events`.

    Parameters
    ----------
    fields
        What `jetstream_fields` gives, staged.
    setting
        Source, zone and moment.
    own
        The brand's own DIDs.

    Returns
    -------
    ir.Table
        Staged: what `events` needs, with `row_number` and `fault` (null: it could be read).
    """
    rows = computed_once(_named(fields))
    rows = computed_once(_timed(rows, setting))
    rows = scratch.stage(_faulty(rows, setting).drop("_chance"))
    is_person = rows.type == _IDENTIFY
    mail = ibis.ifelse(is_person, _mail(rows), ibis.null("string"))
    whose = identifiers_of({CHANNEL: rows.f_did, "bluesky_handle": _handle(rows), EMAIL: mail})
    return scratch.stage(
        rows.select(
            "row_number",
            "fault",
            "type",
            message_id=_message(rows),
            source=ibis.literal(setting.source),
            name=ibis.ifelse(is_person, ibis.null("string"), rows.name),
            occurred_at=rows.at,
            received_at=ibis.coalesce(rows.seen, rows.at),
            identifiers=whose,
            channel=ibis.literal(CHANNEL),
            text=rows.words.substr(0, MOST_SIGNS),
            properties=_properties(rows, own),
            traits=_traits(rows),
        )
    )


def _named(fields: ir.Table) -> ir.Table:
    places = {f"f_{n}": fields.told[i] for i, n in enumerate(PATHS)}
    kinds = {f"k_{n}": fields.kinds[i].nullif("NULL") for i, n in enumerate(KINDS)}
    rows = fields.select("row_number", "keys", **places, **kinds)
    create, update, delete = (rows.f_operation == o for o in ("create", "update", "delete"))
    post, reaction = rows.f_collection == POST, rows.f_collection.isin(list(REACTIONS))
    follow = rows.f_collection == FOLLOW
    profile = (rows.f_collection == PROFILE) & (create | update)
    gone = (rows.f_is_active == "false") & (rows.f_status == "deleted")
    name = ibis.cases(
        (rows.f_kind == "identity", _IDENTIFY),
        ((rows.f_kind == "account") & gone, EventName.ACCOUNT_DELETED.value),
        (rows.f_kind != "commit", ibis.null("string")),
        (profile, _IDENTIFY),
        (post & create & rows.f_parent.notnull(), EventName.COMMENT_ADDED.value),
        (post & create, EventName.POST_PUBLISHED.value),
        (post & update, EventName.TEXT_EDITED.value),
        (post & delete, EventName.TEXT_DELETED.value),
        (reaction & create, EventName.REACTION_ADDED.value),
        (reaction & delete, EventName.REACTION_REMOVED.value),
        (follow & create, EventName.ACCOUNT_FOLLOWED.value),
        (follow & delete, EventName.ACCOUNT_UNFOLLOWED.value),
    )
    uri = "at://" + rows.f_did + "/" + rows.f_collection + "/" + rows.f_rkey
    rows = rows.mutate(name=name, uri=uri)
    has_text = rows.name.isin(_TEXTS)
    return rows.mutate(
        type=ibis.ifelse(rows.name == _IDENTIFY, _IDENTIFY, EventType.TRACK.value),
        has_text=has_text,
        words=ibis.ifelse(has_text, rows.f_text.strip().nullif(""), ibis.null("string")),
    )


_TEXTS = [
    EventName.POST_PUBLISHED.value,
    EventName.COMMENT_ADDED.value,
    EventName.TEXT_EDITED.value,
]


def _timed(rows: ir.Table, setting: Setting) -> ir.Table:
    micros = rows.f_time_us.try_cast("int64")
    # beyond that the engine has no date
    sound = micros.between(0, 253_402_300_799_000_000)
    seen = moment(since_epoch(ibis.ifelse(sound, micros, ibis.null("int64"))), "UTC")
    stated = ibis.cases(
        (rows.f_operation == "create", rows.f_created),
        (rows.f_kind == "identity", rows.f_identity_time),
        (rows.f_kind == "account", rows.f_account_time),
    )
    rows = computed_once(rows.mutate(stated=stated, seen=seen))
    told = stated_moment(rows.stated, setting.zone)
    return rows.mutate(at=ibis.ifelse(rows.stated.notnull(), told, rows.seen))


def _faulty(rows: ir.Table, setting: Setting) -> ir.Table:
    reacts = rows.name.isin([EventName.REACTION_ADDED.value, EventName.ACCOUNT_FOLLOWED.value])
    commit = rows.f_kind == "commit"

    def odd(place: str) -> ir.BooleanValue:
        return rows[f"k_{place}"].fill_null("VARCHAR") != "VARCHAR"

    return with_faults(
        rows.mutate(fault=ibis.null(FAULT_TYPE)),
        [
            fault(rows["k_"].fill_null("") != "OBJECT", "not_json", ""),
            fault(any_repeated(rows["keys"]), "repeated_key", ""),
            fault(odd("did"), "not_an_id", "did", rows.f_did),
            fault(commit & odd("rkey"), "not_an_id", "commit.rkey", rows.f_rkey),
            fault(odd("subject_uri"), "not_an_id", "subject.uri", rows.f_subject_uri),
            fault(odd("parent"), "not_an_id", "reply.parent.uri", rows.f_parent),
            fault(rows.name.isnull(), "unknown_record", "kind", _kind_told(rows)),
            fault(rows.f_did.isnull(), "no_identifier", "did"),
            fault(commit & rows.f_rkey.isnull(), "missing", "commit.rkey"),
            fault(rows.has_text & (rows.k_text != "VARCHAR"), "missing", "commit.record.text"),
            fault(rows.has_text & rows.k_text.isnull(), "missing", "commit.record.text"),
            fault(reacts & _object(rows).isnull(), "missing", "commit.record.subject"),
            fault(rows.stated.isnull() & rows.seen.isnull(), "missing", "time_us"),
            *date_faults(ibis.coalesce(rows.stated, rows.f_time_us), rows.at, setting.now, "time"),
            *date_faults(rows.f_time_us, rows.seen, setting.now, "time_us"),
        ],
    )


def _kind_told(rows: ir.Table) -> ir.StringValue:
    return ibis.coalesce(rows.f_collection + " " + rows.f_operation, rows.f_status, rows.f_kind)


def _object(rows: ir.Table) -> ir.StringValue:
    """Return what a reaction or a follow is about: a post's URI, a person's DID."""
    plain = ibis.ifelse(rows.k_subject == "VARCHAR", rows.f_subject, ibis.null("string"))
    return ibis.coalesce(rows.f_subject_uri, plain)


def _handle(rows: ir.Table) -> ir.StringValue:
    return ibis.ifelse(
        rows.f_kind == "identity", rows.f_handle.lower().nullif(""), ibis.null("string")
    )


def _message(rows: ir.Table) -> ir.StringValue:
    version = rows.f_operation + ":" + ibis.coalesce(rows.f_rev, rows.f_time_us, "")
    # who asks the API for a post isn't told its revision; a profile is written again and again
    is_made = (rows.f_operation == "create") & (rows.f_collection != PROFILE)
    version = ibis.ifelse(is_made, rows.f_operation, version)
    at = ibis.coalesce(rows.stated, rows.f_time_us, "")
    return ibis.literal("bluesky:") + ibis.coalesce(
        rows.uri + ":" + version, rows.f_did + ":" + rows.f_kind + ":" + at
    )


def _mail(rows: ir.Table) -> ir.StringValue:
    """Find the mail address that somebody gives in their profile; a network's handle is none."""
    found = rows.f_description.re_extract(_MAIL, 1).lower()
    return ibis.ifelse(is_email(found), found, ibis.null("string"))


def _traits(rows: ir.Table) -> ir.MapValue:
    told = {
        "handle": _handle(rows),
        "name": rows.f_display_name.nullif(""),
        "summary": rows.f_description.nullif(""),
        "website": rows.f_website.nullif(""),
        "email": _mail(rows),
    }
    pairs = ibis.array(
        [ibis.struct({"k": ibis.literal(k), "v": v.cast("string")}) for k, v in told.items()]
    ).filter(lambda p: p["v"].notnull())
    found = ibis.map(pairs.map(lambda p: p["k"]), pairs.map(lambda p: p["v"]))
    return ibis.ifelse(rows.type == _IDENTIFY, found, ibis.null("map<string, string>"))


def _properties(rows: ir.Table, own: Sequence[str]) -> ir.JSONValue:
    none = ibis.null("string")
    reacts = rows.f_collection.isin(list(REACTIONS))
    follows = rows.f_collection == FOLLOW
    is_post = rows.f_collection == POST
    page = "https://bsky.app/profile/" + rows.f_did + "/post/" + rows.f_rkey
    several = json_items(rows.f_langs.try_cast("json"), "$[*]").length() > 1
    return json_object(
        {
            "object": ibis.cases(
                (is_post, rows.uri),
                (rows.f_kind == "account", rows.f_did),
                else_=_object(rows),
            ),
            # a deletion names the reaction alone, not what it was about
            "reaction_id": ibis.ifelse(reacts | follows, rows.uri, none),
            "reaction": ibis.ifelse(reacts, rows.f_collection.substitute(REACTIONS), none),
            "in_reply_to": ibis.ifelse(rows.has_text, rows.f_parent, none),
            "thread": ibis.ifelse(rows.has_text, ibis.coalesce(rows.f_root, rows.uri), none),
            "quoted": ibis.ifelse(
                rows.has_text, ibis.coalesce(rows.f_quoted_too, rows.f_quoted), none
            ),
            "url": ibis.ifelse(rows.has_text, page, none),
            "language": ibis.ifelse(rows.has_text & ~several, rows.f_language, none),
            "is_own": ibis.ifelse(rows.f_did.isin([*own, ""]), True, ibis.null("boolean")),
            "cut": ibis.ifelse(rows.words.length() > MOST_SIGNS, True, ibis.null("boolean")),
            **_items(rows),
        }
    )


def _items(rows: ir.Table) -> dict[str, ir.Value]:
    facets = rows.f_facets.try_cast("json")
    features = json_items(facets, "$[*].features[*]")

    def of(kind: str, key: str) -> ir.ArrayValue:
        return features.filter(lambda f: json_text(f, '"$type"').endswith(f"#{kind}")).map(
            lambda f: json_text(f, key)
        )

    # tags that aren't in the text stand beside it
    beside = text_items(rows.f_tags.try_cast("json"), "$[*]")
    images = ibis.coalesce(rows.f_images, rows.f_media).try_cast("json")
    pictures = json_items(images, "$[*]").map(
        lambda p: ibis.struct(
            {
                "url": "https://cdn.bsky.app/img/feed_fullsize/plain/"
                + rows.f_did
                + "/"
                + json_text(p, 'image.ref."$link"'),
                "alt": json_text(p, "alt"),
            }
        )
    )
    tags = of("tag", "tag")
    found = {
        "hashtags": ibis.ifelse(beside.length() > 0, tags.concat(beside), tags),
        "mentions": of("mention", "did"),
        "links": of("link", "uri"),
        "pictures": pictures,
    }
    return {
        n: ibis.ifelse(rows.has_text & (v.length() > 0), v, ibis.null(v.type())).cast("json")
        for n, v in found.items()
    }
