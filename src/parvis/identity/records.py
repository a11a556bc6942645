"""What silos say of the person behind an identifier. Pure Ibis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.domain.event import EMAIL
from parvis.identity.kinds import PHONE
from parvis.identity.norms import birth_date
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["records", "told_of_persons"]

#: The traits of the Segment specification, and how else silos spell them.
_SPELLINGS: Final = {
    "first_name": ("firstName", "first_name"),
    "last_name": ("lastName", "last_name"),
    "full_name": ("name", "fullName", "full_name"),
    "birth_date": ("birthday", "birthDate", "birth_date", "date_of_birth"),
    "street": ("address.street", "street", "address"),
    "postal_code": ("address.postalCode", "address.postal_code", "postalCode", "postal_code"),
    "city": ("address.city", "city"),
    "country": ("address.country", "country"),
}

#: The kinds of identifiers that are handles people choose, by network.
_HANDLES: Final = ("fediverse", "bluesky_handle", "twitter", "instagram", "facebook")


def told_of_persons(events: ir.Table) -> ir.Table:
    """List what single events say of a person: the columns of a record, null where not told.

    Returns
    -------
    ir.Table
        One row an event with such traits: `kind` and `value` of the identifier that decides
        it, `occurred_at`, `message_id` and the traits.
    """
    saying = events.filter(events.traits.notnull(), events.identifiers.length() > 0)
    told = saying.select(
        "occurred_at",
        "message_id",
        kind=saying.identifiers[0]["kind"],
        value=saying.identifiers[0]["value"],
        **{
            name: ibis.coalesce(*(saying.traits.get(s) for s in spellings)).strip().nullif("")
            for name, spellings in _SPELLINGS.items()
        },
    )
    told = told.mutate(birth_date=birth_date(told.birth_date))
    return told.filter(ibis.or_(*(told[name].notnull() for name in _SPELLINGS)))


def records(told: ir.Table, identifiers: ir.Table, links: ir.Table) -> ir.Table:
    """Gather what is said of each person.

    Parameters
    ----------
    told
        Rows of `told_of_persons`, all of those of the persons concerned.
    identifiers
        Rows of `identifiers`, at least those concerned.
    links
        Rows of `identity_links`, at least all of those concerned.

    Returns
    -------
    ir.Table
        Rows of `identity_records`: of each trait what was told last.
    """
    usable = identifiers.filter(identifiers.normal.notnull()).select("kind", "value", "normal")
    whose = told.inner_join(usable, ["kind", "value"])
    latest = ibis.struct({"at": whose.occurred_at, "message_id": whose.message_id})
    gathered = whose.group_by("kind", value=whose.normal).agg(
        **{name: whose[name].argmax(latest, where=whose[name].notnull()) for name in _SPELLINGS},
    )
    seen = _seen_with(links)
    both = gathered.left_join(seen, ["kind", "value"])
    return both.select(
        "kind",
        "value",
        *_SPELLINGS,
        emails=_own(both, EMAIL, both.emails),
        phones=_own(both, PHONE, both.phones),
        handles=both.handles,
    )


def _own(both: ir.Table, kind: str, seen: ir.ArrayValue) -> ir.ArrayValue:
    """Count an address as its own too, where a record is of an address."""
    own = ibis.array([both.value])
    return (both.kind == kind).ifelse(ibis.coalesce(seen.concat(own), own), seen)


def _seen_with(links: ir.Table) -> ir.Table:
    """List the addresses and handles that each identifier was seen with."""
    wanted = [EMAIL, PHONE, *_HANDLES]
    forth = links.filter(links.right_kind.isin(wanted)).select(
        kind="left_kind", value="left_value", other_kind="right_kind", other="right_value"
    )
    back = links.filter(links.left_kind.isin(wanted)).select(
        kind="right_kind", value="right_value", other_kind="left_kind", other="left_value"
    )
    each = together(forth, back)
    return each.group_by("kind", "value").agg(
        emails=each.other.collect(where=each.other_kind == EMAIL, distinct=True).sort(),
        phones=each.other.collect(where=each.other_kind == PHONE, distinct=True).sort(),
        handles=(each.other_kind + ":" + each.other)
        .collect(where=each.other_kind.isin(list(_HANDLES)), distinct=True)
        .sort(),
    )
