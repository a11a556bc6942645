"""How far each network was read."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.connector_cursors (
        connector VARCHAR NOT NULL,
        "cursor" JSON NOT NULL,
        moved_at TIMESTAMPTZ NOT NULL
    )""",
)
