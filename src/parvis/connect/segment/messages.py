"""Messages of the Segment spec become events. Pure Ibis, whatever brought the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import ibis
from babel.numbers import list_currencies

from parvis.connect.files.functions import (
    computed_once,
    fingerprint,
    is_json,
    json_merged,
    json_object,
    json_places,
)
from parvis.connect.files.parse import FAULT_TYPE
from parvis.connect.files.quarantine import fault
from parvis.connect.files.rows import IDENTIFIERS, identifiers_of, is_email, phone_text
from parvis.connect.segment.agents import device_of, is_robot
from parvis.domain.event import DEVICE_ID, ORDER_EVENTS, EventType
from parvis.lake.functions import moment
from parvis.lake.schema import PRODUCT_TYPE

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["KEYS", "Telling", "faults", "understood"]

#: What is read of a message; all else is the wire's own (integrations, writeKey, channel, …).
KEYS: Final = (
    "type", "messageId", "anonymousId", "userId", "previousId", "groupId", "event", "name",
    "timestamp", "originalTimestamp", "sentAt", "receivedAt", "properties", "context", "traits",
)  # fmt: skip
_MONEY: Final = "decimal(18, 4)"
_OF_PROPERTIES: Final = (
    "total", "revenue", "value", "subtotal", "currency", "order_id", "orderId", "products",
)  # fmt: skip
_OF_CONTEXT: Final = (
    "campaign.medium", "campaign.name", "userAgent", "device.type", "device.id", "externalIds",
    "traits",
)  # fmt: skip
_SHORTEST_DATE: Final = len("2025-03-04")
_LONGEST_DELAY_SECONDS: Final = 10 * 366 * 86_400
_TIMES: Final = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")


@dataclass(frozen=True, slots=True)
class Telling:
    """What holds for all messages of a silo.

    Parameters
    ----------
    source
        The silo.
    currency
        Of amounts that don't name theirs.
    now
        The moment of the import.
    orders_told_by
        The source that tells the same orders; empty: these orders are orders of their own.
    """

    source: str
    currency: str
    now: datetime
    orders_told_by: str = ""


def understood(messages: ir.Table, telling: Telling) -> ir.Table:
    """Turn messages into events, each with the reason why it can't be one.

    Parameters
    ----------
    messages
        A column of text for each of `KEYS` (objects and lists as JSON; times may be moments).
    telling
        What holds for all of them.

    Returns
    -------
    ir.Table
        The columns of `messages`, those of `events` but `text` and `import_id`, and `fault`: null
        where the message can be told.

    References
    ----------
    Segment Spec: common fields, and the e-commerce events.
    """
    rows = computed_once(_read(messages))
    rows = _timed(rows)
    rows = computed_once(_taken(rows, telling))
    rows = rows.mutate(fault=faults(rows, telling))
    return rows.mutate(**_columns(rows, telling))


def _read(messages: ir.Table) -> ir.Table:
    """Take the messages' texts as what they are, and what stands deeper out of its JSON."""
    said = {
        k: ibis.ifelse(is_json(messages[k]), messages[k], ibis.null("string"))
        for k in ("properties", "context", "traits")
    }
    words = {
        f"m_{k}": messages[k].nullif("")
        for k in ("messageId", "anonymousId", "userId", "previousId", "groupId", "event", "name")
    }
    return messages.mutate(
        **{f"m_{k}": v for k, v in said.items()},
        **words,
        **{f"m_{k}": _moment(messages[k]) for k in _TIMES},
        m_type=messages.type.lower(),
        of_properties=json_places(said["properties"], _OF_PROPERTIES),
        of_context=json_places(said["context"], _OF_CONTEXT),
    )


def _moment(told: ir.Value) -> ir.TimestampValue:
    if told.type().is_timestamp():
        return told.cast("timestamp('UTC')") if told.type().timezone else moment(told, "UTC")
    # words such as "infinity" would be taken for a time; one without an offset is UTC's
    is_date = told.length() >= _SHORTEST_DATE
    return ibis.ifelse(is_date, told, ibis.null("string")).try_cast("timestamp('UTC')")


