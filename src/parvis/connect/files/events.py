"""Events: Segment-shaped NDJSON, a tracker's export, or any table of what happened when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis
from babel.numbers import list_currencies

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.functions import fingerprint, json_at, json_merged, json_object
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.reading import Contents
from parvis.connect.files.rows import (
    IDENTIFIERS,
    Shaped,
    extra_columns,
    identifiers_of,
    is_email,
    phone_text,
    with_faults,
)
from parvis.connect.landing import events_shaped
from parvis.domain.event import ORDER_EVENTS, EventName, EventType
from parvis.lake.schema import PRODUCT_TYPE

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["shape_events"]

_PAGE_WORDS: Final = ("page_view", "pageview", "page view", "page vue")
_PROPERTIES: Final = ("url", "title", "referrer", "page_view_id", "order_id")
_AMOUNTS: Final = ("total", "revenue", "value", "subtotal")
_OURS: Final = {
    # messages that the wire's own parties add, and that say nothing of what happened
    "integrations", "_metadata", "writeKey", "version", "rudderId", "batch",
}  # fmt: skip


def shape_events(
    scratch: Scratch, typed: ir.Table, contents: Contents, mapping: FileMapping, setting: Setting
) -> Shaped:
    """Turn parsed rows into events, and rows that say neither what nor when."""
    rows = _timed(_named(typed, mapping))
    order = rows.name.isin([str(n) for n in ORDER_EVENTS])
    rows = _priced(rows, order)
    rows = with_faults(
        rows,
        [
            fault(rows.at.isnull(), "missing", "occurred_at"),
            fault(rows.kind.isnull(), "unknown_type", "type", rows.f_type),
            fault((rows.kind == "track") & rows.name.isnull(), "missing", "name"),
            fault(order & rows.order_number.isnull(), "missing", "order_id"),
            fault(
                ~rows.money_in.isin(sorted(list_currencies())),
                "unknown_currency",
                "currency",
                rows.money_in,
            ),
        ],
    )
    rows = scratch.stage(rows)
    good = _told(rows.filter(rows.fault.isnull()), contents, mapping)
    nobody = good.whose.length() == 0
    anonymous = ibis.ifelse(
        nobody,
        ibis.literal(f"event:{setting.source}:") + _message(good, setting),
        good.f_anonymous_id,
    )
    alone = identifiers_of({"anonymous_id": anonymous})
    events = good.select(
        message_id=_message(good, setting),
        source=ibis.literal(setting.source),
        type=good.kind,
        name=good.name,
        occurred_at=good.at,
        received_at=ibis.coalesce(good.f_received_at, good.at),
        user_id=good.f_user_id,
        anonymous_id=anonymous,
        identifiers=ibis.ifelse(nobody, alone, good.whose),
        channel=good.f_channel,
        campaign=good.f_campaign,
        device=good.f_device,
        amount=good.money,
        currency=good.money_in,
        text=good.f_text,
        products=good.products,
        properties=good.told_properties,
        traits=good.told_traits,
        context=good.told_context,
        row_number=good.row_number,
    )
    events = scratch.stage(events)
    # a message that stands in the file twice is the one that was received first
    place = ibis.row_number().over(
        group_by=events.message_id, order_by=[events.received_at, events.row_number]
    )
    once = events.mutate(place=place).filter(lambda t: t.place == 0)
    total, kept = (int(t.count().to_pyarrow().as_py()) for t in (events, once))
    notes = (
        (f"{total - kept:,} messages came more than once; the one received first was kept.",)
        if total > kept
        else ()
    )
    bad = rows.filter(rows.fault.notnull())
    return Shaped("events", scratch.stage(events_shaped(once)), bad, notes)


def _named(rows: ir.Table, mapping: FileMapping) -> ir.Table:
    """Say what kind of call an event is, and what happened."""
    calls = [str(t) for t in EventType]
    said = rows.f_type.lower().strip()
    word = (
        ibis.coalesce(said, rows.f_name.lower().strip())
        if mapping.has("type")
        else rows.f_name.lower()
    )
    if not mapping.has("type"):
        kind = ibis.ifelse(word.isin(_PAGE_WORDS), "page", "track")
        name = ibis.ifelse(kind == "page", ibis.null("string"), rows.f_name)
        return rows.mutate(kind=kind, name=_ping(name))
    tracker = said.isin([*_PAGE_WORDS, "page_ping", "struct", "unstruct", "event", "se", "ue"])
    kind = ibis.cases(
        (said.isin(calls), said),
        (said.isin(_PAGE_WORDS), "page"),
        (tracker, "track"),
        (said.isnull(), "track"),
        # another tracker's own word for what happened
        (rows.f_name.notnull() | mapping.has("properties"), ibis.null("string")),
        else_="track",
    )
    name = ibis.cases(
        (
            said.isin(_PAGE_WORDS) | (said == "page_ping"),
            ibis.ifelse(said == "page_ping", "page_ping", ibis.null("string")),
        ),
        (said.isin(calls) | tracker, rows.f_name),
        else_=ibis.coalesce(rows.f_name, rows.f_type),
    )
    return rows.mutate(kind=kind, name=_ping(name))


def _ping(name: ir.StringValue) -> ir.StringValue:
    return ibis.ifelse(
        name.lower().isin(["page_ping", "page ping"]), str(EventName.PAGE_PING), name
    )


def _timed(rows: ir.Table) -> ir.Table:
    """Correct the device's clock: occurred = received - (sent - original), unless it was told."""
    delay = rows.f_sent_at.epoch_seconds() - rows.f_original_timestamp.epoch_seconds()
    corrected = rows.f_received_at - delay.as_interval("s")
    return rows.mutate(
        at=ibis.coalesce(
            rows.f_occurred_at,
            corrected,
            rows.f_original_timestamp,
            rows.f_received_at,
            rows.f_sent_at,
        )
    )


