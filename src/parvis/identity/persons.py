"""What is said of the persons behind identifiers, and whether two of them can be one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from parvis.identity.kinds import RECORDS
from parvis.identity.norms.words import birth_dates_agree, first_names_agree

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.identity.graph import Graph
    from parvis.lake.engine import Engine

__all__ = ["Person", "agree", "read_persons"]


class Person(NamedTuple):
    """The little that tells two people of one household apart."""

    first_name: str | None
    birth_date: date | None

    @property
    def called(self) -> str:
        """How to speak of them."""
        return self.first_name or (f"born {self.birth_date}" if self.birth_date else "somebody")


def agree(one: Person, other: Person) -> bool:
    """Tell whether two records can be one person's: nothing in them contradicts.

    Examples
    --------
    >>> agree(Person("Jean-Pierre", None), Person("jean pierre", date(1970, 1, 2)))
    True
    >>> agree(Person("Louise", None), Person("Alain", None))
    False
    """
    names = (one.first_name, other.first_name)
    if names[0] and names[1] and not first_names_agree(names[0], names[1]):
        return False
    if one.birth_date and other.birth_date:
        return birth_dates_agree(one.birth_date, other.birth_date)
    return True


def read_persons(engine: Engine, graph: Graph, records: ir.Table) -> dict[int, Person]:
    """Return what is said of the persons behind nodes that a silo's books name.

    Parameters
    ----------
    records
        Rows of `identity_records`.
    """
    told = records.filter(
        records.kind.isin(list(RECORDS)),
        records.first_name.notnull() | records.birth_date.notnull(),
    )
    keyed = told.select("first_name", "birth_date", key=graph.key(told.kind, told.value))
    rows = engine.arrow(
        keyed.inner_join(graph.nodes, "key").select("node", "first_name", "birth_date")
    )
    columns = (rows[c].to_pylist() for c in ("node", "first_name", "birth_date"))
    return {n: Person(f, b) for n, f, b in zip(*columns, strict=True)}
