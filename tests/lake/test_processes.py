"""Several processes on one lake: nothing is lost, nobody fails, nothing is in twice."""

from __future__ import annotations

from subprocess import TimeoutExpired

import pytest

from parvis.lake.workspace import Workspace
from tests.making import order, put, rows, start_python

WRITE = """
import sys
from pathlib import Path
from parvis.lake.workspace import Workspace
from tests.making import event, put
folder, who, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
workspace = Workspace.open(folder)
workspace.engine
print("ready", flush=True)
sys.stdin.readline()
for n in range(count):
    names = [f"{who}-{n}-{i}" for i in range(20)]
    report = put(workspace, [event(name, message_id=name) for name in names])
    print(report.added, flush=True)
"""

READ = """
import sys
from pathlib import Path
from parvis.lake.workspace import Workspace
workspace = Workspace.open(Path(sys.argv[1]))
workspace.engine
print("ready", flush=True)
sys.stdin.readline()
seen = 0
for n in range(int(sys.argv[2])):
    count = workspace.events.count().to_pyarrow().as_py()
    assert count >= seen, "rows went away"
    assert count % 20 == 0, "half of a commit was seen"
    seen = count
print(seen)
"""


@pytest.mark.slow
def test_two_append_while_a_third_reads(workspace: Workspace) -> None:
    folder = workspace.files.folder
    writers = [start_python(WRITE, folder, who, 15) for who in ("left", "right")]
    reader = start_python(READ, folder, 120)
    everyone = [*writers, reader]
    for process in everyone:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in everyone:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in everyone]
    assert [process.returncode for process in everyone] == [0, 0, 0], [err for _, err in said]
    names = {r["name"] for r in rows(workspace.events.select("name"))}
    assert names == {
        f"{w}-{n}-{i}" for w in ("left", "right") for n in range(15) for i in range(20)
    }


@pytest.mark.slow
def test_the_same_rows_from_two_processes_at_once_are_in_once(workspace: Workspace) -> None:
    folder = workspace.files.folder
    writers = [start_python(WRITE, folder, "same", 15) for _ in range(3)]
    for process in writers:
        assert process.stdout
        process.stdout.readline()
    for process in writers:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120) for process in writers]
    assert [process.returncode for process in writers] == [0, 0, 0], [err for _, err in said]
    assert len(rows(workspace.events.select("message_id"))) == 15 * 20
    assert sum(int(n) for out, _ in said for n in out.split()) == 15 * 20


def test_an_import_waits_for_its_turn(workspace: Workspace) -> None:
    """What is written meanwhile must not make a long transaction begin again."""
    attempts = []
    other = start_python(WRITE, workspace.files.folder, "other", 1)
    assert other.stdout
    assert other.stdin
    assert other.stdout.readline() == "ready\n"

    def long_work() -> None:
        attempts.append(1)
        put(workspace, [order("o1")])
        other.stdin.write("go\n")  # type: ignore[union-attr]
        other.stdin.flush()  # type: ignore[union-attr]
        with pytest.raises(TimeoutExpired):
            other.wait(1.5)
        assert len(rows(workspace.events)) == 1

    workspace.engine.atomically(long_work)
    out, err = other.communicate(timeout=60)
    assert other.returncode == 0, err
    assert out == "20\n"
    assert attempts == [1]
    assert len(rows(workspace.events)) == 21
