"""How the tables of what customers met, and of what came of it, are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parvis.identity import api as identity
from parvis.lake.build import Frame, Step
from parvis.lake.functions import together
from parvis.measure import api as measure
from parvis.profile import api as profile
from parvis.work.identity import moved_customers
from parvis.work.idle import no_rows, nothing_yet

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["JOURNEY_STEPS"]


def _nobody_met(frame: Frame) -> bool:
    """Tell whether nobody visited anything, nothing was sent, and the table knows it."""
    engine = frame.engine
    sent = measure.sent_events(engine.table("events"))
    return nothing_yet(frame, "touchpoints", sent) and not engine.count(
        frame.table("sessions").limit(1)
    )


def _touched(frame: Frame) -> ir.Table:
    """Find customers with new visits, orders or things sent to them, and who changed hands."""
    if _nobody_met(frame):
        return no_rows(frame, "touchpoints", "customer_id")
    if frame.engine.count(frame.changed("source_categories").limit(1)):
        # another name for a site concerns everybody
        return frame.table("sessions").select("customer_id").distinct()
    new = measure.sent_events(profile.known_at(frame.changed("events"), frame.as_of))
    told = [frame.changed(name).select("customer_id") for name in ("sessions", "orders")]
    met = identity.resolved(new, frame.table("identities")).select("customer_id")
    return together(moved_customers(frame), met, *told).distinct()


def _rules(frame: Frame) -> measure.JourneyRules:
    told = frame.settings.measure
    rows = frame.engine.arrow(frame.table("source_categories").order_by("told_at")).to_pylist()
    categories = {row["source"]: row["category"] for row in rows}
    return measure.JourneyRules(told.click_days, told.view_days, categories)


def _standing(frame: Frame) -> ir.Table:
    orders = frame.within(frame.table("orders"))
    return orders.filter(orders.status.isin(profile.KEPT_STATUSES))


def _touchpoints(frame: Frame) -> ir.Table:
    if _nobody_met(frame):
        return no_rows(frame, "touchpoints")
    rules = _rules(frame)
    sent = measure.sent_events(profile.known_at(frame.table("events"), frame.as_of))
    theirs = frame.within(identity.resolved(sent, frame.table("identities")))
    touches = measure.met(frame.within(frame.table("sessions")), theirs, rules)
    return measure.touchpoints(touches, _standing(frame), rules)


def _journeyed(frame: Frame) -> ir.Table:
    told = [frame.changed(name).select("customer_id") for name in ("touchpoints", "orders")]
    return together(*told).distinct()


def _journeys(frame: Frame) -> ir.Table:
    touches = frame.within(frame.table("touchpoints"))
    return measure.journeys(touches, _standing(frame), frame.settings.time.zone)


#: The order is found from what each reads.
JOURNEY_STEPS: Final = (
    Step(
        "touchpoints",
        ("events", "identities", "sessions", "orders", "source_categories"),
        _touchpoints,
        1,
        _touched,
        ("measure.click_days", "measure.view_days"),
    ),
    Step("journeys", ("touchpoints", "orders"), _journeys, 1, _journeyed, ("time.zone",)),
)
