"""A store of users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from parvis.trust import passwords
from parvis.trust.api import Access


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with an eighth of the work; these tests log in hundreds of times."""
    hasher = PasswordHasher(time_cost=1, memory_cost=16 * 1024)
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is kept."""
    return tmp_path / "app.db"


@pytest.fixture
def access(path: Path) -> Iterator[Access]:
    """An empty one."""
    with Access(path) as made:
        yield made
