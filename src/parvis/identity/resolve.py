"""From evidence to customers: what the build, a preview and a replay all call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parvis.identity.cluster import Clusters, Stop, find_clusters
from parvis.identity.decisions import Decision, standing
from parvis.identity.evidence import SAME_EVENT
from parvis.identity.graph import Graph, read_graph
from parvis.identity.judged import Joint, Judged
from parvis.identity.kinds import RECORDS
from parvis.identity.persons import read_persons
from parvis.identity.shared import Sharing, find_shared
from parvis.lake.functions import together
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["Evidence", "Resolved", "alone_id_of", "customer_id_of", "judged_of", "resolve"]


def customer_id_of(kind: ir.Value, value: ir.Value) -> ir.StringValue:
    """Name the customer whose best identifier this is; the same everywhere and always.

    Parameters
    ----------
    kind, value
        The identifier, normalised.
    """
    return (kind + ":" + value).hexdigest("md5").substr(0, 16)


def alone_id_of(kind: ir.Value, value: ir.Value) -> ir.StringValue:
    """Name the customer of an identifier that can't be compared, as a silo wrote it."""
    # no normalised identifier has such a sign in it
    return customer_id_of(kind, ibis.literal("\x1f") + value)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What customers are computed from: rows of the tables of the same names.

    Parameters
    ----------
    identifiers
        All that any evidence ties to those that are asked for; at least `kind`, `value`,
        `normal` and `first_at`.
    links
        All links with an end among these.
    records, matches, decisions
        At least those of these identifiers.
    rim
        The other ends of links that lead out of these identifiers: `kind` and `normal`. They
        were cut off by a guard, and are only looked at to tell who is shared by whom.
    """

    identifiers: ir.Table
    links: ir.Table
    records: ir.Table
    matches: ir.Table
    decisions: ir.Table
    rim: ir.Table | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """What came out: rows of `identities` and of `identity_stops`, staged."""

    identities: ir.Table
    stops: ir.Table


def resolve(engine: Engine, evidence: Evidence, settings: IdentitySettings) -> Resolved:
    """Compute whose each identifier is.

    The outcome is a function of the evidence alone: neither the order in which it came nor
    anything that was computed before plays a part, so that a replay gives the same to the bit.
    """
    graph = read_graph(engine, evidence.identifiers, evidence.links, evidence.rim)
    judged = judged_of(engine, graph, evidence)
    sharing = find_shared(graph, judged, settings)
    closed = sharing.is_shared | graph.is_rim
    clusters = find_clusters(
        graph,
        closed,
        judged,
        lambda nodes: _sure_joints(engine, graph, evidence.links, nodes[~closed[nodes]]),
        settings,
    )
    told, best = _told(engine, evidence.identifiers, graph, sharing, clusters)
    stops = [
        Stop("shared", Joint(node, -1, 0.0, SAME_EVENT), why)
        for node, why in sharing.why.items()
        if not graph.is_rim[node]
    ]
    stops += clusters.stops
    return Resolved(
        engine.stage(_identities(evidence.identifiers, graph, told, best)),
        _stops(engine, evidence.identifiers, graph, told, stops),
    )


def judged_of(engine: Engine, graph: Graph, evidence: Evidence) -> Judged:
    """Return what a model and people say of the nodes of a graph."""
    decisions = standing(Decision.of_row(r) for r in engine.rows(evidence.decisions))
    matches = evidence.matches.filter(evidence.matches.band == "merge")
    pairs = engine.rows(
        matches.order_by(matches.weight.desc(), *(matches[c] for c in _PAIR)).select(
            *_PAIR, "weight"
        )
    )
    held = (*decisions.merges, *decisions.parts)
    named = {e for d in held for e in (d.left, d.right)}
    named |= {(r[f"{s}_kind"], r[f"{s}_value"]) for r in pairs for s in ("left", "right")}
    node = _nodes_of(engine, graph, named)
    place = {d.decision_id: i for i, d in enumerate(sorted(held, key=lambda d: d.decision_id))}
    return Judged(
        alike=tuple(
            Joint(node[left], node[right], r["weight"], "alike")
            for r in pairs
            if (left := (r["left_kind"], r["left_value"])) in node
            and (right := (r["right_kind"], r["right_value"])) in node
        ),
        merges=tuple(
            Joint(node[d.left], node[d.right], 0.0, "merge", place[d.decision_id])
            for d in decisions.merges
            if d.left in node and d.right in node
        ),
        parts=tuple(
            (node[d.left], node[d.right], place[d.decision_id])
            for d in decisions.parts
            if d.left in node and d.right in node
        ),
        told=read_persons(engine, graph, evidence.records),
    )


_PAIR: Final = ("left_kind", "left_value", "right_kind", "right_value")


def _nodes_of(
    engine: Engine, graph: Graph, named: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Find the nodes of identifiers; those that no event carries have none."""
    if not named:
        return {}
    wanted = engine.stage_rows(
        [{"kind": k, "value": v} for k, v in sorted(named)],
        {"kind": "string", "value": "string"},
    )
    keyed = wanted.mutate(key=graph.key(wanted.kind, wanted.value))
    found = engine.rows(keyed.inner_join(graph.nodes, "key").select("kind", "value", "node"))
    return {(r["kind"], r["value"]): r["node"] for r in found}


