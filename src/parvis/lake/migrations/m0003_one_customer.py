"""Evidence, decisions, and customers that are computed from them."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    # all of it is computed from the events, and is computed again
    "DROP TABLE lake.main.identity_links",
    "DROP TABLE lake.main.identities",
    "DELETE FROM lake.main.build_state",
    """CREATE TABLE lake.main.identifiers (
        kind VARCHAR NOT NULL,
        value VARCHAR NOT NULL,
        normal VARCHAR,
        problem VARCHAR,
        first_at TIMESTAMPTZ NOT NULL,
        last_at TIMESTAMPTZ NOT NULL,
        known_at TIMESTAMPTZ NOT NULL,
        events BIGINT NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_links (
        left_kind VARCHAR NOT NULL,
        left_value VARCHAR NOT NULL,
        right_kind VARCHAR NOT NULL,
        right_value VARCHAR NOT NULL,
        rule VARCHAR NOT NULL,
        strength DOUBLE NOT NULL,
        message_id VARCHAR NOT NULL,
        source VARCHAR NOT NULL,
        first_at TIMESTAMPTZ NOT NULL,
        last_at TIMESTAMPTZ NOT NULL,
        known_at TIMESTAMPTZ NOT NULL,
        events BIGINT NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_records (
        kind VARCHAR NOT NULL,
        value VARCHAR NOT NULL,
        first_name VARCHAR,
        last_name VARCHAR,
        full_name VARCHAR,
        birth_date DATE,
        street VARCHAR,
        postal_code VARCHAR,
        city VARCHAR,
        country VARCHAR,
        emails VARCHAR[],
        phones VARCHAR[],
        handles VARCHAR[]
    )""",
    """CREATE TABLE lake.main.identity_matches (
        left_kind VARCHAR NOT NULL,
        left_value VARCHAR NOT NULL,
        right_kind VARCHAR NOT NULL,
        right_value VARCHAR NOT NULL,
        probability DOUBLE NOT NULL,
        weight DOUBLE NOT NULL,
        band VARCHAR NOT NULL,
        evidence JSON NOT NULL,
        model VARCHAR NOT NULL,
        matched_at TIMESTAMPTZ NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_decisions (
        decision_id VARCHAR NOT NULL,
        verdict VARCHAR NOT NULL,
        left_kind VARCHAR NOT NULL,
        left_value VARCHAR NOT NULL,
        right_kind VARCHAR NOT NULL,
        right_value VARCHAR NOT NULL,
        decided_at TIMESTAMPTZ NOT NULL,
        decided_by VARCHAR NOT NULL,
        note VARCHAR,
        withdraws VARCHAR
    )""",
    """CREATE TABLE lake.main.identities (
        kind VARCHAR NOT NULL,
        value VARCHAR NOT NULL,
        normal VARCHAR,
        customer_id VARCHAR NOT NULL,
        component VARCHAR NOT NULL,
        since TIMESTAMPTZ NOT NULL,
        is_known BOOLEAN NOT NULL,
        is_shared BOOLEAN NOT NULL,
        claims BIGINT NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_stops (
        guard VARCHAR NOT NULL,
        left_kind VARCHAR NOT NULL,
        left_value VARCHAR NOT NULL,
        right_kind VARCHAR NOT NULL,
        right_value VARCHAR NOT NULL,
        rule VARCHAR NOT NULL,
        strength DOUBLE NOT NULL,
        detail VARCHAR NOT NULL,
        component VARCHAR NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_changes (
        changed_at TIMESTAMPTZ NOT NULL,
        kind VARCHAR NOT NULL,
        value VARCHAR NOT NULL,
        customer_before VARCHAR NOT NULL,
        customer_after VARCHAR NOT NULL,
        why VARCHAR NOT NULL
    )""",
    """CREATE TABLE lake.main.identity_reports (
        built_at TIMESTAMPTZ NOT NULL,
        why VARCHAR NOT NULL,
        identifiers BIGINT NOT NULL,
        customers_before BIGINT NOT NULL,
        customers_after BIGINT NOT NULL,
        orders BIGINT NOT NULL,
        sales DECIMAL(18, 4) NOT NULL,
        largest BIGINT NOT NULL
    )""",
)
