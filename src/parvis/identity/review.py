"""What a person is asked to decide: pairs of customers that may be one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.identity.decisions import Decision, standing
from parvis.lake.functions import together

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["PAIR_GUARDS", "Doubts", "owners_by_norm", "review_queue"]

#: The guards that keep two identifiers apart which something would have joined.
PAIR_GUARDS: Final = ("limit", "size", "conflict", "merge_refused")

_PAIR: Final = ("left_kind", "left_value", "right_kind", "right_value")
_CUSTOMERS: Final = ("customer_left", "customer_right")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What the queue is made of: rows of the tables of the same names."""

    matches: ir.Table
    stops: ir.Table
    decisions: ir.Table
    identities: ir.Table
    profiles: ir.Table


def owners_by_norm(identities: ir.Table) -> ir.Table:
    """Say of each identifier, as it is compared, whose it is.

    Returns
    -------
    ir.Table
        `kind`, `normal`, `customer_id`; one row an identifier, however it is spelt.
    """
    usable = identities.filter(identities.normal.notnull())
    return usable.select("kind", "normal", "customer_id").distinct()


def review_queue(engine: Engine, doubts: Doubts) -> ir.Table:
    """List the pairs of customers that a person should look at, the most valuable first.

    A pair is there because a model finds two records alike but isn't sure, or because a guard
    kept apart what evidence would have joined. What was decided is gone; what was skipped comes
    last. Before all others stand the pairs whose joining would move most sales, then those with
    most sales, then those that are the least sure.

    Parameters
    ----------
    engine
        Where the decisions are read.
    doubts
        The tables.

    Returns
    -------
    ir.Table
        One row a pair of customers: `place` (from 1), the two identifiers that speak most for
        it, `customer_left` and `customer_right` (whose these are), `reason` (alike, limit,
        size, conflict or merge_refused), `detail`, `probability`, `weight` (bits), `evidence`
        (JSON; null: events alone), `reasons` (how many pieces speak for the pair),
        `orders_at_stake` and `sales_at_stake` (of the one who bought for less), `skipped_as`
        (the decision; null: it wasn't skipped).
    """
    made = [Decision.of_row(r) for r in engine.rows(doubts.decisions)]
    # what is joined several times is computed once: 0.4 s instead of 30 on 34,000 identifiers
    owners = engine.stage(owners_by_norm(doubts.identities))
    pairs = _with_customers(_doubtful(doubts), owners)
    pairs = pairs.filter(pairs.customer_left != pairs.customer_right)
    held = standing(made)
    decided = _with_customers(_staged(engine, (*held.merges, *held.parts)), owners)
    pairs = _undecided(_keyed(pairs), _keyed(decided))
    pairs = _best_of_each(pairs)
    skipped = _with_customers(_staged(engine, _skips(made)), owners)
    return _in_order(pairs, _keyed(skipped), doubts.profiles)


def _doubtful(doubts: Doubts) -> ir.Table:
    matches, stops = doubts.matches, doubts.stops
    told = matches.mutate(evidence=matches.evidence.cast("string"))
    alike = told.filter(told.band == "review").select(
        *_PAIR,
        "probability",
        "weight",
        "evidence",
        reason=ibis.literal("alike"),
        detail=ibis.literal(""),
    )
    stopped = stops.filter(stops.guard.isin(PAIR_GUARDS), stops.right_kind != "")
    stopped = stopped.left_join(
        told.select(*_PAIR, "probability", "weight", "evidence"), list(_PAIR)
    )
    stopped = stopped.select(
        *_PAIR,
        "probability",
        weight=ibis.coalesce(stopped.weight, stopped.strength),
        evidence="evidence",
        reason="guard",
        detail="detail",
    )
    return together(alike, stopped)


def _with_customers(pairs: ir.Table, owners: ir.Table) -> ir.Table:
    """Say whose the two identifiers of each pair are; those that nobody has are left out."""
    for side in ("left", "right"):
        own = owners.select(
            **{f"{side}_kind": "kind", f"{side}_value": "normal", f"customer_{side}": "customer_id"}
        )
        pairs = pairs.inner_join(own, [f"{side}_kind", f"{side}_value"])
    return pairs


def _keyed(pairs: ir.Table) -> ir.Table:
    """Name a pair of customers the same whichever is left."""
    one, other = (pairs[c] for c in _CUSTOMERS)
    return pairs.mutate(pair=ibis.least(one, other) + "-" + ibis.greatest(one, other))


def _staged(engine: Engine, decisions: Iterable[Decision]) -> ir.Table:
    rows: list[dict[str, Any]] = [
        dict(zip(_PAIR, (*d.left, *d.right), strict=True)) | {"decision_id": d.decision_id}
        for d in decisions
    ]
    return engine.stage_rows(rows, dict.fromkeys((*_PAIR, "decision_id"), "string"))


def _skips(made: list[Decision]) -> list[Decision]:
    """Find the skips that hold: neither withdrawn nor followed by a verdict on the pair."""
    skipped = {d.decision_id for d in made if d.verdict == "skip"}
    as_parts = [replace(d, verdict="part") if d.verdict == "skip" else d for d in made]
    return [d for d in standing(as_parts).parts if d.decision_id in skipped]


def _undecided(pairs: ir.Table, decided: ir.Table) -> ir.Table:
    """Leave out what a person has decided; what contradicts an earlier decision stays."""
    contradicts = pairs.reason == "merge_refused"
    rest = pairs.filter(~contradicts).anti_join(decided, "pair")
    return together(pairs.filter(contradicts), rest)


def _best_of_each(pairs: ir.Table) -> ir.Table:
    """Keep of each pair of customers what speaks most for it."""
    speaks = ibis.row_number().over(
        group_by="pair",
        order_by=[
            (pairs.reason == "merge_refused").desc(),
            pairs.probability.desc(nulls_first=False),
            pairs.weight.desc(),
            *(pairs[c] for c in _PAIR),
        ],
    )
    reasons = pairs.pair.count().over(group_by="pair")
    numbered = pairs.mutate(speaks=speaks, reasons=reasons)
    return numbered.filter(numbered.speaks == 0).drop("speaks")


def _in_order(pairs: ir.Table, skipped: ir.Table, profiles: ir.Table) -> ir.Table:
    for side in ("left", "right"):
        own = profiles.select(
            **{
                f"customer_{side}": "customer_id",
                f"orders_{side}": "frequency",
                f"sales_{side}": "monetary",
            }
        )
        pairs = pairs.left_join(own, f"customer_{side}").drop(f"customer_{side}_right")
    last = skipped.group_by("pair").agg(skipped_as=skipped.decision_id.max())
    told = pairs.left_join(last, "pair").drop("pair_right")
    one, other = told.sales_left.fill_null(0), told.sales_right.fill_null(0)
    orders = (one <= other).ifelse(told.orders_left, told.orders_right).fill_null(0)
    told = told.mutate(
        orders_at_stake=orders, sales_at_stake=ibis.least(one, other), sales=one + other
    )
    order = [
        told.skipped_as.asc(nulls_first=True),
        told.sales_at_stake.desc(),
        told.sales.desc(),
        (told.probability - 0.5).abs().asc(nulls_first=False),
        told.pair,
    ]
    placed = told.mutate(place=ibis.row_number().over(order_by=order) + 1)
    return placed.select(
        "place", "pair", *_PAIR, *_CUSTOMERS, "reason", "detail", "probability", "weight",
        "evidence", "reasons", "orders_at_stake", "sales_at_stake", "skipped_as",
    )  # fmt: skip
