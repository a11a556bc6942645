"""`events`: the one append-only table of facts."""

from parvis.lake.schema.table import Column, TableSchema

PRODUCT_TYPE = (
    "struct<product_id: string, sku: string, name: string, category: string, brand: string, "
    "variant: string, price: decimal(18, 4), quantity: decimal(18, 3), amount: decimal(18, 4), "
    "discount: decimal(18, 4), coupon_discount: decimal(18, 4)>"
)

EVENTS = TableSchema(
    name="events",
    row="one thing that happened",
    kind="source",
    key=("message_id",),
    columns=(
        Column("message_id", "!string", "unique; the same message twice is one event"),
        Column("source", "!string", "the silo it came from"),
        Column("type", "!string", "track, identify, page, screen, group or alias"),
        Column("name", "string", "what happened: Order Completed, Comment Added, …"),
        Column("occurred_at", "!timestamp('UTC')", "when it happened, corrected for clock skew"),
        Column("received_at", "!timestamp('UTC')", "when the brand's own systems first had it"),
        Column("user_id", "string", "the identifier that the silo gives to a known person"),
        Column("anonymous_id", "string", "the identifier of a browser or an app"),
        Column(
            "identifiers",
            "array<struct<kind: string, value: string>>",
            "all identifiers, the one that decides first",
        ),
        Column("channel", "string", "by which way: store, web, email, direct mail, …"),
        Column("campaign", "string", "which campaign it belongs to"),
        Column("device", "string", "phone, tablet, desktop, or a device's own name"),
        Column("amount", "decimal(18, 4)", "money, in `currency`"),
        Column("currency", "string", "ISO 4217"),
        Column("text", "string", "what somebody wrote"),
        Column("products", f"array<{PRODUCT_TYPE}>", "the lines of an order or of a refund"),
        Column("properties", "json", "everything else that was said about it"),
        Column("traits", "map<string, string>", "what it says about the person"),
        Column("context", "json", "page, device, locale, consent, as received"),
        Column("import_id", "string", "the import that brought it"),
    ),
)
