"""`identity_links` and `identities`: which identifiers are one customer."""

from parvis.lake.schema.table import Column, TableSchema

IDENTITY_LINKS = TableSchema(
    name="identity_links",
    row="the evidence that an identifier belongs to a known person",
    kind="derived",
    key=("kind", "value", "user_id"),
    columns=(
        Column("kind", "!string", "the identifier's kind: anonymous_id, email, …"),
        Column("value", "!string", "the identifier"),
        Column("user_id", "!string", "the known person it was seen with"),
        Column("rule", "!string", "why it counts: same_event"),
        Column("message_id", "!string", "the first event that carried both"),
        Column("first_at", "!timestamp('UTC')", "when they were first seen together"),
        Column("last_at", "!timestamp('UTC')", "when they were last seen together"),
        Column("events", "!int64", "how many events carried both"),
    ),
)

IDENTITIES = TableSchema(
    name="identities",
    row="one identifier and the customer whose it is",
    kind="derived",
    key=("kind", "value"),
    columns=(
        Column("kind", "!string", "user_id, anonymous_id, email, handle, …"),
        Column("value", "!string", "the identifier"),
        Column("customer_id", "!string", "the customer"),
        Column("since", "!timestamp('UTC')", "first seen"),
        Column("until", "timestamp('UTC')", "no longer theirs from then on; null: still theirs"),
        Column("is_known", "!boolean", "whether the customer has an identifier a silo gave them"),
        Column("claims", "!int64", "with how many known persons it was seen; above 1: shared"),
    ),
)
