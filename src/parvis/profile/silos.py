"""What each silo brought, and how much of it is joined to a customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import ibis

from parvis.domain.event import SOCIAL_EVENTS, EventName
from parvis.identity import api as identity
from parvis.lake.functions import local_day
from parvis.profile.money import with_rate
from parvis.profile.orders import tells_an_order

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Readiness", "Silo", "readiness", "silos", "simulated_sources"]


@dataclass(frozen=True, slots=True)
class Silo:
    """One source and what it brought.

    Parameters
    ----------
    source
        Its name.
    events
        Events (or rows of spend) it brought.
    kinds
        The events' names and how many of each, most first.
    first_at, last_at
        The first and the last thing that happened in it.
    imported_at
        When it last brought something new.
    customers
        Known customers that it speaks of.
    customer_share
        Their share of all known customers, 0 to 1; None where nobody is known yet.
    volume
        `day` and `events`, by day in the workspace's zone.
    quarantined
        Rows that could not be read.
    is_simulated
        Its rows are made up.
    description
        What the folder that brought it says of it.
    """

    source: str
    events: int
    kinds: tuple[tuple[str, int], ...]
    first_at: datetime | None
    last_at: datetime | None
    imported_at: datetime | None
    customers: int
    customer_share: float | None
    volume: tuple[tuple[date, int], ...]
    quarantined: int
    is_simulated: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How much of one kind of data is joined to a known customer.

    Parameters
    ----------
    subject
        orders, spend, conversations or devices.
    unit
        What is counted: orders, money in the workspace's currency, or events.
    total, joined
        How much there is, and how much of it is joined; None where there is nothing yet.
    share
        joined / total, 0 to 1; None where there is nothing yet.
    unconverted
        Rows of spend in a currency without a rate on their day: in neither sum.
    """

    subject: Literal["orders", "spend", "conversations", "devices"]
    unit: Literal["orders", "money", "events"]
    total: float
    joined: float
    share: float | None
    unconverted: int = 0


_UNNAMED: Final = "identify"


