"""The weeks of shops in which products were shown, and those in which they weren't."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.shown_weeks (
        product_id VARCHAR NOT NULL,
        store_id VARCHAR NOT NULL,
        week DATE NOT NULL,
        display VARCHAR NOT NULL,
        mailer VARCHAR NOT NULL,
        orders BIGINT NOT NULL,
        units DOUBLE NOT NULL,
        sales DOUBLE NOT NULL,
        expected_display DOUBLE,
        expected_display_spot DOUBLE,
        expected_mailer DOUBLE,
        expected_mailer_spot DOUBLE
    )""",
    """CREATE TABLE lake.main.unshown_weeks (
        way VARCHAR NOT NULL,
        product_id VARCHAR NOT NULL,
        label VARCHAR NOT NULL,
        category VARCHAR NOT NULL,
        week DATE NOT NULL,
        price DOUBLE NOT NULL,
        shops BIGINT NOT NULL,
        orders BIGINT NOT NULL,
        units DOUBLE NOT NULL,
        sales DOUBLE NOT NULL
    )""",
)
