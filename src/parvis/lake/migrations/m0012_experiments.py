"""Experiments, and what they showed."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.experiments (
        experiment_id VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        hypothesis VARCHAR,
        channel VARCHAR,
        design JSON NOT NULL,
        starts_on DATE,
        ends_on DATE,
        told_by VARCHAR NOT NULL,
        told_at TIMESTAMPTZ NOT NULL
    )""",
    """CREATE TABLE lake.main.experiment_results (
        experiment_id VARCHAR NOT NULL,
        metric VARCHAR NOT NULL,
        method VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        seen_on DATE,
        treated BIGINT,
        control BIGINT,
        effect DOUBLE,
        low DOUBLE,
        high DOUBLE,
        always_low DOUBLE,
        always_high DOUBLE,
        p_value DOUBLE,
        usual DOUBLE,
        lift DOUBLE,
        lift_low DOUBLE,
        lift_high DOUBLE,
        incremental DOUBLE,
        incremental_low DOUBLE,
        incremental_high DOUBLE,
        problems JSON NOT NULL,
        detail JSON NOT NULL,
        measured_at TIMESTAMPTZ NOT NULL
    )""",
)
