"""What events say of who is who: identifiers, and links between them. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import ANONYMOUS_ID, EMAIL, USER_ID, EventType
from parvis.identity import kinds
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "ALIAS",
    "SAME_EVENT",
    "added_up",
    "added_up_links",
    "links_between",
    "normal_links",
    "sightings",
    "with_strength",
]

#: The rules by which events tie identifiers.
SAME_EVENT: Final = "same_event"
ALIAS: Final = "alias"

_PAIR: Final = ("left_kind", "left_value", "right_kind", "right_value", "rule")


def sightings(events: ir.Table) -> ir.Table:
    """List every identifier of every event.

    Returns
    -------
    ir.Table
        One row an event and identifier: `kind`, `value`, and when: `first_at`, `last_at`,
        `known_at`, `events` (1), ready for `added_up`.
    """
    each = events.select("occurred_at", "received_at", one=events.identifiers.unnest())
    told = each.select(
        kind=each.one["kind"],
        value=each.one["value"],
        first_at=each.occurred_at,
        last_at=each.occurred_at,
        known_at=ibis.greatest(each.occurred_at, each.received_at),
        events=ibis.literal(1, "int64"),
    )
    return told.filter(told.kind.notnull(), told.value.notnull())


def added_up(rows: ir.Table) -> ir.Table:
    """Add sightings up, those of before and new ones alike: one row an identifier."""
    return rows.group_by("kind", "value").agg(
        first_at=rows.first_at.min(),
        last_at=rows.last_at.max(),
        known_at=rows.known_at.min(),
        events=rows.events.sum(),
    )


def links_between(events: ir.Table) -> ir.Table:
    """List what each event ties: its first identifier with each of the others.

    An alias ties in the same way, but firmly: what was called by the previous identifier, be
    it a browser or an account, is called by the new one from now on.

    Returns
    -------
    ir.Table
        One row an event and pair, as the silo wrote them: `left_kind`, `left_value`,
        `right_kind`, `right_value`, `rule` and when.

    References
    ----------
    Segment, "Spec: Identify" and "Spec: Alias".
    """
    several = events.filter(events.identifiers.length() > 1)
    is_alias = several.type == EventType.ALIAS.value
    each = several.select(
        "message_id",
        "source",
        "occurred_at",
        "received_at",
        hub=several.identifiers[0],
        other=several.identifiers[1:].unnest(),
        rule=is_alias.ifelse(ALIAS, SAME_EVENT),
    )
    told = _told(each, each.other["kind"])
    # the identifier that is given up may be an account's as well as a browser's
    former = each.filter(each.rule == ALIAS, each.other["kind"] != USER_ID)
    told = together(told, _told(former, ibis.literal(USER_ID)))
    return told.filter(
        told.left_kind.notnull(), told.left_value.notnull(),
        told.right_kind.notnull(), told.right_value.notnull(),
    )  # fmt: skip


def _told(each: ir.Table, other_kind: ir.Value) -> ir.Table:
    return each.select(
        left_kind=each.hub["kind"],
        left_value=each.hub["value"],
        right_kind=other_kind,
        right_value=each.other["value"],
        rule=each.rule,
        message_id=each.message_id,
        source=each.source,
        first_at=each.occurred_at,
        last_at=each.occurred_at,
        known_at=ibis.greatest(each.occurred_at, each.received_at),
        events=ibis.literal(1, "int64"),
    )


def added_up_links(rows: ir.Table) -> ir.Table:
    """Add links up, those of before and new ones alike: one row a pair and rule."""
    first = ibis.struct({"at": rows.first_at, "message_id": rows.message_id, "source": rows.source})
    gathered = rows.group_by(*_PAIR).agg(
        first=first.min(),
        last_at=rows.last_at.max(),
        known_at=rows.known_at.min(),
        events=rows.events.sum(),
    )
    return gathered.select(
        *_PAIR,
        message_id=gathered.first["message_id"],
        source=gathered.first["source"],
        first_at=gathered.first["at"],
        last_at="last_at",
        known_at="known_at",
        events="events",
    )


def normal_links(rows: ir.Table, identifiers: ir.Table) -> ir.Table:
    """Turn links as silos wrote them into links between normalised identifiers.

    Parameters
    ----------
    rows
        Rows of `added_up_links`.
    identifiers
        Rows of `identifiers`, at least those concerned.

    Returns
    -------
    ir.Table
        The same columns. Links with an identifier that can't be compared, and of one with
        itself, are left out.
    """
    usable = identifiers.filter(identifiers.normal.notnull())
    left = usable.select(left_kind="kind", left_value="value", left_normal="normal")
    right = usable.select(right_kind="kind", right_value="value", right_normal="normal")
    both = rows.inner_join(left, ["left_kind", "left_value"])
    both = both.inner_join(right, ["right_kind", "right_value"])
    # an alias names kinds apart; else the same event's pair may be told in either order
    turned = (both.left_kind > both.right_kind) | (
        (both.left_kind == both.right_kind) & (both.left_normal > both.right_normal)
    )
    ordered = both.select(
        left_kind=turned.ifelse(both.right_kind, both.left_kind),
        left_value=turned.ifelse(both.right_normal, both.left_normal),
        right_kind=turned.ifelse(both.left_kind, both.right_kind),
        right_value=turned.ifelse(both.left_normal, both.right_normal),
        **{c: both[c] for c in rows.columns if c not in _PAIR[:4]},
    )
    return ordered.filter(
        (ordered.left_kind != ordered.right_kind) | (ordered.left_value != ordered.right_value)
    )


def with_strength(links: ir.Table) -> ir.Table:
    """Say how strong each link is, in bits: by its kinds, and a little by how often."""
    left, right = links.left_kind, links.right_kind
    records, addresses = list(kinds.RECORDS), [EMAIL, kinds.PHONE]
    one_account = [
        ((left == a) & (right == b)) | ((left == b) & (right == a)) for a, b in kinds.SAME_ACCOUNT
    ]
    by_record = [
        (((left == kind) & right.isin(records)) | ((right == kind) & left.isin(records)), bits)
        for kind, bits in kinds.TO_A_RECORD_BITS.items()
    ]
    base = ibis.cases(
        (links.rule == ALIAS, kinds.ALIAS_BITS),
        (left.isin(records) & right.isin(records), kinds.STATED_BITS),
        *((same, kinds.STATED_BITS) for same in one_account),
        *by_record,
        (left.isin(records) | right.isin(records), kinds.OTHERS_TO_A_RECORD_BITS),
        ((left == ANONYMOUS_ID) | (right == ANONYMOUS_ID), kinds.BY_BROWSER_BITS),
        (left.isin(addresses) & right.isin(addresses), kinds.BOTH_ADDRESSES_BITS),
        (left.isin(addresses) | right.isin(addresses), kinds.BY_ADDRESS_BITS),
        else_=kinds.ELSE_BITS,
    )
    often = ibis.least(links.events.cast("float64").log2(), kinds.MOST_BITS_FOR_OFTEN)
    return links.mutate(strength=base + often)
