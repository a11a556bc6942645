"""Who was who, by replay of the events up to a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parvis.identity.evidence import (
    added_up,
    added_up_links,
    links_between,
    normal_links,
    sightings,
    with_strength,
)
from parvis.identity.norms import NormRules, normalised
from parvis.identity.records import records, told_of_persons
from parvis.identity.resolve import Evidence, Resolved, resolve

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["resolve_events"]


def resolve_events(
    engine: Engine,
    events: ir.Table,
    matches: ir.Table,
    decisions: ir.Table,
    settings: IdentitySettings,
) -> Resolved:
    """Compute whose each identifier is from events alone, as a build from nothing does.

    Parameters
    ----------
    engine
        What computes.
    events
        The events that count, those known by a date, say.
    matches, decisions
        What a model and people say.
    settings
        The rules.

    Returns
    -------
    Resolved
        Rows of `identities` and `identity_stops`, staged.
    """
    seen = added_up(sightings(events))
    named = engine.stage(normalised(seen, NormRules.of(settings)))
    raw = added_up_links(links_between(events))
    links = engine.stage(with_strength(added_up_links(normal_links(raw, named))))
    told = engine.stage(records(told_of_persons(events), named, links))
    return resolve(engine, Evidence(named, links, told, matches, decisions), settings)
