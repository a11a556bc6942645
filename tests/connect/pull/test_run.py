"""Connectors: what is kept of them, and that none stops another."""

from __future__ import annotations

import importlib
import threading
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from typer.testing import CliRunner

from parvis.cli.app import app
from parvis.connect.landing import land
from parvis.connect.pull import run as running
from parvis.connect.pull.api import (
    Connector,
    Connectors,
    Kind,
    connector_states,
    cursor_of,
    run_connector,
    run_due,
)
from parvis.errors import ConnectorError, DiskFull, WorkspaceBusy
from parvis.lake.workspace import Workspace
from parvis.work.connecting import NetworkReader
from tests.connect.pull.serving import HASTE, Given, Server, served, visited
from tests.making import rows

FEED = (
    "<rss version='2.0'><channel><link>https://b.example/</link><item><guid>1</guid>"
    "<title>Un thé</title><pubDate>Mon, 02 Mar 2026 12:00:00 +0100</pubDate></item></channel></rss>"
)


@pytest.fixture
def server():
    with served(lambda asked: Given(FEED) if asked.path == "/feed" else Given(status=404)) as one:
        yield one


def feed_of(server: Server, name: str = "blog", path: str = "/feed", **more) -> Connector:
    return Connector(name, "feed", server.address + path, **more)


def test_one_that_fails_does_not_stop_the_others(workspace, server):
    with Connectors(workspace.files.app) as connectors:
        for name, path in (("a", "/gone"), ("b", "/feed"), ("c", "/gone")):
            connectors.add(feed_of(server, name, path))
        outcomes = {o.connector.name: o for o in run_due(workspace, connectors, HASTE)}
        assert {n: (o.added, bool(o.problem)) for n, o in outcomes.items()} == {
            "a": (0, True),
            "b": (1, False),
            "c": (0, True),
        }
        # nobody's turn now
        assert run_due(workspace, connectors, HASTE) == ()
        state = connectors.one("a")
        assert state.failing_since is not None
        assert "(404)" in state.problem
        assert state.next_step


def test_each_failure_in_a_row_makes_the_pause_longer_up_to_half_a_day(workspace, server):
    with Connectors(workspace.files.app) as connectors:
        connectors.add(feed_of(server))
        now, pauses = datetime(2026, 3, 1, tzinfo=UTC), []
        for _ in range(8):
            connectors.note_failure("blog", now, ("what", "next"), None, 0)
            pauses.append(connectors.one("blog").next_at - now)
        assert [p / timedelta(minutes=15) for p in pauses] == [1, 2, 4, 8, 16, 32, 48, 48]
        assert connectors.one("blog").failing_since == now
        asked = now + timedelta(hours=3)
        connectors.note_failure("blog", now, ("what", "next"), asked, 0)
        assert connectors.one("blog").next_at == asked
        connectors.note_success("blog", now, 3)
        state = connectors.one("blog")
        assert (state.failures, state.failing_since, state.problem) == (0, None, "")
        assert state.next_at == now + timedelta(minutes=15)


def test_the_cursor_is_written_with_the_events_or_not_at_all(workspace, server, monkeypatch):
    monkeypatch.setitem(running.KINDS, "feed", (__name__, "pull_twice"))
    connector = feed_of(server)

    def full(*given, **named):
        if named["cursor"] is not None and named["events"] is not None and calls.append(1) is None:
            if len(calls) == 2:
                monkeypatch.setattr(engine, "reconcile", broken)
            return land(*given, **named)
        return land(*given, **named)

    def broken(*_):
        raise DiskFull("No room is left.", "Make room.")

    calls: list[int] = []
    engine = workspace.engine
    monkeypatch.setattr(running, "land", full)
    outcome = visited(workspace, connector)
    assert (outcome.added, outcome.problem) == (1, "No room is left.")
    monkeypatch.undo()
    assert cursor_of(engine, "blog") == {"at": 1}
    assert [r["message_id"] for r in rows(workspace.events)] == ["m1"]


def pull_twice(visit):
    from parvis.connect.files.scratch import Scratch
    from parvis.connect.pull.contracts import Pulled
    from parvis.connect.staging import staged_events

    for number in range(int(visit.cursor.get("at", 0)) + 1, 3):
        with Scratch(visit.engine) as scratch:
            at = datetime(2026, 3, number, tzinfo=UTC)
            row = {
                "message_id": f"m{number}", "source": "blog", "type": "track",
                "occurred_at": at, "received_at": at,
            }  # fmt: skip
            yield Pulled(staged_events(scratch, [row]), {"at": number}, 1)


def test_a_bug_in_one_is_noted_and_told_without_its_insides(workspace, server, monkeypatch):
    monkeypatch.setitem(running.KINDS, "feed", (__name__, "pull_badly"))
    assert visited(workspace, feed_of(server)).problem == "KeyError while reading blog."


def pull_badly(visit):
    raise KeyError("oops")
    yield


