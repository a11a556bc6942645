"""Orders: one row an order or one a line, sales and returns, become order events.

Lines are grouped by the order's number. An order of which one line can't be read waits in the
quarantine as a whole: a sum without that line would be wrong and look right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.order_events import OrderParts, order_events
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import fault, open_orders
from parvis.connect.files.reading import Contents
from parvis.connect.files.rows import Shaped, extra_columns, with_faults
from parvis.connect.files.status import meaning_of_status
from parvis.domain.event import ORDER_EVENTS
from parvis.lake.functions import json_text
from parvis.lake.schema import PRODUCT_TYPE

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["shape_orders"]

_LINE_FIELDS: Final = (
    "product_id",
    "sku",
    "name",
    "category",
    "brand",
    "variant",
    "price",
    "quantity",
)
_ORDER_FIELDS: Final = (
    "user_id", "anonymous_id", "email", "phone", "currency", "status", "updated_at", "received_at",
    "original_order_id", "channel", "campaign", "coupon", "order_discount", "shipping", "tax",
    "refunded_amount",
)  # fmt: skip
#: Keys of an order event's properties that are ours; a column called so is told apart.
RESERVED: Final = (
    "order_id", "refund_id", "coupon", "discount", "shipping", "tax", "status", "ordered_at",
    "date_known",
)  # fmt: skip
_CENT: Final = 0.011


def shape_orders(
    scratch: Scratch, typed: ir.Table, contents: Contents, mapping: FileMapping, setting: Setting
) -> Shaped:
    """Turn parsed rows into order events, and rows that must wait.

    Parameters
    ----------
    scratch
        What computes; intermediate tables are staged there.
    typed
        What `parse.parsed` gave, staged.
    """
    lines = _with_line_amounts(typed)
    orders = scratch.stage(_orders(lines, contents, mapping))
    held = lines.join(orders.filter(orders.reason.notnull()), lines.f_order_id == orders.order_id)
    waits = fault(held.fault.isnull(), "order_incomplete", "order_id", held.f_order_id)
    own = ibis.struct(
        {"reason": held.reason, "field": held.reason_field, "value": held.reason_value}
    )
    own = ibis.ifelse(held.reason == "order_incomplete", waits, own.cast(str(waits.type())))
    columns = list(lines.columns)
    bad_orders = held.select(
        *(held[c] for c in columns if c != "fault"), fault=ibis.coalesce(held.fault, own)
    ).select(*columns)
    nameless = lines.filter(lines.f_order_id.isnull())
    bad = bad_orders.union(nameless.select(*columns))
    good = orders.filter(orders.reason.isnull())
    parts = _parts(scratch, lines, good, contents, mapping)
    known = scratch.stage(_known(scratch, setting))
    rows, refused = order_events(scratch, parts, known, mapping, setting)
    if refused is not None:
        late = lines.join(refused, lines.f_order_id == refused.own_id)
        more = late.select(
            *(late[c] for c in columns if c != "fault"),
            fault=fault(ibis.literal(True), "differs_from_known", "amount", late.told),
        ).select(*columns)
        bad = bad.union(more)
    return Shaped("events", rows, scratch.stage(bad))


def _with_line_amounts(typed: ir.Table) -> ir.Table:
    """Give each line what the shop receives for it, negative where it was given back."""
    quantity = typed.f_quantity
    backwards = (quantity < 0).fill_null(False)
    count = quantity.abs().fill_null(1)
    off = typed.f_discount.abs().fill_null(0) + typed.f_coupon_discount.abs().fill_null(0)
    computed = (typed.f_price * count - off).try_cast("decimal(18, 4)")
    told = ibis.coalesce(typed.f_amount, computed)
    amount = ibis.ifelse(backwards, -told.abs(), told).try_cast("decimal(18, 4)")
    rows = typed.mutate(signed=amount, backwards=backwards)
    impossible = told.isnull() & (typed.f_price.notnull() | typed.f_amount.notnull())
    return with_faults(
        rows,
        [
            fault(rows.f_order_id.isnull(), "missing", "order_id"),
            fault(impossible, "too_large", "amount", typed.f_price),
        ],
    )


def _orders(lines: ir.Table, contents: Contents, mapping: FileMapping) -> ir.Table:
    """Make one row an order: what all its lines say, and why it can't be taken, if so."""
    rows = lines.filter(lines.f_order_id.notnull())
    forward = ~rows.backwards
    sold, back = (rows.signed > 0) & forward, (rows.signed < 0) & forward
    values = {
        name: rows[f"f_{name}"].argmin(rows.row_number)
        for name in _ORDER_FIELDS
        if mapping.has(name) or name == "currency"
    }
    found = rows.group_by(order_id=rows.f_order_id).agg(
        lines=rows.count(),
        faults=rows.fault.count(),
        occurred_at=rows.f_occurred_at.min(),
        total=rows.f_total.max(),
        least_total=rows.f_total.min(),
        customers=rows.f_user_id.nunique() if mapping.has("user_id") else ibis.literal(0),
        currencies=rows.f_currency.nunique() if mapping.has("currency") else ibis.literal(1),
        unpriced=rows.signed.isnull().sum(),
        positive=rows.signed.sum(where=sold).fill_null(0),
        returned=(-rows.signed).sum(where=rows.backwards).fill_null(0),
        negative=(-rows.signed).sum(where=back).fill_null(0),
        returns=rows.backwards.sum().fill_null(0),
        negatives=back.sum().fill_null(0),
        sales=sold.sum().fill_null(0),
        **values,
    )
    missing = [n for n in (*_ORDER_FIELDS,) if n not in values]
    types = {n: lines[f"f_{n}"].type() for n in missing}
    found = found.mutate(**{n: ibis.null(t) for n, t in types.items()})
    # without anything sold, or without quantities, what is negative was given back; beside
    # goods it is a discount written as a line of its own
    is_return = (found.sales == 0) if mapping.has("quantity") else ibis.literal(True)
    whole = (found.total < 0).fill_null(False) & (found.sales == 0)
    found = found.mutate(
        minus_is_return=is_return,
        whole_return=whole,
        sales_sum=ibis.ifelse(is_return, found.positive, found.positive - found.negative),
        returns_sum=ibis.ifelse(is_return, found.returned + found.negative, found.returned),
        meaning=meaning_of_status(found.status),
    )
    return _checked(found, contents, mapping)


