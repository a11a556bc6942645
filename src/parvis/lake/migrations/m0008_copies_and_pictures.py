"""Whose copy a text is, and what is in pictures."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
STATEMENTS = (
    """CREATE TABLE lake.main.text_copies (
        text_key VARCHAR NOT NULL,
        copy_of VARCHAR NOT NULL,
        likeness DOUBLE NOT NULL,
        signature BLOB,
        bands BIGINT[]
    )""",
    """CREATE TABLE lake.main.pictures (
        url VARCHAR NOT NULL,
        read_at TIMESTAMPTZ NOT NULL,
        tries BIGINT NOT NULL,
        problem VARCHAR,
        picture_id VARCHAR,
        look_id VARCHAR,
        format VARCHAR,
        width BIGINT,
        height BIGINT,
        hashes BLOB,
        colours STRUCT(colour VARCHAR, share DOUBLE)[],
        "text" VARCHAR,
        text_confidence DOUBLE,
        personal_data VARCHAR[],
        thumbnail BLOB,
        model VARCHAR
    )""",
    """CREATE TABLE lake.main.picture_files (
        url VARCHAR NOT NULL,
        content BLOB NOT NULL,
        brought_at TIMESTAMPTZ NOT NULL
    )""",
    "ALTER TABLE lake.main.mentions ADD COLUMN copy_of VARCHAR",
    "ALTER TABLE lake.main.mentions ADD COLUMN pictures STRUCT(url VARCHAR, alt VARCHAR)[]",
    "ALTER TABLE lake.main.mentions ADD COLUMN picture_text VARCHAR",
)
