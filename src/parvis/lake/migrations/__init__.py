"""Numbered changes of the tables' shape, each applied once and in order."""

from parvis.lake.migrations.apply import apply_migrations, pending

__all__ = ["apply_migrations", "pending"]
