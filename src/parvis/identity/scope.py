"""What a change concerns: the customers that may come out differently, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from parvis.identity.evidence import ALIAS
from parvis.identity.graph import read_graph
from parvis.identity.resolve import Evidence, judged_of
from parvis.identity.shared import find_shared
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["concerned", "touching", "within"]


def within(engine: Engine, evidence: Evidence, scope: ir.Table) -> Evidence:
    """Keep the evidence on some identifiers, and what they are cut off from.

    Parameters
    ----------
    evidence
        All evidence.
    scope
        `kind` and `value` of identifiers as silos write them, as `concerned` returns them.
    """
    own = engine.stage(evidence.identifiers.semi_join(scope, ["kind", "value"]))
    links = engine.stage(touching(evidence.links, own))
    met, stated = _persons(engine, evidence, _other_ends(links, own))
    rim = engine.stage(met.anti_join(own, ["kind", "normal"]))
    links = engine.stage(together(links, stated).distinct())
    return Evidence(own, links, evidence.records, evidence.matches, evidence.decisions, rim)


def concerned(
    engine: Engine,
    evidence: Evidence,
    before: ir.Table,
    touched: ir.Table,
    settings: IdentitySettings,
) -> ir.Table:
    """Find the identifiers that may come to another customer.

    All that any evidence ties to what was touched is computed again. Where an identifier that
    was shared no longer is, what was cut off from it is looked at too.

    Parameters
    ----------
    evidence
        All evidence, as it is now.
    before
        Rows of `identities`, as they were computed last.
    touched
        `kind` and `normal` of the identifiers on which there is something new.

    Returns
    -------
    ir.Table
        `kind` and `value`, as silos write them; staged.
    """
    touched = touched.filter(touched.normal.notnull()).distinct()
    # what was decided or found of an identifier may be there before its first event counts
    # (an anti-join keeps its right side in memory: what is known of these few, not everything)
    touched = engine.stage(touched)
    known = engine.stage(before.semi_join(touched, ["kind", "normal"]))
    new = touched.anti_join(known, ["kind", "normal"])
    judged = _ends(touching(_judged(evidence), new))
    touched = engine.stage(together(touched, judged).distinct())
    usable = evidence.identifiers.filter(evidence.identifiers.normal.notnull())
    fresh = engine.stage(usable.semi_join(touched, ["kind", "normal"]).select(*_SPELT))
    # what a decision reaches from a new identifier is known under its component too
    reached = before.semi_join(touched, ["kind", "normal"]).select("component")
    ties = engine.stage(reached.distinct())
    while True:
        tied = engine.stage(before.semi_join(ties, "component"))
        own = engine.stage(together(tied.select(*_SPELT), fresh).distinct())
        links = engine.stage(touching(evidence.links, own))
        cut = tied.filter(tied.is_shared)
        # whatever isn't shared itself is cut off from what is
        whole = own.anti_join(cut, ["kind", "normal"])
        beside = before.semi_join(_other_ends(touching(links, whole), own), ["kind", "normal"])
        beside = engine.stage(beside)
        was = together(cut.select("kind", "normal"), beside.select("kind", "normal")).distinct()
        more = _freed(engine, evidence, before, (own, links, engine.stage(was)), settings)
        if more is None:
            # by how many persons it is used may be told anew
            near = before.semi_join(beside, "component").select(*_SPELT)
            return engine.stage(together(own, near).select("kind", "value").distinct())
        ties = engine.stage(together(ties, more).distinct())


_SPELT = ("kind", "value", "normal")
_PAIR = ("left_kind", "left_value", "right_kind", "right_value")


def _judged(evidence: Evidence) -> ir.Table:
    """List the pairs that a model or people join."""
    matches, decisions = evidence.matches, evidence.decisions
    return together(
        matches.filter(matches.band == "merge").select(*_PAIR),
        decisions.filter(decisions.verdict == "merge").select(*_PAIR),
    )


def _persons(engine: Engine, evidence: Evidence, ends: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Add to identifiers whom silos' statements, a model or people call the same person.

    Who is one person counts once among those who use something, however far away it is said.

    Returns
    -------
    tuple of ir.Table
        The identifiers (`kind`, `normal`), and the statements' links between them; staged.
    """
    aliases = evidence.links.filter(evidence.links.rule == ALIAS)
    told = together(aliases.select(*_PAIR), _judged(evidence))
    known = engine.stage(ends.distinct())
    count = _count(engine, known)
    while count:
        met = _ends(touching(told, known)).distinct().anti_join(known, ["kind", "normal"])
        known = engine.stage(together(known, met))
        before, count = count, _count(engine, known)
        if count == before:
            break
    return known, engine.stage(touching(aliases, known))


def _count(engine: Engine, rows: ir.Table) -> int:
    return int(engine.rows(rows.agg(n=rows.count()))[0]["n"])


def touching(links: ir.Table, identifiers: ir.Table) -> ir.Table:
    """Keep the links with an end among identifiers."""
    left = identifiers.select(left_kind="kind", left_value="normal").distinct()
    right = identifiers.select(right_kind="kind", right_value="normal").distinct()
    forth = links.semi_join(left, ["left_kind", "left_value"])
    back = links.semi_join(right, ["right_kind", "right_value"])
    return together(forth, back.anti_join(left, ["left_kind", "left_value"]))


def _ends(links: ir.Table) -> ir.Table:
    return together(
        links.select(kind="left_kind", normal="left_value"),
        links.select(kind="right_kind", normal="right_value"),
    )


def _other_ends(links: ir.Table, identifiers: ir.Table) -> ir.Table:
    """List the ends of links (`kind`, `normal`) that aren't among identifiers."""
    return _ends(links).distinct().anti_join(identifiers, ["kind", "normal"])


def _freed(
    engine: Engine,
    evidence: Evidence,
    before: ir.Table,
    found: tuple[ir.Table, ir.Table, ir.Table],
    settings: IdentitySettings,
) -> ir.Table | None:
    """Find the components to which identifiers lead that no longer are shared."""
    own, links, was = found
    if not _count(engine, was):
        return None
    around = engine.stage(touching(evidence.links, was))
    met, stated = _persons(engine, evidence, _ends(together(links, around)))
    every = together(links, around, stated).distinct()
    nodes = together(_ends(every), was, met).distinct()
    nodes = nodes.mutate(first_at=ibis.literal("1970-01-01", "timestamp('UTC')"))
    graph = read_graph(engine, nodes, every)
    judged = judged_of(engine, graph, evidence)
    shared = find_shared(graph, judged, settings).is_shared
    still = engine.stage_arrow(
        pa.table({"node": pa.array(shared.nonzero()[0].astype("int32"), pa.int32())})
    )
    keyed = was.mutate(key=graph.key(was.kind, was.normal)).inner_join(graph.nodes, "key")
    freed = engine.stage(keyed.anti_join(still, "node").select("kind", "normal"))
    if not _count(engine, freed):
        return None
    beside = _other_ends(touching(around, freed), own)
    ends = together(beside, freed.anti_join(own, ["kind", "normal"]))
    more = before.semi_join(ends, ["kind", "normal"]).select("component").distinct()
    tied = before.semi_join(own, ["kind", "value"])
    more = engine.stage(more.anti_join(tied, "component"))
    return more if _count(engine, more) else None
