"""A build that is killed, and readers beside one that runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import built, made_workspace, order, page, put, rows, run_python, start_python

#: A builder that stops at a step (or just before or after its commit) until it is told to go on.
BUILD = """
import sys
from pathlib import Path
from parvis.lake.ducklake import DuckLake
from parvis.lake.workspace import Workspace
from parvis.work import steps
folder, where = Path(sys.argv[1]), sys.argv[2]

def stop(*_):
    print("here", flush=True)
    sys.stdin.readline()

if where == "commit":
    import parvis.lake.build.run as run
    note = run._note
    run._note = lambda *given: (note(*given), stop())
if where == "after":
    DuckLake.back_up_catalog = stop
def progress(decision, place, count):
    if decision.step.table == where:
        stop()
with Workspace.open(folder) as workspace:
    steps.build(workspace, progress)
print("done", flush=True)
"""

READ = """
import sys
from pathlib import Path
from parvis.lake.workspace import Workspace
workspace = Workspace.open(Path(sys.argv[1]))
engine = workspace.engine
def look():
    orders = engine.table("orders")
    profiles = engine.table("profiles")
    lines = engine.table("order_lines")
    return [t.to_pyarrow().as_py() for t in (
        orders.net_base.sum(), profiles.monetary.sum(), lines.net_base.sum(), orders.count())]
print("ready", flush=True)
seen = []
for line in sys.stdin:
    for _ in range(5):
        found = engine.consistently(look)
        assert found[0] == found[1] == found[2], found
        seen.append(found[3])
    print(seen[-1], flush=True)
"""


def first_shop() -> list[dict[str, object]]:
    told = [order(f"o{n}", user=f"u{n % 17}", lines=[("tea", n)]) for n in range(60)]
    return [*told, page(user="u1")]


MORE = [order(f"n{n}", user=f"u{n % 17}", lines=[("pot", n)]) for n in range(40)]


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the first shop, built: what each test begins with a copy of."""
    folder = tmp_path_factory.mktemp("crash") / "shop"
    with made_workspace(folder) as workspace:
        put(workspace, first_shop())
        build(workspace)
    return folder


@pytest.fixture
def workspace(built_once: Path, tmp_path: Path) -> Iterator[Workspace]:
    """Open a built shop into which more has come."""
    shutil.copytree(built_once, tmp_path / "shop")
    with Workspace.open(tmp_path / "shop") as opened:
        put(opened, MORE)
        yield opened


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], list[Any]]:
    """Build all at once: the orders' and the customers' money."""
    with made_workspace(tmp_path_factory.mktemp("whole") / "shop") as other:
        put(other, first_shop() + MORE)
        build(other)
        return money_of(other)


def money_of(shop: Workspace) -> tuple[list[Any], list[Any]]:
    # message ids of the first shop differ: what a build makes of them doesn't
    return (
        sorted((r["order_id"], r["net_base"]) for r in rows(shop.orders)),
        sorted(r["monetary"] for r in rows(shop.profiles)),
    )


@pytest.mark.slow
@pytest.mark.parametrize("where", ["order_lines", "commit", "after"])
def test_killed_in_the_middle_the_last_good_state_stands(
    workspace: Workspace, wanted: tuple[list[Any], list[Any]], where: str
) -> None:
    before = built(workspace)
    child = start_python(BUILD, workspace.files.folder, where)
    assert child.stdout
    assert child.stdout.readline() == "here\n"
    if where != "after":
        assert built(workspace) == before
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL

    if where == "after":
        assert len(rows(workspace.orders)) == 100
    else:
        assert built(workspace) == before
    workspace.close()
    with Workspace.open(workspace.files.folder) as again:
        assert build(again).plan.is_empty == (where == "after")
        assert money_of(again) == wanted
        again.engine.maintain(30)
        assert len(rows(again.orders)) == 100


@pytest.mark.slow
def test_readers_beside_a_build_see_one_state(workspace: Workspace) -> None:
    folder = workspace.files.folder
    workspace.close()
    reader = start_python(READ, folder)
    assert reader.stdout
    assert reader.stdin
    assert reader.stdout.readline() == "ready\n"

    def look() -> int:
        reader.stdin.write("look\n")  # type: ignore[union-attr]
        reader.stdin.flush()  # type: ignore[union-attr]
        return int(reader.stdout.readline())  # type: ignore[union-attr]

    assert look() == 60
    builder = start_python(BUILD, folder, "profiles")
    assert builder.stdout
    assert builder.stdin
    assert builder.stdout.readline() == "here\n"
    assert look() == 60
    busy = run_python(BUSY, folder)
    assert busy.strip() == "busy"
    builder.stdin.write("go\n")
    builder.stdin.flush()
    while builder.poll() is None:
        assert look() in (60, 100)
    assert builder.returncode == 0, builder.communicate()
    builder.communicate()
    assert look() == 100
    _, errors = reader.communicate()
    assert reader.returncode == 0, errors


BUSY = """
import sys
from pathlib import Path
from parvis.errors import WorkspaceBusy
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
try:
    build(Workspace.open(Path(sys.argv[1])))
except WorkspaceBusy:
    print("busy")
"""
