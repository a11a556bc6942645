"""Who speaks, and what others make of it."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.echoes (
        text_id VARCHAR NOT NULL,
        thread_id VARCHAR NOT NULL,
        replies BIGINT NOT NULL,
        shares BIGINT NOT NULL,
        likes BIGINT NOT NULL,
        people BIGINT NOT NULL,
        influence DOUBLE NOT NULL
    )""",
    """CREATE TABLE lake.main.authors (
        author_kind VARCHAR NOT NULL,
        author VARCHAR NOT NULL,
        "name" VARCHAR,
        handle VARCHAR,
        channel VARCHAR,
        customer_id VARCHAR,
        is_customer BOOLEAN NOT NULL,
        is_own BOOLEAN NOT NULL,
        first_at TIMESTAMPTZ NOT NULL,
        last_at TIMESTAMPTZ NOT NULL,
        texts BIGINT NOT NULL,
        negative BIGINT NOT NULL,
        positive BIGINT NOT NULL,
        "read" BIGINT NOT NULL,
        net_sentiment DOUBLE,
        stance VARCHAR,
        replies BIGINT NOT NULL,
        shares BIGINT NOT NULL,
        likes BIGINT NOT NULL,
        people BIGINT NOT NULL,
        influence DOUBLE NOT NULL
    )""",
)
