"""The doubtful part of who is who: silos' records of people that look like one person."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import ibis

from parvis.identity.alike.contracts import Alike, AlikeRules, Field
from parvis.identity.alike.search import find_alike

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["MODEL", "PEOPLE_FIELDS", "match_people"]

#: What is compared of two people.
PEOPLE_FIELDS: Final = (
    Field("first_name", "given_name"),
    Field("last_name", "surname"),
    Field("birth_date", "date"),
    Field("street", "address"),
    Field("postal_code", "postal_code"),
    Field("city", "city"),
    Field("emails", "emails"),
    Field("phones", "phones"),
    Field("handles", "handles"),
)

#: The name under which matches are kept.
MODEL: Final = "alike-1"

# sorts before every character of an identifier, so that keys are ordered as (kind, value) is
_BETWEEN: Final = "\x01"


def match_people(
    engine: Engine,
    records: ir.Table,
    matched_at: datetime,
    rules: AlikeRules | None = None,
) -> Alike:
    """Find people whom silos know under several identifiers that nothing links for sure.

    Parameters
    ----------
    engine
        What computes; what is made on the way is temporary.
    records
        Rows of `identity_records`; a column `customer_id`, where it is there, tells which are
        one for sure: those teach what one person's records look like and aren't returned.
    matched_at
        The time to note.
    rules
        How sure a pair must be.

    Returns
    -------
    Alike
        Its pairs are rows of `identity_matches`. Records without a name are left out: what
        else they hold are identifiers, of which the sure part of identity judges.

    Examples
    --------
    >>> found = match_people(engine, engine.table("identity_records"), now)  # doctest: +SKIP
    """
    prepared = _with_names(records).mutate(record=records.kind + _BETWEEN + records.value)
    known = "customer_id" if "customer_id" in records.columns else None
    named = prepared.filter(prepared.first_name.notnull() | prepared.last_name.notnull())
    with engine.linkage() as linkage:
        found = find_alike(linkage, named, PEOPLE_FIELDS, rules, known=known)
        return Alike(linkage.keep(_matches(found.pairs, matched_at)), found.groups, found.model)


def _with_names(records: ir.Table) -> ir.Table:
    """Take names apart that are told in one; which part comes first is left to the comparison."""
    if "full_name" not in records.columns:
        return records
    words = records.full_name.strip().re_split(r"\s+")
    told = records.first_name.isnull() & records.last_name.isnull() & (words.length() > 1)
    return records.mutate(
        first_name=told.ifelse(words[0], records.first_name),
        last_name=told.ifelse(words[words.length() - 1], records.last_name),
    )


def _matches(pairs: ir.Table, matched_at: datetime) -> ir.Table:
    left, right = pairs.left.split(_BETWEEN), pairs.right.split(_BETWEEN)
    return pairs.select(
        left_kind=left[0],
        left_value=left[1],
        right_kind=right[0],
        right_value=right[1],
        probability="probability",
        weight="weight",
        band="band",
        evidence=pairs.evidence.cast("json"),
        model=ibis.literal(MODEL),
        matched_at=ibis.literal(matched_at, "timestamp('UTC')"),
    )
