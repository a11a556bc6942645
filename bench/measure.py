"""Time whole processes and requests, as a user meets them."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Finished", "Row", "median_of", "parvis", "percentile"]


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended: wall seconds, peak memory of it and its own in GiB, its output."""

    seconds: float
    peak_gib: float
    output: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, and what it must reach.

    What can't be measured here has no figure (`what` tells why), and nothing to reach.
    """

    what: str
    value: float | None
    unit: str
    limit: float

    @property
    def reached(self) -> bool:
        """Whether the figure is within its limit."""
        return self.value is None or bool(self.value <= self.limit)


def run(command: Sequence[str], cwd: Path | None = None) -> Finished:
    """Run a command to its end; raise if it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    watch = _Watch(process.pid)
    watch.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    watch.ended.set()
    watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output}")
    return Finished(seconds, max(watch.peak_kib, usage.ru_maxrss) / 2**20, output)


class _Watch(threading.Thread):
    """Sums the memory of a process and its children, four times a second (on Linux).

    What they share is counted once (proportional set size).
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.ended = threading.Event()
        self.peak_kib = 0

    def run(self) -> None:
        while not self.ended.wait(0.25):
            self.peak_kib = max(self.peak_kib, sum(map(_memory_kib, _family(self.process))))


def _family(process: int) -> list[int]:
    """Return a process and all that come from it."""
    found = [process]
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _family(int(child))
    return found


def _memory_kib(process: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


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