def test_passwords_are_found_where_they_are_kept(workspace, tmp_path, monkeypatch):
    path = tmp_path / "password"
    path.write_text("from a file\n")
    monkeypatch.setenv("BLOG_PASSWORD", "from the environment")
    with Connectors(workspace.files.app) as connectors:
        for name, place, kept in (
            ("a", "stored", "kept"), ("b", "env:BLOG_PASSWORD", ""), ("c", f"file:{path}", ""),
            ("d", "env:NOT_THERE", ""), ("e", "file:/not/there", ""), ("f", "", ""),
        ):  # fmt: skip
            connectors.add(
                Connector(name, "feed", "https://b.example/", "ann", secret_from=place), kept
            )
        of = {s.connector.name: s.connector for s in connectors.all()}
        found = [connectors.secret(of[n]) for n in "abcf"]
        assert found == ["kept", "from the environment", "from a file", ""]
        for name, what in (("d", "NOT_THERE"), ("e", "/not/there")):
            with pytest.raises(ConnectorError, match=what):
                connectors.secret(of[name])
    assert workspace.files.app.stat().st_mode & 0o077 == 0
    assert b"kept" not in b"".join(
        p.read_bytes() for p in workspace.files.lake.folder.rglob("*") if p.is_file()
    )


def test_two_do_not_read_at_once(workspace, server):
    with Connectors(workspace.files.app) as connectors:
        connectors.add(feed_of(server))
        with running._alone(workspace, "other"), pytest.raises(WorkspaceBusy, match="blog"):
            run_connector(workspace, connectors, feed_of(server), HASTE)


def test_the_worker_reads_what_is_connected(workspace, server):
    with Connectors(workspace.files.app) as connectors:
        connectors.add(feed_of(server))
    stop = threading.Event()
    reader = NetworkReader(workspace.files.folder, stop, HASTE)
    reader.start()
    for _ in range(200):
        if connector_states(workspace.files.app)[0].events:
            break
        stop.wait(0.05)
    stop.set()
    reader.join(10)
    assert connector_states(workspace.files.app)[0].events == 1
    assert workspace.table("events").count().to_pyarrow().as_py() == 1


def test_every_kind_can_be_read():
    assert set(running.KINDS) == set(get_args(Kind))
    for module, name in running.KINDS.values():
        assert callable(getattr(importlib.import_module(module), name))


def run(*words: object, given: str = ""):
    return CliRunner().invoke(app, [str(w) for w in words], input=given)


def test_by_command(workspace: Workspace, server):
    place = ("-w", workspace.files.folder)
    workspace.close()
    assert "No network is connected" in run("connect", "list", *place).output
    address = server.address + "/feed"
    added = run("connect", "add", "feed", "blog", "--address", address, "--every", 30, *place)
    assert "parvis connect run blog" in added.output
    assert "not read yet" in run("connect", "status", *place).output
    assert "1 events added" in run("connect", "run", "blog", *place).output.replace("\n", " ")
    assert "well; last read" in run("connect", "status", *place).output
    assert "30 min" in run("connect", "list", *place).output
    assert "No network's turn" in run("connect", "run", *place).output
    assert "no longer read" in run("connect", "remove", "blog", *place).output

    run("connect", "add", "feed", "gone", "--address", server.address + "/gone", *place)
    failed = run("connect", "run", "gone", *place)
    assert failed.exit_code == 1
    told = run("connect", "status", *place).output.replace("\n", " ")
    assert "fails since" in told
    assert "(404)" in told


def test_a_password_is_never_told(workspace: Workspace):
    place = ("-w", workspace.files.folder)
    workspace.close()
    address = ("--address", "https://blog.example/", "--login", "ann")
    added = run("connect", "add", "wordpress", "blog", *address, *place, given="hush hush\n")
    assert added.exit_code == 0, added.output
    for words in ("list", "status"):
        assert "hush" not in run("connect", words, *place).output
    (state,) = connector_states(workspace.files.app)
    assert "hush" not in repr(state)
    with Connectors(workspace.files.app) as connectors:
        assert connectors.secret(state.connector) == "hush hush"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("telex", "a", "--address", "https://b.example/"), "no kind of network"),
        (("feed", "a/b", "--address", "https://b.example/"), "can't be a name"),
        (("feed", "a", "--address", "b.example"), "begins with https://"),
        (("feed", "a", "--address", "https://ann:x@b.example/"), "holds a login"),
        (("imap", "a", "--address", "imaps://b.example"), "needs a login"),
        (("feed", "a", "--address", "https://b.example/", "--password-env", "A",
          "--password-file", "B"), "one of the two"),
    ],
)  # fmt: skip
def test_what_cannot_be_connected_is_told(workspace, words, told):
    done = run("connect", "add", *words, "-w", workspace.files.folder)
    assert isinstance(done.exception, ConnectorError)
    assert told in str(done.exception)
    assert connector_states(workspace.files.app) == ()
