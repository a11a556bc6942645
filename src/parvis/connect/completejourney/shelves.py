"""What the Complete Journey tells of coupons and shelves, as tables. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["DISPLAYS", "MAILERS", "coupons_offered", "promotions_shown"]

_SOURCE: Final = "completejourney.promotions"

#: Week 2 of the data begins on this Monday; week 1 is the Sunday before.
_SECOND_WEEK: Final = "2017-01-02"

_LEAST_PURCHASES: Final = 100

#: The data's codes in words, as the R package completejourney documents them.
DISPLAYS: Final = {
    "1": "store front",
    "2": "store rear",
    "3": "front end cap",
    "4": "mid-aisle end cap",
    "5": "rear end cap",
    "6": "side-aisle end cap",
    "7": "in aisle",
    "9": "secondary location",
    "A": "in shelf",
}
MAILERS: Final = {
    "A": "interior page",
    "C": "interior page line item",
    "D": "front page",
    "F": "back page",
    "H": "wrap front",
    "J": "wrap interior coupon",
    "L": "wrap back",
    "P": "interior page coupon",
    "X": "free on interior page",
    "Z": "free on front page, back page or wrap",
}


def coupons_offered(coupons: ir.Table) -> ir.Table:
    """Turn the products of coupons into rows of `coupon_products`."""
    return coupons.select(
        source=ibis.literal("completejourney.coupons"),
        campaign=ibis.literal("Campaign ") + coupons.campaign_id.cast("string"),
        coupon_id=coupons.coupon_upc.cast("string"),
        product_id=coupons.product_id.cast("string"),
    ).distinct()


def promotions_shown(promotions: ir.Table, transactions: ir.Table) -> ir.Table:
    """Turn displays and mailers into rows of `promotions_shown`, a week each.

    The package holds 20.9 million of them. Kept are 1.6 million: of products that were bought
    at least a hundred times in the year (fewer purchases, spread over 53 weeks and a hundred
    shops, tell nothing), in shops where they were bought at least once (elsewhere sales are
    zero with the promotion and without it, and no comparison gains anything).

    Parameters
    ----------
    promotions
        One row a product, shop and week: codes of the places in the shop and in the mailer.
    transactions
        One row a basket and product.

    Returns
    -------
    ir.Table
        `source`, `starts_on` (a Monday; the first week has one day), `ends_on`, `store_id`,
        `product_id`, `display`, `mailer`.
    """
    lines = transactions.group_by("product_id").agg(lines=transactions.count())
    often = lines.filter(lines.lines >= _LEAST_PURCHASES)
    sold = transactions.semi_join(often, "product_id").select("product_id", "store_id").distinct()
    kept = promotions.semi_join(sold, ["product_id", "store_id"])
    monday = ibis.date(_SECOND_WEEK) + ibis.interval(days=1) * (7 * (kept.week - 2))
    return kept.select(
        source=ibis.literal(_SOURCE),
        starts_on=ibis.greatest(monday, ibis.date("2017-01-01")).cast("date"),
        ends_on=(monday + ibis.interval(days=6)).cast("date"),
        store_id=kept.store_id.cast("string"),
        product_id=kept.product_id.cast("string"),
        display=_in_words(kept.display_location, DISPLAYS),
        mailer=_in_words(kept.mailer_location, MAILERS),
    )


def _in_words(code: ir.Value, words: dict[str, str]) -> ir.Value:
    # a code that the documentation doesn't know stays what it is
    none = (code == "0").ifelse("", code)
    return ibis.cases(*((code == c, w) for c, w in words.items()), else_=none)
