"""All tables that Parvis makes, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parvis.domain.settings import Settings
from parvis.identity import api as identity
from parvis.lake.build import BuildPlan, BuildReport, Frame, Progress, Step, run_build
from parvis.lake.build.run import explain_build
from parvis.lake.engine import Engine
from parvis.lake.functions import together
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.profile import api as profile
from parvis.work.identity import (
    IDENTITY_STEPS,
    identifiers_concerned,
    moved_customers,
    note_changes,
)
from parvis.work.idle import no_rows, nothing_yet
from parvis.work.journeys import JOURNEY_STEPS
from parvis.work.listening import LISTENING_STEPS

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["STEPS", "build", "explain"]


def _events(frame: Frame) -> ir.Table:
    """All events known by the date, of the customers concerned, with their customer."""
    known = profile.known_at(frame.table("events"), frame.as_of)
    owners = frame.table("identities")
    return _few(frame, "events", identity.resolved(known, owners, frame.within(owners)))


def _few(frame: Frame, name: str, rows: ir.Table) -> ir.Table:
    """Compute rows once where they are few: what is made from them is then much less to compose."""
    if frame.scope is None:
        return rows
    return frame.once(name, lambda: frame.engine.stage(rows))


def _events_of(frame: Frame, customers: ir.Table) -> ir.Table:
    known = profile.known_at(frame.table("events"), frame.as_of)
    owners = frame.table("identities")
    return identity.resolved(known, owners, owners.semi_join(customers, "customer_id"))


def _orders_concerned(frame: Frame) -> ir.Table:
    """Orders that new events speak of, and all orders of customers who changed hands."""
    new = profile.order_events(profile.known_at(frame.changed("events"), frame.as_of))
    moved, orders = moved_customers(frame), frame.table("orders")
    keys = [
        new.select("source", "order_id"),
        profile.order_events(_events_of(frame, moved)).select("source", "order_id"),
        orders.semi_join(moved, "customer_id").select("source", "order_id"),
    ]
    return together(*keys).distinct()


def _order_events(frame: Frame) -> ir.Table:
    """All events of the orders concerned, known by the date, with their customer."""
    known = profile.known_at(frame.table("events"), frame.as_of)
    of_orders = frame.within(profile.order_events(known))
    return _few(frame, "order_events", identity.resolved(of_orders, frame.table("identities")))


def _is_unseen(frame: Frame) -> bool:
    """Tell whether nobody was on a site or in an app."""
    return nothing_yet(frame, "sessions", profile.view_events(frame.engine.table("events")))


def _trails_concerned(frame: Frame) -> ir.Table:
    """Find trails with new events, and all of customers who changed hands."""
    if _is_unseen(frame):
        return no_rows(frame, "sessions", "trail")
    new = profile.trailed(profile.known_at(frame.changed("events"), frame.as_of))
    theirs = profile.trailed(_events_of(frame, moved_customers(frame)))
    return together(new.select("trail"), theirs.select("trail")).distinct()


def _customers_concerned(frame: Frame) -> ir.Table:
    known = identifiers_concerned(frame)
    active = frame.table("identities").semi_join(known, ["kind", "value"])
    return together(moved_customers(frame), active.select("customer_id")).distinct()


def _traits_concerned(frame: Frame) -> ir.Table:
    """Find customers with new events, and those whose orders or visits were told anew."""
    told = [frame.changed(t).select("customer_id") for t in ("orders", "order_lines", "sessions")]
    return together(_customers_concerned(frame), *told).distinct()


def _orders(frame: Frame) -> ir.Table:
    settings = frame.settings
    rates = frame.table("exchange_rates")
    return profile.orders(_order_events(frame), rates, settings.time.zone, settings.money.currency)


def _order_lines(frame: Frame) -> ir.Table:
    settings = frame.settings
    rates = frame.table("exchange_rates")
    return profile.order_lines(
        _order_events(frame), rates, settings.time.zone, settings.money.currency
    )


def _sessions(frame: Frame) -> ir.Table:
    if _is_unseen(frame):
        return no_rows(frame, "sessions")
    known = profile.known_at(frame.table("events"), frame.as_of)
    on_trails = frame.within(profile.trailed(known)).drop("trail")
    owners = frame.table("identities")
    events = _few(frame, "trails", identity.resolved(on_trails, owners))
    rules = profile.session_rules(frame.settings)
    return profile.sessions(events, rules, frame.settings.time.zone)


def _customer_traits(frame: Frame) -> ir.Table:
    return profile.customer_traits(
        _events(frame),
        frame.within(frame.table("orders")),
        frame.within(frame.table("order_lines")),
        frame.within(frame.table("sessions")),
    )


def _profiles(frame: Frame) -> ir.Table:
    return profile.profiles(frame.table("customer_traits"), frame.as_of, frame.settings.time.zone)


#: The order is found from what each reads.
STEPS: Final = (
    *IDENTITY_STEPS,
    Step(
        "orders",
        ("events", "identities"),
        _orders,
        1,
        _orders_concerned,
        ("time.zone", "money"),
    ),
    Step(
        "order_lines",
        ("events", "identities"),
        _order_lines,
        1,
        _orders_concerned,
        ("time.zone", "money"),
    ),
    Step(
        "sessions",
        ("events", "identities"),
        _sessions,
        1,
        _trails_concerned,
        ("time.zone", "sessions"),
    ),
    Step(
        "customer_traits",
        ("events", "identities", "orders", "order_lines", "sessions"),
        _customer_traits,
        1,
        _traits_concerned,
    ),
    *JOURNEY_STEPS,
    *LISTENING_STEPS,
    Step("profiles", ("customer_traits",), _profiles, 1, settings=("time.zone",), daily=True),
)


def _write_rates(engine: Engine, settings: Settings) -> None:
    rows = profile.rate_periods(settings.money.exchange_rates())
    schema = dict(TABLES["exchange_rates"].ibis.items())
    engine.reconcile("exchange_rates", engine.stage_rows(rows, schema), None)


def build(workspace: Workspace, on_progress: Progress | None = None) -> BuildReport:
    """Bring all tables of a workspace up to date; see `parvis.lake.build.run_build`."""
    quiet = (workspace, STEPS, _write_rates)
    if on_progress is None:
        return run_build(*quiet, after=note_changes)
    return run_build(*quiet, on_progress, note_changes)


def explain(workspace: Workspace) -> BuildPlan:
    """Tell what a build would do and why, without doing it."""
    return explain_build(workspace, STEPS)
