"""What people say."""

# Frozen as it was: what a table looks like today is told by `lake/schema`.
_READ = """
        language VARCHAR,
        language_confidence DOUBLE,
        sentiment VARCHAR,
        p_negative DOUBLE,
        p_neutral DOUBLE,
        p_positive DOUBLE,
        confidence DOUBLE,
        tier VARCHAR,
        emotion VARCHAR,
        emotion_confidence DOUBLE,
        intents STRUCT(kind VARCHAR, probability DOUBLE)[],
        entities STRUCT(kind VARCHAR, "name" VARCHAR, sentiment VARCHAR, probability DOUBLE)[],
        personal_data VARCHAR[]"""

STATEMENTS = (
    f"""CREATE TABLE lake.main.readings (
        text_key VARCHAR NOT NULL,
        model VARCHAR NOT NULL,
        read_at TIMESTAMPTZ NOT NULL,{_READ},
        is_cut BOOLEAN
    )""",
    """CREATE TABLE lake.main.labels (
        label_id VARCHAR NOT NULL,
        text_key VARCHAR NOT NULL,
        subject VARCHAR NOT NULL,
        "value" VARCHAR NOT NULL,
        was VARCHAR,
        purpose VARCHAR NOT NULL,
        labelled_at TIMESTAMPTZ NOT NULL,
        labelled_by VARCHAR NOT NULL
    )""",
    f"""CREATE TABLE lake.main.mentions (
        text_id VARCHAR NOT NULL,
        message_id VARCHAR NOT NULL,
        source VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        channel VARCHAR,
        occurred_at TIMESTAMPTZ NOT NULL,
        edited_at TIMESTAMPTZ,
        author_kind VARCHAR,
        author VARCHAR,
        author_name VARCHAR,
        customer_id VARCHAR,
        is_customer BOOLEAN NOT NULL,
        is_own BOOLEAN NOT NULL,
        thread_id VARCHAR,
        reply_to VARCHAR,
        url VARCHAR,
        title VARCHAR,
        rating DOUBLE,
        "text" VARCHAR NOT NULL,
        language_told VARCHAR,
        text_key VARCHAR NOT NULL,{_READ},
        corrected_by VARCHAR
    )""",
)
