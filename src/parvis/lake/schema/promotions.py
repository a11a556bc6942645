"""Coupons and promotions: what was offered and shown, and what measuring says of it."""

from parvis.lake.schema.table import Column, TableSchema

COUPON_PRODUCTS = TableSchema(
    name="coupon_products",
    row="one product for which one coupon of one campaign could be used",
    kind="source",
    key=("source", "campaign", "coupon_id", "product_id"),
    columns=(
        Column("source", "!string", "the silo it came from"),
        Column("campaign", "!string", "the campaign, as in `events`"),
        Column("coupon_id", "!string", "the coupon, as in the properties of `Coupon Redeemed`"),
        Column("product_id", "!string", "the product, as in `order_lines`"),
        Column("import_id", "string", "the import that brought it"),
    ),
)

PROMOTIONS_SHOWN = TableSchema(
    name="promotions_shown",
    row="where one product was shown in one shop and its mailer for some days",
    kind="source",
    key=("source", "starts_on", "store_id", "product_id", "display", "mailer"),
    columns=(
        Column("source", "!string", "the silo it came from"),
        Column("starts_on", "!date", "first day, in the workspace's zone"),
        Column("ends_on", "!date", "last day"),
        Column("store_id", "!string", "the shop, as in the properties of `Order Completed`"),
        Column("product_id", "!string", "the product, as in `order_lines`"),
        Column("display", "!string", "where in the shop it stood out; empty: nowhere"),
        Column("mailer", "!string", "where in the mailer it was; empty: nowhere"),
        Column("import_id", "string", "the import that brought it"),
    ),
)

COUPON_EFFECTS = TableSchema(
    name="coupon_effects",
    row="what one coupon campaign changed, or why that can't be told",
    kind="state",
    key=("campaign",),
    columns=(
        Column("campaign", "!string", "the campaign"),
        Column("kind", "string", "what the campaign says it is"),
        Column("starts_on", "!date", "first day on which its coupons were good"),
        Column("ends_on", "!date", "last day"),
        Column("seen_until", "!date", "the last of those days that the data reach"),
        Column("method", "!string", "holdout: drawn at random; balanced: made alike; none"),
        Column("sent", "!int64", "customers it went to"),
        Column("others", "!int64", "customers known before it began to whom it didn't go"),
        Column("compared_sent", "!int64", "of those it went to, how many could be compared"),
        Column("compared_others", "!int64", "with how many of the others"),
        Column("coupons", "!int64", "kinds of coupons"),
        Column("products", "!int64", "products they were good for"),
        Column("redeemers", "!int64", "customers who handed one in"),
        Column("redemptions", "!int64", "coupons handed in"),
        Column("redeemed_sales", "!float64", "sales of the lines they were handed in for"),
        Column("redeemed_discount", "!float64", "what they took off"),
        Column("known_discount", "float64", "of that, for what was bought in the weeks before"),
        Column("same_discount", "float64", "of that, for the very product bought before"),
        Column("effect", "float64", "sales of its products it added, a customer; null: can't tell"),
        Column("effect_low", "float64", "nineteen times in twenty it is at least this"),
        Column("effect_high", "float64", "and at most this"),
        Column("basket", "float64", "sales of everything it added, a customer"),
        Column("basket_low", "float64", "likewise"),
        Column("basket_high", "float64", "likewise"),
        Column("anyway_low", "float64", "at least this part of redeemed sales was coming anyway"),
        Column("anyway_high", "float64", "and at most this; null: any part is possible"),
        Column("verdict", "!string", "worked, bought anyway, didn't pay or can't tell"),
        Column("why", "string", "what stands in the way of telling, or what the verdict is from"),
        Column(
            "checks", "!json", "balance, overlap, placebo, control outcome, what hides would do"
        ),
    ),
)

PROMOTION_EFFECTS = TableSchema(
    name="promotion_effects",
    row="what showing products in one way did to their sales",
    kind="state",
    key=("way", "place", "level", "name"),
    columns=(
        Column("way", "!string", "display or mailer"),
        Column("place", "!string", "where it was shown; empty: anywhere"),
        Column("level", "!string", "all, department, category or product"),
        Column("name", "!string", "its name or number; empty: all"),
        Column("label", "!string", "the same in words"),
        Column("products", "!int64", "products it is read from"),
        Column("shown", "!int64", "weeks in shops in which they were shown so"),
        Column("units", "!float64", "units sold in those"),
        Column(
            "raw", "float64", "times as many units as in the product's other weeks in that shop"
        ),
        Column("raw_low", "float64", "nineteen times in twenty it is at least this"),
        Column("raw_high", "float64", "and at most this"),
        Column("same_price", "float64", "the same, price held"),
        Column("same_price_low", "float64", "likewise"),
        Column("same_price_high", "float64", "likewise"),
        Column("effect", "float64", "what is published, times as many units; null: can't tell"),
        Column("effect_low", "float64", "likewise"),
        Column("effect_high", "float64", "likewise"),
        Column("false_share", "float64", "the share of false findings if all as sure are believed"),
        Column("verdict", "!string", "sold more, sold less, no difference seen or can't tell"),
        Column("why", "string", "what stands in the way of telling"),
        Column("checks", "!json", "the week before, other shops, how products differ"),
    ),
)
