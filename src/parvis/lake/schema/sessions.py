"""`sessions`: visits to the site or the app."""

from parvis.lake.schema.table import Column, TableSchema

SESSIONS = TableSchema(
    name="sessions",
    row="one visit",
    kind="derived",
    key=("session_id",),
    columns=(
        Column(
            "session_id", "!string", "names the visit: site, customer, and tracker session or start"
        ),
        Column("customer_id", "!string", "who"),
        Column("anonymous_id", "string", "on which browser or app"),
        Column("source", "!string", "the site or app"),
        Column("trail", "!string", "the tracker's visit or the browser, as a hash"),
        Column("started_at", "!timestamp('UTC')", "first event"),
        Column("ended_at", "!timestamp('UTC')", "last event"),
        Column("started_on", "!date", "the day, in the workspace's zone"),
        Column("seconds", "!int64", "from the first event to the last"),
        Column("events", "!int64", "events in it"),
        Column("page_views", "!int64", "pages seen; a page reported twice counts once"),
        Column("first_url", "string", "where it began"),
        Column("last_url", "string", "where it ended"),
        Column("referrer", "string", "where they came from"),
        Column("channel", "string", "by which way they came"),
        Column("campaign", "string", "which campaign brought them"),
        Column("device", "string", "phone, tablet, desktop"),
        Column("message_id", "!string", "its first event"),
    ),
)
