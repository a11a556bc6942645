"""What the worker last did, in a small file that the pages and `parvis status` read."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["WorkerStatus", "read_status", "write_status"]


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """The state of the worker.

    Parameters
    ----------
    state
        waiting, building, failing or stopped.
    since
        Since when (ISO 8601, UTC).
    last_build_at, last_build_seconds
        The last build that did something.
    problem, next_step
        What went wrong, and what to do; empty when all is well.
    """

    state: str
    since: str
    last_build_at: str = ""
    last_build_seconds: float = 0.0
    problem: str = ""
    next_step: str = ""

    @staticmethod
    def now() -> str:
        """Return the present moment as it is written here."""
        return datetime.now(UTC).isoformat(timespec="seconds")


def _path(folder: Path) -> Path:
    return folder / "worker.json"


def read_status(folder: Path) -> WorkerStatus | None:
    """Return the worker's last words in a workspace's folder; None if it never ran."""
    try:
        return WorkerStatus(**json.loads(_path(folder).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_status(folder: Path, status: WorkerStatus) -> None:
    """Leave the worker's state for others; a reader never sees half of it."""
    part = _path(folder).with_suffix(".part")
    try:
        part.write_text(json.dumps(asdict(status)), "utf-8")
        part.replace(_path(folder))
    except OSError:
        # a full disk must not stop the worker from trying again
        part.unlink(missing_ok=True)
