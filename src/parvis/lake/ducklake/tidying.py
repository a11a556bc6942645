"""Keep the lake's files few and its past no longer than it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["tidy"]


def tidy(connection: duckdb.DuckDBPyConnection, keep_days: int) -> None:
    """Join small files and forget states that are older than `keep_days`.

    The states since the last build are kept, however old: its change feed begins there.
    """
    connection.execute("CALL ducklake_merge_adjacent_files('lake')")
    rows = connection.execute(
        "SELECT snapshot_id FROM ducklake_snapshots('lake') "  # noqa: S608
        f"WHERE snapshot_time < now() - INTERVAL {int(keep_days)} DAY "
        "AND snapshot_id < coalesce((SELECT min(snapshot) FROM lake.main.build_state), "
        "(FROM ducklake_current_snapshot('lake')))"
    ).fetchall()
    if rows:
        old = ", ".join(str(int(r[0])) for r in rows)
        connection.execute(f"CALL ducklake_expire_snapshots('lake', versions => [{old}])")
    connection.execute(
        "CALL ducklake_cleanup_old_files('lake', older_than => now() - INTERVAL 1 DAY)"
    )
    connection.execute(
        "CALL ducklake_delete_orphaned_files('lake', older_than => now() - INTERVAL 1 DAY)"
    )
