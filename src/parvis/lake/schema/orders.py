"""`orders` and `order_lines`: what was bought, refunds and cancellations netted out."""

from parvis.lake.schema.table import Column, TableSchema

ORDERS = TableSchema(
    name="orders",
    row="one order as it stands now",
    kind="derived",
    key=("customer_id", "source", "order_id", "currency"),
    columns=(
        Column("source", "!string", "the shop"),
        Column("order_id", "!string", "the shop's number"),
        Column("customer_id", "!string", "who bought"),
        Column("ordered_at", "!timestamp('UTC')", "when"),
        Column("ordered_on", "!date", "the day, in the workspace's zone"),
        Column("status", "!string", "completed, partly_refunded, refunded, cancelled, refund_only"),
        Column("currency", "!string", "ISO 4217"),
        Column("gross_amount", "!decimal(18, 4)", "as ordered, in `currency`"),
        Column("refunded_amount", "!decimal(18, 4)", "given back since, in `currency`"),
        Column("net_amount", "!decimal(18, 4)", "what remains, in `currency`"),
        Column(
            "net_base",
            "decimal(18, 4)",
            "what remains in the workspace's currency; null where no rate is known",
        ),
        Column("discount", "!decimal(18, 4)", "taken off by the shop"),
        Column("coupon_discount", "!decimal(18, 4)", "taken off by coupons"),
        Column("lines", "!int64", "lines on the order"),
        Column("channel", "string", "store, web, …"),
        Column("campaign", "string", "where the order names one"),
        Column("message_id", "!string", "the event that last described the order"),
        Column("events", "!int64", "how many events speak of it"),
    ),
)

ORDER_LINES = TableSchema(
    name="order_lines",
    row="one line of an order as it stands now",
    kind="derived",
    key=("customer_id", "source", "order_id", "line_number"),
    columns=(
        Column("source", "!string", "the shop"),
        Column("order_id", "!string", "the shop's number"),
        Column(
            "line_number",
            "!int64",
            "its place on the order, from 1; negative: returned without an order",
        ),
        Column("customer_id", "!string", "who bought"),
        Column("ordered_at", "!timestamp('UTC')", "when"),
        Column("ordered_on", "!date", "the day, in the workspace's zone"),
        Column("product_id", "string", "the product"),
        Column("name", "string", "its name"),
        Column("category", "string", "its category"),
        Column("brand", "string", "its brand"),
        Column("quantity", "decimal(18, 3)", "as ordered"),
        Column("currency", "string", "ISO 4217"),
        Column("gross_amount", "!decimal(18, 4)", "as ordered, in `currency`"),
        Column("refunded_amount", "!decimal(18, 4)", "given back since"),
        Column("net_amount", "!decimal(18, 4)", "what remains"),
        Column("net_base", "decimal(18, 4)", "what remains in the workspace's currency"),
        Column("discount", "!decimal(18, 4)", "taken off by the shop"),
        Column("coupon_discount", "!decimal(18, 4)", "taken off by coupons"),
        Column("message_id", "!string", "the event that last described the order"),
    ),
)