def _timed(rows: ir.Table) -> ir.Table:
    """Correct the device's clock: occurred = received - (sent - original), unless it was told."""
    told = rows.m_sentAt.epoch_seconds() - rows.m_originalTimestamp.epoch_seconds()
    delay = ibis.ifelse(told.abs() < _LONGEST_DELAY_SECONDS, told, ibis.null("int64"))
    return rows.mutate(
        at=ibis.coalesce(
            rows.m_timestamp,
            rows.m_receivedAt - delay.as_interval("s"),
            rows.m_originalTimestamp,
            rows.m_receivedAt,
            rows.m_sentAt,
        )
    )


def _taken(rows: ir.Table, telling: Telling) -> ir.Table:
    """Name what happened, what it is worth, and by whom and how it came."""
    told = dict(zip(_OF_PROPERTIES, _parts(rows.of_properties, _OF_PROPERTIES), strict=True))
    around = dict(zip(_OF_CONTEXT, _parts(rows.of_context, _OF_CONTEXT), strict=True))
    money = ibis.coalesce(*(told[k].try_cast(_MONEY) for k in _OF_PROPERTIES[:4]))
    of_order = rows.m_event.isin([str(n) for n in ORDER_EVENTS]) & (rows.m_type == "track")
    agent = around["userAgent"].lower()
    return rows.mutate(
        money=money,
        money_in=ibis.ifelse(
            money.notnull(),
            ibis.coalesce(told["currency"].upper().nullif(""), telling.currency),
            ibis.null("string"),
        ),
        of_order=of_order.fill_null(False),
        order_number=ibis.coalesce(told["order_id"], told["orderId"]).nullif(""),
        told_products=ibis.ifelse(of_order, told["products"], ibis.null("string")),
        medium=around["campaign.medium"].nullif(""),
        campaign_name=around["campaign.name"].nullif(""),
        on=ibis.coalesce(
            device_of(agent),
            ibis.ifelse(
                around["device.type"].lower().isin(["ios", "android"]),
                ibis.literal("phone"),
                ibis.null("string"),
            ),
        ),
        robot=is_robot(agent).fill_null(False),
        outside=around["externalIds"],
        device_number=around["device.id"].nullif(""),
        person=ibis.ifelse(
            rows.m_type == "identify",
            ibis.coalesce(rows.m_traits, around["traits"]),
            ibis.null("string"),
        ),
    )


def _parts(values: ir.ArrayValue, paths: tuple[str, ...]) -> list[ir.StringValue]:
    return [values[i] for i in range(len(paths))]


def faults(rows: ir.Table, telling: Telling) -> ir.Value:
    """Tell why a message can't be an event; null where it can.

    Returns
    -------
    ir.Value
        A struct of `reason` (of `quarantine.MEANINGS`), `field` and `value`.
    """
    latest = ibis.literal(telling.now + timedelta(days=1), "timestamp('UTC')")
    earliest = ibis.literal(datetime(1970, 1, 1, tzinfo=UTC), "timestamp('UTC')")
    kinds = [str(t) for t in EventType]
    unread = rows.timestamp.notnull() & rows.m_timestamp.isnull()
    if rows.timestamp.type().is_string():
        unread &= rows.timestamp != ""
    when = rows.timestamp.cast("string")
    found = (
        fault(rows.m_type.isnull(), "missing", "type"),
        fault(~rows.m_type.isin(kinds), "unknown_type", "type", rows.type),
        fault(unread, "not_a_date", "timestamp", when),
        fault(rows["at"].isnull(), "missing", "timestamp"),
        fault(rows["at"] < earliest, "before_1970", "timestamp", when),
        fault(rows["at"] > latest, "in_the_future", "timestamp", when),
        fault((rows.m_type == "track") & rows.m_event.isnull(), "missing", "event"),
        fault(rows.of_order & rows.order_number.isnull(), "missing", "order_id"),
        fault(
            ~rows.money_in.isin(sorted(list_currencies())),
            "unknown_currency",
            "currency",
            rows.money_in,
        ),
    )
    return ibis.coalesce(*found).cast(FAULT_TYPE)


