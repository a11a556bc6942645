"""What was tried, and what it showed: `experiments`, `experiment_results`."""

from parvis.lake.schema.table import Column, TableSchema

EXPERIMENTS = TableSchema(
    name="experiments",
    row="one experiment: people who were left out, or cities whose budget was changed",
    kind="source",
    key=("experiment_id",),
    columns=(
        Column("experiment_id", "!string", "as the silo calls it, or its name in small letters"),
        Column("name", "!string", "as people call it"),
        Column("kind", "!string", "holdout or cities"),
        Column("hypothesis", "string", "what is to be found out, in the team's words"),
        Column("channel", "string", "which channel it changes; null: not told"),
        Column(
            "design",
            "!json",
            "cities and the factor of their budget; the share left out, the variation that is "
            "left out, which part of the channel's audience is in it",
        ),
        Column("starts_on", "date", "its first day"),
        Column("ends_on", "date", "its last day; null: not told"),
        Column("told_by", "!string", "events, the file, or the user that told of it last"),
        Column("told_at", "!timestamp('UTC')", "when"),
    ),
)

EXPERIMENT_RESULTS = TableSchema(
    name="experiment_results",
    row="what one experiment showed of one figure, by one method, as last measured",
    kind="state",
    key=("experiment_id", "metric", "method"),
    columns=(
        Column("experiment_id", "!string", "the experiment"),
        Column("metric", "!string", "sales or orders"),
        Column("method", "!string", "difference, cuped, synthetic; none: nothing can be told"),
        Column("state", "!string", "planned, running, ended"),
        Column("seen_on", "date", "the last day that was looked at"),
        Column("treated", "int64", "people who were reached, or cities that were changed"),
        Column("control", "int64", "people who were left out, or cities held against them"),
        Column("effect", "float64", "for each person; for each changed city and day"),
        Column("low", "float64", "nine in ten such intervals hold the truth, looked at once"),
        Column("high", "float64", "likewise"),
        Column("always_low", "float64", "nine in ten hold it however often they are looked at"),
        Column("always_high", "float64", "likewise"),
        Column("p_value", "float64", "how often chance alone does as much"),
        Column("usual", "float64", "what would have been, for each person or city and day"),
        Column("lift", "float64", "the effect relative to it"),
        Column("lift_low", "float64", "likewise"),
        Column("lift_high", "float64", "likewise"),
        Column("incremental", "float64", "in all who were reached, or all changed cities and days"),
        Column("incremental_low", "float64", "likewise"),
        Column("incremental_high", "float64", "likewise"),
        Column("problems", "!json", "what stands in the way, in words, with what to do"),
        Column("detail", "!json", "by week, weights of cities, the check of lots, whom it moves"),
        Column("measured_at", "!timestamp('UTC')", "when"),
    ),
)
