"""Visits: what one device did without a long pause. Pure Ibis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import EventName, EventType
from parvis.lake.functions import json_text, json_values, local_day

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["SessionRules", "sessions", "trailed", "view_events", "visited"]


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What one visit is.

    Parameters
    ----------
    inactivity_minutes
        A longer pause ends a visit.
    max_days
        A visit that a tracker keeps open is closed after this many days.
    max_delay_days
        An event that its device kept longer before sending it opens or feeds no visit.
    """

    inactivity_minutes: int = 30
    max_days: int = 3
    max_delay_days: int = 3


def sessions(events: ir.Table, rules: SessionRules, zone: str) -> ir.Table:
    """Cut what devices did into visits.

    Where the tracker numbers its visits itself (`context.sessionId`), its number is kept:
    it saw the pauses that events don't show. Elsewhere a visit ends after
    `inactivity_minutes` without an event. A visit without a page seen is none, and what
    robots did is left out.

    Parameters
    ----------
    events
        Events with their customer.
    rules
        What one visit is.
    zone
        Where days begin.

    References
    ----------
    The rules of Snowplow's published web model (sessions by tracker session, three days at
    most, events kept over three days left out), and Google Analytics' thirty minutes.
    """
    return _summed(visited(events, rules), zone)


def view_events(events: ir.Table) -> ir.Table:
    """Keep the events that tell of a page or screen seen: without one there is no visit."""
    is_view = events.type.isin([EventType.PAGE.value, EventType.SCREEN.value])
    return events.filter(is_view | (events.name == EventName.PAGE_PING.value).fill_null(False))


def visited(events: ir.Table, rules: SessionRules) -> ir.Table:
    """Give each event of a site or an app its visit; what belongs to none is left out.

    Parameters
    ----------
    events
        Events with their customer.
    rules
        What one visit is.

    Returns
    -------
    ir.Table
        `message_id`, `customer_id`, `source`, `visit`, and what a visit is told from. A visit
        without a page seen is still among them.
    """
    of_web = _web_events(events, rules)
    own = of_web.mutate(visit=of_web.client_session)
    by_tracker = own.filter(own.visit.notnull())
    # a browser that changes its cookie on the way is still on one visit: of whom it began with.
    # summed up and joined, not a window: that would sort every event with all it holds
    opening = by_tracker.group_by("trail").agg(
        opened=by_tracker.occurred_at.min(),
        opened_by=by_tracker.customer_id.first(
            order_by=[by_tracker.occurred_at, by_tracker.message_id]
        ),
    )
    met = by_tracker.inner_join(opening, "trail")
    open_days = met.occurred_at.delta(met.opened, unit="second")
    by_tracker = met.filter(open_days <= rules.max_days * 86_400).select(
        **{c: met.opened_by if c == "customer_id" else met[c] for c in own.columns}
    )
    return by_tracker.union(_by_pause(own, rules))


def trailed(events: ir.Table) -> ir.Table:
    """Give each event of a site or an app its trail; what is of neither is left out.

    A trail is what the events of a visit have in common, whoever they turn out to be of: the
    tracker's own number, else the browser. Visits never go beyond a trail.

    Parameters
    ----------
    events
        Rows of `events`.

    Returns
    -------
    ir.Table
        The events with `trail`.
    """
    number = json_text(events.context, "sessionId").nullif("")
    trail = ibis.coalesce("visit|" + number, "browser|" + events.anonymous_id)
    # asked in this order, the document is read only where there is no browser
    kept = events.filter(events.anonymous_id.notnull() | number.notnull())
    return kept.mutate(trail=(kept.source + "|" + trail).hexdigest("md5"))


