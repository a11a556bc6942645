"""A store of users."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from parvis.trust.api import Access


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is kept."""
    return tmp_path / "app.db"


@pytest.fixture
def access(path: Path) -> Iterator[Access]:
    """An empty one."""
    with Access(path) as made:
        yield made
