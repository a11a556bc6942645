"""What is known of a silo beyond its rows."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.sources (
        source VARCHAR NOT NULL,
        is_simulated BOOLEAN NOT NULL,
        description VARCHAR,
        described_at TIMESTAMPTZ NOT NULL
    )""",
)
