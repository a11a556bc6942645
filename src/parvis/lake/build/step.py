"""What one table is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import Settings
    from parvis.lake.engine import Engine

__all__ = ["Frame", "Step"]

T = TypeVar("T")


class Frame(Protocol):
    """What a step may look at while it is built.

    Parameters
    ----------
    settings
        The workspace's settings.
    as_of
        The moment up to which the tables speak.
    engine
        What computes, for steps that are no single question.
    scope
        What the step's change concerns; null in a whole build.
    """

    settings: Settings
    as_of: datetime
    engine: Engine
    scope: ir.Table | None

    def table(self, name: str) -> ir.Table:
        """Return a table that the step reads, as it stands in this build."""

    def within(self, rows: ir.Table) -> ir.Table:
        """Keep the rows that concern what changed; all rows in a whole build."""

    def standing(self, name: str) -> ir.Table:
        """Return what the table that the step makes holds of its scope; asked for once."""

    def hold(self, name: str, rows: ir.Table) -> None:
        """Give all rows of the table that the step makes, within its scope, with their `place`.

        For a step that has asked for them to find its scope: they aren't searched again.
        """

    def changed(self, name: str) -> ir.Table:
        """Return rows of a table that came, went or became known since the last build."""

    def came(self, name: str) -> ir.Table:
        """Return the rows of a table made earlier in this build that are new or have changed."""

    def added(self, name: str) -> ir.Table | None:
        """Return the rows of a table of facts that came or became known since the last build.

        Null where that isn't all: in a whole build, and when rows went too.
        """

    def once(self, key: str, make: Callable[[], T]) -> T:
        """Return what `make` returns, made once in this build."""


@dataclass(frozen=True, slots=True)
class Step:
    """How one table is made.

    Parameters
    ----------
    table
        The table.
    reads
        The tables it is made from.
    transform
        Makes its rows (all, or those that concern what changed).
    version
        Raised when the transformation changes, so that the table is made again.
    concerned
        Finds what a change concerns: the distinct values of the columns by which the
        transformation is local. None: the table is compared whole.
    settings
        The sections of `parvis.toml` that it depends on.
    daily
        Whether it must be made again when the day changes.
    """

    table: str
    reads: tuple[str, ...]
    transform: Callable[[Frame], ir.Table]
    version: int
    concerned: Callable[[Frame], ir.Table] | None = None
    settings: tuple[str, ...] = field(default=())
    daily: bool = False
