"""The tables of the lake, one file a subject."""

from parvis.lake.schema.connectors import CONNECTOR_CURSORS
from parvis.lake.schema.events import EVENTS, PRODUCT_TYPE
from parvis.lake.schema.exchange_rates import EXCHANGE_RATES
from parvis.lake.schema.experiments import EXPERIMENT_RESULTS, EXPERIMENTS
from parvis.lake.schema.identities import (
    IDENTIFIERS,
    IDENTITIES,
    IDENTITY_CHANGES,
    IDENTITY_DECISIONS,
    IDENTITY_LINKS,
    IDENTITY_MATCHES,
    IDENTITY_RECORDS,
    IDENTITY_REPORTS,
    IDENTITY_STOPS,
)
from parvis.lake.schema.imports import IMPORTS, QUARANTINE
from parvis.lake.schema.journeys import JOURNEYS, SOURCE_CATEGORIES, TOUCHPOINTS
from parvis.lake.schema.measure import (
    CONTRIBUTIONS,
    CREDITS,
    KPI,
    LEDGER,
    LEDGER_PARTS,
    MEASURED,
    RESPONSE,
    SUGGESTED_TESTS,
)
from parvis.lake.schema.mentions import (
    ALERTS,
    AUTHORS,
    ECHOES,
    LABELS,
    MENTIONS,
    READINGS,
    TEXT_COPIES,
    TEXT_TOPICS,
    TOPICS,
)
from parvis.lake.schema.orders import ORDER_LINES, ORDERS
from parvis.lake.schema.pictures import PICTURE_FILES, PICTURES
from parvis.lake.schema.profiles import CUSTOMER_TRAITS, PROFILES
from parvis.lake.schema.promotions import (
    COUPON_EFFECTS,
    COUPON_LINES,
    COUPON_PRODUCTS,
    PROMOTION_EFFECTS,
    PROMOTIONS_SHOWN,
    SHOWN_WEEKS,
    UNSHOWN_WEEKS,
)
from parvis.lake.schema.sessions import SESSIONS
from parvis.lake.schema.sources import SOURCES
from parvis.lake.schema.spend import SPEND
from parvis.lake.schema.state import BUILD_STATE, SCHEMA_MIGRATIONS
from parvis.lake.schema.table import Column, TableSchema

__all__ = ["EVENTS", "PRODUCT_TYPE", "TABLES", "Column", "TableSchema"]

#: Every table of the lake by its name, sources first.
TABLES: dict[str, TableSchema] = {
    t.name: t
    for t in (
        EVENTS,
        SPEND,
        SOURCE_CATEGORIES,
        COUPON_PRODUCTS,
        PROMOTIONS_SHOWN,
        IMPORTS,
        QUARANTINE,
        EXCHANGE_RATES,
        SOURCES,
        CONNECTOR_CURSORS,
        IDENTITY_MATCHES,
        IDENTITY_DECISIONS,
        READINGS,
        LABELS,
        TOPICS,
        TEXT_TOPICS,
        TEXT_COPIES,
        PICTURES,
        PICTURE_FILES,
        EXPERIMENTS,
        ALERTS,
        IDENTIFIERS,
        IDENTITY_LINKS,
        IDENTITY_RECORDS,
        IDENTITIES,
        IDENTITY_STOPS,
        ORDERS,
        ORDER_LINES,
        SESSIONS,
        TOUCHPOINTS,
        JOURNEYS,
        MENTIONS,
        ECHOES,
        AUTHORS,
        CUSTOMER_TRAITS,
        PROFILES,
        IDENTITY_CHANGES,
        IDENTITY_REPORTS,
        KPI,
        CREDITS,
        RESPONSE,
        LEDGER,
        LEDGER_PARTS,
        CONTRIBUTIONS,
        SUGGESTED_TESTS,
        COUPON_EFFECTS,
        COUPON_LINES,
        PROMOTION_EFFECTS,
        SHOWN_WEEKS,
        UNSHOWN_WEEKS,
        MEASURED,
        EXPERIMENT_RESULTS,
        BUILD_STATE,
        SCHEMA_MIGRATIONS,
    )
}