def _checked(found: ir.Table, contents: Contents, mapping: FileMapping) -> ir.Table:
    returns = found.returns + ibis.ifelse(found.minus_is_return, found.negatives, 0)
    mixed = (returns > 0) & (returns < found.lines) & (found.sales > 0)
    around = (
        found.shipping.fill_null(0)
        + found.tax.fill_null(0)
        - found.order_discount.abs().fill_null(0)
    )
    gross = [found.sales_sum, found.sales_sum + around]
    net = [g - found.returns_sum for g in gross]
    is_gross = ibis.or_(*((found.total - g).abs() < _CENT for g in gross)).fill_null(False)
    is_net = ibis.or_(*((found.total - n).abs() < _CENT for n in net)).fill_null(False)
    told = found.total.notnull()
    completed = ibis.cases(
        (told & ~mixed, found.total),
        (told & is_net & ~is_gross, found.total + found.returns_sum),
        (told, found.total),
        else_=found.sales_sum,
    )
    cut = _cut_orders(contents, mapping)
    is_cut = found.order_id.isin(cut.order_id) if cut is not None else ibis.literal(False)
    reasons = (
        ((found.faults > 0) | is_cut, "order_incomplete", "order_id", found.order_id),
        (found.occurred_at.isnull(), "missing", "occurred_at", ibis.null("string")),
        (found.customers > 1, "mixed_customer", "user_id", found.order_id),
        (found.currencies > 1, "mixed_currency", "currency", found.order_id),
        (found.total != found.least_total, "mixed_total", "total", found.order_id),
        (~told & (found.unpriced > 0), "missing", "amount", ibis.null("string")),
        (told & mixed & ~is_gross & ~is_net, "total_differs", "total", found.total.cast("string")),
        (
            (found.meaning == "partly_refunded") & found.refunded_amount.isnull() & ~(returns > 0),
            "refund_unknown", "status", found.status,
        ),
    )  # fmt: skip
    none = ibis.null("string")
    return found.mutate(
        completed=completed.try_cast("decimal(18, 4)"),
        return_lines=returns,
        reason=ibis.cases(*((c.fill_null(False), r) for c, r, _, _ in reasons), else_=none),
        reason_field=ibis.cases(*((c.fill_null(False), f) for c, _, f, _ in reasons), else_=none),
        reason_value=ibis.cases(*((c.fill_null(False), v) for c, _, _, v in reasons), else_=none),
    )


