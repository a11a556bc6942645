"""`imports` and `quarantine`: what was brought in, and what could not be read."""

from parvis.lake.schema.table import Column, TableSchema

IMPORTS = TableSchema(
    name="imports",
    row="one run of an importer",
    kind="source",
    key=("import_id",),
    columns=(
        Column("import_id", "!string", "unique"),
        Column("source", "!string", "the silo"),
        Column("kind", "!string", "orders, customers, spend, events, completejourney, …"),
        Column("file", "string", "the file's name"),
        Column("started_at", "!timestamp('UTC')", "when it began"),
        Column("finished_at", "!timestamp('UTC')", "when it was committed"),
        Column("rows_read", "!int64", "rows in the file"),
        Column("rows_added", "!int64", "rows or events that were new"),
        Column("rows_known", "!int64", "rows or events that were in already"),
        Column("rows_quarantined", "!int64", "rows that could not be read"),
        Column("mapping", "json", "which column was read as which field"),
    ),
)

QUARANTINE = TableSchema(
    name="quarantine",
    row="one row of a file that could not be read, kept as it was",
    kind="source",
    key=("row_key",),
    columns=(
        Column("row_key", "!string", "source, file content and reason, as a hash"),
        Column("source", "!string", "the silo"),
        Column("file", "string", "the file's name"),
        Column("row_number", "int64", "the row in the file, the first after the header is 1"),
        Column("field", "string", "the field that could not be read"),
        Column("value", "string", "its value in the file"),
        Column("reason", "!string", "why, in a code: not_a_date, not_a_number, missing, …"),
        Column("raw", "!json", "the whole row as it was"),
        Column("received_at", "!timestamp('UTC')", "when it came in"),
        Column("import_id", "!string", "the import that met it"),
    ),
)