def _columns(rows: ir.Table, telling: Telling) -> dict[str, ir.Value]:
    whose, properties, context = _whose(rows), _properties(rows), _context(rows, telling)
    content = fingerprint(
        telling.source, "segment", rows.m_type, rows.m_event, rows.m_name, rows["at"],
        rows.m_userId, rows.m_anonymousId, rows.m_properties, rows.m_context, rows.m_traits,
    )  # fmt: skip
    message = ibis.ifelse(rows.m_messageId.isnull(), content, rows.m_messageId)
    nobody = whose.length() == 0
    anonymous = ibis.ifelse(
        nobody, ibis.literal(f"event:{telling.source}:") + message, rows.m_anonymousId
    )
    nothing = ibis.null("string")
    return {
        "message_id": message,
        "source": ibis.literal(telling.source),
        "type": rows.m_type,
        "name": ibis.ifelse(
            rows.m_type == "track",
            rows.m_event,
            ibis.ifelse(rows.m_type.isin(["page", "screen"]), rows.m_name, nothing),
        ),
        "occurred_at": rows["at"],
        "received_at": ibis.coalesce(rows.m_receivedAt, rows["at"]),
        "user_id": rows.m_userId,
        "anonymous_id": anonymous,
        "identifiers": ibis.ifelse(nobody, identifiers_of({"anonymous_id": anonymous}), whose),
        "channel": rows.medium,
        "campaign": rows.campaign_name,
        "device": rows.on,
        "amount": rows.money,
        "currency": rows.money_in,
        "products": _products(rows.told_products),
        "properties": properties,
        "traits": rows.person.try_cast("json").try_cast("map<string, string>"),
        "context": context,
    }


def _products(told: ir.StringValue) -> ir.ArrayValue:
    typed = told.try_cast("json").try_cast(f"array<{PRODUCT_TYPE}>")

    def line(product: ir.StructValue) -> ir.StructValue:
        off = product["discount"].fill_null(0) + product["coupon_discount"].fill_null(0)
        brought = product["price"] * product["quantity"].fill_null(1) - off
        fields = {n: product[n] for n in product.names}
        fields["amount"] = ibis.coalesce(product["amount"], brought.try_cast(_MONEY))
        return ibis.struct(fields).cast(PRODUCT_TYPE)

    return typed.map(line)


def _properties(rows: ir.Table) -> ir.JSONValue:
    said = rows.m_properties.fill_null("{}").cast("json")
    # products have their own column; merged for these rows alone, since merging is slow
    of_order = json_merged(
        json_merged(said, ibis.literal('{"products": null, "orderId": null}').cast("json")),
        json_object({"order_id": rows.order_number}),
    )
    of_group = json_object({"group_id": rows.m_groupId, "traits": rows.m_traits.cast("json")})
    return ibis.cases(
        (rows.of_order, of_order), (rows.m_type == EventType.GROUP.value, of_group), else_=said
    )


def _context(rows: ir.Table, telling: Telling) -> ir.JSONValue:
    said = rows.m_context.fill_null("{}").cast("json")
    told_by = telling.orders_told_by
    corrected = rows.m_timestamp.isnull() & rows.m_sentAt.notnull()
    more = json_object(
        {
            "is_robot": ibis.ifelse(rows.robot, ibis.literal(True), ibis.null("boolean")),
            "orders_told_by": ibis.ifelse(
                rows.of_order & ibis.literal(bool(told_by)),
                ibis.literal(told_by),
                ibis.null("string"),
            ),
            "originalTimestamp": ibis.ifelse(
                corrected, rows.m_originalTimestamp, ibis.null("timestamp('UTC')")
            ),
            "sentAt": ibis.ifelse(corrected, rows.m_sentAt, ibis.null("timestamp('UTC')")),
        }
    )
    is_more = rows.robot | corrected | (rows.of_order & ibis.literal(bool(told_by)))
    return ibis.ifelse(is_more, json_merged(said, more), said)


def _whose(rows: ir.Table) -> ir.ArrayValue:
    found = json_places(rows.person, ("email", "phone"))
    email = found[0].lower()
    told = identifiers_of(
        {
            "user_id": rows.m_userId,
            "anonymous_id": rows.m_anonymousId,
            "email": ibis.ifelse(is_email(email), email, ibis.null("string")),
            "phone": phone_text(found[1]),
            DEVICE_ID: rows.device_number,
        }
    )
    before = ibis.array(
        [ibis.struct({"kind": ibis.literal("anonymous_id"), "value": rows.m_previousId})]
    )
    told = ibis.ifelse(rows.m_previousId.isnull(), told, told.concat(before.cast(IDENTIFIERS)))
    more = rows.outside.try_cast("json").try_cast("array<struct<type: string, id: string>>")
    more = more.map(lambda i: ibis.struct({"kind": i["type"], "value": i["id"]}))
    more = more.filter(lambda i: i["kind"].notnull() & i["value"].notnull()).cast(IDENTIFIERS)
    return ibis.ifelse(more.isnull(), told, told.concat(more))
