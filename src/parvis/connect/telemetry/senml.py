"""SenML packs become events, one for each moment a pack measured at. Pure Ibis.

References
----------
RFC 8428, "Sensor Measurement Lists (SenML)": base fields (section 4.1), times (4.5.3).
RFC 9039, "Uniform Resource Names for Device Identifiers".
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import ibis

from parvis.connect.files.functions import fingerprint, is_json, json_object, since_epoch
from parvis.connect.files.parse import FAULT_TYPE
from parvis.connect.files.quarantine import fault
from parvis.connect.files.rows import IDENTIFIERS
from parvis.domain.event import DEVICE_ID, EventName, EventType
from parvis.lake.functions import moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

F = TypeVar("F")

__all__ = [
    "KEYS",
    "is_series",
    "measured_at_once",
    "measured_in_series",
    "moments",
    "packs",
    "telemetry_events",
]

#: What is read of an archived message; the rest is the broker's own.
KEYS: Final = ("payload", "topic", "received_at")

_TEXTS: Final = ("bn", "bu", "n", "u", "vs", "vd")
_NUMBERS: Final = ("bt", "bv", "bs", "v", "s", "t")
_FIELDS: Final = (*_TEXTS, *_NUMBERS, "vb")
# numbers as texts first: what can't be read as one would be dropped in silence
_RECORD: Final = f"struct<{', '.join(f'{n}: string' for n in _FIELDS)}>"
#: Below it a time is seconds from now; from it on, seconds since 1970.
_RELATIVE: Final = 2**28
_YEAR_2000: Final = 946_684_800
_DAY: Final = 86_400
_BASE: Final = ("bn", "bt", "bu", "bv", "bs")
_VALUES: Final = ("v", "vs", "vb", "vd", "s")
#: Whole numbers below it are exact, and written without decimals.
_WHOLE: Final = 1e15

_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(name="to_json", signature=(("float64",), "json"))
def _number_json(value: Any) -> Any:
    """Write a number as JSON."""


@_builtin(name="to_json", signature=(("int64",), "json"))
def _whole_json(value: Any) -> Any:
    """Write a whole number as JSON."""


@_builtin(name="to_json", signature=(("string",), "json"))
def _text_json(value: Any) -> Any:
    """Write a text as JSON, in quotes."""


@_builtin(name="to_json", signature=(("boolean",), "json"))
def _truth_json(value: Any) -> Any:
    """Write true or false as JSON."""


def packs(messages: ir.Table) -> ir.Table:
    """Read what a broker archived, message by message.

    Parameters
    ----------
    messages
        A number, `message`, and the columns of `KEYS`: texts, or `received_at` a moment.

    Returns
    -------
    ir.Table
        The columns of `messages`; `received`; `records`, the pack's; and `fault`, why the message
        can't be read, null where it can.
    """
    told = messages.received_at
    received = told if told.type().is_timestamp() else told.try_cast("timestamp('UTC')")
    if told.type().is_timestamp() and not told.type().timezone:
        received = moment(told, "UTC")
    said = ibis.ifelse(is_json(messages.payload), messages.payload, ibis.null("string"))
    written = said.cast("json").try_cast(f"array<{_RECORD}>")
    rows = messages.mutate(received=received, written=written)
    odd = rows.written.filter(_is_odd).length() > 0
    when = told.cast("string")
    found = (
        fault(rows.payload.isnull(), "missing", "payload"),
        fault(~is_json(rows.payload), "not_json", "payload", rows.payload.substr(0, 200)),
        fault(rows.written.isnull() | odd, "not_senml", "payload", rows.payload.substr(0, 200)),
        fault(when.isnull() | (when == ""), "missing", "received_at"),
        fault(rows.received.isnull(), "not_a_date", "received_at", when),
    )
    rows = rows.mutate(
        records=rows.written.map(_typed), fault=ibis.coalesce(*found).cast(FAULT_TYPE)
    )
    return rows.drop("written")


def _typed(record: ir.StructValue) -> ir.StructValue:
    return ibis.struct(
        {
            **{n: record[n] for n in _TEXTS},
            **{n: record[n].try_cast("float64") for n in _NUMBERS},
            "vb": record["vb"].try_cast("boolean"),
        }
    )


def _is_odd(record: ir.StructValue) -> ir.BooleanValue:
    typed = _typed(record)
    return functools.reduce(
        operator.or_,
        (record[n].notnull() & typed[n].isnull() for n in (*_NUMBERS, "vb")),
    )


def measured_at_once(read: ir.Table) -> ir.Table:
    """Gather the measurements of packs that tell their base first and one moment alone.

    Nearly all packs are so; taken apart by lists, they needn't be put together again.

    Parameters
    ----------
    read
        Rows of `packs` without a fault; those of `is_series` are left out.

    Returns
    -------
    ir.Table
        A row a message: `message`, `topic`, `received`, `base_name`, `seconds` (since 1970, or
        from when it was received), and `measured`: names, values (JSON) and units.
    """
    plain = read.filter(~is_series(read))
    first = plain.records[0]
    values = plain.records.filter(_measures)
    return plain.select(
        "message",
        "topic",
        "received",
        base_name=first["bn"],
        seconds=first["bt"].fill_null(0) + values[0]["t"].fill_null(0),
        measured=values.map(lambda r: _measured(r, first)),
    ).filter(lambda t: t.measured.length() > 0)


def measured_in_series(read: ir.Table) -> ir.Table:
    """Gather the measurements of any packs, each record with the base fields before it.

    Parameters
    ----------
    read
        Rows of `packs` without a fault.

    Returns
    -------
    ir.Table
        As `measured_at_once`, a row a message and moment.
    """
    numbers = ibis.range(0, read.records.length().cast("int64"))
    each = read.select("message", "topic", "received", both=read.records.zip(numbers).unnest())
    each = each.mutate(one=each.both["f1"], number=each.both["f2"])
    so_far = ibis.window(group_by=each.message, order_by=each.number, preceding=(None, 0))
    based = each.mutate(
        base=ibis.struct({n: each.one[n].collect().over(so_far)[-1] for n in _BASE})
    )
    based = based.filter(_measures(based.one))
    told = based.select(
        "message", "topic", "received", "number",
        base_name=based.base["bn"],
        seconds=based.base["bt"].fill_null(0) + based.one["t"].fill_null(0),
        measured=_measured(based.one, based.base),
    )  # fmt: skip
    return told.group_by("message", "topic", "received", "base_name", "seconds").agg(
        measured=told.measured.collect(order_by=told.number)
    )


def is_series(read: ir.Table) -> ir.BooleanValue:
    """Tell whether a pack changes its base on the way, or measured at several moments."""
    later = read.records[1:].filter(
        lambda r: functools.reduce(operator.or_, (r[n].notnull() for n in _BASE))
    )
    times = read.records.filter(_measures).map(lambda r: r["t"].fill_null(0))
    return (later.length() > 0) | (times.unique().length() > 1)


def _measures(record: ir.StructValue) -> ir.BooleanValue:
    return functools.reduce(operator.or_, (record[n].notnull() for n in _VALUES))


def _measured(record: ir.StructValue, base: ir.StructValue) -> ir.StructValue:
    number = ibis.coalesce(
        record["v"] + base["bv"].fill_null(0), record["s"] + base["bs"].fill_null(0)
    )
    whole = (number == number.floor()) & (number.abs() < _WHOLE)
    value = ibis.coalesce(
        ibis.ifelse(whole, _whole_json(number.try_cast("int64")), _number_json(number)),
        _truth_json(record["vb"]),
        _text_json(ibis.coalesce(record["vs"], record["vd"])),
    )
    # what a device measures alone may be named by the base name alone
    name = ibis.coalesce(record["n"].nullif(""), ibis.literal("value"))
    unit = ibis.coalesce(record["u"], base["bu"])
    return ibis.struct({"name": name, "value": value, "unit": unit})


def moments(measured: ir.Table) -> ir.Table:
    """Tell when and by which device was measured, or why that can't be told.

    Parameters
    ----------
    measured
        Rows of `measured_at_once` or `measured_in_series`.

    Returns
    -------
    ir.Table
        A row a message and moment: `message`, `topic`, `received`, `base_name`, `device`,
        `occurred` (a moment), `properties` and `units` (JSON), and `fault`.

    Notes
    -----
    A time below 2**28 is seconds from now, hence from when the message was received. Nothing is
    measured in the future: a small positive time is a clock that was never set, and counts from
    1970 again.
    """
    grouped = measured
    now = grouped.received.epoch_seconds()
    # the microseconds of a time from now are those of its message
    relative = grouped.seconds <= 0
    span = ibis.ifelse(grouped.seconds.abs() < 100 * 366 * _DAY, grouped.seconds, ibis.literal(0.0))
    absolute = moment(since_epoch((span * 1_000_000).round().cast("int64")), "UTC")
    shifted = grouped.received + span.cast("int64").as_interval("s")
    names = grouped.measured.map(lambda m: m["name"])
    with_unit = grouped.measured.filter(lambda m: m["unit"].notnull())
    repeated = names.length() != names.unique().length()
    rows = grouped.mutate(
        properties=_object_of(grouped.measured, "value", repeated),
        units=_object_of(with_unit, "unit", repeated | (with_unit.length() == 0)),
        repeated=repeated,
        occurred=ibis.ifelse(relative, shifted, absolute),
        device=_serial(grouped.base_name, grouped.topic),
    )
    is_wrong = ~relative & (
        (rows.seconds < _YEAR_2000) | (rows.seconds > now.cast("float64") + _DAY)
    )
    is_wrong |= rows.seconds <= -_RELATIVE
    told = rows.seconds.cast("string")
    found = (
        fault(is_wrong, "wrong_clock", "bt", told),
        fault(rows.device.isnull(), "no_identifier", "bn", rows.base_name),
        fault(rows.repeated, "repeated_key", "n"),
    )
    rows = rows.mutate(fault=ibis.coalesce(*found).cast(FAULT_TYPE))
    return rows.drop("measured", "repeated")


def _object_of(pairs: ir.ArrayValue, column: str, never: ir.BooleanValue) -> ir.JSONValue:
    """Make a JSON object of names and what is told; the engine fails where a name comes twice."""
    safe = ibis.ifelse(never, ibis.null(pairs.type()), pairs)
    told = ibis.map(safe.map(lambda p: p["name"]), safe.map(lambda p: p[column]))
    return told.cast("json")


def _serial(base_name: ir.StringValue, topic: ir.StringValue) -> ir.StringValue:
    """Tell which device: the last part of its URN, else the topic's second level."""
    bare = base_name.re_replace("[:/_.-]+$", "")
    last = ibis.ifelse(
        bare.startswith("urn:dev:ops:"),
        bare.re_extract("([^:-]+)$", 1),
        bare.re_extract("([^:/]+)$", 1),
    )
    level = topic.split("/")[1]
    return ibis.coalesce(last.nullif(""), level.nullif(""))


def telemetry_events(told: ir.Table, source: str) -> ir.Table:
    """Shape moments as events.

    Parameters
    ----------
    told
        Rows of `moments` without a fault.
    source
        The silo.

    Returns
    -------
    ir.Table
        Columns of `events`; the same measurements of a device at the same moment are one event,
        however often the broker delivered them.
    """
    who = ibis.struct({"kind": ibis.literal(DEVICE_ID), "value": told.device})
    return told.select(
        message_id=fingerprint(
            source, "telemetry", told.device, told.occurred, told.properties.cast("string")
        ),
        source=ibis.literal(source),
        type=ibis.literal(EventType.TRACK.value),
        name=ibis.literal(EventName.DEVICE_TELEMETRY.value),
        occurred_at=told.occurred,
        received_at=told.received,
        identifiers=ibis.array([who]).cast(IDENTIFIERS),
        device=told.device,
        properties=told.properties,
        context=json_object(
            {"topic": told.topic, "base_name": told.base_name, "units": told.units}
        ),
    )
