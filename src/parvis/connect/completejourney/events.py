"""The Complete Journey's tables as events. Pure Ibis.

Three traps of this data, all met here: its timestamps are UTC although the shops keep New
York time (only so are the shops busy by day and empty at night); the days of campaigns and
redemptions are calendar days without a time; and most gasoline is filed not under FUEL, which
exists, but under COUPON/MISC ITEMS, which would make that the favourite of most customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import USER_ID, EventName, EventType
from parvis.lake.functions import moment
from parvis.lake.schema import PRODUCT_TYPE

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["campaigns_received", "coupons_redeemed", "households_identified", "orders_completed"]

_MONEY = "decimal(18, 4)"


def _person(household: ir.Value) -> dict[str, ir.Value]:
    user_id = household.cast("string")
    return {
        "user_id": user_id,
        "identifiers": ibis.array([ibis.struct({"kind": ibis.literal(USER_ID), "value": user_id})]),
    }


def _at(when: ir.Value) -> dict[str, ir.Value]:
    # a till, a mailing and a coupon are known to the brand when they happen
    return {"occurred_at": when, "received_at": when}


def _document(**values: ir.Value) -> ir.Value:
    return ibis.struct(values).cast("json")


def orders_completed(transactions: ir.Table, products: ir.Table, currency: str) -> ir.Table:
    """Turn receipts into one `Order Completed` a basket, with its products.

    Parameters
    ----------
    transactions
        One row a basket and product; `sales_value` is what the shop received for the line.
    products
        One row a product.
    currency
        The currency of the amounts.

    Returns
    -------
    ir.Table
        One row a basket.
    """
    product = products.select(
        "product_id", "product_category", "product_type", "brand", "department", "package_size"
    )
    lines = transactions.left_join(product, "product_id")
    sales = lines.sales_value.cast(_MONEY)
    line = ibis.struct(
        {
            "product_id": lines.product_id.cast("string"),
            "sku": ibis.null("string"),
            "name": lines.product_type,
            "category": lines.product_type.startswith("GASOLINE").ifelse(
                "FUEL", lines.product_category
            ),
            "brand": lines.brand,
            "variant": lines.package_size,
            "price": (lines.quantity > 0)
            .ifelse(lines.sales_value / lines.quantity.nullif(0), ibis.null("float64"))
            .cast(_MONEY),
            "quantity": lines.quantity.cast("decimal(18, 3)"),
            "amount": sales,
            "discount": (lines.retail_disc + lines.coupon_match_disc).cast(_MONEY),
            "coupon_discount": lines.coupon_disc.cast(_MONEY),
        }
    ).cast(PRODUCT_TYPE)
    baskets = lines.group_by("basket_id", "household_id", "store_id", "transaction_timestamp").agg(
        products=line.collect(),
        amount=sales.sum().cast(_MONEY),
        discount=(lines.retail_disc + lines.coupon_match_disc).cast(_MONEY).sum(),
        coupon_discount=lines.coupon_disc.cast(_MONEY).sum(),
    )
    order_id = baskets.basket_id.cast("string")
    return baskets.select(
        message_id=ibis.literal("completejourney:order:") + order_id,
        source=ibis.literal("completejourney.shop"),
        type=ibis.literal(EventType.TRACK.value),
        name=ibis.literal(EventName.ORDER_COMPLETED.value),
        **_at(baskets.transaction_timestamp.cast("timestamp('UTC')")),
        **_person(baskets.household_id),
        channel=ibis.literal("store"),
        amount=baskets.amount,
        currency=ibis.literal(currency),
        # sorted afterwards: an ordered aggregate of structs takes seven times the memory
        products=baskets.products.sort(),
        properties=_document(
            order_id=order_id,
            store_id=baskets.store_id.cast("string"),
            discount=baskets.discount.cast("float64"),
            coupon_discount=baskets.coupon_discount.cast("float64"),
        ),
    )


def campaigns_received(campaigns: ir.Table, descriptions: ir.Table, zone: str) -> ir.Table:
    """Turn the households of each campaign into `Campaign Received`, on its first day."""
    sent = campaigns.inner_join(descriptions, "campaign_id")
    campaign = sent.campaign_id.cast("string")
    return sent.select(
        message_id=ibis.literal("completejourney:campaign:")
        + campaign
        + ":"
        + sent.household_id.cast("string"),
        source=ibis.literal("completejourney.campaigns"),
        type=ibis.literal(EventType.TRACK.value),
        name=ibis.literal(EventName.CAMPAIGN_RECEIVED.value),
        **_at(moment(sent.start_date, zone)),
        **_person(sent.household_id),
        channel=ibis.literal("direct mail"),
        campaign=ibis.literal("Campaign ") + campaign,
        properties=_document(
            campaign_id=campaign,
            campaign_type=sent.campaign_type,
            starts_on=sent.start_date.date().cast("string"),
            ends_on=sent.end_date.date().cast("string"),
            precision=ibis.literal("day"),
        ),
    )


def coupons_redeemed(redemptions: ir.Table, zone: str) -> ir.Table:
    """Turn coupons handed in into `Coupon Redeemed`, at the beginning of their day."""
    upc = redemptions.coupon_upc.cast("string")
    campaign = redemptions.campaign_id.cast("string")
    day = redemptions.redemption_date.date().cast("string")
    return redemptions.select(
        message_id=ibis.literal("completejourney:coupon:")
        + redemptions.household_id.cast("string")
        + ":"
        + upc
        + ":"
        + campaign
        + ":"
        + day,
        source=ibis.literal("completejourney.coupons"),
        type=ibis.literal(EventType.TRACK.value),
        name=ibis.literal(EventName.COUPON_REDEEMED.value),
        **_at(moment(redemptions.redemption_date, zone)),
        **_person(redemptions.household_id),
        channel=ibis.literal("store"),
        campaign=ibis.literal("Campaign ") + campaign,
        properties=_document(coupon_id=upc, campaign_id=campaign, precision=ibis.literal("day")),
    )


def households_identified(demographics: ir.Table, transactions: ir.Table, zone: str) -> ir.Table:
    """Turn demographics into `identify`.

    The data doesn't say when a household answered: the beginning of the first day of the
    data is taken, and the event says that its date isn't known.
    """
    first = transactions.transaction_timestamp.min().name("first")
    dated = demographics.cross_join(transactions.agg(first=first))
    traits = ibis.map(
        ibis.array(
            [
                "age_band",
                "income_band",
                "home_ownership",
                "marital_status",
                "household_size",
                "household_composition",
                "kids_count",
            ]
        ),
        ibis.array(
            [
                dated.age,
                dated.income,
                dated.home_ownership,
                dated.marital_status,
                dated.household_size,
                dated.household_comp,
                dated.kids_count,
            ]
        ),
    )
    return dated.select(
        message_id=ibis.literal("completejourney:household:") + dated.household_id.cast("string"),
        source=ibis.literal("completejourney.crm"),
        type=ibis.literal(EventType.IDENTIFY.value),
        name=ibis.null("string"),
        **_at(moment(dated["first"].truncate("D"), zone)),
        **_person(dated.household_id),
        traits=traits,
        properties=_document(date_known=ibis.literal(value=False), precision=ibis.literal("day")),
    )
