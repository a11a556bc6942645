"""Install a peer apart from the product, and have its own Python run a script.

A peer may pin other versions of what Parvis uses, or have a licence under which it must not become
a part of Parvis: neither side ever imports the other.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["SkippedPeer", "ask", "python_with"]

_HOME = Path(__file__).parents[2] / ".venv-peers"
#: What a reason is cut to: it stands in one line of the table.
_LONGEST = 90


class SkippedPeer(Exception):
    """A peer can't be measured here; the text tells why."""


def python_with(name: str, packages: Sequence[str], seconds: float = 900) -> Path:
    """Return the Python of an environment that has the packages, made at the first call.

    Parameters
    ----------
    name
        Of the environment: a folder.
    packages
        What pip shall install, from wherever it is set up to look.
    seconds
        The longest that the installation may take.

    Raises
    ------
    SkippedPeer
        They can't be installed.
    """
    home = _HOME / name
    python = home / "bin" / "python"
    done, wanted = home / "installed.txt", "\n".join(packages)
    if done.is_file() and done.read_text("utf-8") == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    print(f"Installing {', '.join(packages)} ...", flush=True)
    _run([sys.executable, "-m", "venv", str(home)], seconds, "no environment")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, *packages], seconds, "not installed")
    done.write_text(wanted, "utf-8")
    return python


def ask(python: Path, script: str, *words: str, seconds: float = 900) -> dict[str, Any]:
    """Run one of the scripts beside this file, and return the JSON of its last line.

    Raises
    ------
    SkippedPeer
        It fails, or takes longer than `seconds`.
    """
    path = Path(__file__).with_name(script)
    # isolated: it sees what its environment has, and nothing of this project
    said = _run([str(python), "-I", str(path), *words], seconds, "it failed")
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told


def _run(command: Sequence[str], seconds: float, what: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=True
        ).stdout
    except subprocess.TimeoutExpired:
        raise SkippedPeer(f"{what} within {seconds:g} s") from None
    except subprocess.CalledProcessError as error:
        raise SkippedPeer(f"{what}: {_reason(error.stderr)}") from None
    except OSError as error:
        raise SkippedPeer(f"{what}: {error.strerror}") from None


def _reason(said: str) -> str:
    """Return the first line that pip calls an error, or else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["nothing was said"]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    found = (errors or lines[-1:])[0]
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"
