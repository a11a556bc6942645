"""What people say: texts, what was read in them, and what the team says of them."""

from parvis.lake.schema.table import Column, TableSchema

_INTENTS = "array<struct<kind: string, probability: float64>>"
_ENTITIES = "array<struct<kind: string, name: string, sentiment: string, probability: float64>>"

_READ = (
    Column("language", "string", "ISO 639-1; null: too little to tell"),
    Column("language_confidence", "float64", "0 to 1"),
    Column("sentiment", "string", "negative, neutral or positive; null: not read yet"),
    Column("p_negative", "float64", "the probability of each, by the model"),
    Column("p_neutral", "float64", "the probability, by the model"),
    Column("p_positive", "float64", "the probability, by the model"),
    Column("confidence", "float64", "the probability of what is said, calibrated"),
    Column("tier", "string", "which tier read it: fast or best"),
    Column("emotion", "string", "anger, joy, optimism, sadness; null: none"),
    Column("emotion_confidence", "float64", "0 to 1"),
    Column("intents", _INTENTS, "complaint, question, purchase, praise, leaving, spam"),
    Column("entities", _ENTITIES, "brands, products and competitors named, and how of each"),
    Column("personal_data", "array<string>", "kinds of personal data in it: email, iban, …"),
)

READINGS = TableSchema(
    name="readings",
    row="one text, as a model read it",
    kind="source",
    key=("text_key", "model"),
    columns=(
        Column("text_key", "!string", "stands for the words; texts of the same words share it"),
        Column("model", "!string", "which heads read it"),
        Column("read_at", "!timestamp('UTC')", "when"),
        *_READ,
        Column("is_cut", "boolean", "only its beginning was read"),
    ),
)

LABELS = TableSchema(
    name="labels",
    row="what somebody of the team says of a text",
    kind="source",
    key=("label_id",),
    columns=(
        Column("label_id", "!string", "unique; in the order of time"),
        Column("text_key", "!string", "the words it is about"),
        Column(
            "subject", "!string", "sentiment, emotion, or intent:complaint and the like (yes, no)"
        ),
        Column("value", "!string", "what is right"),
        Column("was", "string", "what the model had said"),
        Column("purpose", "!string", "correction: seen and mended; sample: drawn to measure"),
        Column("labelled_at", "!timestamp('UTC')", "when"),
        Column("labelled_by", "!string", "the user"),
    ),
)

MENTIONS = TableSchema(
    name="mentions",
    row="one text by somebody, understood; what its author deleted isn't here",
    kind="derived",
    key=("text_id",),
    columns=(
        Column("text_id", "!string", "what its network calls it"),
        Column("message_id", "!string", "the event that brought it"),
        Column("source", "!string", "the silo it came from"),
        Column("kind", "!string", "post, comment, review, mail, message or article"),
        Column("channel", "string", "the network, or email"),
        Column("occurred_at", "!timestamp('UTC')", "when it was written"),
        Column("edited_at", "timestamp('UTC')", "when it was last changed; null: never"),
        Column("author_kind", "string", "the kind of the author's identifier"),
        Column("author", "string", "the author's identifier, as the silo writes it"),
        Column("author_name", "string", "what the author is called"),
        Column("customer_id", "string", "the author, or to whom the brand wrote"),
        Column("is_customer", "!boolean", "a silo knows that person: they have an account"),
        Column("is_own", "!boolean", "the brand wrote it"),
        Column("thread_id", "string", "the text with which its conversation began"),
        Column("reply_to", "string", "the text that it answers"),
        Column("url", "string", "where it can be read"),
        Column("title", "string", "of a review, an article or a mail"),
        Column("rating", "float64", "of a review: 0 the worst, 1 the best"),
        Column("text", "!string", "what was written"),
        Column("language_told", "string", "the language that the network names"),
        Column("text_key", "!string", "stands for the words; texts of the same words share it"),
        *_READ,
        Column("corrected_by", "string", "who of the team said what the sentiment is"),
        Column("topic_id", "string", "what it is about; null: not grouped yet"),
        Column("copy_of", "string", "the words that were first of its copies; null: too short"),
        Column("pictures", "array<struct<url: string, alt: string>>", "in it, as it names them"),
        Column("picture_text", "string", "what can be read in its pictures; null: nothing"),
    ),
)

