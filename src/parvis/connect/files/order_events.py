"""From orders to events: completed, updated, refunded, cancelled; each told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.functions import computed_once, fingerprint, json_object
from parvis.connect.files.parse import Setting
from parvis.connect.files.rows import identifiers_of, is_email, phone_text
from parvis.connect.landing import events_shaped
from parvis.domain.event import EventName, EventType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["OrderParts", "order_events"]


@dataclass(frozen=True, slots=True)
class OrderParts:
    """What was sold, and what was given back, order by order.

    Parameters
    ----------
    table
        One row an order and direction (`is_return`).
    extras
        Names of properties and the columns of `table` that hold them.
    """

    table: ir.Table
    extras: Mapping[str, str]


def order_events(
    scratch: Scratch, parts: OrderParts, known: ir.Table, mapping: FileMapping, setting: Setting
) -> tuple[ir.Table, ir.Table | None]:
    """Make the events, and name what differs from a refund that is known.

    Returns
    -------
    tuple
        Rows in the shape of `events`; and `own_id` and `told` of refunds that an earlier file
        told otherwise.
    """
    sales = scratch.stage(_sales(parts, setting))
    kinds = [_completed(sales, known, setting), _cancelled(sales, setting)]
    refused = None
    if mapping.has("refunded_amount", "status"):
        more, shrank = _refunded_since(scratch, sales, known, setting)
        kinds.append(more)
        refused = shrank
    returns, differs = _returns(scratch, parts, known, setting)
    kinds.append(returns)
    refused = differs if refused is None else refused.union(differs)
    events = kinds[0]
    for more in kinds[1:]:
        events = events.union(more)
    return scratch.stage(events), scratch.stage(refused)


def _people(rows: ir.Table, setting: Setting, order_id: ir.Value) -> ir.Table:
    """Say whose the order is; one without any identifier stands alone."""
    email = ibis.ifelse(is_email(rows.email), rows.email, ibis.null("string"))
    phone = phone_text(rows.phone)
    nobody = rows.user_id.isnull() & rows.anonymous_id.isnull() & email.isnull() & phone.isnull()
    alone = ibis.ifelse(
        nobody, ibis.literal(f"order:{setting.source}:") + order_id, rows.anonymous_id
    )
    return rows.mutate(
        anonymous_id=alone,
        identifiers=identifiers_of(
            {"user_id": rows.user_id, "anonymous_id": alone, "email": email, "phone": phone}
        ),
    )


def _sales(parts: OrderParts, setting: Setting) -> ir.Table:
    rows = parts.table.filter(~parts.table.is_return)
    rows = _people(rows, setting, rows.order_id)
    kept = rows.meaning == "kept"
    properties = {
        **{name: rows[column] for name, column in parts.extras.items()},
        "order_id": rows.order_id,
        "coupon": rows.coupon,
        "discount": rows.order_discount.abs(),
        "shipping": rows.shipping,
        "tax": rows.tax,
        # a refund or a cancellation is an event of its own, and doesn't change what was sold
        "status": ibis.ifelse(kept, rows.status, ibis.null("string")),
    }
    rows = computed_once(
        rows.mutate(
            properties=json_object(properties),
            later=json_object({**properties, "ordered_at": rows.occurred_at}),
        )
    )
    identity = fingerprint(
        setting.source,
        "order",
        rows.order_id,
        rows.occurred_at,
        rows.identifiers.cast("json"),
        rows.completed,
        rows.currency,
        rows.channel,
        rows.campaign,
        rows.products.cast("json"),
        rows.properties,
    )
    return rows.mutate(message_id=identity)


def _shaped(rows: ir.Table, setting: Setting, columns: Mapping[str, ir.Value | str]) -> ir.Table:
    at = columns["occurred_at"]
    # a till knows of an order when it happens, unless the file says otherwise
    received = (
        ibis.coalesce(rows.received_at, at)
        if "received_at" not in columns
        else columns["received_at"]
    )
    told = rows.select(
        message_id=columns["message_id"],
        source=ibis.literal(setting.source),
        type=ibis.literal(str(EventType.TRACK)),
        name=columns["name"],
        occurred_at=at,
        received_at=received,
        user_id=rows.user_id,
        anonymous_id=rows.anonymous_id,
        identifiers=rows.identifiers,
        channel=rows.channel,
        campaign=rows.campaign,
        amount=columns["amount"],
        currency=rows.currency,
        products=columns["products"],
        properties=columns["properties"],
    )
    return events_shaped(told)


def _completed(sales: ir.Table, known: ir.Table, setting: Setting) -> ir.Table:
    before = known.filter(
        known.name.isin([str(EventName.ORDER_COMPLETED), str(EventName.ORDER_UPDATED)])
    )
    met = before.select("known_order").distinct()
    joined = sales.left_join(met, sales.order_id == met.known_order)
    same = joined.message_id.isin(known.message_id)
    changed = joined.known_order.notnull() & ~same
    now = ibis.literal(setting.now, "timestamp('UTC')")
    # an order that was known otherwise changed some time before this moment, unless it is told
    at = ibis.ifelse(changed, ibis.coalesce(joined.updated_at, now), joined.occurred_at)
    return _shaped(
        joined,
        setting,
        {
            "message_id": joined.message_id,
            "name": ibis.ifelse(
                changed, str(EventName.ORDER_UPDATED), str(EventName.ORDER_COMPLETED)
            ),
            "occurred_at": at,
            "received_at": ibis.ifelse(changed, at, ibis.coalesce(joined.received_at, at)),
            "amount": joined.completed,
            "products": joined.products,
            "properties": ibis.ifelse(changed, joined.later, joined.properties),
        },
    )


def _cancelled(sales: ir.Table, setting: Setting) -> ir.Table:
    rows = sales.filter(sales.meaning == "cancelled")
    properties = {"order_id": rows.order_id, "status": rows.status, "coupon": rows.coupon}
    return _shaped(
        rows,
        setting,
        {
            # an order is cancelled once
            "message_id": fingerprint(setting.source, "cancellation", rows.order_id),
            "name": ibis.literal(str(EventName.ORDER_CANCELLED)),
            "occurred_at": ibis.coalesce(rows.updated_at, rows.occurred_at),
            "amount": rows.completed,
            "products": rows.products,
            "properties": json_object(properties),
        },
    )


def _refunded_since(
    scratch: Scratch, sales: ir.Table, known: ir.Table, setting: Setting
) -> tuple[ir.Table, ir.Table]:
    """Give back what a file says was refunded so far, less what earlier files said."""
    whole = (sales.meaning == "refunded") & (sales.return_lines == 0)
    target = ibis.cases(
        ((sales.refunded_amount.abs() > 0).fill_null(False), sales.refunded_amount.abs()),
        (whole, sales.completed),
        else_=ibis.null("decimal(18, 4)"),
    )
    rows = sales.mutate(target=target)
    rows = rows.filter(rows.target.notnull())
    refunds = known.filter(known.name == str(EventName.ORDER_REFUNDED))
    so_far = refunds.group_by("known_order").agg(before=refunds.amount.sum())
    joined = rows.left_join(so_far, rows.order_id == so_far.known_order)
    before = joined.before.fill_null(0)
    joined = joined.mutate(
        before=before,
        refund_message=fingerprint(setting.source, "refund", joined.order_id, joined.target),
    )
    joined = scratch.stage(joined.filter(~joined.refund_message.isin(known.message_id)))
    more = joined.filter((joined.target > joined.before) | (joined.target == 0))
    all_of_it = (more.before == 0) & (more.target == more.completed)
    lines = more.products
    events = _shaped(
        more,
        setting,
        {
            "message_id": more.refund_message,
            "name": ibis.literal(str(EventName.ORDER_REFUNDED)),
            "occurred_at": ibis.coalesce(more.updated_at, more.occurred_at),
            "amount": (more.target - more.before).cast("decimal(18, 4)"),
            "products": ibis.ifelse(all_of_it, lines, ibis.null(lines.type())),
            "properties": json_object({"order_id": more.order_id, "status": more.status}),
        },
    )
    shrank = joined.filter(joined.target < joined.before)
    told = shrank.target.cast("string") + " refunded; known: " + shrank.before.cast("string")
    return events, shrank.select(own_id=shrank.order_id, told=told)


def _returns(
    scratch: Scratch, parts: OrderParts, known: ir.Table, setting: Setting
) -> tuple[ir.Table, ir.Table]:
    """Give back what stands in the file with a negative quantity or amount."""
    rows = parts.table.filter(parts.table.is_return)
    original = ibis.coalesce(rows.original_order_id, rows.order_id)
    rows = _people(rows.mutate(original=original), setting, original)
    amount = ibis.ifelse(rows.whole_return, rows.total.abs(), rows.returns_sum)
    alone = rows.total.notnull() & (rows.sales == 0)
    amount = ibis.ifelse(alone, rows.total.abs(), amount).cast("decimal(18, 4)")
    properties = {
        **{name: rows[column] for name, column in parts.extras.items()},
        "order_id": rows.original,
        "refund_id": rows.order_id,
        "coupon": rows.coupon,
        "shipping": rows.shipping.abs(),
        "tax": rows.tax.abs(),
        "status": rows.status,
    }
    rows = computed_once(rows.mutate(back=amount, told_properties=json_object(properties)))
    identity = fingerprint(
        setting.source,
        "return",
        rows.order_id,
        rows.first_at,
        rows.identifiers.cast("json"),
        rows.back,
        rows.currency,
        rows.products.cast("json"),
        rows.original,
    )
    rows = scratch.stage(rows.mutate(message_id=identity))
    before = known.filter(known.known_refund.notnull())
    met = before.group_by("known_refund").agg(known_amount=before.amount.max())
    joined = rows.left_join(met, rows.order_id == met.known_refund)
    other = joined.known_refund.notnull() & ~joined.message_id.isin(known.message_id)
    fresh = joined.filter(~other)
    events = _shaped(
        fresh,
        setting,
        {
            "message_id": fresh.message_id,
            "name": ibis.literal(str(EventName.ORDER_REFUNDED)),
            "occurred_at": ibis.coalesce(fresh.first_at, fresh.occurred_at),
            "amount": fresh.back,
            "products": fresh.products,
            "properties": fresh.told_properties,
        },
    )
    differs = joined.filter(other)
    told = (
        differs.back.cast("string") + " given back; known: " + differs.known_amount.cast("string")
    )
    return events, differs.select(own_id=differs.order_id, told=told)
