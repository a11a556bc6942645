"""What the engine says when something fails, in plain words."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from typing import Final

import duckdb

from parvis.errors import CatalogUnreadable, LakeError
from parvis.lake.ducklake.files import LakeFiles, has_room, no_room_left, rescue

__all__ = ["lost_a_race", "plainly"]

_FULL: Final = ("no space left", "disk is full", "max_temp_directory_size", "quota exceeded")
_DAMAGED: Final = ("malformed", "not a database", "disk i/o", "no such table: ducklake")


@contextlib.contextmanager
def plainly(files: LakeFiles) -> Iterator[None]:
    """Turn what the engine raises into the errors of `parvis.errors`.

    Parameters
    ----------
    files
        The lake's files, for the message.
    """
    try:
        yield
    except (duckdb.Error, sqlite3.DatabaseError) as error:
        text = str(error)
        low = text.lower()
        # without room for its own notes the catalog fails in words of its own
        starved = "disk i/o" in low or "unable to open" in low
        if any(words in low for words in _FULL) or (starved and not has_room(files)):
            raise no_room_left(files) from error
        if isinstance(error, sqlite3.DatabaseError) or any(words in low for words in _DAMAGED):
            raise CatalogUnreadable(
                f"The lake's catalog can't be read: {files.catalog} ({_first(text)}).",
                rescue(files),
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            raise LakeError(
                f"The computation needs more memory than the lake may take ({_first(text)}).",
                "Raise memory_gib under [lake] in parvis.toml.",
            ) from error
        if lost_a_race(error):
            raise LakeError(
                "Other processes kept writing to the lake, and this one could not.",
                "Run the command again when they are done.",
            ) from error
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room_left(files) from error
        raise


def lost_a_race(error: BaseException) -> bool:
    """Tell whether another process was faster, so that trying again can succeed."""
    text = str(error).lower()
    return "conflict" in text or "locked" in text or "retry" in text


def _first(text: str) -> str:
    return text.splitlines()[0][:200] if text else ""