def _priced(rows: ir.Table, order: ir.BooleanValue) -> ir.Table:
    """Take amount, currency, order and products from the properties, where no column has them."""
    said = rows.f_properties
    told = [json_at(said, k).try_cast("decimal(18, 4)") for k in _AMOUNTS]
    money = ibis.coalesce(rows.f_amount, *told)
    code = json_at(said, "currency").upper()
    products = ibis.ifelse(order, json_at(said, "products"), ibis.null("string"))
    typed = products.try_cast("json").try_cast(f"array<{PRODUCT_TYPE}>").map(_line)
    return rows.mutate(
        money=money,
        money_in=ibis.ifelse(
            money.isnull(), ibis.null("string"), ibis.coalesce(code, rows.f_currency)
        ),
        products=typed,
        order_number=ibis.coalesce(
            rows.f_order_id, json_at(said, "order_id"), json_at(said, "orderId")
        ),
    )


def _line(product: ir.StructValue) -> ir.StructValue:
    """Compute what a line brings, where it isn't told."""
    off = product["discount"].fill_null(0) + product["coupon_discount"].fill_null(0)
    computed = product["price"] * product["quantity"].fill_null(1) - off
    fields = {n: product[n] for n in product.names}
    fields["amount"] = ibis.coalesce(product["amount"], computed.try_cast("decimal(18, 4)"))
    return ibis.struct(fields).cast(PRODUCT_TYPE)


def _told(rows: ir.Table, contents: Contents, mapping: FileMapping) -> ir.Table:
    """Put together properties, traits, context and identifiers."""
    extras = {
        n: rows[c]
        for n, c in extra_columns(contents, mapping, _PROPERTIES).items()
        if n not in _OURS
    }
    own = {n: rows[f"f_{n}"] for n in _PROPERTIES if mapping.has(n)}
    own["order_id"] = rows.order_number
    said = rows.f_properties.fill_null("{}").cast("json")
    properties = json_merged(said, json_object({**extras, **own}))
    # products have their own column
    properties = ibis.ifelse(
        rows.products.notnull(),
        json_merged(properties, ibis.literal('{"products": null}').cast("json")),
        properties,
    )
    robot = rows.f_is_robot.lower().isin(["true", "1", "yes", "oui", "vrai", "t"])
    context = json_merged(
        rows.f_context.fill_null("{}").cast("json"),
        json_object(
            {
                "sessionId": rows.f_session_id,
                "is_robot": ibis.ifelse(rows.f_is_robot.notnull(), robot, ibis.null("boolean")),
                "originalTimestamp": rows.f_original_timestamp,
                "sentAt": rows.f_sent_at,
            }
        ),
    )
    email = ibis.coalesce(
        rows.f_email,
        ibis.ifelse(rows.kind == "identify", json_at(rows.f_traits, "email"), ibis.null("string")),
        ibis.ifelse(
            rows.kind == "identify", json_at(rows.f_context, "traits.email"), ibis.null("string")
        ),
    ).lower()
    email = ibis.ifelse(is_email(email), email, ibis.null("string"))
    whose = identifiers_of(
        {
            "user_id": rows.f_user_id,
            "anonymous_id": rows.f_anonymous_id,
            "email": email,
            "phone": phone_text(rows.f_phone),
        }
    )
    outside = json_at(rows.f_context, "externalIds").try_cast("json")
    more = outside.try_cast("array<struct<type: string, id: string>>").map(
        lambda i: ibis.struct({"kind": i["type"], "value": i["id"]})
    )
    more = more.filter(lambda i: i["kind"].notnull() & i["value"].notnull()).cast(IDENTIFIERS)
    traits = ibis.coalesce(rows.f_traits, json_at(rows.f_context, "traits"))
    traits = ibis.ifelse(rows.kind == "identify", traits, rows.f_traits)
    return rows.mutate(
        told_properties=properties,
        told_context=context,
        told_traits=traits.try_cast("json").try_cast("map<string, string>"),
        whose=ibis.ifelse(more.isnull(), whose, whose.concat(more)),
    )


def _message(rows: ir.Table, setting: Setting) -> ir.StringValue:
    content = fingerprint(
        setting.source,
        "event",
        rows.kind,
        rows.name,
        rows.at,
        rows.whose.cast("json"),
        rows.told_properties,
        rows.told_context,
        rows.money,
        rows.f_text,
    )
    return rows.f_message_id.fill_null(content)
