"""A server of one's own: answers are functions of the request, and requests are remembered."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from parvis.connect.pull.api import Connector, Connectors, Outcome, Patience, run_connector
from parvis.lake.workspace import Workspace

#: Tests don't wait.
HASTE = Patience(
    pause_seconds=0, tries=3, first_wait_seconds=0.01, longest_wait_seconds=0.05, read_seconds=2
)


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    def one(self, name: str, otherwise: str = "") -> str:
        """Return a value of the query."""
        return self.query.get(name, [otherwise])[0]


@dataclass(frozen=True)
class Given:
    """An answer."""

    content: bytes | str | list[Any] | dict[str, Any] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Server:
    """What is served, and what was asked for."""

    def __init__(self, answer: Callable[[Asked], Given]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._reply("GET", b"")

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                self._reply("POST", self.rfile.read(length))

            def _reply(self, method: str, body: bytes) -> None:
                parts = urlsplit(self.path)
                headers = {k.lower(): v for k, v in self.headers.items()}
                asked = Asked(method, parts.path, parse_qs(parts.query), headers, body)
                outer.asked.append(asked)
                given = outer.answer(asked)
                content = given.content
                if isinstance(content, (list, dict)):
                    content = json.dumps(content)
                raw = content.encode() if isinstance(content, str) else content
                self.send_response(given.status)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                if given.status == 304:
                    raw = b""
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def served(answer: Callable[[Asked], Given]) -> Iterator[Server]:
    """Serve for the length of a test."""
    server = Server(answer)
    try:
        yield server
    finally:
        server.close()


def visited(workspace: Workspace, connector: Connector, secret: str = "") -> Outcome:
    """Visit a network once; it is connected where it wasn't."""
    with Connectors(workspace.files.app) as connectors:
        if connector.name not in {s.connector.name for s in connectors.all()}:
            connectors.add(connector, secret)
        return run_connector(workspace, connectors, connector, HASTE)
