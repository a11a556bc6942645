"""Keep several processes running, and end them together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Part", "follow_parent", "stop_on_signals", "supervise"]

_log = logging.getLogger("parvis.up")

_STEADY_SECONDS: Final = 30.0
_LONGEST_PAUSE_SECONDS: Final = 30.0
_PATIENCE_SECONDS: Final = 15.0

#: The exit code of a part that can't be helped by starting it again.
GIVE_UP: Final = 78


@dataclass(slots=True)
class Part:
    """One process of the tree.

    Parameters
    ----------
    name
        What it is called in the log.
    arguments
        The words after `python -m parvis`.
    """

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)


def supervise(parts: Sequence[Part], stop: threading.Event) -> int:
    """Start the parts, start again those that end, until told to stop.

    A part that keeps failing is started less and less often; one that says it can't work
    at all (its port is taken, say) ends the whole tree.

    Returns
    -------
    int
        The exit code for the whole.
    """
    code = 0
    try:
        while not stop.is_set():
            for part in parts:
                if part.process is None:
                    if time.monotonic() >= part.due:
                        _start(part)
                elif part.process.poll() is not None:
                    if part.process.returncode == GIVE_UP:
                        code = 1
                        stop.set()
                        break
                    _plan_restart(part)
            stop.wait(0.2)
    finally:
        _end(parts)
    return code


def _start(part: Part) -> None:
    # the child sees its standard input close when this process dies, however it dies
    part.process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "parvis", *part.arguments],
        stdin=subprocess.PIPE,
        env={**os.environ, "PARVIS_SUPERVISED": "1"},
        start_new_session=True,
    )
    part.started = time.monotonic()


def _plan_restart(part: Part) -> None:
    code = part.process.returncode if part.process else 0
    _let_go(part)
    if time.monotonic() - part.started > _STEADY_SECONDS:
        part.failures = 0
    pause = min(2.0**part.failures, _LONGEST_PAUSE_SECONDS)
    part.failures += 1
    part.process, part.due = None, time.monotonic() + pause
    _log.warning("%s ended (code %s); starting it again in %.0f s", part.name, code, pause)


def _end(parts: Sequence[Part]) -> None:
    for part in parts:
        if part.process is not None and part.process.poll() is None:
            part.process.terminate()
    until = time.monotonic() + _PATIENCE_SECONDS
    for part in parts:
        if part.process is None:
            continue
        try:
            part.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.process.kill()
            part.process.wait()
        _let_go(part)


def _let_go(part: Part) -> None:
    if part.process is not None and part.process.stdin is not None:
        part.process.stdin.close()


def follow_parent() -> None:
    """End this process when the supervisor that started it is gone."""
    if os.environ.get("PARVIS_SUPERVISED") != "1":
        return

    def watch() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def stop_on_signals() -> threading.Event:
    """Return an event that is set when the user or the system asks to stop."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
