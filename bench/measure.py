"""Time whole processes and requests, as a user meets them."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finished", "Row", "median_of", "parvis", "percentile"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended: wall seconds, peak resident memory in GiB, what it printed."""

    seconds: float
    peak_gib: float
    output: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, and what it must reach."""

    what: str
    value: float
    unit: str
    limit: float

    @property
    def reached(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value <= self.limit


def run(command: Sequence[str], cwd: Path | None = None) -> Finished:
    """Run a command to its end; raise if it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output}")
    return Finished(seconds, usage.ru_maxrss / 2**20, output)


def parvis(*words: str) -> Finished:
    """Run one parvis command in a process of its own."""
    return run([sys.executable, "-m", "parvis", *words])


def median_of(times: int, work: Callable[[], float]) -> float:
    """Return the median of several runs."""
    return statistics.median(work() for _ in range(times))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
