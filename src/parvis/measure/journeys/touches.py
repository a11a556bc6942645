"""What customers met of marketing, and to which order or end each meeting led. Pure Ibis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import EventName
from parvis.lake.functions import json_text, local_day, together
from parvis.measure.journeys.grouping import channel_of, source_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["JourneyRules", "journeys", "met", "sent_events", "touchpoints"]

_DAY: Final = 86_400

#: Events that are a meeting by themselves, the channel if they name none, and what they are.
_MEETINGS: Final = (
    (EventName.CAMPAIGN_RECEIVED.value, "direct mail", "received"),
    ("Email Opened", "email", "view"),
    ("Email Link Clicked", "email", "click"),
    ("Ad Viewed", "display", "view"),
    ("Push Notification Opened", "push", "click"),
)

#: Ways of ordering that are no site and no app.
OFFLINE: Final = ("store", "phone", "shop", "boutique", "magasin")

#: Channels that are no digital experience.
_NOT_DIGITAL: Final = ("direct mail", "store", "phone", "tv", "television", "radio", "print")


@dataclass(frozen=True, slots=True)
class JourneyRules:
    """What leads to an order.

    Parameters
    ----------
    click_days
        A visit or a click leads to an order within so many days.
    view_days
        So does something that was only seen or received, within so many.
    categories
        Of sources, from a team's own file.
    """

    click_days: int = 30
    view_days: int = 7
    categories: Mapping[str, str] = field(default_factory=dict)


def met(sessions: ir.Table, events: ir.Table, rules: JourneyRules) -> ir.Table:
    """List what customers met: visits, and what was sent or shown to them.

    Parameters
    ----------
    sessions
        Visits.
    events
        Events with their customer.

    Returns
    -------
    ir.Table
        `touch_id`, `customer_id`, `touched_at`, `kind` (visit, click, view or received), `channel`,
        `source`, `campaign`, `is_digital`.
    """
    told = source_of(sessions.first_url, sessions.referrer)
    # what the tracker named stands above the address: it saw the link before it was cut
    medium = ibis.coalesce(sessions.channel.lower(), told["medium"])
    campaign = ibis.coalesce(sessions.campaign, told["campaign"])
    visits = sessions.select(
        touch_id=sessions.session_id,
        customer_id=sessions.customer_id,
        touched_at=sessions.started_at,
        kind=ibis.literal("visit"),
        channel=channel_of(told["source"], medium, campaign, rules.categories),
        source=told["source"],
        campaign=campaign,
        is_digital=ibis.literal(value=True),
    )
    return together(visits, _sent(events))


def sent_events(events: ir.Table) -> ir.Table:
    """Keep the events that are a meeting by themselves."""
    return events.filter(events.name.isin([name for name, _, _ in _MEETINGS]))


def _sent(events: ir.Table) -> ir.Table:
    sent = sent_events(events).filter(events.customer_id.notnull())
    usual = ibis.cases(*((sent.name == n, c) for n, c, _ in _MEETINGS), else_="other")
    kind = ibis.cases(*((sent.name == n, k) for n, _, k in _MEETINGS), else_="view")
    channel = ibis.coalesce(sent.channel.lower(), usual)
    campaign = ibis.coalesce(sent.campaign, json_text(sent.properties, "campaign_name"))
    return sent.select(
        touch_id=sent.message_id,
        customer_id=sent.customer_id,
        touched_at=sent.occurred_at,
        kind=kind,
        channel=channel,
        source=ibis.null("string"),
        campaign=campaign,
        is_digital=~channel.isin(_NOT_DIGITAL),
    )


def touchpoints(touches: ir.Table, orders: ir.Table, rules: JourneyRules) -> ir.Table:
    """Give each touch its journey: the next order if it is near enough, else its own end.

    Touches that led to no order are one journey as long as none of their pauses is longer than
    `click_days`, and no order stands between them.

    Parameters
    ----------
    touches
        As `met` lists them.
    orders
        Orders that stand.

    Returns
    -------
    ir.Table
        The touches with `journey_id`, `position` (from 1), and `days_before` the order or the
        journey's last touch.
    """
    line = together(
        touches.select(
            "customer_id",
            touch_id=touches.touch_id.cast("string"),
            at=touches.touched_at,
            order=ibis.null("string"),
            reach=ibis.ifelse(
                touches.kind.isin(["visit", "click"]), rules.click_days, rules.view_days
            ).cast("int64"),
        ),
        orders.select(
            "customer_id",
            touch_id=ibis.null("string"),
            at=orders.ordered_at,
            order=_order_key(orders),
            reach=ibis.null("int64"),
        ),
    )
    # at the same moment the touch comes first: it is what led there
    later = ibis.window(
        group_by=line.customer_id,
        order_by=[line.at.desc(), line.order.notnull().desc(), line.touch_id.desc()],
        preceding=(None, 0),
    )
    placed = line.mutate(orders_ahead=line.order.count().over(later))
    stretch = [placed.customer_id, placed.orders_ahead]
    # the orders of a stretch: the one that ends it
    ended = placed.mutate(
        next_order=placed.order.max().over(group_by=stretch),
        next_at=ibis.ifelse(placed.order.notnull(), placed.at, ibis.null("timestamp('UTC')"))
        .max()
        .over(group_by=stretch),
    )
    seen = ended.filter(ended.touch_id.notnull())
    near = (seen.next_at.delta(seen.at, unit="second") <= seen.reach * _DAY).fill_null(False)
    led = seen.mutate(leads=near)
    return _joined(touches, _journeyed(led, rules))


def _order_key(orders: ir.Table) -> ir.StringValue:
    return orders.source + "|" + orders.order_id + "|" + orders.currency


def _journeyed(led: ir.Table, rules: JourneyRules) -> ir.Table:
    """Name the journeys, and place each touch in its own."""
    alike = [led.customer_id, led.orders_ahead, led.leads]
    in_order = ibis.window(group_by=alike, order_by=[led.at, led.touch_id])
    pause = led.at.delta(led.at.lag().over(in_order), unit="second")
    begins = (~led.leads & (pause > rules.click_days * _DAY).fill_null(False)).cast("int64")
    marked = led.mutate(begins=begins)
    upto = ibis.window(
        group_by=[marked.customer_id, marked.orders_ahead, marked.leads],
        order_by=[marked.at, marked.touch_id],
        preceding=(None, 0),
    )
    numbered = marked.mutate(stretch=marked.begins.sum().over(upto))
    whole = [numbered.customer_id, numbered.orders_ahead, numbered.leads, numbered.stretch]
    opened = numbered.at.min().over(group_by=whole)
    last = numbered.at.max().over(group_by=whole)
    placed = ibis.window(group_by=whole, order_by=[numbered.at, numbered.touch_id])
    ended = ibis.ifelse(numbered.leads, numbered.next_at, last)
    named = ibis.ifelse(
        numbered.leads, "order|" + numbered.next_order, "none|" + opened.cast("string")
    )
    return numbered.select(
        "touch_id",
        journey_id=(numbered.customer_id + "|" + named).hexdigest("md5"),
        order_key=ibis.ifelse(numbered.leads, numbered.next_order, ibis.null("string")),
        position=ibis.row_number().over(placed) + 1,
        days_before=ended.delta(numbered.at, unit="second") / float(_DAY),
    )


def _joined(touches: ir.Table, placed: ir.Table) -> ir.Table:
    found = touches.inner_join(placed, "touch_id")
    return found.select(*touches.columns, "journey_id", "position", "days_before", "order_key")


def journeys(touches: ir.Table, orders: ir.Table, zone: str) -> ir.Table:
    """Sum journeys up: one for each order, one for each stretch of touches that led to none.

    Parameters
    ----------
    touches
        As `touchpoints` gives them.
    orders
        Orders that stand.
    zone
        Where days begin.

    Returns
    -------
    ir.Table
        A row for each journey; `touches` is 0 for orders before which nothing was met.
    """
    each = touches.group_by("journey_id").agg(
        customer_id=touches.customer_id.max(),
        order_key=touches.order_key.max(),
        started_at=touches.touched_at.min(),
        last_at=touches.touched_at.max(),
        touches=touches.count(),
        digital=touches.is_digital.sum(),
        first_channel=touches.channel.argmin(touches.position),
        last_channel=touches.channel.argmax(touches.position),
    )
    bought = orders.mutate(order=_order_key(orders))
    bought = bought.mutate(
        order_journey=(bought.customer_id + "|order|" + bought.order).hexdigest("md5")
    )
    with_order = bought.left_join(
        each.select(
            "journey_id", "started_at", "touches", "digital", "first_channel", "last_channel"
        ),
        bought.order_journey == each.journey_id,
    ).select(
        journey_id=bought.order_journey,
        customer_id=bought.customer_id,
        order_source=bought.source,
        order_id=bought.order_id,
        started_at=ibis.coalesce(each.started_at, bought.ordered_at),
        ended_at=bought.ordered_at,
        ended_on=bought.ordered_on,
        value=bought.net_base,
        is_offline=bought.channel.lower().isin(OFFLINE).fill_null(False),
        touches=each.touches.fill_null(0),
        digital_touches=each.digital.fill_null(0),
        first_channel=each.first_channel,
        last_channel=each.last_channel,
    )
    without = each.filter(each.order_key.isnull()).select(
        journey_id=each.journey_id,
        customer_id=each.customer_id,
        order_source=ibis.null("string"),
        order_id=ibis.null("string"),
        started_at=each.started_at,
        ended_at=each.last_at,
        ended_on=local_day(each.last_at, zone),
        value=ibis.null("decimal(18, 4)"),
        is_offline=ibis.literal(value=False),
        touches=each.touches,
        digital_touches=each.digital,
        first_channel=each.first_channel,
        last_channel=each.last_channel,
    )
    return together(with_order, without)
