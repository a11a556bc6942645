"""Whose an identifier was, at any time: from what the builds noted of those that moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parvis.lake.engine import Engine

__all__ = ["Ownership", "history", "owner_at"]


@dataclass(frozen=True, slots=True)
class Ownership:
    """A customer whose an identifier was for a time.

    Parameters
    ----------
    customer_id
        The customer.
    since
        Of the first one, when the identifier was first seen; then, when a build gave it to
        this customer.
    until
        When a build gave it to the next; None: it is theirs.
    why
        What brought that build about; empty for the first.
    """

    customer_id: str
    since: datetime
    until: datetime | None
    why: str


def history(engine: Engine, kind: str, value: str) -> tuple[Ownership, ...]:
    """Tell whose an identifier was, from the first customer to today's.

    Parameters
    ----------
    engine
        Where the built tables are.
    kind, value
        The identifier, as a silo writes it or as it is compared.

    Returns
    -------
    tuple of Ownership
        In the order of time, without gaps; empty: no event carries it.

    Examples
    --------
    >>> [o.customer_id for o in history(engine, "email", "ann@a.example")]  # doctest: +SKIP
    ['1f0c3a5577f2ad9e', '5c1b0d4f0f0e9a77']
    """
    spellings = _spellings(engine, kind, value)
    if not spellings:
        return ()
    since = min(s["since"] for s in spellings)
    found: list[Ownership] = []
    why = ""
    for change in _changes(engine, kind, [s["value"] for s in spellings]):
        found.append(Ownership(change["customer_before"], since, change["changed_at"], why))
        since, why = change["changed_at"], change["why"]
    return (*found, Ownership(spellings[0]["customer_id"], since, None, why))


def owner_at(engine: Engine, kind: str, value: str, moment: datetime) -> str | None:
    """Tell whose an identifier was at a moment, as the builds before it had found.

    Parameters
    ----------
    engine
        Where the built tables are.
    kind, value
        The identifier, as a silo writes it or as it is compared.
    moment
        With its offset.

    Returns
    -------
    str or None
        The customer; None: no event had carried it yet.
    """
    for owner in history(engine, kind, value):
        if owner.since <= moment and (owner.until is None or moment < owner.until):
            return owner.customer_id
    return None


def _spellings(engine: Engine, kind: str, value: str) -> list[dict[str, Any]]:
    """Find all spellings of an identifier, the first seen first; they are one customer's."""
    owners = engine.table("identities")
    owners = owners.filter(owners.kind == kind)
    named = owners.filter((owners.value == value) | (owners.normal == value))
    # one that can't be compared is like no other
    same = owners.semi_join(named.filter(named.normal.notnull()), "normal")
    exact = named.filter(named.normal.isnull())
    found = [*engine.rows(same), *engine.rows(exact)]
    return sorted(found, key=lambda r: (r["since"], r["value"]))


def _changes(engine: Engine, kind: str, values: list[str]) -> list[dict[str, Any]]:
    """List the builds that moved any of some spellings, one change a build."""
    table = engine.table("identity_changes")
    rows = engine.rows(table.filter(table.kind == kind, table.value.isin(values)))
    place = {value: n for n, value in enumerate(values)}
    by_build: dict[datetime, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda r: (r["changed_at"], place[r["value"]])):
        by_build.setdefault(row["changed_at"], row)
    return list(by_build.values())
