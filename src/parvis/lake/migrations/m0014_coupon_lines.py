"""The lines for which coupons were handed in: what a campaign's sums are made of."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.coupon_lines (
        campaign VARCHAR NOT NULL,
        customer_id VARCHAR NOT NULL,
        day DATE NOT NULL,
        coupon_id VARCHAR NOT NULL,
        product_id VARCHAR NOT NULL,
        source VARCHAR NOT NULL,
        order_id VARCHAR NOT NULL,
        line_number BIGINT NOT NULL,
        sales DOUBLE NOT NULL,
        coupon_discount DOUBLE NOT NULL,
        days_any BIGINT NOT NULL,
        days_same BIGINT NOT NULL
    )""",
    # `place` is how the engine calls where a row lies
    "ALTER TABLE lake.main.promotion_effects RENAME COLUMN place TO spot",
)
