"""What customers met of marketing, and what came of it."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.source_categories (
        source VARCHAR NOT NULL,
        category VARCHAR NOT NULL,
        told_at TIMESTAMPTZ NOT NULL
    )""",
    """CREATE TABLE lake.main.touchpoints (
        touch_id VARCHAR NOT NULL,
        customer_id VARCHAR NOT NULL,
        touched_at TIMESTAMPTZ NOT NULL,
        kind VARCHAR NOT NULL,
        channel VARCHAR NOT NULL,
        source VARCHAR,
        campaign VARCHAR,
        is_digital BOOLEAN NOT NULL,
        journey_id VARCHAR NOT NULL,
        position BIGINT NOT NULL,
        days_before DOUBLE NOT NULL,
        order_key VARCHAR
    )""",
    """CREATE TABLE lake.main.journeys (
        journey_id VARCHAR NOT NULL,
        customer_id VARCHAR NOT NULL,
        order_source VARCHAR,
        order_id VARCHAR,
        started_at TIMESTAMPTZ NOT NULL,
        ended_at TIMESTAMPTZ NOT NULL,
        ended_on DATE NOT NULL,
        value DECIMAL(18, 4),
        is_offline BOOLEAN NOT NULL,
        touches BIGINT NOT NULL,
        digital_touches BIGINT NOT NULL,
        first_channel VARCHAR,
        last_channel VARCHAR
    )""",
)
