"""A lake that is missing, damaged, or has no room: plain words, and nothing is lost."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import parvis
from parvis.errors import (
    CatalogUnreadable,
    DiskFull,
    SettingsError,
    WorkspaceError,
    WorkspaceNotFound,
)
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import event, made_workspace, only, order, put, rows


def test_a_missing_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceNotFound, match=r"no parvis\.toml") as caught:
        parvis.open(tmp_path / "none")
    assert "parvis init" in caught.value.next_step


def test_a_workspace_is_not_made_over_something(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="workspace already"):
        Workspace.create(workspace.files.folder)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="not an empty folder"):
        Workspace.create(tmp_path / "full")
    with pytest.raises(SettingsError, match=r"time\.zone"):
        Workspace.create(tmp_path / "new", zone="Mars/Olympus")
    assert not (tmp_path / "new").exists()


def test_broken_settings_are_told(workspace: Workspace) -> None:
    path = workspace.files.settings
    path.write_text("[workspace\n")
    with pytest.raises(SettingsError, match="not valid TOML"):
        parvis.open(workspace.files.folder)
    path.write_bytes('[workspace]\nname = "caf\xe9"\n'.encode("latin-1"))
    with pytest.raises(SettingsError, match="utf-8"):
        parvis.open(workspace.files.folder)


# a damaged catalog


def garbage(catalog: Path) -> None:
    catalog.write_bytes(b"this is not a catalog" * 1000)


def truncated(catalog: Path) -> None:
    catalog.write_bytes(catalog.read_bytes()[: catalog.stat().st_size // 3])


def holed(catalog: Path) -> None:
    data = bytearray(catalog.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    catalog.write_bytes(bytes(data))


def emptied(catalog: Path) -> None:
    catalog.write_bytes(b"")


def missing(catalog: Path) -> None:
    catalog.unlink()


DAMAGES = (garbage, truncated, holed, emptied, missing)


def damage(workspace: Workspace, how: Callable[[Path], None]) -> None:
    workspace.close()
    catalog = workspace.files.lake.catalog
    for suffix in ("-wal", "-shm"):
        catalog.with_name(catalog.name + suffix).unlink(missing_ok=True)
    how(catalog)


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "shop"
    with made_workspace(folder, encrypted=True) as workspace:
        put(workspace, [order(f"o{i}") for i in range(2000)])
        build(workspace)
    return folder


@pytest.fixture
def filled(filled_once: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(filled_once, tmp_path / "shop")
    with Workspace.open(tmp_path / "shop") as workspace:
        yield workspace


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_catalog_is_told_and_brought_back(
    filled: Workspace, how: Callable[[Path], None]
) -> None:
    damage(filled, how)
    again = Workspace.open(filled.files.folder)
    with pytest.raises(CatalogUnreadable) as caught:
        again.events.count().to_pyarrow()
    assert "catalog.sqlite" in caught.value.what
    assert "parvis lake restore" in caught.value.next_step
    with pytest.raises(CatalogUnreadable):
        again.data_version()

    aside = again.restore_catalog()
    assert aside.exists() == (how is not missing)
    assert again.events.count().to_pyarrow().as_py() == 2000
    assert again.orders.count().to_pyarrow().as_py() == 2000
    assert put(again, [order("new")]).added == 1
    build(again)
    assert again.orders.count().to_pyarrow().as_py() == 2001
    again.close()


@pytest.mark.parametrize("how", DAMAGES)
def test_without_a_copy_it_says_so(filled: Workspace, how: Callable[[Path], None]) -> None:
    damage(filled, how)
    filled.files.lake.backup.unlink()
    again = Workspace.open(filled.files.folder)
    with pytest.raises(CatalogUnreadable) as caught:
        again.events.count().to_pyarrow()
    assert "no copy" in caught.value.next_step
    with pytest.raises(CatalogUnreadable, match="no copy"):
        again.restore_catalog()


def test_a_damaged_copy_does_not_take_the_catalogs_place(filled: Workspace) -> None:
    filled.close()
    garbage(filled.files.lake.backup)
    before = filled.files.lake.catalog.read_bytes()
    with pytest.raises(CatalogUnreadable, match="damaged too"):
        filled.restore_catalog()
    assert filled.files.lake.catalog.read_bytes() == before
    assert filled.events.count().to_pyarrow().as_py() == 2000


# a full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, leave: int) -> Path:
    """Fill the disk but for some bytes."""
    ballast = place / "ballast"
    # unbuffered: what doesn't fit must not be left to the closing of the file
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    with ballast.open("rb+") as file:
        file.truncate(max(ballast.stat().st_size - leave, 0))
    return ballast


@pytest.mark.parametrize("leave", [0, 40_000, 200_000])
def test_a_full_disk_during_an_import(small_disk: Path, leave: int) -> None:
    workspace = made_workspace(small_disk / "shop")
    put(workspace, [event(f"in {i}", text=f"{i * 7919}" * 10) for i in range(500)])
    before = only(workspace.events, "name")
    ballast = fill(small_disk, leave)
    chance = random.Random(1)
    many = [event(f"new {i}", text=chance.randbytes(300).hex()) for i in range(3000)]
    with pytest.raises(DiskFull, match="is full") as caught:
        put(workspace, many)
    assert "Free some room" in caught.value.next_step
    if leave:  # without a byte left the catalog can't even be read, until there is room
        assert only(workspace.events, "name") == before
    workspace.close()
    ballast.unlink()
    with Workspace.open(small_disk / "shop") as again:
        assert only(again.events, "name") == before
        assert put(again, many).added == 3000
        assert again.events.count().to_pyarrow().as_py() == 3500


@pytest.mark.parametrize("leave", [0, 60_000])
def test_a_full_disk_during_a_build(small_disk: Path, leave: int) -> None:
    workspace = made_workspace(small_disk / "shop")
    put(workspace, [order(f"o{i}", user=f"u{i}") for i in range(100)])
    build(workspace)
    before = rows(workspace.profiles)
    put(workspace, [order(f"n{i}", user=f"v{i}") for i in range(2_000)])
    ballast = fill(small_disk, leave)
    with pytest.raises(DiskFull, match="is full"):
        build(workspace)
    if leave:
        assert rows(workspace.profiles) == before
    workspace.close()
    ballast.unlink()
    with Workspace.open(small_disk / "shop") as again:
        assert rows(again.profiles) == before
        build(again)
        assert again.profiles.count().to_pyarrow().as_py() == 2_100
