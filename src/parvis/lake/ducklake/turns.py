"""Writers take turns, and one who lost a race tries again."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import random
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

import duckdb

from parvis.lake.ducklake.failures import lost_a_race, plainly
from parvis.lake.ducklake.files import LakeFiles

__all__ = ["alone", "in_turn"]

T = TypeVar("T")

_TRIES: Final = 12


@contextlib.contextmanager
def alone(files: LakeFiles) -> Iterator[None]:
    """Hold the right to write; the system lets go of it if the process dies."""
    with files.write_lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def in_turn(files: LakeFiles, work: Callable[[], T]) -> T:
    """Return what `work` returns, run alone; again where somebody without our lock was faster.

    Parameters
    ----------
    files
        The lake's files; the lock is among them.
    work
        Writes, all or nothing.
    """
    for attempt in itertools.count(1):
        with plainly(files):
            try:
                with alone(files):
                    return work()
            except duckdb.Error as error:
                if attempt == _TRIES or not lost_a_race(error):
                    raise
        # somebody without our lock writes too: wait a little longer each time
        time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311
    raise AssertionError
