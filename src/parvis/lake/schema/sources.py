"""`sources`: what is known of a silo beyond its rows."""

from parvis.lake.schema.table import Column, TableSchema

SOURCES = TableSchema(
    name="sources",
    row="one silo as the folder that brought it describes it",
    kind="state",
    key=("source",),
    columns=(
        Column("source", "!string", "the silo, as events and spend name it"),
        Column("is_simulated", "!boolean", "its rows are made up: pages say so"),
        Column("description", "string", "what the folder says of it"),
        Column("described_at", "!timestamp('UTC')", "when it was last described anew"),
    ),
)
