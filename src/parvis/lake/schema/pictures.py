"""Pictures that people show: what is in them, and those that wait to be read."""

from parvis.lake.schema.table import Column, TableSchema

PICTURES = TableSchema(
    name="pictures",
    row="one picture at its address, and what is in it",
    kind="source",
    key=("url",),
    columns=(
        Column("url", "!string", "where it is, as the text that shows it says"),
        Column("read_at", "!timestamp('UTC')", "when it was read or tried"),
        Column("tries", "!int64", "how often it was tried"),
        Column("problem", "string", "why it couldn't be read; null: it was"),
        Column("picture_id", "string", "SHA-256 of what was read; the same file has the same"),
        Column("look_id", "string", "the first picture that looks like it; its own where none"),
        Column("format", "string", "JPEG, PNG, …"),
        Column("width", "int64", "pixels"),
        Column("height", "int64", "pixels"),
        Column("hashes", "binary", "perceptual hashes: of the whole, its mirror image, its parts"),
        Column("colours", "array<struct<colour: string, share: float64>>", "the most frequent"),
        Column("text", "string", "what can be read in it; empty: nothing; null: nobody looked"),
        Column("text_confidence", "float64", "0 to 1"),
        Column("personal_data", "array<string>", "kinds of personal data in that text"),
        Column("thumbnail", "binary", "WebP, 320 pixels at most"),
        Column("model", "string", "what read it"),
    ),
)

PICTURE_FILES = TableSchema(
    name="picture_files",
    row="one picture that came as a file and waits to be read",
    kind="source",
    key=("url",),
    columns=(
        Column("url", "!string", "what the text that shows it calls it"),
        Column("content", "!binary", "the file; taken away once it is read"),
        Column("brought_at", "!timestamp('UTC')", "when"),
    ),
)
