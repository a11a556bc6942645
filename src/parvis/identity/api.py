"""What others may ask of identity."""

from parvis.identity.contracts import Explanation, Identifier, Preview, Refused, Step
from parvis.identity.decide import decide, decision_named, decisions_of, pair_of, withdraw
from parvis.identity.decision_file import Proposal, read_decisions, take_over
from parvis.identity.decisions import Verdict
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
from parvis.identity.health import SIZES, Health, health, largest
from parvis.identity.history import Ownership, history, owner_at
from parvis.identity.kinds import LAST_RANK, RANKS
from parvis.identity.match import MatchReport, last_matching, match, match_is_due
from parvis.identity.norms import MEANINGS, NormRules, norm_of, normalised
from parvis.identity.preview import preview, preview_rules
from parvis.identity.records import records, told_of_persons
from parvis.identity.replay import resolve_events
from parvis.identity.resolve import Evidence, Resolved, customer_id_of, resolve
from parvis.identity.resolver import Finding, Resolution, Resolver
from parvis.identity.review import Doubts, owners_by_norm, review_queue
from parvis.identity.scope import Concerned, News, concerned, touching, within
from parvis.identity.ties import ties

__all__ = [
    "LAST_RANK",
    "MEANINGS",
    "RANKS",
    "SIZES",
    "Concerned",
    "Doubts",
    "Evidence",
    "Explanation",
    "Finding",
    "Health",
    "Identifier",
    "MatchReport",
    "News",
    "NormRules",
    "Ownership",
    "Preview",
    "Proposal",
    "Refused",
    "Resolution",
    "Resolved",
    "Resolver",
    "Step",
    "Verdict",
    "added_up",
    "added_up_links",
    "concerned",
    "customer_id_of",
    "decide",
    "decided",
    "decision_named",
    "decisions_of",
    "evidence_around",
    "explain",
    "health",
    "history",
    "largest",
    "last_matching",
    "links_between",
    "match",
    "match_is_due",
    "norm_of",
    "normal_links",
    "normalised",
    "owner_at",
    "owners_by_norm",
    "pair_of",
    "preview",
    "preview_rules",
    "read_decisions",
    "records",
    "resolve",
    "resolve_events",
    "resolved",
    "review_queue",
    "sightings",
    "take_over",
    "ties",
    "told_of_persons",
    "touching",
    "with_strength",
    "withdraw",
    "within",
]
