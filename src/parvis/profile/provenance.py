"""From a trait to the events behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parvis.domain.event import EventName
from parvis.errors import ParvisError
from parvis.identity import api as identity
from parvis.profile.orders import order_events, tells_an_order
from parvis.profile.sessions import SessionRules, trailed, visited

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["TRAITS", "Trait", "customer_events", "evidence"]

_USUAL: Final = SessionRules()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: of whom, where, and under which rules."""

    engine: Engine
    customer_id: str
    rules: SessionRules


Filter = Callable[["ir.Table", _Asked], "ir.Table"]


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait and where it comes from.

    Parameters
    ----------
    name
        The column of `profiles`.
    group
        Under which heading it is shown.
    unit
        How it is written.
    select
        Keeps, of a customer's events, those that the trait was made from.
    """

    name: str
    group: Literal["buying", "rhythm", "taste", "presence", "person", "place"]
    unit: Literal["days", "count", "money", "share", "seconds", "text", "date", "moment", "flag"]
    select: Filter


def customer_events(engine: Engine, customer_id: str) -> ir.Table:
    """List everything a customer did, newest first.

    Parameters
    ----------
    engine
        Where the built tables are.
    customer_id
        The customer.

    Returns
    -------
    ir.Table
        Rows of `events` with `customer_id`, up to the moment the built tables speak of.
    """
    owners = engine.table("identities")
    own = owners.filter(owners.customer_id == customer_id)
    events = identity.resolved(_known(engine), owners, own)
    return events.order_by(events.occurred_at.desc(), events.message_id)


def _known(engine: Engine) -> ir.Table:
    # what the traits don't know yet isn't shown as if it were behind them
    events, state = engine.table("events"), engine.table("build_state")
    built_for = state.as_of.max().as_scalar()
    return events.filter(events.occurred_at < built_for, events.received_at < built_for)


def evidence(
    engine: Engine, customer_id: str, trait: str, rules: SessionRules = _USUAL
) -> ir.Table:
    """List the events behind one trait of a customer, newest first.

    From these events alone the trait comes out the same again (scores apart, which also
    depend on the other customers).

    Parameters
    ----------
    engine
        Where the built tables are.
    customer_id
        The customer.
    trait
        The name of a trait.
    rules
        What one visit is in this workspace.

    Raises
    ------
    ParvisError
        There is no such trait.
    """
    known = {t.name: t for t in TRAITS}
    if trait not in known:
        raise ParvisError(f"There is no trait {trait!r}.", f"Traits: {', '.join(known)}.")
    events = customer_events(engine, customer_id)
    return known[trait].select(events, _Asked(engine, customer_id, rules))


def _orders(events: ir.Table, _asked: _Asked) -> ir.Table:
    return events.filter(tells_an_order(events))


def _all(events: ir.Table, _asked: _Asked) -> ir.Table:
    return events


def _named(name: EventName) -> Filter:
    return lambda events, _asked: events.filter(events.name == name.value)


def _with_channel(*, last: bool) -> Filter:
    def select(events: ir.Table, _asked: _Asked) -> ir.Table:
        told = events.filter(events.channel.notnull())
        order = [told.occurred_at, told.message_id]
        return told.order_by([o.desc() for o in order] if last else order).limit(1)

    return select


def _visits(_events: ir.Table, asked: _Asked) -> ir.Table:
    """Keep the events of visits, whatever their name: all of them make a visit last."""
    mine = asked.engine.table("sessions").filter(lambda t: t.customer_id == asked.customer_id)
    # a visit may have gone on under another cookie: all of its trail is looked at
    on_trails = trailed(_known(asked.engine)).semi_join(mine, "trail").drop("trail")
    every = identity.resolved(on_trails, asked.engine.table("identities"))
    each = visited(every, asked.rules)
    each = each.filter(each.customer_id == asked.customer_id)
    visit = ["source", "visit"]
    pages = each.group_by(*visit).agg(pages=each.page_view.nunique() + each.is_single_view.sum())
    with_page = each.semi_join(pages.filter(pages.pages > 0), visit)
    behind = every.semi_join(with_page.select("message_id"), "message_id")
    return behind.order_by(behind.occurred_at.desc(), behind.message_id)


def _of_favourite(events: ir.Table, asked: _Asked) -> ir.Table:
    """Keep all that was said of orders with the favourite in them, refunds too."""
    lines, profiles = asked.engine.table("order_lines"), asked.engine.table("profiles")
    mine = profiles.filter(profiles.customer_id == asked.customer_id).select("favourite_category")
    bought = lines.filter(lines.customer_id == asked.customer_id).inner_join(
        mine, [lines.category == mine.favourite_category]
    )
    orders = bought.select("source", "order_id").distinct()
    told = order_events(events).semi_join(orders, ["source", "order_id"])
    return events.semi_join(told.select("message_id"), "message_id")


def _last_of(*names: str) -> Filter:
    def select(events: ir.Table, asked: _Asked) -> ir.Table:
        profiles = asked.engine.table("profiles")
        mine = profiles.filter(profiles.customer_id == asked.customer_id)
        each = mine.select(one=mine.attributes.unnest())
        told = each.select(name=each.one["name"], message_id=each.one["message_id"])
        if names:
            told = told.filter(told.name.isin(names))
        return events.semi_join(told.select("message_id").distinct(), "message_id")

    return select


_AGE = ("age_band", "ageBand", "age", "birthday", "birthDate", "birth_date", "date_of_birth")
_NAME = ("name", "fullName", "full_name", "firstName", "first_name", "lastName", "last_name")

#: Every trait that the pages show, in their order.
TRAITS: Final = (
    Trait("rfm_segment", "place", "text", _orders),
    Trait("recency_score", "place", "count", _orders),
    Trait("frequency_score", "place", "count", _orders),
    Trait("monetary_score", "place", "count", _orders),
    Trait("cohort", "place", "date", _orders),
    Trait("frequency", "buying", "count", _orders),
    Trait("monetary", "buying", "money", _orders),
    Trait("average_basket", "buying", "money", _orders),
    Trait("first_order_on", "buying", "date", _orders),
    Trait("last_order_on", "buying", "date", _orders),
    Trait("recency_days", "rhythm", "days", _orders),
    Trait("purchase_interval_days", "rhythm", "days", _orders),
    Trait("usual_longest_gap_days", "rhythm", "days", _orders),
    Trait("is_overdue", "rhythm", "flag", _orders),
    Trait("favourite_category", "taste", "text", _of_favourite),
    Trait("favourite_category_share", "taste", "share", _orders),
    Trait("coupon_share", "taste", "share", _orders),
    Trait("coupons_redeemed", "taste", "count", _named(EventName.COUPON_REDEEMED)),
    Trait("campaigns_received", "taste", "count", _named(EventName.CAMPAIGN_RECEIVED)),
    Trait("first_seen_at", "presence", "moment", _all),
    Trait("last_seen_at", "presence", "moment", _all),
    Trait("tenure_days", "presence", "days", _all),
    Trait("first_channel", "presence", "text", _with_channel(last=False)),
    Trait("last_channel", "presence", "text", _with_channel(last=True)),
    Trait("sessions", "presence", "count", _visits),
    Trait("page_views", "presence", "count", _visits),
    Trait("seconds_on_site", "presence", "seconds", _visits),
    Trait("display_name", "person", "text", _last_of(*_NAME)),
    Trait("age_band", "person", "text", _last_of(*_AGE)),
    Trait("attributes", "person", "text", _last_of()),
)