def _web_events(events: ir.Table, rules: SessionRules) -> ir.Table:
    # most documents don't speak of robots: to look for the word is cheaper than to read them
    is_robot = events.context.cast("string").contains('"is_robot"') & (
        json_text(events.context, "is_robot") == "true"
    )
    on_device = trailed(
        events.filter(
            events.received_at.delta(events.occurred_at, unit="second")
            <= rules.max_delay_days * 86_400,
            ~is_robot.fill_null(False),
        )
    )
    around = json_values(on_device.context, ("sessionId", "page.url", "page.referrer"))
    said = json_values(on_device.properties, ("page_view_id", "url", "referrer"))
    is_view = on_device.type.isin([EventType.PAGE.value, EventType.SCREEN.value])
    is_ping = on_device.name == EventName.PAGE_PING.value
    page_view = said["page_view_id"].nullif("")
    return on_device.select(
        "message_id",
        "customer_id",
        "source",
        "trail",
        "anonymous_id",
        "occurred_at",
        "channel",
        "campaign",
        "device",
        client_session=around["sessionId"].nullif(""),
        # a tracker that numbers its page views may tell of one several times
        page_view=ibis.ifelse(is_view | is_ping.fill_null(False), page_view, ibis.null("string")),
        is_single_view=is_view & page_view.isnull(),
        url=ibis.coalesce(said["url"], around["page.url"]),
        referrer=ibis.coalesce(said["referrer"], around["page.referrer"]).nullif(""),
    )


def _by_pause(own: ir.Table, rules: SessionRules) -> ir.Table:
    quiet = own.filter(own.visit.isnull() & own.anonymous_id.notnull())
    device = ibis.window(
        group_by=[quiet.customer_id, quiet.source, quiet.anonymous_id],
        order_by=[quiet.occurred_at, quiet.message_id],
    )
    previous = quiet.occurred_at.lag().over(device)
    pause = quiet.occurred_at.delta(previous, unit="second")
    marked = quiet.mutate(
        begins=(previous.isnull() | (pause > rules.inactivity_minutes * 60)).cast("int64")
    )
    device = ibis.window(
        group_by=[marked.customer_id, marked.source, marked.anonymous_id],
        order_by=[marked.occurred_at, marked.message_id],
        preceding=(None, 0),
    )
    numbered = marked.mutate(number=marked.begins.sum().over(device))
    one_visit = [numbered.customer_id, numbered.source, numbered.anonymous_id, numbered.number]
    opened = numbered.occurred_at.min().over(group_by=one_visit)
    named = numbered.mutate(
        visit=(
            numbered.source + "|" + numbered.anonymous_id + "|" + opened.cast("string")
        ).hexdigest("md5")
    )
    return named.select(*own.columns)


def _summed(visits: ir.Table, zone: str) -> ir.Table:
    """Sum visits up.

    Events are numbered within their visit first: that is a sort, which may use the disk. An
    aggregate in an order would keep all events of all visits in memory.
    """
    one_visit = ("customer_id", "source", "trail", "visit")
    in_order = ibis.window(
        group_by=[visits[c] for c in one_visit],
        order_by=[visits.occurred_at, visits.message_id],
    )
    placed = visits.mutate(place=ibis.row_number().over(in_order))
    place = placed.place
    each = placed.group_by(*one_visit).agg(
        anonymous_id=placed.anonymous_id.argmin(place),
        started_at=placed.occurred_at.min(),
        ended_at=placed.occurred_at.max(),
        events=placed.count(),
        page_views=placed.page_view.nunique() + placed.is_single_view.sum(),
        first_url=placed.url.argmin(place),
        last_url=placed.url.argmax(place),
        referrer=placed.referrer.argmin(place),
        channel=placed.channel.argmin(place),
        campaign=placed.campaign.argmin(place),
        device=placed.device.argmin(place),
        message_id=placed.message_id.argmin(place),
    )
    seen = each.filter(each.page_views > 0)
    return seen.mutate(
        session_id=(seen.source + "|" + seen.visit + "|" + seen.customer_id).hexdigest("md5"),
        started_on=local_day(seen.started_at, zone),
        seconds=seen.ended_at.delta(seen.started_at, unit="second"),
    ).drop("visit")
