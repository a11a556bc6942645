"""Profiles of any day, by the same functions that make today's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from parvis.domain.settings import Settings
from parvis.identity import api as identity
from parvis.lake.workspace import Workspace
from parvis.profile.asof import known_at
from parvis.profile.order_lines import order_lines
from parvis.profile.orders import order_events, orders
from parvis.profile.profiles import profiles
from parvis.profile.sessions import SessionRules, sessions
from parvis.profile.traits import customer_traits

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["profiles_at", "session_rules"]


def session_rules(settings: Settings) -> SessionRules:
    """Return what one visit is in a workspace."""
    rules = settings.sessions
    return SessionRules(rules.inactivity_minutes, rules.max_days, rules.max_delay_days)


def profiles_at(workspace: Workspace, day: date) -> ir.Table:
    """Tell what could be known of each customer when a day began.

    Parameters
    ----------
    workspace
        Whose customers.
    day
        A day in the workspace's zone; events that had happened, and had arrived, before it
        count, and no others.

    Returns
    -------
    ir.Table
        Rows of `profiles`, computed when they are asked for; who is who is computed at once,
        from what could be known by then, today's rules, and all that people have decided.

    Examples
    --------
    >>> shop = parvis.open("shop")  # doctest: +SKIP
    >>> profiles_at(shop, date(2017, 7, 1)).count().execute()  # doctest: +SKIP
    2380
    """
    as_of = workspace.beginning_of(day)
    zone, base = workspace.zone, workspace.settings.money.currency
    known = known_at(workspace.table("events"), as_of)
    owners = identity.resolve_events(
        workspace.engine,
        known,
        workspace.table("identity_matches"),
        workspace.table("identity_decisions"),
        workspace.settings.identity,
    ).identities
    events = identity.resolved(known, owners)
    of_orders = order_events(events)
    rates = workspace.table("exchange_rates")
    traits = customer_traits(
        events,
        orders(of_orders, rates, zone, base),
        order_lines(of_orders, rates, zone, base),
        sessions(events, session_rules(workspace.settings), zone),
    )
    return profiles(traits, as_of, zone)