def _sure_joints(
    engine: Engine,
    graph: Graph,
    links: ir.Table,
    nodes: NDArray[np.int32],
) -> list[Joint]:
    """Read the links between nodes again, in an order that depends on what they say alone."""
    among = engine.stage_arrow(pa.table({"node": pa.array(nodes, pa.int32())}))
    keyed = graph.nodes.semi_join(among, "node").select("key", "node")
    ends = links.mutate(
        left=graph.key(links.left_kind, links.left_value),
        right=graph.key(links.right_kind, links.right_value),
    )
    both = ends.inner_join(keyed.select(left="key", left_node="node"), "left")
    both = both.inner_join(keyed.select(right="key", right_node="node"), "right")
    rows = engine.arrow(
        both.order_by(
            both.strength.desc(), both.first_at, *(both[c] for c in _PAIR), both.rule
        ).select("left_node", "right_node", "strength", "rule")
    )
    columns = (rows[c].to_pylist() for c in ("left_node", "right_node", "strength", "rule"))
    return [Joint(*each) for each in zip(*columns, strict=True)]


def _told(
    engine: Engine, identifiers: ir.Table, graph: Graph, sharing: Sharing, clusters: Clusters
) -> tuple[ir.Table, ir.Table]:
    """Say of each node: its customer's and its component's best node, and what is known.

    Returns
    -------
    tuple of ir.Table
        The nodes; and the best ones, each once: `key`, and whether it `is_head` of a component
        that is called otherwise than the customer.
    """
    customer, component = clusters.customer, clusters.component
    roots = _roots(engine, identifiers, graph, customer)
    heads = roots if component is customer else _roots(engine, identifiers, graph, component)
    many = int(customer.max()) + 1 if len(customer) else 0
    is_known = np.zeros(many, bool)
    is_known[customer[graph.of_kinds(*RECORDS)]] = True
    size = np.bincount(customer, minlength=many)
    # what people gave to somebody is theirs, however many use it
    shared = sharing.is_shared & (size[customer] == 1)
    keys = graph.keys
    differs = heads[component] != roots[customer]
    table = pa.table(
        {
            "key": keys,
            "root": keys.take(pa.array(roots[customer])),
            # the component is mostly the customer, and is then called the same
            "head": pc.if_else(pa.array(differs), keys.take(pa.array(heads[component])), None),
            "is_known": pa.array(is_known[customer]),
            "is_shared": pa.array(shared),
            "claims": pa.array(sharing.claims),
        }
    )
    apart = np.unique(heads[component[differs]])
    best = np.concatenate((roots[np.bincount(customer, minlength=len(roots)) > 0], apart))
    is_head = np.zeros(len(best), bool)
    is_head[len(best) - len(apart) :] = True
    shown = pa.table({"key": keys.take(pa.array(best)), "is_head": pa.array(is_head)})
    return engine.show_arrow(table), engine.show_arrow(shown)


