"""Coupons and promotions are judged from what came in, and kept."""

from __future__ import annotations

import json

from parvis.lake.workspace import Workspace
from parvis.work.promoting import judge_promotions, keep_promoted
from tests.making import one, rows
from tests.work.promoted_shop import CAMPAIGN, WEEKS, promoted_shop

#: Every fourth of 24 weeks in each of 12 shops.
WEEKS_SHOWN = 6


def judged(shop: Workspace) -> None:
    engine = shop.engine.session()
    found = judge_promotions(engine, shop)
    shop.engine.atomically(lambda: keep_promoted(shop.engine, found))
    engine.close()


def test_coupons_are_counted_exactly_and_kept(workspace: Workspace) -> None:
    promoted_shop(workspace)
    judged(workspace)
    row = one(workspace.table("coupon_effects"), campaign=CAMPAIGN)
    assert (row["sent"], row["others"], row["redemptions"], row["redeemers"]) == (40, 80, 9, 9)
    assert (row["redeemed_sales"], row["redeemed_discount"]) == (27.0, 4.5)
    # persons 0, 24, 48 and 72 had bought tea in the quarter before
    assert (row["known_discount"], row["same_discount"]) == (2.0, 2.0)
    assert (row["coupons"], row["products"], row["kind"]) == (1, 2, "mail")
    lines = rows(workspace.table("coupon_lines"), "customer_id", "order_id")
    assert len(lines) == 9
    assert sum(line["coupon_discount"] for line in lines) == row["redeemed_discount"]
    checks = json.loads(row["checks"])
    assert row["verdict"] == "can't tell" or "placebo" in checks


def test_displays_are_found_and_a_second_time_changes_nothing(workspace: Workspace) -> None:
    promoted_shop(workspace)
    judged(workspace)
    shown = rows(workspace.table("promotion_effects"), "way", "level", "name", "spot")
    ways = {(r["way"], r["level"]) for r in shown}
    assert ("display", "all") in ways
    milk = next(r for r in shown if (r["way"], r["name"]) == ("display", "milk"))
    assert milk["shown"] == 12 * WEEKS_SHOWN
    assert milk["raw"] > 1.0
    version = workspace.engine.snapshot()
    judged(workspace)
    assert rows(workspace.table("promotion_effects"), "way", "level", "name", "spot") == shown
    assert workspace.engine.snapshot() == version


def test_the_rows_behind_displays_add_up_to_what_is_told(workspace: Workspace) -> None:
    promoted_shop(workspace)
    judged(workspace)
    kept = rows(workspace.table("shown_weeks"), "product_id", "store_id", "week")
    bare = rows(workspace.table("unshown_weeks"), "way", "product_id", "week")
    for told in rows(workspace.table("promotion_effects"), "way", "level", "name", "spot"):
        theirs = [
            r
            for r in kept
            if r[told["way"]]
            and told["spot"] in ("", r[told["way"]])
            and told["name"] in ("", r["product_id"], {"milk": "DAIRY"}.get(r["product_id"]))
        ]
        assert told["shown"] == len(theirs)
        assert told["units"] == sum(r["units"] for r in theirs)
        assert told["products"] == len({r["product_id"] for r in theirs})
    # weeks of shops in which milk was on display, on the eve of it, and neither, are all
    on = [r for r in kept if r["product_id"] == "milk" and r["display"]]
    off = [r for r in bare if r["product_id"] == "milk" and r["way"] == "display"]
    assert len(on) == 12 * WEEKS_SHOWN
    assert len(off) == WEEKS
    # in three shops it was on display in the first week: they have one eve less
    assert sum(r["shops"] for r in off) == 12 * WEEKS - len(on) - (len(on) - 3)
    assert sum(r["sales"] for r in on) == 2.0 * sum(r["units"] for r in on) > 0


def test_without_either_there_is_nothing(workspace: Workspace) -> None:
    found = judge_promotions(workspace.engine, workspace)
    assert (found.coupons, found.shown, found.lines) == ((), (), None)
    keep_promoted(workspace.engine, found)
    assert rows(workspace.table("coupon_effects")) == []
