"""Every piece of evidence with the customers at its two ends, laid out to be looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.identity.decisions import Decision, standing
from parvis.identity.review import Doubts, owners_by_norm
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["ties"]

_PAIR: Final = ("left_kind", "left_value", "right_kind", "right_value")
_COLUMNS: Final = (
    *_PAIR, "rule", "strength", "message_id", "source", "first_at", "last_at", "events",
)  # fmt: skip


def ties(engine: Engine, links: ir.Table, doubts: Doubts) -> ir.Table:
    """List the evidence on each customer's identifiers: what events, a model and people say.

    Parameters
    ----------
    engine
        Where the decisions are read.
    links
        Rows of `identity_links`.
    doubts
        The tables of matches, stops, decisions and identities.

    Returns
    -------
    ir.Table
        `customer_id`, then what ties two identifiers: both ends, `rule` (same_event, alias,
        alike or merge), `strength`, `message_id`, `source`, `first_at`, `last_at`, `events`;
        `stopped`, the guard that stopped it (null: none), and `other`, the customer at the far
        end (null: the same). A piece between two customers is there for each of them.
    """
    each = together(_shaped(links), _alike(doubts.matches), _merges(engine, doubts.decisions))
    owners = engine.stage(owners_by_norm(doubts.identities))
    for side in ("left", "right"):
        own = owners.select(
            **{f"{side}_kind": "kind", f"{side}_value": "normal", f"whose_{side}": "customer_id"}
        )
        each = each.inner_join(own, [f"{side}_kind", f"{side}_value"])
    each = _with_stops(each, doubts.stops)
    same = each.whose_left == each.whose_right
    one = each.select(
        *_COLUMNS, "stopped", customer_id="whose_left", other=same.ifelse(None, each.whose_right)
    )
    apart = each.filter(~same)
    other = apart.select(*_COLUMNS, "stopped", customer_id="whose_right", other="whose_left")
    return together(one, other)


def _shaped(links: ir.Table) -> ir.Table:
    return links.select(*_COLUMNS)


def _alike(matches: ir.Table) -> ir.Table:
    joining = matches.filter(matches.band == "merge")
    return joining.select(
        *_PAIR,
        rule=ibis.literal("alike"),
        strength="weight",
        message_id=ibis.literal(""),
        source=ibis.literal(""),
        first_at="matched_at",
        last_at="matched_at",
        events=ibis.literal(0, "int64"),
    )


def _merges(engine: Engine, decisions: ir.Table) -> ir.Table:
    held = [d.decision_id for d in standing(map(Decision.of_row, engine.rows(decisions))).merges]
    made = decisions.filter(decisions.decision_id.isin(held or [""]))
    return made.select(
        *_PAIR,
        rule=ibis.literal("merge"),
        strength=ibis.literal(0.0),
        message_id=ibis.literal(""),
        source="decided_by",
        first_at="decided_at",
        last_at="decided_at",
        events=ibis.literal(0, "int64"),
    )


def _with_stops(each: ir.Table, stops: ir.Table) -> ir.Table:
    between = stops.filter(stops.right_kind != "")
    between = between.group_by(list(_PAIR)).agg(guard=between.guard.min())
    told = each.left_join(between, list(_PAIR)).drop(*(f"{c}_right" for c in _PAIR))
    alone = stops.filter(stops.guard == "shared")
    for side in ("left", "right"):
        end = alone.select(
            **{f"{side}_kind": "left_kind", f"{side}_value": "left_value"},
            **{f"cut_{side}": "guard"},
        ).distinct()
        told = told.left_join(end, [f"{side}_kind", f"{side}_value"])
        told = told.drop(f"{side}_kind_right", f"{side}_value_right")
    return told.mutate(stopped=ibis.coalesce(told.guard, told.cut_left, told.cut_right))
