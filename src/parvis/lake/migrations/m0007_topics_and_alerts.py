"""What texts are about, and when something breaks."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.topics (
        topic_id VARCHAR NOT NULL,
        "name" VARCHAR NOT NULL,
        terms VARCHAR[] NOT NULL,
        centre FLOAT[] NOT NULL,
        encoder VARCHAR NOT NULL,
        texts BIGINT NOT NULL,
        since TIMESTAMPTZ NOT NULL,
        seen_at TIMESTAMPTZ NOT NULL,
        label VARCHAR,
        parent VARCHAR
    )""",
    """CREATE TABLE lake.main.text_topics (
        text_key VARCHAR NOT NULL,
        topic_id VARCHAR NOT NULL,
        nearness DOUBLE NOT NULL
    )""",
    """CREATE TABLE lake.main.alerts (
        alert_id VARCHAR NOT NULL,
        subject_kind VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        noticed_at TIMESTAMPTZ NOT NULL,
        until_at TIMESTAMPTZ NOT NULL,
        negative BIGINT NOT NULL,
        texts BIGINT NOT NULL,
        expected DOUBLE NOT NULL,
        chance DOUBLE NOT NULL,
        explanation JSON NOT NULL,
        written_at TIMESTAMPTZ NOT NULL,
        told_at TIMESTAMPTZ
    )""",
    "ALTER TABLE lake.main.mentions ADD COLUMN topic_id VARCHAR",
)
