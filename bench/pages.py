"""How fast pages answer, and how much they weigh, as a browser asks for them."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from bench.demo import free_port, wait_for
from bench.measure import Row, percentile
from bench.walk_through import make_workspace

__all__ = ["measure"]

_REQUESTS = 200
_PASSWORD = "correct horse battery staple"


@dataclass(slots=True)
class Browser:
    """A browser's way to ask: one connection, a cookie, compression."""

    port: int
    cookie: str = ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[float, int, str]:
        """Ask for a page; return seconds, bytes on the wire, and its text or new place."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Accept-Encoding": "gzip, br", "Cookie": self.cookie}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
            headers["Sec-Fetch-Site"] = "same-origin"
        began = time.perf_counter()
        connection.request("GET" if form is None else "POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookie = "; ".join(filter(None, [self.cookie, value.split(";")[0]]))
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
        connection.close()
        return seconds, len(content), answer.getheader("Location") or ""


@contextmanager
def served(folder: Path) -> Iterator[Browser]:
    """Serve a workspace, and log in."""
    subprocess.run(
        [sys.executable, "-m", "parvis", "user", "add", "bench", "--role", "admin", "-w", folder],
        env={**os.environ, "PARVIS_PASSWORD": _PASSWORD},
        check=False,
        capture_output=True,
    )
    port = free_port()
    command = [sys.executable, "-m", "parvis", "web", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        browser = Browser(port)
        browser.ask("/login", {"login": "bench", "password": _PASSWORD, "next": "/"})
        yield browser
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def measure(scratch: Path) -> list[Row]:
    """Ask for each kind of page 200 times, no two alike where they can differ."""
    folder, _, _ = make_workspace(scratch)
    rows = []
    with served(folder) as browser:
        customers = _customers(browser)
        kinds = {
            "overview": ["/"],
            "customers": [
                f"/customers?{query}"
                for query in (
                    "",
                    "sort=monetary",
                    "page=3",
                    "segment=at_risk",
                    *(f"q={number}" for number in range(1, 160)),
                )
            ],
            "a customer": [f"/customers/{name}" for name in customers],
            "silos": ["/silos"],
        }
        for kind, paths in kinds.items():
            asked = [browser.ask(path) for path in islice(cycle(paths), _REQUESTS)]
            times = [1000 * seconds for seconds, _, _ in asked]
            weight = max(size for _, size, _ in asked) / 1000
            rows += [
                Row(f"{kind}: 95th percentile of {_REQUESTS}", percentile(times, 0.95), "ms", 100),
                Row("  its heaviest, compressed", weight, "kB", 60),
            ]
    return rows


def _customers(browser: Browser) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60)
    names: list[str] = []
    for page in range(1, 10):
        connection.request("GET", f"/customers?page={page}", headers={"Cookie": browser.cookie})
        text = connection.getresponse().read().decode()
        names += re.findall(r"/customers/([0-9a-f]{16})", text)
    connection.close()
    return list(dict.fromkeys(names))[:_REQUESTS]
