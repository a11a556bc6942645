"""What tests share."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from parvis.lake.ducklake import DuckLake
from parvis.lake.workspace import Workspace
from parvis.trust import passwords
from tests.making import forget_templates, made_workspace

# two cores shared with other work: a slow example is no failure
settings.register_profile(
    "parvis",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("parvis")

# a lake waits for its disk at each commit: memory answers at once, where there is enough of it
_MEMORY = Path("/dev/shm")
_ENOUGH = 6 * 2**30
if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
    os.environ["TMPDIR"] = str(_MEMORY)  # for the processes that tests start, too
    tempfile.tempdir = None


#: Folders whose files take longest come first: no core waits for another at the end.
_LONGEST = ("web", "work", "cli", "connect", "identity", "lake", "profile", "listen")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        return _LONGEST.index(folder) if folder in _LONGEST else len(_LONGEST)

    items.sort(key=place)


def pytest_sessionfinish() -> None:
    """Remove what was made once for all tests."""
    forget_templates()


@pytest.fixture(scope="session", autouse=True)
def _quick_hashing() -> Iterator[None]:
    """Hash passwords with an eighth of the work; the tests log in hundreds of times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=16 * 1024))
        passwords._nobodys_hash.cache_clear()
        yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckLake]:
    """Give an engine to compute with; what a test stages is its own, the tables stay empty."""
    workspace = made_workspace(tmp_path_factory.mktemp("engine") / "shop")
    yield workspace.engine
    workspace.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Give an empty workspace: UTC, euros, not encrypted, speaking of 2026-07-01."""
    made = made_workspace(tmp_path / "shop")
    yield made
    made.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """Make workspaces by `made_workspace`, each in a folder of its own."""
    made: list[Workspace] = []

    def build_one(**given: Any) -> Workspace:
        made.append(made_workspace(tmp_path / f"shop{len(made)}", **given))
        return made[-1]

    yield build_one
    for workspace in made:
        workspace.close()
