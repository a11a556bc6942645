"""The tree of processes: started, started again, ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from parvis.work.supervise import GIVE_UP, Part, supervise

PART = """
    import os, sys, time, pathlib, signal
    place = pathlib.Path(sys.argv[1])
    with place.open("a") as log:
        log.write(f"{os.getpid()}\\n")
    {body}
"""


@pytest.fixture
def part(tmp_path, monkeypatch):
    """Stand in for `python -m parvis` with a script that notes its process id."""

    def make(name: str, body: str) -> tuple[Part, Path]:
        package = tmp_path / "fake" / "parvis"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text("")
        script = textwrap.dedent(PART).replace("{body}", body)
        (package / "__main__.py").write_text(script)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))
        log = tmp_path / f"{name}.log"
        log.touch()
        return Part(name, [str(log)]), log

    return make


def _started(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()]


def _until(condition, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


def test_a_part_that_is_killed_is_started_again_and_all_end_together(part):
    one, log = part("one", "time.sleep(60)")
    stop = threading.Event()
    codes = []
    tree = threading.Thread(target=lambda: codes.append(supervise([one], stop)))
    tree.start()
    _until(lambda: len(_started(log)) == 1)
    os.kill(_started(log)[0], signal.SIGKILL)
    _until(lambda: len(_started(log)) == 2)
    stop.set()
    tree.join(20)
    assert codes == [0]
    assert not any(_alive(pid) for pid in _started(log))


def test_a_part_that_cannot_work_ends_the_tree(part):
    one, log = part("one", f"sys.exit({GIVE_UP})")
    assert supervise([one], threading.Event()) == 1
    assert len(_started(log)) == 1


def test_a_part_that_keeps_failing_is_started_less_and_less_often(part):
    one, log = part("one", "sys.exit(3)")
    stop = threading.Event()
    tree = threading.Thread(target=supervise, args=([one], stop))
    tree.start()
    time.sleep(5)
    stop.set()
    tree.join(20)
    assert 2 <= len(_started(log)) <= 4


def test_parts_end_when_their_supervisor_is_killed(tmp_path):
    script = textwrap.dedent(
        """
        import threading, sys
        import parvis.work.supervise as s
        import subprocess
        real = subprocess.Popen
        def child(command, **how):
            code = (
                "import os, time, sys; from parvis.work.supervise import follow_parent;"
                "follow_parent(); open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
            )
            return real([sys.executable, "-c", code, sys.argv[1]], **how)
        s.subprocess.Popen = child
        s.supervise([s.Part("one", [])], threading.Event())
        """
    )
    noted = tmp_path / "pid"
    supervisor = subprocess.Popen([sys.executable, "-c", script, str(noted)])
    _until(lambda: noted.exists() and noted.read_text())
    child = int(noted.read_text())
    assert _alive(child)
    supervisor.kill()
    supervisor.wait()
    _until(lambda: not _alive(child))
