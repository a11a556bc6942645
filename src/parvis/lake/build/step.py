"""What one table is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import Settings

__all__ = ["Frame", "Step"]


class Frame(Protocol):
    """What a step may look at while it is built.

    Parameters
    ----------
    settings
        The workspace's settings.
    as_of
        The moment up to which the tables speak.
    """

    settings: Settings
    as_of: datetime

    def table(self, name: str) -> ir.Table:
        """Return a table that the step reads, as it stands in this build."""

    def within(self, rows: ir.Table) -> ir.Table:
        """Keep the rows that concern what changed; all rows in a whole build."""

    def changed(self, name: str) -> ir.Table:
        """Return rows of a table that came, went or became known since the last build."""


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
