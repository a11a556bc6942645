"""`build_state` and `schema_migrations`: what Parvis notes for itself."""

from parvis.lake.schema.table import Column, TableSchema

BUILD_STATE = TableSchema(
    name="build_state",
    row="what the last build of one table stood on",
    kind="state",
    key=("step",),
    columns=(
        Column("step", "!string", "the table that was built"),
        Column("version", "!string", "of the transformation and of the settings it reads"),
        Column("snapshot", "!int64", "the lake's snapshot that was read"),
        Column("as_of", "!timestamp('UTC')", "the moment up to which the tables speak"),
        Column("built_at", "!timestamp('UTC')", "when"),
        Column("seconds", "!float64", "how long this step took"),
        Column("rows_written", "!int64", "rows added or changed"),
        Column("rows_removed", "!int64", "rows that no longer hold"),
    ),
)

SCHEMA_MIGRATIONS = TableSchema(
    name="schema_migrations",
    row="one change of the tables' shape",
    kind="state",
    key=("number",),
    columns=(
        Column("number", "!int64", "its number, from 1"),
        Column("name", "!string", "what it does"),
        Column("applied_at", "!timestamp('UTC')", "when"),
    ),
)
