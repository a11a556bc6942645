"""Why two identifiers are one customer, or why not: the shortest chain of evidence."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from parvis.identity.contracts import Explanation, Identifier, Step
from parvis.identity.decisions import Decision, standing
from parvis.identity.scope import touching

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["evidence_around", "explain"]


def explain(engine: Engine, left: Identifier, right: Identifier) -> Explanation:
    """Tell by which chain of evidence two identifiers are one customer, or why they aren't.

    Parameters
    ----------
    engine
        Where the built tables are.
    left, right
        Kind and normalised value.

    Returns
    -------
    Explanation
        The chain with the fewest pieces; of two as short, the one whose weakest piece is the
        stronger.

    References
    ----------
    E. W. Dijkstra, "A note on two problems in connexion with graphs" (1959),
    doi:10.1007/BF01386390.
    """
    owners = _owners(engine, (left, right))
    if left not in owners or right not in owners:
        return Explanation(left, right, same=False, steps=(), why_not="unknown")
    same = owners[left]["customer_id"] == owners[right]["customer_id"]
    if left == right:
        return Explanation(left, right, same=True, steps=())
    steps = evidence_around(engine, [owners[e]["component"] for e in (left, right)])
    if same:
        return Explanation(left, right, True, _path(_open(steps), left, right))
    probability = _compared(engine, owners[left]["customer_id"], owners[right]["customer_id"])
    chain = _path(steps, left, right)
    parted = any(s.stopped in {"part", "merge_refused"} for s in chain)
    if chain:
        why = "apart" if parted else "guard"
    elif probability is not None:
        why = "too_unlike"
    else:
        why = "no_evidence"
    return Explanation(left, right, False, chain, why, probability)


def evidence_around(engine: Engine, components: Iterable[str]) -> tuple[Step, ...]:
    """Return every piece of evidence on the identifiers of components, stopped or not.

    Parameters
    ----------
    components
        Values of `identities.component`.
    """
    wanted = engine.stage_rows(
        [{"component": c} for c in dict.fromkeys(components)], {"component": "string"}
    )
    owners = engine.table("identities")
    nodes = owners.semi_join(wanted, "component").filter(lambda t: t.normal.notnull())
    nodes = engine.stage(nodes.select("kind", "normal").distinct())
    links = engine.stage(touching(engine.table("identity_links"), nodes))
    stops = _stops(engine, wanted, links)
    shared = {end: detail for (guard, end, _), detail in stops.items() if guard == "shared"}
    found = [
        *_links(engine, links, shared, stops),
        *_matches(engine, nodes, stops),
        *_merges(engine, nodes, stops),
    ]
    for staged in (links, nodes, wanted):
        engine.discard(staged)
    return tuple(sorted(found, key=lambda s: (-s.strength, s.left, s.right)))


_Stops = dict[tuple[str, Identifier, Identifier], str]


def _stops(engine: Engine, components: ir.Table, links: ir.Table) -> _Stops:
    stops = engine.table("identity_stops")
    theirs = engine.rows(stops.semi_join(components, "component"))
    # what is shared stands alone: its stop is looked up by its neighbours
    met = links.select("left_kind", "left_value").union(
        links.select(left_kind="right_kind", left_value="right_value"), distinct=True
    )
    shared = stops.filter(stops.guard == "shared")
    alone = engine.rows(shared.semi_join(met, ["left_kind", "left_value"]))
    return {
        (r["guard"], (r["left_kind"], r["left_value"]), (r["right_kind"], r["right_value"])): (
            r["detail"]
        )
        for r in (*theirs, *alone)
    }


#: What guards have a say in: a person's merge of two whom a guard kept apart does count.
_GUARDS: Final = {
    "alias": ("part", "size"),
    "same_event": ("part", "limit", "size", "conflict"),
    "alike": ("part", "limit", "size"),
    "merge": ("merge_refused",),
}


def _stopped(stops: _Stops, rule: str, left: Identifier, right: Identifier) -> tuple[str, str]:
    pair = (left, right) if left <= right else (right, left)
    for guard in _GUARDS[rule]:
        detail = stops.get((guard, *pair))
        if detail is not None:
            return guard, detail
    return "", ""


def _links(
    engine: Engine, links: ir.Table, shared: Mapping[Identifier, str], stops: _Stops
) -> Iterable[Step]:
    for row in engine.rows(links):
        left, right = _ends(row)
        guard, detail = _stopped(stops, row["rule"], left, right)
        for end in (left, right):
            if end in shared:
                guard, detail = "shared", shared[end]
        yield Step(
            left, right, row["rule"], row["strength"], row["first_at"], row["message_id"],
            row["source"], row["events"], (), guard, detail,
        )  # fmt: skip


def _matches(engine: Engine, nodes: ir.Table, stops: _Stops) -> Iterable[Step]:
    matches = engine.table("identity_matches")
    joining = matches.filter(matches.band == "merge")
    texts = joining.mutate(evidence=joining.evidence.cast("string"))
    for row in engine.rows(touching(texts, nodes)):
        left, right = _ends(row)
        guard, detail = _stopped(stops, "alike", left, right)
        said = tuple(json.loads(row["evidence"] or "[]"))
        yield Step(
            left, right, "alike", row["weight"], row["matched_at"], "", "", 0, said, guard, detail
        )


def _merges(engine: Engine, nodes: ir.Table, stops: _Stops) -> Iterable[Step]:
    rows = engine.rows(touching(engine.table("identity_decisions"), nodes))
    held = {d.decision_id for d in standing(map(Decision.of_row, rows)).merges}
    for row in rows:
        if row["decision_id"] in held:
            left, right = _ends(row)
            guard, detail = _stopped(stops, "merge", left, right)
            said = ({"by": row["decided_by"], "note": row["note"] or ""},)
            yield Step(left, right, "merge", 0.0, row["decided_at"], "", "", 0, said, guard, detail)


def _ends(row: Mapping[str, Any]) -> tuple[Identifier, Identifier]:
    return (row["left_kind"], row["left_value"]), (row["right_kind"], row["right_value"])


def _open(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(s for s in steps if not s.stopped)


def _path(steps: Iterable[Step], left: Identifier, right: Identifier) -> tuple[Step, ...]:
    """Find the chain with the fewest pieces, then the strongest weakest piece."""
    beside: dict[Identifier, list[tuple[Identifier, Step]]] = {}
    for step in steps:
        beside.setdefault(step.left, []).append((step.right, step))
        beside.setdefault(step.right, []).append((step.left, step))
    waiting: list[tuple[int, float, Identifier]] = [(0, -1e9, left)]
    best: dict[Identifier, tuple[int, float]] = {left: (0, -1e9)}
    came: dict[Identifier, tuple[Identifier, Step]] = {}
    while waiting:
        pieces, weakest, node = heapq.heappop(waiting)
        if node == right:
            break
        if best[node] < (pieces, weakest):
            continue
        for other, step in beside.get(node, ()):
            strength = 1e6 if step.rule == "merge" else step.strength
            # what counts comes before what a guard stopped
            cost = pieces + (1000 if step.stopped else 1), max(weakest, -strength)
            if cost < best.get(other, (1 << 60, 0.0)):
                best[other] = cost
                came[other] = node, step
                heapq.heappush(waiting, (*cost, other))
    chain: list[Step] = []
    node = right
    while node != left:
        if node not in came:
            return ()
        before, step = came[node]
        chain.append(_towards(step, before, node))
        node = before
    return tuple(reversed(chain))


def _towards(step: Step, left: Identifier, right: Identifier) -> Step:
    return Step(
        left, right, step.rule, step.strength, step.first_at, step.message_id, step.source,
        step.events, step.said, step.stopped, step.detail,
    )  # fmt: skip


def _owners(engine: Engine, ends: Iterable[Identifier]) -> dict[Identifier, dict[str, Any]]:
    wanted = engine.stage_rows(
        [{"kind": k, "normal": v} for k, v in dict.fromkeys(ends)],
        {"kind": "string", "normal": "string"},
    )
    rows = engine.rows(engine.table("identities").semi_join(wanted, ["kind", "normal"]))
    engine.discard(wanted)
    return {(r["kind"], r["normal"]): r for r in rows}


def _compared(engine: Engine, one: str, other: str) -> float | None:
    """Return the best probability that a model found for two customers."""
    owners = engine.table("identities")
    whose = owners.filter(owners.customer_id.isin([one, other]), owners.normal.notnull())
    whose = whose.select("kind", "normal", "customer_id").distinct()
    left = whose.select(left_kind="kind", left_value="normal", one="customer_id")
    right = whose.select(right_kind="kind", right_value="normal", other="customer_id")
    matches = engine.table("identity_matches")
    both = matches.inner_join(left, ["left_kind", "left_value"])
    both = both.inner_join(right, ["right_kind", "right_value"])
    between = both.filter(both.one != both.other)
    found = engine.rows(between.agg(p=between.probability.max()))[0]["p"]
    return None if found is None else float(found)
