"""The sure part of identity: what silos state themselves. Pure Ibis.

A person whom a silo knows has a `user_id`. Any other identifier (a cookie, a mail address)
belongs to the first known person with whom one event carried it; if it was seen with several,
it stays with the first and `claims` tells how many (a shared device must not weld two people
together). An identifier never seen with a known person is a customer of its own, unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import USER_ID

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["customer_id_of", "identities", "identity_links", "resolved", "sightings"]


def customer_id_of(kind: ir.Value, value: ir.Value) -> ir.StringValue:
    """Name the customer whose root is an identifier; the same everywhere and always."""
    return (kind + ":" + value).hexdigest("md5").substr(0, 16)


def sightings(events: ir.Table) -> ir.Table:
    """List every identifier of every event.

    Returns
    -------
    ir.Table
        One row an event and identifier: `kind`, `value`, the event's `user_id`,
        `message_id`, `occurred_at`.
    """
    each = events.select("message_id", "occurred_at", "user_id", one=events.identifiers.unnest())
    return each.select(
        "message_id",
        "occurred_at",
        "user_id",
        kind=each.one["kind"],
        value=each.one["value"],
    ).filter(lambda t: t.kind.notnull() & t.value.notnull() & (t.value != ""))


def identity_links(seen: ir.Table) -> ir.Table:
    """Gather the evidence that identifiers belong to known persons.

    Parameters
    ----------
    seen
        Sightings, all of those of the identifiers concerned.
    """
    both = seen.filter((seen.kind != USER_ID) & seen.user_id.notnull())
    gathered = both.group_by("kind", "value", "user_id").agg(
        message_id=both.message_id.first(order_by=[both.occurred_at, both.message_id]),
        first_at=both.occurred_at.min(),
        last_at=both.occurred_at.max(),
        events=both.count(),
    )
    return gathered.mutate(rule=ibis.literal("same_event"))


def identities(seen: ir.Table, links: ir.Table) -> ir.Table:
    """Say of each identifier whose it is.

    Parameters
    ----------
    seen
        Sightings, all of those of the identifiers concerned.
    links
        The links of the same identifiers.
    """
    each = seen.group_by("kind", "value").agg(since=seen.occurred_at.min())
    owners = links.group_by("kind", "value").agg(
        owner=links.user_id.first(order_by=[links.first_at, links.user_id]),
        claims=links.count(),
    )
    known = each.left_join(owners, ["kind", "value"]).select(
        "kind", "value", "since", "owner", claims=owners.claims.fill_null(0)
    )
    is_user = known.kind == USER_ID
    return known.select(
        "kind",
        "value",
        customer_id=ibis.cases(
            (is_user, customer_id_of(known.kind, known.value)),
            (known.owner.notnull(), customer_id_of(ibis.literal(USER_ID), known.owner)),
            else_=customer_id_of(known.kind, known.value),
        ),
        since="since",
        until=ibis.null("timestamp('UTC')"),
        is_known=is_user | known.owner.notnull(),
        claims=is_user.ifelse(1, known.claims),
    )


def resolved(events: ir.Table, owners: ir.Table) -> ir.Table:
    """Give each event its customer, by the identifier that decides (the first).

    Events without any identifier are nobody's and are left out.

    Parameters
    ----------
    events
        Rows of `events`.
    owners
        Rows of `identities`; only the events of these identifiers are returned.

    Returns
    -------
    ir.Table
        The events with `customer_id` and `is_known`.
    """
    first = events.identifiers[0]
    decided = events.mutate(kind=first["kind"], value=first["value"])
    whose = owners.select("kind", "value", "customer_id", "is_known")
    return decided.inner_join(whose, ["kind", "value"]).drop("kind", "value")
