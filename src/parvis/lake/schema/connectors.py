"""`connector_cursors`: how far each network was read."""

from parvis.lake.schema.table import Column, TableSchema

CONNECTOR_CURSORS = TableSchema(
    name="connector_cursors",
    row="how far one connector has read, written with the events it brought",
    kind="state",
    key=("connector",),
    columns=(
        Column("connector", "!string", "its name: the source of its events"),
        Column("cursor", "!json", "where it goes on, in the network's own terms"),
        Column("moved_at", "!timestamp('UTC')", "when it last went on"),
    ),
)
