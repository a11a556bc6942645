"""What a change concerns: the customers that may come out differently, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from parvis.identity.evidence import ALIAS
from parvis.identity.graph import read_graph
from parvis.identity.resolve import Evidence, alone_id_of, judged_of
from parvis.identity.shared import find_shared
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["Concerned", "News", "concerned", "touching", "within"]


@dataclass(frozen=True, slots=True)
class Concerned:
    """What a change concerns; all tables are staged.

    Parameters
    ----------
    scope
        `kind` and `value` of identifiers, as silos write them.
    standing
        Their rows of `identities`, as they were computed last.
    identifiers
        `kind`, `value`, `normal` and `first_at` of those that there are now.
    links
        All links with an end among them.
    """

    scope: ir.Table
    standing: ir.Table
    identifiers: ir.Table
    links: ir.Table


@dataclass(frozen=True, slots=True)
class News:
    """What is new of identifiers since customers were computed last.

    Parameters
    ----------
    touched
        `kind` and `normal` of the identifiers on which there is something new.
    came
        Rows of `identifiers` that are new or have changed.
    gone
        `kind` and `value` of those that are no more.
    """

    touched: ir.Table
    came: ir.Table
    gone: ir.Table


def within(engine: Engine, evidence: Evidence, found: Concerned) -> Evidence:
    """Keep the evidence on what is concerned, and what it is cut off from.

    Parameters
    ----------
    evidence
        All evidence.
    found
        What `concerned` returned.
    """
    own = found.identifiers
    met, stated = _persons(engine, evidence, _other_ends(found.links, own))
    rim = engine.stage(met.anti_join(own, ["kind", "normal"]))
    links = engine.stage(together(found.links, stated).distinct())
    return Evidence(own, links, evidence.records, evidence.matches, evidence.decisions, rim)


def concerned(
    engine: Engine,
    evidence: Evidence,
    before: ir.Table,
    news: News,
    settings: IdentitySettings,
) -> Concerned:
    """Find the identifiers that may come to another customer.

    All that any evidence ties to what was touched is computed again. Where an identifier that
    was shared no longer is, what was cut off from it is looked at too. The tables are of all
    that is known, so each question about them is asked once.

    Parameters
    ----------
    evidence
        All evidence, as it is now.
    before
        Rows of `identities`, as they were computed last, with or without their place.
    news
        What is new.
    """
    touched = engine.stage(news.touched.filter(news.touched.normal.notnull()).distinct())
    # (an anti-join keeps its right side in memory: what is known of these few, not everything)
    known = engine.stage(_known(before, touched))
    # what was decided or found of an identifier may be there before its first event counts
    new = engine.stage(touched.anti_join(known, ["kind", "normal"]))
    judged = engine.stage(_ends(touching(_judged(evidence), new)).distinct())
    if engine.count(judged):
        # what a decision reaches from a new identifier is known under its component too
        known = engine.stage(_known(before, together(touched, judged).distinct()))
    came = engine.stage(news.came.select(*_SPELT, "first_at"))
    fresh = came.filter(came.normal.notnull()).select(*_SPELT)
    ties = engine.stage(together(known.select("component"), _alone(news)).distinct())
    while True:
        tied = engine.stage(before.semi_join(ties, "component"))
        own = engine.stage(together(tied.select(*_SPELT), fresh).distinct())
        links = engine.stage(touching(evidence.links, own))
        cut = tied.filter(tied.is_shared)
        # whatever isn't shared itself is cut off from what is
        whole = own.anti_join(cut, ["kind", "normal"])
        ends = engine.stage(_other_ends(touching(links, whole), own))
        beside = engine.stage(before.semi_join(ends, ["kind", "normal"]))
        was = together(cut.select("kind", "normal"), beside.select("kind", "normal")).distinct()
        more = _freed(engine, evidence, before, (own, links, engine.stage(was)), settings)
        if more is None:
            break
        ties = engine.stage(together(ties, more).distinct())
    if engine.count(beside):
        # by how many persons it is used may be told anew
        near = before.semi_join(beside, "component")
        tied = engine.stage(together(tied, near).distinct())
        links = engine.stage(touching(evidence.links, together(tied.select(*_SPELT), fresh)))
    keys = ["kind", "value"]
    stand = tied.anti_join(together(came.select(*keys), news.gone.select(*keys)), keys)
    every = together(stand.select(*_SPELT, first_at="since"), came)
    scope = together(tied.select(*keys), came.select(*keys)).distinct()
    return Concerned(engine.stage(scope), tied, engine.stage(every), links)


def _known(before: ir.Table, touched: ir.Table) -> ir.Table:
    return before.semi_join(touched, ["kind", "normal"]).select("kind", "normal", "component")


def _alone(news: News) -> ir.Table:
    """Name the components of what can't be compared: it comes and goes by itself."""
    each = together(
        news.came.filter(news.came.normal.isnull()).select("kind", "value"),
        news.gone.select("kind", "value"),
    )
    return each.select(component=alone_id_of(each.kind, each.value))


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
    count = engine.count(known)
    while count:
        met = _ends(touching(told, known)).distinct().anti_join(known, ["kind", "normal"])
        known = engine.stage(together(known, met))
        before, count = count, engine.count(known)
        if count == before:
            break
    return known, engine.stage(touching(aliases, known))


def touching(links: ir.Table, identifiers: ir.Table) -> ir.Table:
    """Keep the links with an end among identifiers (`kind`, `normal`), which should be few."""
    ends = identifiers.select("kind", "normal").distinct()
    left = ends.select(left_kind="kind", left_value="normal", is_left=ibis.literal(True))
    right = ends.select(right_kind="kind", right_value="normal", is_right=ibis.literal(True))
    # one walk over the links, and the few in memory
    both = links.left_join(left, ["left_kind", "left_value"], rname="{name}_of_ends")
    both = both.left_join(right, ["right_kind", "right_value"], rname="{name}_of_ends")
    found = both.filter(both.is_left.notnull() | both.is_right.notnull())
    return found.select(*links.columns)


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
    if not engine.count(was):
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
    if not engine.count(freed):
        return None
    beside = _other_ends(touching(around, freed), own)
    ends = together(beside, freed.anti_join(own, ["kind", "normal"]))
    more = before.semi_join(ends, ["kind", "normal"]).select("component").distinct()
    tied = before.semi_join(own, ["kind", "value"])
    more = engine.stage(more.anti_join(tied, "component"))
    return more if engine.count(more) else None
