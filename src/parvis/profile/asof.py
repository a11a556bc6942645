"""What was known at a moment. Pure Ibis."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["known_at"]


def known_at(events: ir.Table, as_of: datetime) -> ir.Table:
    """Keep the events that had happened, and had arrived, before a moment."""
    moment = ibis.literal(as_of, "timestamp('UTC')")
    return events.filter((events.occurred_at < moment) & (events.received_at < moment))
