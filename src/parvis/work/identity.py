"""How the tables of who is who are made, and what a build changed in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import USER_ID, EventType
from parvis.identity import api as identity
from parvis.lake.build import BuildPlan, Frame, Step
from parvis.lake.engine import Engine, Written
from parvis.lake.functions import together
from parvis.lake.schema import TABLES
from parvis.profile import api as profile

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["IDENTITY_STEPS", "identifiers_concerned", "moved_customers", "note_changes"]


def identifiers_concerned(frame: Frame) -> ir.Table:
    """Find the identifiers of new events."""
    new = profile.known_at(frame.changed("events"), frame.as_of)
    return identity.sightings(new).select("kind", "value").distinct()


def _identifiers(frame: Frame) -> ir.Table:
    added = frame.added("events")
    if added is None:
        known = profile.known_at(frame.table("events"), frame.as_of)
        seen = frame.within(identity.sightings(known))
    else:
        # events only ever come: what was counted stands, and the new ones are added to it
        new = identity.sightings(profile.known_at(added, frame.as_of))
        seen = together(new, frame.standing("identifiers"))
    rules = identity.NormRules.of(frame.settings.identity)
    return identity.normalised(identity.added_up(seen), rules)


def _links_concerned(frame: Frame) -> ir.Table:
    """Find the pairs that new events tie, and those of identifiers that are compared anew."""
    new = profile.known_at(frame.changed("events"), frame.as_of)
    named = _named_anew(frame)
    told = identity.normal_links(identity.added_up_links(identity.links_between(new)), named)
    keys, late = told.select(*_LINK), _late_aliases(frame)
    return (keys if late is None else together(keys, late.select(*_LINK))).distinct()


_LINK: Final = TABLES["identity_links"].key


def _named_anew(frame: Frame) -> ir.Table:
    """Return the identifiers that new events carry: few, where all are many."""

    def find() -> ir.Table:
        concerned = frame.engine.stage(identifiers_concerned(frame))
        # each has been seen once more, so that its row has just been written
        came = frame.came("identifiers").semi_join(concerned, ["kind", "value"])
        written = frame.engine.stage(came)
        if frame.engine.count(written) == frame.engine.count(concerned):
            return written
        named = frame.table("identifiers")
        return frame.engine.stage(named.semi_join(concerned, ["kind", "value"]))

    return frame.once("named_anew", find)


def _late_aliases(frame: Frame) -> ir.Table | None:
    """Find links of aliases of before whose former identifier is an account seen only now."""

    def find() -> ir.Table | None:
        known = profile.known_at(frame.table("events"), frame.as_of)
        aliases = known.filter(known.type == EventType.ALIAS.value)
        if not frame.engine.rows(aliases.select("message_id").limit(1)):
            return None
        accounts = frame.changed("identifiers").filter(lambda t: t.kind == USER_ID)
        accounts = accounts.select(right_kind="kind", right_value="value").distinct()
        raw = identity.links_between(aliases).semi_join(accounts, ["right_kind", "right_value"])
        links = identity.normal_links(identity.added_up_links(raw), frame.table("identifiers"))
        return frame.engine.stage(links.anti_join(frame.table("identity_links"), list(_LINK)))

    return frame.once("late_aliases", find)


def _identity_links(frame: Frame) -> ir.Table:
    named = frame.table("identifiers")
    added = frame.added("events")
    if added is None:
        known = profile.known_at(frame.table("events"), frame.as_of)
        raw = identity.added_up_links(identity.links_between(known))
        seen = frame.within(identity.normal_links(raw, named))
    else:
        raw = identity.links_between(profile.known_at(added, frame.as_of))
        new = identity.normal_links(identity.added_up_links(raw), _named_anew(frame))
        late = _late_aliases(frame)
        if late is not None:
            new = together(late, new.anti_join(late, list(_LINK)))
        seen = together(new, frame.standing("identity_links"))
    return identity.with_strength(identity.added_up_links(seen))


def _records_concerned(frame: Frame) -> ir.Table:
    """Find the persons of whom something new is told, or who were seen with something new."""
    links = frame.changed("identity_links")
    ends = [links.select(kind=f"{side}_kind", value=f"{side}_value") for side in ("left", "right")]
    seen = frame.changed("identifiers").filter(lambda t: t.normal.notnull())
    return together(seen.select("kind", value="normal"), *ends).distinct()


def _identity_records(frame: Frame) -> ir.Table:
    told = identity.told_of_persons(profile.known_at(frame.table("events"), frame.as_of))
    named, links = frame.table("identifiers"), frame.table("identity_links")
    if frame.scope is None:
        return identity.records(told, named, links)
    standing, engine = frame.standing("identity_records"), frame.engine
    people = engine.stage(together(standing.select("kind", "value"), _told_anew(frame)).distinct())
    if not engine.count(people):
        return standing
    spelt = people.select("kind", normal="value")
    named = engine.stage(named.semi_join(spelt, ["kind", "normal"]))
    links = engine.stage(identity.touching(links, named))
    return frame.within(identity.records(told.semi_join(named, ["kind", "value"]), named, links))


def _told_anew(frame: Frame) -> ir.Table:
    """List the identifiers (`kind`, `value`, normalised) of whom new events tell something."""
    new = identity.told_of_persons(profile.known_at(frame.changed("events"), frame.as_of))
    named = _named_anew(frame).filter(lambda t: t.normal.notnull())
    return named.semi_join(new, ["kind", "value"]).select("kind", value="normal")


def _evidence(frame: Frame) -> identity.Evidence:
    return identity.Evidence(
        frame.table("identifiers"),
        frame.table("identity_links"),
        frame.table("identity_records"),
        frame.table("identity_matches"),
        frame.table("identity_decisions"),
    )


def _identities_concerned(frame: Frame) -> ir.Table:
    found = _concerned(frame)
    frame.hold("identities", found.standing)
    return found.scope


def _concerned(frame: Frame) -> identity.Concerned:
    """Find whose identifiers are computed again."""

    def find() -> identity.Concerned:
        came, changed = frame.came("identifiers"), frame.changed("identifiers")
        keys, told = ["kind", "value"], [changed.select("kind", "normal")]
        for name in ("identity_links", "identity_matches", "identity_decisions"):
            rows = frame.changed(name)
            told += [
                rows.select(kind=f"{side}_kind", normal=f"{side}_value")
                for side in ("left", "right")
            ]
        told.append(frame.changed("identity_records").select("kind", normal="value"))
        gone = frame.engine.stage(changed.anti_join(came, keys).select(*keys).distinct())
        news = identity.News(together(*told), came, gone)
        before = frame.engine.placed("identities")
        return identity.concerned(
            frame.engine, _evidence(frame), before, news, frame.settings.identity
        )

    return frame.once("concerned", find)


def _resolved(frame: Frame) -> identity.Resolved:
    def resolve() -> identity.Resolved:
        if frame.scope is None:
            return _whole(frame)
        evidence = identity.within(frame.engine, _evidence(frame), _concerned(frame))
        return identity.resolve(frame.engine, evidence, frame.settings.identity)

    return frame.once("resolved", resolve)


def _whole(frame: Frame) -> identity.Resolved:
    return frame.once(
        "resolved_whole",
        lambda: identity.resolve(frame.engine, _evidence(frame), frame.settings.identity),
    )


def _identities(frame: Frame) -> ir.Table:
    return _resolved(frame).identities


def _stops_concerned(frame: Frame) -> ir.Table:
    """Find the components that were computed anew."""
    now = _resolved(frame).identities.select("component")
    return together(now, frame.changed("identities").select("component")).distinct()


def _identity_stops(frame: Frame) -> ir.Table:
    # all of them may be asked for where only some customers were computed again
    return (_whole if frame.scope is None else _resolved)(frame).stops


_NORMS: Final = tuple(
    f"identity.{name}"
    for name in ("country", "never_alone", "blocked", "own_domains", "own_phones")
)
_GUARDS: Final = tuple(
    f"identity.{name}" for name in ("max_values", "max_size", "max_persons", "shared_share")
)
_EVIDENCE: Final = (
    "identifiers", "identity_links", "identity_records", "identity_matches", "identity_decisions",
)  # fmt: skip

#: Evidence, then customers computed from it.
IDENTITY_STEPS: Final = (
    Step("identifiers", ("events",), _identifiers, 1, identifiers_concerned, _NORMS),
    Step("identity_links", ("events", "identifiers"), _identity_links, 1, _links_concerned, _NORMS),
    Step(
        "identity_records",
        ("events", "identifiers", "identity_links"),
        _identity_records,
        2,
        _records_concerned,
        _NORMS,
    ),
    Step("identities", _EVIDENCE, _identities, 1, _identities_concerned, _NORMS + _GUARDS),
    Step(
        "identity_stops",
        (*_EVIDENCE, "identities"),
        _identity_stops,
        1,
        _stops_concerned,
        _NORMS + _GUARDS,
    ),
)


def moved_customers(frame: Frame) -> ir.Table:
    """Find the customers that have gained or lost an identifier or an event by it.

    Returns
    -------
    ir.Table
        `customer_id`, distinct; found once a build.
    """
    return frame.once("moved", lambda: frame.engine.stage(_find_moved(frame)))


def _find_moved(frame: Frame) -> ir.Table:
    moved = frame.changed("identities")
    # where an identifier is shared, another one of the same event says whose the event is
    shared = moved.filter(moved.is_shared, moved.normal.notnull())
    one = shared.select(left_kind="kind", left_value="normal").distinct()
    other = shared.select(right_kind="kind", right_value="normal").distinct()
    links = frame.table("identity_links")
    forth = links.semi_join(one, ["left_kind", "left_value"])
    back = links.semi_join(other, ["right_kind", "right_value"])
    ends = together(
        forth.select(kind="right_kind", normal="right_value"),
        back.select(kind="left_kind", normal="left_value"),
    ).distinct()
    beside = frame.table("identities").semi_join(ends, ["kind", "normal"])
    return together(moved.select("customer_id"), beside.select("customer_id")).distinct()


def note_changes(engine: Engine, written: Mapping[str, Written], plan: BuildPlan) -> None:
    """Note which identifiers came to another customer, and what went with them.

    What was said of past months doesn't move silently: a report tells how many orders, and
    what they amount to, are told of another customer than before.
    """
    if "identities" not in written:
        return
    done = written["identities"]
    before = done.before.select("kind", "value", customer_before="customer_id")
    after = done.after.select("kind", "value", customer_after="customer_id")
    both = before.inner_join(after, ["kind", "value"])
    moved = engine.stage(both.filter(both.customer_before != both.customer_after))
    counted = engine.rows(
        moved.agg(
            identifiers=moved.count(),
            customers_before=moved.customer_before.nunique(),
            customers_after=moved.customer_after.nunique(),
        )
    )[0]
    if not counted["identifiers"]:
        return
    now = datetime.now(UTC)
    why = next(d.why for d in plan.decisions if d.step.table == "identities")
    rows = moved.mutate(changed_at=ibis.literal(now, "timestamp('UTC')"), why=ibis.literal(why))
    engine.append("identity_changes", rows)
    report = {"built_at": now, "why": why, **counted, **_moved_orders(engine, written)}
    report["largest"] = identity.largest(engine, engine.table("identities"))
    schema = dict(TABLES["identity_reports"].ibis.items())
    engine.append("identity_reports", engine.stage_rows([report], schema))


def _moved_orders(engine: Engine, written: Mapping[str, Written]) -> dict[str, object]:
    if "orders" not in written:
        return {"orders": 0, "sales": 0}
    done = written["orders"]
    before = done.before.select("source", "order_id", customer_before="customer_id")
    both = done.after.inner_join(before, ["source", "order_id"])
    moved = both.filter(both.customer_id != both.customer_before)
    told = moved.agg(orders=moved.count(), sales=moved.net_base.sum().fill_null(0))
    return engine.rows(told)[0]
