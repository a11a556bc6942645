"""Where a lake keeps what; its catalog looked at, copied and brought back, without an engine."""

from __future__ import annotations

import contextlib
import errno
import shutil
import sqlite3
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from parvis.errors import CatalogUnreadable, DiskFull

__all__ = [
    "LakeFiles",
    "back_up_catalog",
    "check_catalog",
    "has_room",
    "newest_snapshot",
    "no_room_left",
    "rescue",
    "restore_catalog",
]

_LEAST_ROOM = 256 * 1024


# The engine carries a SQLite of its own. Two of them on one file in one process drop each other's
# locks (closing a file ends all locks that the process holds on it), and the catalog is lost:
# so Python's SQLite looks at a catalog from a process of its own.
_LOOK = """
with contextlib.closing(sqlite3.connect(sys.argv[1], uri=True, timeout=10)) as catalog:
    found = catalog.execute("SELECT max(snapshot_id) FROM ducklake_snapshot").fetchone()
    print(found[0] or 0)
"""
_COPY = """
with contextlib.closing(sqlite3.connect(sys.argv[1], timeout=10)) as source:
    with contextlib.closing(sqlite3.connect(sys.argv[2])) as target:
        os.chmod(sys.argv[2], 0o600)
        source.backup(target)
"""
_FRAME = """
import contextlib, os, sqlite3, sys
try:
    {code}
except (sqlite3.Error, OSError) as error:
    sys.exit(f"{{type(error).__name__}}: {{error}}")
"""


class _Refused(Exception):
    """What SQLite said in the other process."""

    def __init__(self, said: str) -> None:
        kind, _, words = said.strip().partition(": ")
        super().__init__(words or said.strip())
        self.kind = kind


def _apart(code: str, *arguments: str) -> str:
    whole = _FRAME.format(code=code.strip().replace("\n", "\n    "))
    command = [sys.executable, "-I", "-S", "-c", whole, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise _Refused(done.stderr)
    return done.stdout


@dataclass(frozen=True, slots=True)
class LakeFiles:
    """Where a lake keeps what."""

    folder: Path

    @property
    def catalog(self) -> Path:
        """The catalog: which files hold which rows, and the keys to read them."""
        return self.folder / "catalog.sqlite"

    @property
    def backup(self) -> Path:
        """The copy of the catalog that is taken after each import and build."""
        return self.folder / "catalog.backup.sqlite"

    @property
    def damaged(self) -> Path:
        """Where a damaged catalog is kept when the copy takes its place."""
        return self.folder / "catalog.damaged.sqlite"

    @property
    def write_lock(self) -> Path:
        """Held by the one process that writes; readers never wait for it."""
        return self.folder / "write.lock"

    @property
    def data(self) -> Path:
        """The Parquet files."""
        return self.folder / "data"

    @property
    def spill(self) -> Path:
        """Where a computation that doesn't fit in memory goes on."""
        return self.folder / "spill"


def newest_snapshot(files: LakeFiles) -> int:
    """Return the number of the lake's newest state, without opening the lake.

    Raises
    ------
    CatalogUnreadable
        With what can be done.
    """
    if not files.catalog.exists():
        raise CatalogUnreadable(
            f"The lake has no catalog: {files.catalog} is missing.", rescue(files)
        )
    try:
        return int(_apart(_LOOK, f"{files.catalog.absolute().as_uri()}?mode=ro"))
    except _Refused as error:
        if error.kind == "OperationalError" and not has_room(files):
            raise no_room_left(files) from error
        raise CatalogUnreadable(
            f"The lake's catalog can't be read: {files.catalog} ({error}).", rescue(files)
        ) from error


def check_catalog(files: LakeFiles) -> None:
    """Say plainly when a catalog can't be read, before an engine trips over it.

    Raises
    ------
    CatalogUnreadable
        With what can be done.
    """
    try:
        newest_snapshot(files)
    except CatalogUnreadable as error:
        # busy isn't broken
        if "locked" not in str(error.__cause__):
            raise


def has_room(files: LakeFiles) -> bool:
    """Tell whether the disk has room for the least that a catalog needs to be read."""
    return shutil.disk_usage(files.folder).free > _LEAST_ROOM


def no_room_left(files: LakeFiles) -> DiskFull:
    """Say that the disk is full."""
    return DiskFull(
        f"The disk of {files.folder} is full. Nothing of this step was kept; "
        "all that was in before is still in.",
        "Free some room, then run the command again.",
    )


def rescue(files: LakeFiles) -> str:
    """Say what can be done when the catalog can't be read."""
    if files.backup.exists():
        return (
            f"The rows themselves are untouched in {files.data}. A copy of the catalog, taken "
            f"after the last import or build, is in {files.backup.name}: run "
            "`parvis lake restore` to take it."
        )
    return (
        f"There is no copy beside it ({files.backup.name}). Bring {files.catalog.name} back from "
        "your own backup; without it the encrypted rows can't be read."
    )


def back_up_catalog(files: LakeFiles) -> None:
    """Copy the catalog; without it the encrypted files can't be read.

    Raises
    ------
    DiskFull
        There is no room for the copy; the one taken before is still there.
    """
    # two processes may copy at once
    part = files.backup.with_suffix(f".{uuid.uuid4().hex}.part")
    try:
        _apart(_COPY, str(files.catalog), str(part))
        part.replace(files.backup)
    except (_Refused, OSError) as error:
        part.unlink(missing_ok=True)
        if "full" in str(error) or _no_room(error) or not has_room(files):
            raise DiskFull(
                f"The disk of {files.folder} is full: the rows are in, but the catalog could not "
                "be copied beside them.",
                "Free some room; the next import or build takes the copy.",
            ) from error
        raise


def _no_room(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def restore_catalog(files: LakeFiles) -> Path:
    """Take the copy of the catalog; the damaged one is kept beside it.

    Returns
    -------
    Path
        Where the damaged catalog is kept.

    Raises
    ------
    CatalogUnreadable
        There is no copy, or it is damaged too; the catalog is left as it was.
    """
    if not files.backup.exists():
        raise CatalogUnreadable(
            f"There is no copy of the catalog ({files.backup}).",
            "Bring catalog.sqlite back from your own backup.",
        )
    fresh = files.catalog.with_suffix(".part")
    shutil.copy2(files.backup, fresh)
    try:
        with contextlib.closing(sqlite3.connect(fresh)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            copy.execute("SELECT max(snapshot_id) FROM ducklake_snapshot").fetchone()
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        fresh.unlink()
        raise CatalogUnreadable(
            f"The copy of the catalog ({files.backup}) is damaged too.",
            "Bring catalog.sqlite back from your own backup.",
        )
    # what stands beside the damaged catalog must not be read as part of the copy
    for suffix in ("", "-wal", "-shm"):
        damaged = files.catalog.with_name(files.catalog.name + suffix)
        if damaged.exists():
            damaged.replace(files.damaged.with_name(files.damaged.name + suffix))
    fresh.replace(files.catalog)
    return files.damaged
