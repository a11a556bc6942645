"""Find the migrations a lake lacks, and apply them."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from parvis.errors import CatalogUnreadable
from parvis.lake.ducklake import DuckLake

__all__ = ["Migration", "apply_migrations", "known_migrations", "pending"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One change of the tables' shape, as statements."""

    number: int
    name: str
    statements: tuple[str, ...]


def known_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this version of Parvis, in order."""
    found = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name.startswith("m0"):
            part = importlib.import_module(f"parvis.lake.migrations.{module.name}")
            number, name = module.name[1:].split("_", 1)
            found.append(Migration(int(number), name.replace("_", " "), part.STATEMENTS))
    return tuple(sorted(found, key=lambda m: m.number))


def pending(lake: DuckLake) -> tuple[Migration, ...]:
    """Return the migrations that this lake lacks.

    Raises
    ------
    CatalogUnreadable
        The lake was written by a newer Parvis.
    """
    known, done = known_migrations(), lake.applied_migrations()
    newest = max(done, default=0)
    if newest > known[-1].number:
        raise CatalogUnreadable(
            f"This lake is at version {newest}; this Parvis knows {known[-1].number}.",
            "Install the newer Parvis that wrote it: `pip install --upgrade parvis`.",
        )
    # each by itself: two that were written side by side may come in either order
    return tuple(m for m in known if m.number not in done)


def apply_migrations(lake: DuckLake) -> int:
    """Bring a lake to this version's shape; each migration whole or not at all.

    Returns
    -------
    int
        How many were applied.
    """
    waiting = pending(lake)
    for migration in waiting:

        def work(migration: Migration = migration) -> None:
            for statement in migration.statements:
                lake.run(statement)
            row = {
                "number": migration.number,
                "name": migration.name,
                "applied_at": datetime.now(UTC),
            }
            schema = dict(lake.table("schema_migrations").schema().items())
            lake.append("schema_migrations", lake.stage_rows([row], schema))

        lake.atomically(work)
    return len(waiting)
