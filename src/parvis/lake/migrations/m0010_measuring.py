"""What measuring reads, and what it found."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.kpi (
        day DATE NOT NULL,
        geography VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        value DOUBLE NOT NULL
    )""",
    """CREATE TABLE lake.main.credits (
        method VARCHAR NOT NULL,
        channel VARCHAR NOT NULL,
        conversions DOUBLE NOT NULL,
        low DOUBLE NOT NULL,
        high DOUBLE NOT NULL,
        value DOUBLE NOT NULL,
        value_low DOUBLE NOT NULL,
        value_high DOUBLE NOT NULL,
        removal DOUBLE
    )""",
    """CREATE TABLE lake.main.response (
        channel VARCHAR NOT NULL,
        scale DOUBLE NOT NULL,
        spend DOUBLE NOT NULL,
        mean DOUBLE NOT NULL,
        low DOUBLE NOT NULL,
        high DOUBLE NOT NULL,
        draws FLOAT[] NOT NULL
    )""",
    """CREATE TABLE lake.main.ledger (
        channel VARCHAR NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        spent DOUBLE NOT NULL,
        returned DOUBLE,
        returned_low DOUBLE,
        returned_high DOUBLE,
        marginal DOUBLE,
        marginal_low DOUBLE,
        marginal_high DOUBLE,
        below DOUBLE,
        wasted DOUBLE,
        wasted_low DOUBLE,
        wasted_high DOUBLE,
        best_scale DOUBLE,
        regret DOUBLE,
        verdict VARCHAR NOT NULL,
        why VARCHAR,
        margin DOUBLE
    )""",
    """CREATE TABLE lake.main.measured (
        measured_at TIMESTAMPTZ NOT NULL,
        state VARCHAR NOT NULL,
        seconds DOUBLE NOT NULL,
        starts_on DATE,
        ends_on DATE,
        places BIGINT,
        placed DOUBLE,
        problems JSON NOT NULL,
        checks JSON NOT NULL
    )""",
)
