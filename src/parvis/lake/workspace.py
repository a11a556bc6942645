"""A workspace: a folder with `parvis.toml`, the log, the lake and the application's state."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from parvis.domain.settings import Settings, default_toml, parse_settings
from parvis.errors import (
    SettingsError,
    WorkspaceBusy,
    WorkspaceError,
    WorkspaceNotFound,
)
from parvis.lake.ducklake import DuckLake, LakeFiles, newest_snapshot, restore_catalog
from parvis.lake.migrations import apply_migrations
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir


__all__ = ["Workspace", "WorkspaceFiles"]


@dataclass(frozen=True, slots=True)
class WorkspaceFiles:
    """Where a workspace keeps what."""

    folder: Path

    @property
    def settings(self) -> Path:
        """The settings."""
        return self.folder / "parvis.toml"

    @property
    def lake(self) -> LakeFiles:
        """The tables."""
        return LakeFiles(self.folder / "lake")

    @property
    def app(self) -> Path:
        """Users, sessions, work in progress."""
        return self.folder / "app.db"

    @property
    def models(self) -> Path:
        """What was learnt here, and notes of what was done."""
        return self.folder / "models"

    def keep_note(self, name: str, text: str) -> None:
        """Write a small file of `models`, whole or not at all."""
        path = self.models / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(text, "utf-8")
        part.replace(path)

    @property
    def build_lock(self) -> Path:
        """Held by the one process that builds."""
        return self.folder / "build.lock"


class Workspace:
    """An open workspace; its tables are attributes.

    Examples
    --------
    >>> shop = parvis.open("shop")  # doctest: +SKIP
    >>> shop.profiles.count().execute()  # doctest: +SKIP
    2469
    """

    def __init__(self, files: WorkspaceFiles, settings: Settings) -> None:
        self.files = files
        self.settings = settings

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        name: str = "",
        zone: str = "UTC",
        currency: str = "EUR",
        as_of: str = "today",
        language: str = "en",
    ) -> Workspace:
        """Make a new workspace in a folder that is empty or not there.

        Raises
        ------
        WorkspaceError
            There is something in the folder already.
        SettingsError
            A value given isn't valid; nothing was made.
        """
        files = WorkspaceFiles(folder.absolute())
        if files.settings.exists():
            raise WorkspaceError(
                f"{folder} is a workspace already.",
                "Choose another folder, or go on with this one.",
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError(
                f"{folder} is not an empty folder.", "Choose a new folder for the workspace."
            )
        text = default_toml(name or folder.resolve().name, zone, currency, as_of, language)
        settings = parse_settings(text, files.settings)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        lake = DuckLake.create(
            files.lake.folder,
            encrypted=settings.lake.encrypted,
            memory_gib=settings.lake.memory_gib,
            threads=settings.lake.threads,
        )
        apply_migrations(lake)
        lake.back_up_catalog()
        lake.close()
        files.settings.write_text(text, encoding="utf-8")
        return cls(files, settings)

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """Open the workspace in a folder.

        Raises
        ------
        WorkspaceNotFound
            There is no `parvis.toml` there.
        """
        files = WorkspaceFiles(folder.absolute())
        if not files.settings.exists():
            raise WorkspaceNotFound(
                f"There is no workspace at {folder} (no parvis.toml).",
                f"Make one with `parvis init {folder}`, or name another folder.",
            )
        try:
            text = files.settings.read_text("utf-8")
        except (UnicodeDecodeError, OSError) as error:
            raise SettingsError(
                f"{files.settings} can't be read: {error}.",
                "It must be a text file in UTF-8 that this user may read.",
            ) from error
        return cls(files, parse_settings(text, files.settings))

    @cached_property
    def engine(self) -> DuckLake:
        """What computes on the tables; opened when first needed."""
        set_ = self.settings.lake
        lake = DuckLake.open(
            self.files.lake.folder, memory_gib=set_.memory_gib, threads=set_.threads
        )
        apply_migrations(lake)
        return lake

    def close(self) -> None:
        """Let go of the lake."""
        if "engine" in self.__dict__:
            self.engine.close()
            del self.__dict__["engine"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def table(self, name: str) -> ir.Table:
        """Return a table of the lake by its name."""
        return self.engine.table(name)

    def __getattr__(self, name: str) -> ir.Table:
        if name in TABLES:
            return self.engine.table(name)
        raise AttributeError(f"A workspace has no {name!r}; its tables: {', '.join(TABLES)}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *TABLES})

    # time

    @property
    def zone(self) -> str:
        """Where days and weeks begin."""
        return self.settings.time.zone

    def today(self) -> date:
        """Return the day of which the tables speak, in the workspace's zone."""
        return self.now().astimezone(ZoneInfo(self.zone)).date()

    def now(self) -> datetime:
        """Return the moment up to which the tables speak: now, or the date that was set."""
        as_of = self.settings.time.as_of
        if as_of == "today":
            return datetime.now(UTC)
        return self.beginning_of(as_of)

    def beginning_of(self, day: object) -> datetime:
        """Return the moment (UTC) at which a day begins in the workspace's zone."""
        midnight = datetime.combine(day, time(), ZoneInfo(self.zone))  # type: ignore[arg-type]
        return midnight.astimezone(UTC)

    # one at a time, and rescue

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Hold the right to build; the system lets go of it if the process dies.

        Raises
        ------
        WorkspaceBusy
            Another process builds.
        """
        with self.files.build_lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise WorkspaceBusy(
                    f"Another process is building {self.files.folder}.",
                    "Wait until it is done; the tables can be read meanwhile.",
                ) from error
            yield

    def data_version(self) -> int:
        """Return the number of the lake's newest state, without opening the lake.

        Raises
        ------
        CatalogUnreadable
            The catalog isn't there or is damaged; the message says how to bring it back.
        """
        return newest_snapshot(self.files.lake)

    def restore_catalog(self) -> Path:
        """Take the copy of the catalog; the damaged one is kept beside it.

        Returns
        -------
        Path
            Where the damaged catalog is kept.

        Raises
        ------
        CatalogUnreadable
            There is no copy, or it is damaged too; the catalog is left as it was.
        """
        self.close()
        return restore_catalog(self.files.lake)
