"""Who is who: identifiers, the evidence between them, what people decided, and the customers."""

from parvis.lake.schema.table import Column, TableSchema

_LEFT_AND_RIGHT = (
    Column("left_kind", "!string", "the kind of one identifier"),
    Column("left_value", "!string", "that identifier, normalised; the smaller of the two"),
    Column("right_kind", "!string", "the kind of the other"),
    Column("right_value", "!string", "the other, normalised"),
)

IDENTIFIERS = TableSchema(
    name="identifiers",
    row="one identifier as silos write it, and as it is compared",
    kind="derived",
    key=("kind", "value"),
    columns=(
        Column("kind", "!string", "user_id, anonymous_id, email, phone, a network's handle, …"),
        Column("value", "!string", "the identifier as the silo wrote it"),
        Column("normal", "string", "the identifier as it is compared; null: it can't be"),
        Column("problem", "string", "why it links nothing: too_long, never_alone, fake, …"),
        Column("first_at", "!timestamp('UTC')", "first seen"),
        Column("last_at", "!timestamp('UTC')", "last seen"),
        Column("known_at", "!timestamp('UTC')", "from when on the brand knew it"),
        Column("events", "!int64", "how many events carry it"),
    ),
)

IDENTITY_LINKS = TableSchema(
    name="identity_links",
    row="a piece of evidence that two identifiers are one person",
    kind="derived",
    key=("left_kind", "left_value", "right_kind", "right_value", "rule"),
    columns=(
        *_LEFT_AND_RIGHT,
        Column("rule", "!string", "same_event: one event carried both; alias: a silo said so"),
        Column("strength", "!float64", "how strong, in bits: it orders links, it is no chance"),
        Column("message_id", "!string", "the first event that carried both"),
        Column("source", "!string", "the silo of that event"),
        Column("first_at", "!timestamp('UTC')", "when they were first seen together"),
        Column("last_at", "!timestamp('UTC')", "when they were last seen together"),
        Column("known_at", "!timestamp('UTC')", "from when on the brand knew it"),
        Column("events", "!int64", "how many events carried both"),
    ),
)

IDENTITY_RECORDS = TableSchema(
    name="identity_records",
    row="what silos say of the person behind an identifier",
    kind="derived",
    key=("kind", "value"),
    columns=(
        Column("kind", "!string", "the identifier's kind"),
        Column("value", "!string", "the identifier, normalised"),
        Column("first_name", "string", "the last one told, as it was written"),
        Column("last_name", "string", "the last one told, as it was written"),
        Column("full_name", "string", "the last one told, where it isn't told in parts"),
        Column("birth_date", "date", "the last one told"),
        Column("street", "string", "with the number of the house"),
        Column("postal_code", "string", "the last one told"),
        Column("city", "string", "the last one told"),
        Column("country", "string", "the last one told"),
        Column("emails", "array<string>", "mail addresses seen with it, normalised"),
        Column("phones", "array<string>", "phone numbers seen with it, normalised"),
        Column("handles", "array<string>", "accounts seen with it: network:handle"),
    ),
)

IDENTITY_MATCHES = TableSchema(
    name="identity_matches",
    row="two identifiers whose persons look alike, by the last matching",
    kind="source",
    key=("left_kind", "left_value", "right_kind", "right_value"),
    columns=(
        *_LEFT_AND_RIGHT,
        Column("probability", "!float64", "that they are one person, by the model"),
        Column("weight", "!float64", "the evidence in bits"),
        Column("band", "!string", "merge: it joins them; review: a person decides"),
        Column("evidence", "!json", "column by column: both values, how alike, the bits"),
        Column("model", "!string", "which model said so"),
        Column("matched_at", "!timestamp('UTC')", "when"),
    ),
)

IDENTITY_DECISIONS = TableSchema(
    name="identity_decisions",
    row="what a person decided of two identifiers",
    kind="source",
    key=("decision_id",),
    columns=(
        Column("decision_id", "!string", "unique; in the order of time"),
        Column("verdict", "!string", "merge, part, skip, or withdraw (of an earlier decision)"),
        *_LEFT_AND_RIGHT,
        Column("decided_at", "!timestamp('UTC')", "when"),
        Column("decided_by", "!string", "the user, or the file"),
        Column("note", "string", "why, in their words"),
        Column("withdraws", "string", "the decision that is taken back"),
    ),
)

IDENTITIES = TableSchema(
    name="identities",
    row="one identifier and the customer whose it is",
    kind="derived",
    key=("kind", "value"),
    columns=(
        Column("kind", "!string", "user_id, anonymous_id, email, handle, …"),
        Column("value", "!string", "the identifier as the silo wrote it"),
        Column("normal", "string", "as it is compared; null: it stands alone"),
        Column("customer_id", "!string", "the customer"),
        Column("component", "!string", "all that any evidence ties to it, guards or not"),
        Column("since", "!timestamp('UTC')", "first seen"),
        Column("is_known", "!boolean", "whether a silo knows the customer (account or contact)"),
        Column("is_shared", "!boolean", "used by several persons, so it says nothing of whose"),
        Column("claims", "!int64", "with how many known persons it was seen"),
    ),
)

IDENTITY_STOPS = TableSchema(
    name="identity_stops",
    row="what a guard kept from being joined",
    kind="derived",
    key=("guard", "left_kind", "left_value", "right_kind", "right_value"),
    columns=(
        Column("guard", "!string", "shared, limit, size, conflict, part or merge_refused"),
        Column("left_kind", "!string", "the kind of one identifier"),
        Column("left_value", "!string", "that identifier, normalised"),
        Column("right_kind", "!string", "the kind of the other; empty: all links of the one"),
        Column("right_value", "!string", "the other, normalised"),
        Column("rule", "!string", "what would have joined them"),
        Column("strength", "!float64", "how strong that was, in bits"),
        Column("detail", "!string", "what the guard found"),
        Column("component", "!string", "all that any evidence ties to them"),
    ),
)

IDENTITY_CHANGES = TableSchema(
    name="identity_changes",
    row="an identifier that came to another customer",
    kind="state",
    key=("changed_at", "kind", "value"),
    columns=(
        Column("changed_at", "!timestamp('UTC')", "when it was computed"),
        Column("kind", "!string", "the identifier's kind"),
        Column("value", "!string", "the identifier as the silo wrote it"),
        Column("customer_before", "!string", "whose it was until then"),
        Column("customer_after", "!string", "whose it is from then on"),
        Column("why", "!string", "what brought the computation about"),
    ),
)

IDENTITY_REPORTS = TableSchema(
    name="identity_reports",
    row="what one build changed of who is who",
    kind="state",
    key=("built_at",),
    columns=(
        Column("built_at", "!timestamp('UTC')", "when"),
        Column("why", "!string", "what brought it about"),
        Column("identifiers", "!int64", "known identifiers that came to another customer"),
        Column("customers_before", "!int64", "customers they were of"),
        Column("customers_after", "!int64", "customers they are of"),
        Column("orders", "!int64", "known orders that came to another customer"),
        Column("sales", "!decimal(18, 4)", "their net sales, in the workspace's currency"),
        Column("largest", "!int64", "identifiers of the largest customer, afterwards"),
    ),
)
