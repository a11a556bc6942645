"""`make demo` on a fresh clone with no environment, until a page answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.measure import Row, run

__all__ = ["free_port", "measure", "wait_for"]


def measure(scratch: Path) -> list[Row]:
    """Clone the project, type one command, wait for the page."""
    clone = scratch / "clone"
    run(["git", "clone", "--quiet", str(Path(__file__).parents[1]), str(clone)])
    port = free_port()
    began = time.perf_counter()
    log = (scratch / "demo.log").open("w+")
    process = subprocess.Popen(
        ["make", "demo", f"PORT={port}"],
        cwd=clone,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env={k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"},
    )
    try:
        installed = wait_until(clone / ".venv" / ".demo", process)
        wait_for(f"http://127.0.0.1:{port}/health", process)
        answered = time.perf_counter()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()
    return [
        Row("make demo on a fresh clone, to a page that answers", answered - began, "s", 240),
        Row("  of which the product's own work", answered - installed, "s", 75),
    ]


def wait_until(path: Path, process: subprocess.Popen[bytes], seconds: float = 600) -> float:
    """Wait for a file; return when it came."""
    until = time.perf_counter() + seconds
    while not path.exists():
        if process.poll() is not None or time.perf_counter() > until:
            raise RuntimeError(f"{path} never came")
        time.sleep(0.05)
    return time.perf_counter()


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 300) -> None:
    """Wait until a page answers."""
    until = time.perf_counter() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.perf_counter() > until:
                raise RuntimeError(f"{url} never answered") from None
            time.sleep(0.1)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
