"""What a verdict stands on: weeks, parts of channels, and the test that would settle it."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.contributions (
        starts_on DATE NOT NULL,
        kind VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        mean DOUBLE NOT NULL,
        low DOUBLE NOT NULL,
        high DOUBLE NOT NULL
    )""",
    """CREATE TABLE lake.main.ledger_parts (
        channel VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        spent DOUBLE NOT NULL,
        returned DOUBLE,
        returned_low DOUBLE,
        returned_high DOUBLE,
        marginal_low DOUBLE,
        marginal_high DOUBLE,
        below DOUBLE,
        wasted DOUBLE,
        wasted_low DOUBLE,
        wasted_high DOUBLE,
        verdict VARCHAR NOT NULL
    )""",
    """CREATE TABLE lake.main.suggested_tests (
        channel VARCHAR NOT NULL,
        places VARCHAR[] NOT NULL,
        weeks BIGINT NOT NULL,
        factor DOUBLE NOT NULL,
        cost DOUBLE NOT NULL,
        worth DOUBLE NOT NULL,
        settles DOUBLE NOT NULL,
        error DOUBLE NOT NULL,
        expected DOUBLE NOT NULL
    )""",
)
