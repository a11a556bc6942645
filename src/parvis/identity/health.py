"""How well customers are told apart: sizes, and signs that some are too large or too small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.lake.functions import local_month

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["SIZES", "Health", "health", "largest"]

#: Where each class of sizes begins, in identifiers a customer.
SIZES: Final = (1, 2, 3, 4, 5, 10, 20, 50, 100, 500)

_SHOWN: Final = 10
#: A customer this near to a limit is told.
_NEAR: Final = 0.8


@dataclass(frozen=True, slots=True)
class Health:
    """The state of who is who.

    Parameters
    ----------
    identifiers, customers
        How many.
    sizes
        Of each class of `SIZES`, how many customers have so many identifiers.
    largest
        The customers with most identifiers: `customer_id`, `identifiers`.
    singletons
        Customers with one identifier by the month in which they were first seen: `month`,
        `singletons`, `customers` (all that began then).
    near_limits
        Customers that have nearly as many values of a kind, or identifiers in all, as they
        may: `customer_id`, `kind` (empty: all), `held`, `most`.
    cut_components
        What evidence ties together and guards have cut into several customers: `component`,
        `customers`, `identifiers`, `customer_id` (one of them).
    birth_dates
        Customers of whom silos tell several birth dates: `customer_id`, `dates`.
    apart
        Mail addresses and phone numbers that silos tell of several customers: `kind`, `value`,
        `customers`.
    totals
        How many rows `cut_components`, `birth_dates` and `apart` would have; ten are told.
    orders, orders_of_unknown
        How many there are, and how many of them are of nobody known.
    unusable
        Why identifiers link nothing: `problem`, `kind`, `identifiers`, `events`.
    shared
        What most persons share: `kind`, `value`, `claims`, `customer_id`.
    shared_identifiers
        How many are shared.
    """

    identifiers: int
    customers: int
    sizes: tuple[int, ...]
    largest: tuple[dict[str, Any], ...]
    singletons: tuple[dict[str, Any], ...]
    near_limits: tuple[dict[str, Any], ...]
    cut_components: tuple[dict[str, Any], ...]
    birth_dates: tuple[dict[str, Any], ...]
    apart: tuple[dict[str, Any], ...]
    totals: dict[str, int]
    orders: int
    orders_of_unknown: int
    unusable: tuple[dict[str, Any], ...]
    shared: tuple[dict[str, Any], ...]
    shared_identifiers: int


def health(engine: Engine, settings: IdentitySettings, zone: str) -> Health:
    """Look at all customers for signs that identifiers were joined too freely or too little.

    Parameters
    ----------
    engine
        Where the built tables are.
    settings
        The limits.
    zone
        In which months begin.
    """
    owners = engine.table("identities")
    usable = owners.filter(owners.normal.notnull())
    by_customer = usable.group_by("customer_id").agg(
        identifiers=usable.count(), since=usable.since.min()
    )
    by_customer = engine.stage(by_customer)
    orders = engine.table("orders")
    of_known = orders.left_join(
        engine.table("profiles").select("customer_id", "is_known"), "customer_id"
    )
    counted = engine.rows(
        of_known.agg(orders=of_known.count(), unknown=(~of_known.is_known.fill_null(False)).sum())
    )[0]
    sums = engine.rows(
        by_customer.agg(customers=by_customer.count(), identifiers=by_customer.identifiers.sum())
    )[0]
    shared = usable.filter(usable.is_shared)
    records = engine.table("identity_records")
    warnings = {
        "cut_components": engine.stage(_cut(usable)),
        "birth_dates": engine.stage(_birth_dates(records, usable)),
        "apart": engine.stage(_apart(records, usable)),
    }
    return Health(
        identifiers=int(sums["identifiers"] or 0),
        customers=sums["customers"],
        sizes=_sizes(engine, by_customer),
        largest=_rows(
            engine,
            by_customer.order_by(by_customer.identifiers.desc(), by_customer.customer_id)
            .limit(_SHOWN)
            .select("customer_id", "identifiers"),
        ),
        singletons=_rows(engine, _singletons(by_customer, zone)),
        near_limits=_near_limits(engine, usable, by_customer, settings),
        **{name: _rows(engine, found.limit(_SHOWN)) for name, found in warnings.items()},
        totals={n: engine.rows(t.agg(n=t.count()))[0]["n"] for n, t in warnings.items()},
        orders=counted["orders"],
        orders_of_unknown=int(counted["unknown"] or 0),
        unusable=_rows(engine, _unusable(engine.table("identifiers"))),
        shared=_rows(
            engine,
            shared.order_by(shared.claims.desc(), shared.kind, shared.value)
            .limit(_SHOWN)
            .select("kind", "value", "claims", "customer_id"),
        ),
        shared_identifiers=engine.rows(shared.agg(n=shared.count()))[0]["n"],
    )


def _rows(engine: Engine, rows: ir.Table) -> tuple[dict[str, Any], ...]:
    return tuple(engine.rows(rows))


def _sizes(engine: Engine, by_customer: ir.Table) -> tuple[int, ...]:
    size = by_customer.identifiers
    above = [(size >= least, place) for place, least in reversed(list(enumerate(SIZES)))]
    classed = by_customer.mutate(place=ibis.cases(*above, else_=0))
    counts = classed.group_by("place").agg(n=classed.count())
    found = {r["place"]: r["n"] for r in engine.rows(counts)}
    return tuple(found.get(place, 0) for place in range(len(SIZES)))


def _singletons(by_customer: ir.Table, zone: str) -> ir.Table:
    told = by_customer.mutate(month=local_month(by_customer.since, zone))
    by_month = told.group_by("month").agg(
        singletons=told.count(where=told.identifiers == 1), customers=told.count()
    )
    return by_month.order_by("month")


def _near_limits(
    engine: Engine, usable: ir.Table, by_customer: ir.Table, settings: IdentitySettings
) -> tuple[dict[str, Any], ...]:
    distinct = usable.select("customer_id", "kind", "normal").distinct()
    by_kind = distinct.group_by("customer_id", "kind").agg(held=distinct.count())
    kinds = [r["kind"] for r in engine.rows(distinct.select("kind").distinct())]
    limits = [(by_kind.kind == k, settings.max_values_of(k)) for k in kinds]
    if not limits:
        return ()
    by_kind = by_kind.mutate(most=ibis.cases(*limits, else_=0))
    # one of one is as it should be
    near = by_kind.filter(by_kind.most > 1, by_kind.held >= by_kind.most * _NEAR)
    near = near.order_by((near.held / near.most).desc(), near.customer_id).limit(_SHOWN)
    large = by_customer.filter(by_customer.identifiers >= settings.max_size * _NEAR)
    large = large.order_by(large.identifiers.desc()).limit(_SHOWN)
    whole = large.select(
        "customer_id",
        kind=ibis.literal(""),
        held="identifiers",
        most=ibis.literal(settings.max_size),
    )
    return (*_rows(engine, whole), *_rows(engine, near))


def _cut(usable: ir.Table) -> ir.Table:
    parts = usable.group_by("component").agg(
        customers=usable.customer_id.nunique(),
        identifiers=usable.count(),
        customer_id=usable.customer_id.min(),
    )
    cut = parts.filter(parts.customers > 1)
    return cut.order_by(cut.customers.desc(), cut.identifiers.desc(), cut.component)


def _birth_dates(records: ir.Table, usable: ir.Table) -> ir.Table:
    whose = usable.select("kind", "customer_id", value="normal").distinct()
    told = records.filter(records.birth_date.notnull()).inner_join(whose, ["kind", "value"])
    dates = told.group_by("customer_id").agg(dates=told.birth_date.nunique())
    several = dates.filter(dates.dates > 1)
    return several.order_by(several.dates.desc(), several.customer_id)


def _apart(records: ir.Table, usable: ir.Table) -> ir.Table:
    whose = usable.select("kind", "customer_id", value="normal").distinct()
    told = records.inner_join(whose, ["kind", "value"])
    each = [
        told.select("customer_id", kind=ibis.literal(kind), value=told[column].unnest())
        for kind, column in (("email", "emails"), ("phone", "phones"))
    ]
    every = each[0].union(each[1], distinct=True)
    spread = every.group_by("kind", "value").agg(customers=every.customer_id.nunique())
    several = spread.filter(spread.customers > 1)
    order = [several.customers.desc(), several.kind, several.value]
    return several.order_by(order)


def _unusable(identifiers: ir.Table) -> ir.Table:
    bad = identifiers.filter(identifiers.problem.notnull())
    counts = bad.group_by("problem", "kind").agg(identifiers=bad.count(), events=bad.events.sum())
    return counts.order_by(counts.identifiers.desc(), counts.problem, counts.kind).limit(40)


def largest(engine: Engine, owners: ir.Table, customer: str = "customer_id") -> int:
    """Return how many identifiers the largest customer has.

    Parameters
    ----------
    engine
        What computes.
    owners
        One row an identifier.
    customer
        The column that names its customer.
    """
    sizes = owners.group_by(customer).agg(n=owners.count())
    return int(engine.rows(sizes.agg(n=sizes.n.max()))[0]["n"] or 0)
