"""`exchange_rates`: what other currencies are worth."""

from parvis.lake.schema.table import Column, TableSchema

EXCHANGE_RATES = TableSchema(
    name="exchange_rates",
    row="what one unit of a currency is worth in the base currency, between two days",
    kind="state",
    key=("currency", "valid_from"),
    columns=(
        Column("currency", "!string", "ISO 4217"),
        Column("valid_from", "!date", "from this day on"),
        Column("valid_until", "!date", "up to and without this day"),
        Column("rate", "!decimal(18, 8)", "units of the base currency for one unit"),
    ),
)