def _cut_orders(contents: Contents, mapping: FileMapping) -> ir.Table | None:
    read = mapping.read_of("order_id")
    if contents.shape.format != "csv" or read is None or read.column is None:
        return None
    place = contents.shape.columns.index(read.column)
    return open_orders(contents.rejected, place, contents.shape.delimiter)


def _known(scratch: Scratch, setting: Setting) -> ir.Table:
    """Return the order events that this source has brought so far."""
    events = scratch.table("events")
    events = events.filter(
        (events.source == setting.source) & events.name.isin([str(n) for n in ORDER_EVENTS])
    )
    return events.select(
        "message_id",
        "name",
        "amount",
        known_order=json_text(events.properties, "order_id"),
        known_refund=json_text(events.properties, "refund_id"),
    )


@dataclass(frozen=True, slots=True)
class _Extras:
    constant: dict[str, str]
    varying: dict[str, str]


def _parts(
    scratch: Scratch, lines: ir.Table, orders: ir.Table, contents: Contents, mapping: FileMapping
) -> OrderParts:
    """Group the lines of good orders into what was sold and what was given back."""
    extras = _sorted_extras(lines, extra_columns(contents, mapping, RESERVED))
    joined = lines.join(
        orders.select("order_id", "minus_is_return", "whole_return"),
        lines.f_order_id == orders.order_id,
    )
    given_back = (
        joined.backwards
        | (joined.minus_is_return & (joined.signed < 0)).fill_null(False)
        | joined.whole_return
    )
    rows = joined.mutate(is_return=given_back)
    aggregates: dict[str, ir.Value] = {
        "first_at": rows.f_occurred_at.min(),
        **{f"x_{i}": rows[c].max() for i, c in enumerate(extras.constant.values())},
        **{f"y_{i}": _in_order(rows, rows[c]) for i, c in enumerate(extras.varying.values())},
    }
    if mapping.has(*_LINE_FIELDS):
        aggregates["products"] = _in_order(rows, _product(rows))
    grouped = rows.group_by("order_id", "is_return").agg(**aggregates)
    if "products" not in aggregates:
        grouped = grouped.mutate(products=ibis.null(f"array<{PRODUCT_TYPE}>"))
    joint = orders.drop("lines").join(scratch.stage(grouped), "order_id")
    names = {n: f"x_{i}" for i, n in enumerate(extras.constant)}
    names |= {n: f"y_{i}" for i, n in enumerate(extras.varying)}
    return OrderParts(scratch.stage(joint), names)


def _in_order(rows: ir.Table, value: ir.Value) -> ir.ArrayValue:
    """Collect a value of an order's lines in the file's order.

    Each list is sorted when it is whole: an ordered aggregate takes ten times as long.
    """
    numbered = ibis.struct({"place": rows.row_number, "value": value})
    return numbered.collect().sort().map(lambda e: e["value"])


def _product(rows: ir.Table) -> ir.StructValue:
    def positive(value: ir.NumericValue) -> ir.Value:
        return ibis.ifelse(rows.is_return, value.abs(), value)

    quantity = rows.f_quantity
    return ibis.struct(
        {
            "product_id": rows.f_product_id,
            "sku": rows.f_sku,
            "name": rows.f_name,
            "category": rows.f_category,
            "brand": rows.f_brand,
            "variant": rows.f_variant,
            "price": positive(rows.f_price),
            "quantity": positive(quantity),
            "amount": positive(rows.signed),
            "discount": rows.f_discount.abs(),
            "coupon_discount": rows.f_coupon_discount.abs(),
        }
    ).cast(PRODUCT_TYPE)


def _sorted_extras(lines: ir.Table, columns: dict[str, str]) -> _Extras:
    """Tell columns that say one thing an order from those that differ between its lines."""
    if not columns:
        return _Extras({}, {})
    grouped = lines.group_by("f_order_id").agg(
        **{f"d_{c}": (lines[c].min() != lines[c].max()).fill_null(False) for c in columns.values()}
    )
    told = grouped.agg(**{c: grouped[f"d_{c}"].any() for c in columns.values()})
    differs = told.to_pyarrow().to_pylist()[0]
    return _Extras(
        {n: c for n, c in columns.items() if not differs[c]},
        {n: c for n, c in columns.items() if differs[c]},
    )
