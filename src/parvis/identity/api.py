"""What others may ask of identity."""

from parvis.identity.evidence import (
    added_up,
    added_up_links,
    links_between,
    normal_links,
    sightings,
    with_strength,
)
from parvis.identity.events import decided, resolved
from parvis.identity.norms import NormRules, normalised
from parvis.identity.records import records, told_of_persons
from parvis.identity.replay import resolve_events
from parvis.identity.resolve import Evidence, Resolved, customer_id_of, resolve
from parvis.identity.scope import concerned, within

__all__ = [
    "Evidence",
    "NormRules",
    "Resolved",
    "added_up",
    "added_up_links",
    "concerned",
    "customer_id_of",
    "decided",
    "links_between",
    "normal_links",
    "normalised",
    "records",
    "resolve",
    "resolve_events",
    "resolved",
    "sightings",
    "told_of_persons",
    "with_strength",
    "within",
]
