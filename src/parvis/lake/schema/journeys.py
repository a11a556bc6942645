"""`touchpoints` and `journeys`: what customers met of marketing, and what came of it."""

from parvis.lake.schema.table import Column, TableSchema

TOUCHPOINTS = TableSchema(
    name="touchpoints",
    row="one meeting of a customer with the brand: a visit, something sent, shown or clicked",
    kind="derived",
    key=("touch_id",),
    columns=(
        Column("touch_id", "!string", "the visit, or the event"),
        Column("customer_id", "!string", "who"),
        Column("touched_at", "!timestamp('UTC')", "when"),
        Column("kind", "!string", "visit, click, view or received"),
        Column("channel", "!string", "by which way: paid search, organic social, email, direct, …"),
        Column("source", "string", "the site or the link's own mark, where known"),
        Column("campaign", "string", "the campaign, where known"),
        Column("is_digital", "!boolean", "whether it was met on a screen"),
        Column("journey_id", "!string", "the journey it belongs to"),
        Column("position", "!int64", "its place in the journey, from 1"),
        Column("days_before", "!float64", "days before the order, or before the last touch"),
        Column(
            "order_key", "string", "the order it led to: source, number and currency; null: none"
        ),
    ),
)

SOURCE_CATEGORIES = TableSchema(
    name="source_categories",
    row="what kind of site a source of visits is, as the team says",
    kind="source",
    key=("source",),
    columns=(
        Column("source", "!string", "the site or the mark of a link, in small letters"),
        Column("category", "!string", "search, social, video or shopping"),
        Column("told_at", "!timestamp('UTC')", "when it was told; the newest stands"),
    ),
)

JOURNEYS = TableSchema(
    name="journeys",
    row="the touches before one order, or a stretch of touches that led to none",
    kind="derived",
    key=("journey_id",),
    columns=(
        Column("journey_id", "!string", "names it, as a hash"),
        Column("customer_id", "!string", "whose"),
        Column("order_source", "string", "the shop; null: it led to no order"),
        Column("order_id", "string", "the shop's number of the order"),
        Column("started_at", "!timestamp('UTC')", "first touch; without any, the order"),
        Column("ended_at", "!timestamp('UTC')", "the order, or the last touch"),
        Column("ended_on", "!date", "that day, in the workspace's zone"),
        Column("value", "decimal(18, 4)", "net sales of the order, in the workspace's currency"),
        Column("is_offline", "!boolean", "whether the order was made in a shop or by telephone"),
        Column("touches", "!int64", "how many; 0: nothing was met before the order"),
        Column("digital_touches", "!int64", "how many of them on a screen"),
        Column("first_channel", "string", "of the first touch"),
        Column("last_channel", "string", "of the last touch"),
    ),
)
