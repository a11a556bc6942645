"""Judge coupon campaigns, displays and mailers, when all is measured."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from parvis.identity import api as identity
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.measure.api import promotions
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Promoted", "judge_promotions", "keep_promoted"]

#: A product is looked at if it was sold in so many weeks of shops; the most often sold ones.
_LEAST_CELLS: Final = 200
_MOST_PRODUCTS: Final = 400
#: So many at a time are held against what was kept: memory is for the figures.
_PRODUCTS: Final = 80
#: As many days before a campaign are read: by which sides are made alike, and those before.
_DAYS_READ: Final = promotions.MOST_HISTORY_DAYS + 28


@dataclass(frozen=True, slots=True)
class Promoted:
    """What was found of coupons and promotions.

    Parameters
    ----------
    coupons
        Rows of `coupon_effects`.
    shown
        Rows of `promotion_effects`.
    lines
        Rows of `coupon_lines`; null: there are no coupons.
    behind
        What the effects are made of; null: nothing was shown.
    seconds
        How long it took.
    """

    coupons: Sequence[Mapping[str, Any]]
    shown: Sequence[Mapping[str, Any]]
    lines: pa.Table | None
    behind: promotions.ShownRows | None
    seconds: float


def judge_promotions(engine: Engine, workspace: Workspace) -> Promoted:
    """Judge each coupon campaign, and each way of showing products.

    Returns
    -------
    Promoted
        No rows where there are neither coupons nor promotions.
    """
    began = time.perf_counter()
    has_coupons = bool(engine.count(engine.table("coupon_products").limit(1)))
    has_shelves = bool(engine.count(engine.table("promotions_shown").limit(1)))
    if not (has_coupons or has_shelves):
        return Promoted((), (), None, None, time.perf_counter() - began)
    # read anew by each question, of the columns it needs: kept, they would fill the memory
    lines = promotions.kept_lines(engine.table("order_lines"), engine.table("orders"))
    coupons, redeemed = _coupons(engine, workspace, lines) if has_coupons else ([], None)
    shown, behind = _shown(engine, lines) if has_shelves else ([], None)
    return Promoted(coupons, shown, redeemed, behind, time.perf_counter() - began)


def keep_promoted(engine: Engine, found: Promoted) -> None:
    """Write what was found, in place of what was found before."""
    for name, rows in (("coupon_effects", found.coupons), ("promotion_effects", found.shown)):
        schema = dict(TABLES[name].ibis.items())
        engine.reconcile(name, engine.stage_rows(rows, schema), None)
    behind = found.behind
    _keep(engine, "coupon_lines", found.lines)
    # half a million rows: what is new in them is told product by product
    _keep_by_product(engine, "shown_weeks", behind and behind.shown)
    _keep_by_product(engine, "unshown_weeks", behind and behind.unshown)


def _keep(engine: Engine, name: str, table: pa.Table | None) -> None:
    engine.reconcile(name, _rows(engine, name, table), None)


def _keep_by_product(engine: Engine, name: str, table: pa.Table | None) -> None:
    kept = engine.arrow(engine.table(name).select("product_id").distinct())["product_id"]
    found = [] if table is None else table["product_id"].unique().to_pylist()
    products = sorted({*kept.to_pylist(), *found})
    for first in range(0, len(products), _PRODUCTS):
        some = products[first : first + _PRODUCTS]
        scope = engine.stage_rows([{"product_id": one} for one in some], {"product_id": "string"})
        theirs = None if table is None else table.filter(_among(table["product_id"], some))
        written = engine.reconcile(name, _rows(engine, name, theirs), scope)
        for staged in (written.before, written.after, scope):
            engine.discard(staged)


def _among(column: pa.ChunkedArray, values: Sequence[str]) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=pa.array(values, pa.string()))


def _rows(engine: Engine, name: str, table: pa.Table | None) -> ir.Table:
    schema = TABLES[name].ibis
    if table is None:
        return engine.stage_rows((), dict(schema.items()))
    return engine.show_arrow(table).select(*schema.names)


def _coupons(
    engine: Engine, workspace: Workspace, lines: ir.Table
) -> tuple[list[dict[str, Any]], pa.Table]:
    good = engine.table("coupon_products")
    zone = workspace.settings.time.zone
    told = promotions.campaign_events(profile.known_at(engine.table("events"), workspace.now()))
    events = engine.stage(identity.resolved(told, engine.table("identities")))
    campaigns = engine.stage(promotions.campaigns_sent(events, good))
    handed = engine.stage(promotions.redemptions(events, zone))
    redeemed = promotions.known_before(
        engine.stage(promotions.redeemed_lines(handed, good, lines)), good, lines, campaigns
    )
    listed = engine.rows(campaigns.order_by("starts_on", "campaign"))
    facts = promotions.CouponFacts(
        engine.arrow(promotions.bought_by_day(lines, good)),
        engine.arrow(promotions.bought_of_campaigns(lines, good, campaigns, _DAYS_READ)),
        engine.arrow(promotions.received(events)),
        engine.arrow(promotions.told_of(engine.table("profiles"))),
        {r["campaign"]: promotions.Span.of(r["starts_on"], r["ends_on"]) for r in listed},
    )
    found, drawn = engine.arrow(redeemed), engine.arrow(promotions.drawn_for(events))
    taken = engine.arrow(handed)
    judged = [_campaign(row, found, taken, drawn) for row in listed]
    for table in (events, campaigns, handed):
        engine.discard(table)
    margin = workspace.settings.measure.margin
    return promotions.judge_campaigns(facts, judged, margin), found


def _campaign(
    row: Mapping[str, Any], redeemed: pa.Table, taken: pa.Table, drawn: pa.Table
) -> promotions.CouponCampaign:
    name = row["campaign"]
    own = taken.filter(pc.equal(taken["campaign"], name))
    lots = drawn.filter(pc.equal(drawn["campaign"], name.lower()))
    return promotions.CouponCampaign(
        name=name,
        kind=row["kind"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        coupons=row["coupons"],
        products=row["products"],
        redeemed=redeemed.filter(pc.equal(redeemed["campaign"], name)),
        redemptions=own.num_rows,
        redeemers=len(set(own["customer_id"].to_pylist())),
        drawn=lots.filter(pc.invert(lots["is_out"]))["customer_id"].to_pylist(),
        left_out=lots.filter(lots["is_out"])["customer_id"].to_pylist(),
    )


def _shown(
    engine: Engine, lines: ir.Table
) -> tuple[list[dict[str, Any]], promotions.ShownRows | None]:
    shown = engine.table("promotions_shown")
    shops = shown.select("store_id").distinct()
    told = promotions.orders_in_shops(engine.table("orders"), engine.table("events"))
    placed = engine.stage(told.semi_join(shops, "store_id"))
    sold = engine.stage(promotions.lines_in_shops(lines, placed, shown, _LEAST_CELLS))
    products = engine.stage(
        promotions.often_sold(sold, engine.table("order_lines"), _LEAST_CELLS, _MOST_PRODUCTS)
    )
    facts = promotions.ShelfFacts(
        engine.arrow(products.order_by("product_id")),
        engine.arrow(promotions.sold_by_week(sold, products)),
        engine.arrow(promotions.shown_by_week(shown.semi_join(products, "product_id"))),
        engine.arrow(promotions.visits_by_week(placed)),
    )
    for table in (placed, sold, products):
        engine.discard(table)
    if not facts.products.num_rows:
        return [], None
    shelves, ways = promotions.laid_out(facts)
    fits = promotions.fitted(shelves)
    judged = promotions.judge_shown(shelves, ways, fits)
    return judged, promotions.shown_rows(shelves, ways, fits)
