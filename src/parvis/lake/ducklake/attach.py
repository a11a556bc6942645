"""Open DuckLake on a folder, with extensions from packages: nothing is downloaded."""

from __future__ import annotations

from typing import Final

import duckdb
from duckdb_extensions import import_extension

from parvis.lake.ducklake.failures import plainly
from parvis.lake.ducklake.files import LakeFiles
from parvis.lake.ducklake.python_functions import add_python_functions

__all__ = ["attach", "quoted"]

_EXTENSIONS: Final = ("ducklake", "sqlite_scanner", "httpfs")


def quoted(value: str) -> str:
    """Write a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"


def attach(
    files: LakeFiles, *, encrypted: bool | None, memory_gib: float, threads: int = 0
) -> duckdb.DuckDBPyConnection:
    """Connect to a lake.

    Parameters
    ----------
    files
        Where it is.
    encrypted
        Whether a new lake encrypts its Parquet files; None: the lake is there already.
    memory_gib
        The most that the engine may take.
    threads
        The most cores that it may use; 0: all that there are.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_gib}GiB",
        "temp_directory": str(files.spill),
        "preserve_insertion_order": True,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    connection = duckdb.connect(config=config)
    for name in _EXTENSIONS:
        try:
            connection.execute(f"LOAD {name}")
        except duckdb.Error:
            import_extension(name, con=connection)
            connection.execute(f"LOAD {name}")
    add_python_functions(connection)
    # a time that tells no offset is the same moment whatever the machine's own zone
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    # the catalog notes where its files were: a workspace that was moved finds them all the same
    options = f"DATA_PATH {quoted(str(files.data))}, OVERRIDE_DATA_PATH true"
    options += ", META_JOURNAL_MODE 'WAL'"
    options += ", META_BUSY_TIMEOUT 10000"
    if encrypted:
        options += ", ENCRYPTED"
    if encrypted is None:
        options += ", CREATE_IF_NOT_EXISTS false"
    try:
        with plainly(files):
            connection.execute(
                f"ATTACH {quoted(f'ducklake:sqlite:{files.catalog}')} AS lake ({options})"
            )
            connection.execute("SET ducklake_max_retry_count = 30")
        files.catalog.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return connection
