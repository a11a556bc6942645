"""Whose an event is. Pure Ibis."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["decided", "resolved"]

#: An event is given to the first of this many identifiers that isn't shared.
_LOOKED_AT: Final = 4


def decided(events: ir.Table, owners: ir.Table) -> ir.Table:
    """Say of each event which of its identifiers decides whose it is.

    That is the first one, unless several persons use it (a family's address, a shop's tablet)
    and another one names who it was.

    Parameters
    ----------
    events
        Rows of `events`, at least `identifiers`.
    owners
        Rows of `identities`, all that are shared.

    Returns
    -------
    ir.Table
        The events with `kind` and `value`; null where an event has no identifier.
    """
    shared = owners.filter(owners.is_shared).select("kind", "value")
    columns = events.columns
    places = range(_LOOKED_AT)
    each = events.mutate(
        **{f"kind_{i}": events.identifiers[i]["kind"] for i in places},
        **{f"value_{i}": events.identifiers[i]["value"] for i in places},
    )

    def looked_up(rows: ir.Table, i: int) -> ir.Table:
        one = shared.select(
            **{f"kind_{i}": "kind", f"value_{i}": "value", f"shared_{i}": ibis.literal(True)}
        )
        found = rows.left_join(one, [f"kind_{i}", f"value_{i}"])
        return found.drop(f"kind_{i}_right", f"value_{i}_right")

    looked = reduce(looked_up, places, each)
    speaks = [looked[f"kind_{i}"].notnull() & looked[f"shared_{i}"].isnull() for i in places]
    return looked.select(
        *columns,
        **{
            part: ibis.cases(
                *((speaks[i], looked[f"{part}_{i}"]) for i in places), else_=looked[f"{part}_0"]
            )
            for part in ("kind", "value")
        },
    )


def resolved(events: ir.Table, owners: ir.Table, whose: ir.Table | None = None) -> ir.Table:
    """Give each event its customer.

    Events without any identifier are nobody's and are left out.

    Parameters
    ----------
    events
        Rows of `events`.
    owners
        Rows of `identities`, all that are shared.
    whose
        The rows of `identities` whose events are returned; all of `owners` unless given.

    Returns
    -------
    ir.Table
        The events with `customer_id` and `is_known`.
    """
    known = (owners if whose is None else whose).select("kind", "value", "customer_id", "is_known")
    return decided(events, owners).inner_join(known, ["kind", "value"]).drop("kind", "value")
