"""`spend`: what advertising cost."""

from parvis.lake.schema.table import Column, TableSchema

SPEND = TableSchema(
    name="spend",
    row="what one channel, campaign and place cost on one day",
    kind="source",
    key=("row_key",),
    columns=(
        Column("row_key", "!string", "source, day, channel, campaign and geography, as a hash"),
        Column("source", "!string", "the advertising account or file"),
        Column("day", "!date", "a day in the workspace's zone"),
        Column("channel", "!string", "search, social, display, television, …"),
        Column("campaign", "string", "the campaign, where the report tells"),
        Column("geography", "string", "the city or region, where the report tells"),
        Column("amount", "!decimal(18, 4)", "what was spent, in `currency`"),
        Column("currency", "!string", "ISO 4217"),
        Column("impressions", "int64", "how often it was shown"),
        Column("clicks", "int64", "how often it was clicked"),
        Column("received_at", "!timestamp('UTC')", "when the row came in"),
        Column("import_id", "string", "the import that brought it"),
    ),
)