def _rows(table: ir.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()  # type: ignore[no-any-return]


def silos(engine: Engine, zone: str) -> tuple[Silo, ...]:
    """Tell of each source what it brought, the largest first.

    Parameters
    ----------
    engine
        Where the tables are.
    zone
        Where days begin.
    """
    events, owners = engine.table("events"), engine.table("identities")
    quarantine, imports = engine.table("quarantine"), engine.table("imports")
    dated = events.mutate(
        day=local_day(events.occurred_at, zone), what=events.name.fill_null(events.type)
    )
    by_day = _rows(
        dated.group_by("source", "day", "what").agg(
            events=dated.count(), first_at=dated.occurred_at.min(), last_at=dated.occurred_at.max()
        )
    )
    known = owners.filter(owners.is_known)
    whose = identity.resolved(events.select("source", "identifiers"), owners, known)
    people = {
        r["source"]: r["customers"]
        for r in _rows(whose.group_by("source").agg(customers=whose.customer_id.nunique()))
    }
    everyone = known.customer_id.nunique().to_pyarrow().as_py()
    brought = (
        events.select("source", "import_id")
        .distinct()
        .inner_join(imports.select("import_id", "finished_at"), "import_id")
    )
    imported = {
        r["source"]: r["at"]
        for r in _rows(brought.group_by("source").agg(at=brought.finished_at.max()))
    }
    bad = {
        r["source"]: r["n"] for r in _rows(quarantine.group_by("source").agg(n=quarantine.count()))
    }
    found = [
        _silo(source, rows, people, everyone, imported, bad)
        for source, rows in _by_source(by_day).items()
    ]
    found += _spend_silos(engine, bad, imported)
    named = {s.source for s in found}
    found += [
        Silo(source, 0, (), None, None, None, 0, None, (), n)
        for source, n in bad.items()
        if source not in named
    ]
    told = {r["source"]: r for r in _rows(engine.table("sources"))}
    found = [
        replace(
            s,
            is_simulated=told[s.source]["is_simulated"],
            description=told[s.source]["description"] or "",
        )
        if s.source in told
        else s
        for s in found
    ]
    return tuple(sorted(found, key=lambda s: (-s.events, s.source)))


def simulated_sources(engine: Engine) -> frozenset[str]:
    """Return the sources whose rows are made up."""
    sources = engine.table("sources")
    return frozenset(r["source"] for r in _rows(sources.filter(sources.is_simulated)))


def _by_source(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["source"], []).append(row)
    return grouped


def _silo(
    source: str,
    rows: list[dict[str, Any]],
    people: dict[str, int],
    everyone: int,
    imported: dict[str, datetime],
    bad: dict[str, int],
) -> Silo:
    days: dict[date, int] = {}
    kinds: dict[str, int] = {}
    for row in rows:
        days[row["day"]] = days.get(row["day"], 0) + row["events"]
        kinds[row["what"]] = kinds.get(row["what"], 0) + row["events"]
    customers = people.get(source, 0)
    return Silo(
        source=source,
        events=sum(days.values()),
        kinds=tuple(sorted(kinds.items(), key=lambda k: (-k[1], k[0]))),
        first_at=min(r["first_at"] for r in rows),
        last_at=max(r["last_at"] for r in rows),
        imported_at=imported.get(source),
        customers=customers,
        customer_share=customers / everyone if everyone else None,
        volume=tuple(sorted(days.items())),
        quarantined=bad.get(source, 0),
    )


def _spend_silos(engine: Engine, bad: dict[str, int], imported: dict[str, datetime]) -> list[Silo]:
    spend = engine.table("spend")
    rows = _rows(spend.group_by("source", "day").agg(n=spend.count(), at=spend.received_at.max()))
    found = []
    for source, of_source in _by_source(rows).items():
        days = sorted((r["day"], r["n"]) for r in of_source)
        at = max(r["at"] for r in of_source)
        total = sum(n for _, n in days)
        found.append(
            Silo(
                source,
                total,
                (("spend", total),),
                None,
                None,
                imported.get(source, at),
                0,
                None,
                tuple(days),
                bad.get(source, 0),
            )
        )
    return found


def readiness(engine: Engine, base: str) -> tuple[Readiness, ...]:
    """Tell which share of orders, spend, conversations and devices is joined to a customer.

    An order, a conversation or a device's message is joined when its customer is known by
    a silo's own identifier. An amount spent is joined when its campaign (or, where the
    report names none, its channel) was met by a known customer.

    Parameters
    ----------
    engine
        Where the tables are.
    base
        The workspace's currency, in which spend is summed.
    """
    events, owners = engine.table("events"), engine.table("identities")
    completes = events.name == EventName.ORDER_COMPLETED.value
    of_kind = ibis.cases(
        (completes & tells_an_order(events), "orders"),
        (events.name.isin(SOCIAL_EVENTS), "conversations"),
        (events.name == EventName.DEVICE_TELEMETRY.value, "devices"),
        else_=ibis.null("string"),
    )
    told = events.select("message_id", "identifiers", subject=of_kind)
    told = told.filter(told.subject.notnull())
    totals = {r["subject"]: r["n"] for r in _rows(told.group_by("subject").agg(n=told.count()))}
    known = identity.resolved(told, owners, owners.filter(owners.is_known))
    joined = {r["subject"]: r["n"] for r in _rows(known.group_by("subject").agg(n=known.count()))}

    def of(subject: Any, unit: Any) -> Readiness:
        total, part = totals.get(subject, 0), joined.get(subject, 0)
        return Readiness(subject, unit, total, part, part / total if total else None)

    return (
        of("orders", "orders"),
        _spend_readiness(engine, base),
        of("conversations", "events"),
        of("devices", "events"),
    )


def _spend_readiness(engine: Engine, base: str) -> Readiness:
    spend, events, owners = (engine.table(n) for n in ("spend", "events", "identities"))
    if not _rows(spend.limit(1).select("row_key")):
        return Readiness("spend", "money", 0, 0, None)
    met = identity.resolved(
        events.select("channel", "campaign", "identifiers"),
        owners,
        owners.filter(owners.is_known),
    )
    campaigns = met.filter(met.campaign.notnull()).select(met_campaign=met.campaign).distinct()
    channels = met.filter(met.channel.notnull()).select(met_channel=met.channel).distinct()
    rated = with_rate(spend, "day", engine.table("exchange_rates"), base)
    both = rated.left_join(campaigns, [rated.campaign == campaigns.met_campaign])
    both = both.left_join(channels, [both.channel == channels.met_channel])
    is_met = ibis.ifelse(
        both.campaign.notnull(), both.met_campaign.notnull(), both.met_channel.notnull()
    )
    amount = (both.amount * both.rate).cast("float64")
    row = _rows(
        both.agg(
            total=amount.sum().fill_null(0),
            joined=amount.sum(where=is_met).fill_null(0),
            unconverted=both.rate.isnull().sum(),
        )
    )[0]
    share = row["joined"] / row["total"] if row["total"] else None
    return Readiness("spend", "money", row["total"], row["joined"], share, row["unconverted"])
