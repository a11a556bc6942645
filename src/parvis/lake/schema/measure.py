"""What measuring reads and what it found: `kpi`, `credits`, `ledger` and what they stand on."""

from parvis.lake.schema.table import Column, TableSchema

KPI = TableSchema(
    name="kpi",
    row="one figure of one day and place, as the last measuring read it",
    kind="state",
    key=("day", "geography", "kind", "name"),
    columns=(
        Column("day", "!date", "a day in the workspace's zone"),
        Column("geography", "!string", "city or region; empty: not known, or the whole"),
        Column("kind", "!string", "outcome, spend or control"),
        Column(
            "name",
            "!string",
            "sales, orders; the channel; discount, texts, negative texts, holidays",
        ),
        Column("value", "!float64", "money in the workspace's currency; a share; a count"),
    ),
)

CREDITS = TableSchema(
    name="credits",
    row="what one method of attribution gives one channel",
    kind="state",
    key=("method", "channel"),
    columns=(
        Column("method", "!string", "a rule (first, last, linear …), shapley, or markov_1 to 3"),
        Column("channel", "!string", "the channel"),
        Column("conversions", "!float64", "orders given to it; they sum to those with a touch"),
        Column("low", "!float64", "in 90 of 100 draws of customers it is at least this"),
        Column("high", "!float64", "and at most this"),
        Column("value", "!float64", "net sales given to it, in the workspace's currency"),
        Column("value_low", "!float64", "likewise"),
        Column("value_high", "!float64", "likewise"),
        Column("removal", "float64", "the part of orders lost without it; of Markov chains"),
    ),
)

RESPONSE = TableSchema(
    name="response",
    row="what one channel returns at one multiple of its spending",
    kind="state",
    key=("channel", "scale"),
    columns=(
        Column("channel", "!string", "the channel"),
        Column("scale", "!float64", "times the spending there was; 1: as it was"),
        Column("spend", "!float64", "that spending, in the workspace's currency"),
        Column("mean", "!float64", "sales it makes, expected"),
        Column("low", "!float64", "in 90 of 100 draws at least this"),
        Column("high", "!float64", "and at most this"),
        Column("draws", "!array<float32>", "each draw, in the same order for all channels"),
    ),
)

LEDGER = TableSchema(
    name="ledger",
    row="what one channel cost and brought, and what to do about it",
    kind="state",
    key=("channel",),
    columns=(
        Column("channel", "!string", "the channel"),
        Column("starts_on", "!date", "first day of the time it is about"),
        Column("ends_on", "!date", "last day"),
        Column("spent", "!float64", "in the workspace's currency"),
        Column("returned", "float64", "sales it made; null: can't be told"),
        Column("returned_low", "float64", "in 90 of 100 draws at least this"),
        Column("returned_high", "float64", "and at most this"),
        Column("marginal", "float64", "sales that its last euro made"),
        Column("marginal_low", "float64", "likewise"),
        Column("marginal_high", "float64", "likewise"),
        Column("below", "float64", "the probability that the last euro didn't pay"),
        Column("wasted", "float64", "profit that spending less would have left"),
        Column("wasted_low", "float64", "likewise"),
        Column("wasted_high", "float64", "likewise"),
        Column("best_scale", "float64", "the part of the spending at which the profit is best"),
        Column("regret", "float64", "what going on as today is expected to cost"),
        Column("verdict", "!string", "stop, cut, hold, raise or can't tell"),
        Column("why", "string", "what stands in the way of telling, if something does"),
        Column("margin", "float64", "what was taken to be left of each euro of sales"),
    ),
)

MEASURED = TableSchema(
    name="measured",
    row="one time that all was measured",
    kind="state",
    key=("measured_at",),
    columns=(
        Column("measured_at", "!timestamp('UTC')", "when"),
        Column("state", "!string", "published, or refused: the fit isn't good enough to be shown"),
        Column("seconds", "!float64", "how long it took"),
        Column("starts_on", "date", "first day of the time it is about"),
        Column("ends_on", "date", "last day"),
        Column("places", "int64", "how many places were told apart"),
        Column("placed", "float64", "the part of sales whose place is known"),
        Column("problems", "!json", "what stands in the way, in words, with what to do"),
        Column("checks", "!json", "r-hat, effective draws, errors held out, how budgets follow"),
    ),
)

CONTRIBUTIONS = TableSchema(
    name="contributions",
    row="what one thing made of one week's sales",
    kind="state",
    key=("starts_on", "kind", "name"),
    columns=(
        Column("starts_on", "!date", "the week's Monday"),
        Column(
            "kind",
            "!string",
            "sales: as they were; expected: as the model has them; anyway: without advertising; "
            "channel; outlook: weeks to come, without advertising; unseen: weeks held out, as "
            "expected from those before",
        ),
        Column("name", "!string", "the channel; empty for others"),
        Column("mean", "!float64", "in the workspace's currency"),
        Column("low", "!float64", "in 90 of 100 draws at least this"),
        Column("high", "!float64", "and at most this"),
    ),
)

LEDGER_PARTS = TableSchema(
    name="ledger_parts",
    row="what one channel cost and brought in one quarter, or by one campaign",
    kind="state",
    key=("channel", "kind", "name"),
    columns=(
        Column("channel", "!string", "the channel"),
        Column("kind", "!string", "quarter or campaign"),
        Column("name", "!string", "the quarter as 2026-Q3; the campaign"),
        Column("starts_on", "!date", "first day of it"),
        Column("ends_on", "!date", "last day"),
        Column("spent", "!float64", "in the workspace's currency"),
        Column("returned", "float64", "sales it made; null: can't be told"),
        Column("returned_low", "float64", "in 90 of 100 draws at least this"),
        Column("returned_high", "float64", "and at most this"),
        Column("marginal_low", "float64", "sales that its last euro made; null for campaigns"),
        Column("marginal_high", "float64", "likewise"),
        Column("below", "float64", "the probability that the last euro didn't pay"),
        Column("wasted", "float64", "profit that spending less would have left"),
        Column("wasted_low", "float64", "likewise"),
        Column("wasted_high", "float64", "likewise"),
        Column("verdict", "!string", "stop, cut, hold, raise or can't tell"),
    ),
)

SUGGESTED_TESTS = TableSchema(
    name="suggested_tests",
    row="the one test that would tell most of a channel for its price",
    kind="state",
    key=("channel",),
    columns=(
        Column("channel", "!string", "the channel"),
        Column("places", "!array<string>", "where its budget is changed"),
        Column("weeks", "!int64", "for how long"),
        Column("factor", "!float64", "times the usual budget there; 0: none"),
        Column("cost", "!float64", "profit that the test is expected to cost"),
        Column("worth", "!float64", "profit a year that knowing is expected to bring"),
        Column("settles", "!float64", "the probability that it ends in a verdict"),
        Column("error", "!float64", "standard error of the sales it would find"),
        Column("expected", "!float64", "sales it is expected to change"),
    ),
)