TOPICS = TableSchema(
    name="topics",
    row="what a group of texts is about, as it names itself",
    kind="source",
    key=("topic_id",),
    columns=(
        Column("topic_id", "!string", "stays the same as long as the topic lives"),
        Column("name", "!string", "its most telling words"),
        Column("terms", "!array<string>", "these words, the most telling first"),
        Column("centre", "!array<float32>", "of its texts' meanings, of length one"),
        Column("encoder", "!string", "which encoder's meanings"),
        Column("texts", "!int64", "of the texts that were grouped last"),
        Column("since", "!timestamp('UTC')", "when it was first found"),
        Column("seen_at", "!timestamp('UTC')", "when it was last found"),
        Column("label", "string", "what the team calls it"),
        Column("parent", "string", "where the team's own list of subjects puts it"),
    ),
)

TEXT_TOPICS = TableSchema(
    name="text_topics",
    row="one text, and what it is about",
    kind="source",
    key=("text_key",),
    columns=(
        Column("text_key", "!string", "the words"),
        Column("topic_id", "!string", "the nearest topic"),
        Column("nearness", "!float64", "how near it is: the cosine to the topic's centre"),
    ),
)

TEXT_COPIES = TableSchema(
    name="text_copies",
    row="one text, and whose copy it is",
    kind="source",
    key=("text_key",),
    columns=(
        Column("text_key", "!string", "the words"),
        Column("copy_of", "!string", "the words that were there first; empty: too short to tell"),
        Column("likeness", "!float64", "the share of runs of five characters in common"),
        Column("signature", "binary", "its MinHash; null: it is a copy, or too short"),
        Column("bands", "array<int64>", "sums of the signature, for a search"),
    ),
)

ALERTS = TableSchema(
    name="alerts",
    row="an hour in which more was negative than the hour and the day explain",
    kind="source",
    key=("alert_id",),
    columns=(
        Column("alert_id", "!string", "unique"),
        Column("subject_kind", "!string", "all, topic, name or word"),
        Column("subject", "!string", "which topic or name; empty: all that is said"),
        Column("noticed_at", "!timestamp('UTC')", "the end of the first unusual hour"),
        Column("until_at", "!timestamp('UTC')", "the end of the last unusual hour"),
        Column("negative", "!int64", "negative texts in the first unusual hour"),
        Column("texts", "!int64", "all texts in that hour"),
        Column("expected", "!float64", "negative texts that the hour usually has"),
        Column("chance", "!float64", "how probable so many are by chance"),
        Column("explanation", "!json", "topics, authors and texts that stand out"),
        Column("written_at", "!timestamp('UTC')", "when Parvis noticed"),
        Column("told_at", "timestamp('UTC')", "when the webhook took it; null: not told"),
    ),
)

ECHOES = TableSchema(
    name="echoes",
    row="one text, and what others made of it",
    kind="derived",
    key=("text_id",),
    columns=(
        Column("text_id", "!string", "the text"),
        Column("thread_id", "!string", "the text with which its conversation began"),
        Column("replies", "!int64", "answers by others, the brand's left out"),
        Column("shares", "!int64", "how often others passed it on"),
        Column("likes", "!int64", "how many others liked it"),
        Column("people", "!int64", "distinct others who did any of these"),
        Column("influence", "!float64", "answers and shares that it led to, also at second hand"),
    ),
)

AUTHORS = TableSchema(
    name="authors",
    row="one voice: an account or an address that writes",
    kind="derived",
    key=("author_kind", "author"),
    columns=(
        Column("author_kind", "!string", "the kind of the author's identifier"),
        Column("author", "!string", "the identifier, as the silo writes it"),
        Column("name", "string", "what they call themselves"),
        Column("handle", "string", "on their network"),
        Column("channel", "string", "the network that they write on most"),
        Column("customer_id", "string", "who that is, as identity knows them"),
        Column("is_customer", "!boolean", "a silo knows them: they have an account"),
        Column("is_own", "!boolean", "the brand itself"),
        Column("first_at", "!timestamp('UTC')", "their first text"),
        Column("last_at", "!timestamp('UTC')", "their last text"),
        Column("texts", "!int64", "how many they wrote"),
        Column("negative", "!int64", "of them negative"),
        Column("positive", "!int64", "of them positive"),
        Column("read", "!int64", "of them read by a model or the team"),
        Column("net_sentiment", "float64", "(positive - negative) / read; null: none was read"),
        Column("stance", "string", "supporter or detractor; null: can't tell"),
        Column("replies", "!int64", "answers by others"),
        Column("shares", "!int64", "how often others passed a text on"),
        Column("likes", "!int64", "likes by others"),
        Column("people", "!int64", "others who answered, passed on or liked, added up by text"),
        Column("influence", "!float64", "answers and shares that they led to"),
    ),
)
