"""The lake on one machine: DuckLake, with its catalog in SQLite and its rows in Parquet."""

from parvis.lake.ducklake.files import LakeFiles, newest_snapshot, restore_catalog
from parvis.lake.ducklake.lake import DuckLake

__all__ = ["DuckLake", "LakeFiles", "newest_snapshot", "restore_catalog"]
