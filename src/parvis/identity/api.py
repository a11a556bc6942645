"""What others may ask of identity."""

from parvis.identity.contracts import Explanation, Identifier, Preview, Refused, Step
from parvis.identity.decide import decide, decide_file, decisions_of, withdraw
from parvis.identity.events import decided, resolved
from parvis.identity.evidence import (
    added_up,
    added_up_links,
    links_between,
    normal_links,
    sightings,
    with_strength,
)
from parvis.identity.explain import evidence_around, explain
from parvis.identity.norms import NormRules, normalised
from parvis.identity.preview import preview, preview_rules
from parvis.identity.records import records, told_of_persons
from parvis.identity.replay import resolve_events
from parvis.identity.resolve import Evidence, Resolved, customer_id_of, resolve
from parvis.identity.scope import concerned, within

__all__ = [
    "Evidence",
    "Explanation",
    "Identifier",
    "NormRules",
    "Preview",
    "Refused",
    "Resolved",
    "Step",
    "added_up",
    "added_up_links",
    "concerned",
    "customer_id_of",
    "decide",
    "decide_file",
    "decided",
    "decisions_of",
    "evidence_around",
    "explain",
    "links_between",
    "normal_links",
    "normalised",
    "preview",
    "preview_rules",
    "records",
    "resolve",
    "resolve_events",
    "resolved",
    "sightings",
    "told_of_persons",
    "with_strength",
    "withdraw",
    "within",
]