def _roots(
    engine: Engine, identifiers: ir.Table, graph: Graph, group: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Find the best node of each group: by the kind's rank, the first seen, the smallest."""
    if not len(group):
        return np.empty(0, np.int32)
    # rank and time in one number; the time is good until the year 2255
    score = (graph.rank.astype(np.int64) << 53) + np.clip(graph.since, 0, (1 << 53) - 1)
    least = np.full(int(group.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, group, score)
    top = np.flatnonzero(score == least[group]).astype(np.int32)
    best = np.full(len(least), -1, np.int32)
    best[group[top]] = top
    rivals = np.bincount(group[top], minlength=len(least))
    if rivals.max() == 1:
        return best
    tied = top[rivals[group[top]] > 1]
    among = engine.stage_arrow(pa.table({"node": pa.array(tied), "which": pa.array(group[tied])}))
    spelt = _spelt(identifiers, graph, among).inner_join(among, "node")
    one = spelt.group_by("which").agg(node=spelt.node.argmin(spelt.kind + ":" + spelt.normal))
    rows = engine.arrow(one.select("which", "node"))
    best[rows["which"].to_numpy()] = rows["node"].to_numpy()
    return best


def _spelt(identifiers: ir.Table, graph: Graph, nodes: ir.Table) -> ir.Table:
    """Give nodes (`node`) their `kind` and `normal` again."""
    usable = identifiers.filter(identifiers.normal.notnull())
    keyed = usable.select("kind", "normal", key=graph.key(usable.kind, usable.normal))
    wanted = graph.nodes.semi_join(nodes, "node").select("key", "node")
    return keyed.inner_join(wanted, "key").select("node", "kind", "normal").distinct()


def _identities(identifiers: ir.Table, graph: Graph, told: ir.Table, best: ir.Table) -> ir.Table:
    names = _names(identifiers, graph, best)
    usable = identifiers.filter(identifiers.normal.notnull())
    keyed = usable.select(
        "kind", "value", "normal", since="first_at", key=graph.key(usable.kind, usable.normal)
    )
    joined = keyed.inner_join(told, "key")
    joined = joined.inner_join(names.select(root="key", customer_id="name"), "root")
    # few customers have parted from their component: a small table is looked up for all
    heads = _names(identifiers, graph, best.filter(best.is_head))
    joined = joined.left_join(heads.select(head="key", other="name"), "head")
    columns = [c.name for c in TABLES["identities"].columns]
    tied = joined.mutate(
        claims=joined.claims.cast("int64"), component=joined.other.fill_null(joined.customer_id)
    ).select(*columns)
    alone = identifiers.filter(identifiers.normal.isnull())
    name = alone_id_of(alone.kind, alone.value)
    single = alone.select(
        "kind",
        "value",
        "normal",
        customer_id=name,
        component=name,
        since=alone.first_at,
        is_known=ibis.literal(False),
        # it says nothing of whose an event is that carries another one too
        is_shared=ibis.literal(True),
        claims=ibis.literal(0, "int64"),
    )
    return together(tied, single)


def _names(identifiers: ir.Table, graph: Graph, best: ir.Table) -> ir.Table:
    """Name customers and components after their best nodes (`key`)."""
    usable = identifiers.filter(identifiers.normal.notnull())
    keyed = usable.select("kind", "normal", key=graph.key(usable.kind, usable.normal))
    named = keyed.semi_join(best, "key")
    one = named.group_by("key").agg(kind=named.kind.arbitrary(), normal=named.normal.arbitrary())
    return one.select("key", name=customer_id_of(one.kind, one.normal))


def _stops(
    engine: Engine, identifiers: ir.Table, graph: Graph, told: ir.Table, stops: list[Stop]
) -> ir.Table:
    """Write what guards kept apart, with the identifiers in words again."""
    rows: dict[tuple[str, int, int], dict[str, Any]] = {}
    for stop in sorted(stops, key=lambda s: (-s.joint.strength, s.joint.rule)):
        left, right = stop.joint.left, stop.joint.right
        row = {"guard": stop.guard, "left": left, "right": right, "rule": stop.joint.rule,
               "strength": stop.joint.strength, "detail": stop.detail}  # fmt: skip
        rows.setdefault((stop.guard, min(left, right), max(left, right)), row)
    staged = engine.stage_rows(
        list(rows.values()),
        {"guard": "string", "left": "int32", "right": "int32", "rule": "string",
         "strength": "float64", "detail": "string"},
    )  # fmt: skip
    ends = together(staged.select(node="left"), staged.select(node="right")).distinct()
    spelt = engine.stage(_spelt(identifiers, graph, ends))
    left_end = spelt.select(left="node", one_kind="kind", one_value="normal")
    right_end = spelt.select(right="node", other_kind="kind", other_value="normal")
    both = staged.inner_join(left_end, "left").left_join(right_end, "right").drop("right_right")
    keys = graph.nodes.semi_join(ends, "node")
    own = engine.stage(told.semi_join(keys, "key").inner_join(keys, "key"))
    heads = own.select(left="node", key=own["head"].fill_null(own.root))
    both = both.inner_join(heads, "left")
    names = _names(identifiers, graph, heads.select("key").distinct())
    both = both.inner_join(names.select(key="key", component="name"), "key")
    # of all links of the one there is no other
    turned = (both.one_kind > both.other_kind) | (
        (both.one_kind == both.other_kind) & (both.one_value > both.other_value)
    )
    turned = turned.fill_null(False)
    other_kind, other_value = both.other_kind.fill_null(""), both.other_value.fill_null("")
    return engine.stage(
        both.select(
            "guard",
            left_kind=turned.ifelse(other_kind, both.one_kind),
            left_value=turned.ifelse(other_value, both.one_value),
            right_kind=turned.ifelse(both.one_kind, other_kind),
            right_value=turned.ifelse(both.one_value, other_value),
            rule="rule",
            strength="strength",
            detail="detail",
            component="component",
        )
    )
