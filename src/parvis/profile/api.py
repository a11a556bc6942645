"""What others may ask of profiles."""

from parvis.profile.asof import known_at
from parvis.profile.history import profiles_at, session_rules
from parvis.profile.money import rate_periods
from parvis.profile.orders import order_lines, orders
from parvis.profile.profiles import RFM_SEGMENTS, profiles
from parvis.profile.sessions import SessionRules, sessions
from parvis.profile.traits import KEPT_STATUSES, customer_traits

__all__ = [
    "KEPT_STATUSES",
    "RFM_SEGMENTS",
    "SessionRules",
    "customer_traits",
    "known_at",
    "order_lines",
    "orders",
    "profiles",
    "profiles_at",
    "rate_periods",
    "session_rules",
    "sessions",
]
