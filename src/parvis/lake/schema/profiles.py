"""`customer_traits` and `profiles`: what is known of each customer."""

from parvis.lake.schema.table import Column, TableSchema

_OWN = (
    Column("customer_id", "!string", "the customer"),
    Column("is_known", "!boolean", "whether a silo knows them by an identifier of its own"),
    Column("user_id", "string", "that identifier (the first, where there are several)"),
    Column("display_name", "string", "a name to show, where a silo told one"),
    Column("sources", "array<string>", "the silos that know them"),
    Column("first_seen_at", "!timestamp('UTC')", "first event"),
    Column("last_seen_at", "!timestamp('UTC')", "last event"),
    Column("events", "!int64", "events"),
    Column("frequency", "!int64", "orders kept (not cancelled, not wholly refunded)"),
    Column("first_order_on", "date", "day of the first order kept"),
    Column("last_order_on", "date", "day of the last order kept"),
    Column("cohort", "date", "first day of the month of the first order"),
    Column("monetary", "!decimal(18, 4)", "net sales, in the workspace's currency"),
    Column("unconverted_orders", "!int64", "orders in a currency without a rate, not in any sum"),
    Column("average_basket", "decimal(18, 4)", "net sales per order kept"),
    Column("purchase_interval_days", "float64", "median days between days with an order"),
    Column("usual_longest_gap_days", "float64", "nine in ten intervals are shorter; needs four"),
    Column("favourite_category", "string", "the category with the highest net sales"),
    Column("favourite_category_share", "float64", "its share of their net sales"),
    Column("coupon_share", "float64", "share of orders kept that used a coupon"),
    Column("coupons_redeemed", "!int64", "coupons handed in"),
    Column("campaigns_received", "!int64", "campaigns that were sent to them"),
    Column("sessions", "!int64", "visits"),
    Column("page_views", "!int64", "pages seen"),
    Column("seconds_on_site", "!int64", "time from first to last event of each visit"),
    Column("first_channel", "string", "channel of the first event that has one"),
    Column("last_channel", "string", "channel of the last event that has one"),
    Column(
        "attributes",
        "array<struct<name: string, value: string, message_id: string, source: string, "
        "set_at: timestamp('UTC')>>",
        "what silos said of them, the latest of each, with the event that said it",
    ),
)

CUSTOMER_TRAITS = TableSchema(
    name="customer_traits",
    row="one customer, what their own events say whatever the day",
    kind="derived",
    key=("customer_id",),
    columns=_OWN,
)

PROFILES = TableSchema(
    name="profiles",
    row="one customer, on the day the tables speak of, with their place among the others",
    kind="derived",
    key=("customer_id",),
    columns=(
        *_OWN,
        Column("recency_days", "int64", "days since the last order kept"),
        Column("tenure_days", "!int64", "days since the first event"),
        Column("is_overdue", "boolean", "recency above the usual longest gap; null: can't tell"),
        Column("age_band", "string", "as told, or from an age or a birth date: 18-24, 25-34, …"),
        Column("recency_score", "int64", "1 to 5; 5: bought as recently as the best fifth"),
        Column("frequency_score", "int64", "1 to 5; 5: as often as the best fifth"),
        Column("monetary_score", "int64", "1 to 5; 5: as much as the best fifth"),
        Column("rfm_segment", "string", "the name of that place: champions, loyal, at_risk, …"),
    ),
)
