"""What others may ask of profiles."""

from parvis.profile.asof import known_at
from parvis.profile.history import profiles_at, session_rules
from parvis.profile.money import rate_periods, with_rate
from parvis.profile.order_lines import order_lines
from parvis.profile.orders import order_events, orders
from parvis.profile.overview import Change, Figure, Overview, Period, overview
from parvis.profile.profiles import RFM_SEGMENTS, profiles
from parvis.profile.provenance import TRAITS, Trait, customer_events, evidence
from parvis.profile.sessions import SessionRules, sessions, trailed, view_events
from parvis.profile.silos import Readiness, Silo, readiness, silos, simulated_sources
from parvis.profile.traits import KEPT_STATUSES, customer_traits

__all__ = [
    "KEPT_STATUSES",
    "RFM_SEGMENTS",
    "TRAITS",
    "Change",
    "Figure",
    "Overview",
    "Period",
    "Readiness",
    "SessionRules",
    "Silo",
    "Trait",
    "customer_events",
    "customer_traits",
    "evidence",
    "known_at",
    "order_events",
    "order_lines",
    "orders",
    "overview",
    "profiles",
    "profiles_at",
    "rate_periods",
    "readiness",
    "session_rules",
    "sessions",
    "silos",
    "simulated_sources",
    "trailed",
    "view_events",
    "with_rate",
]
