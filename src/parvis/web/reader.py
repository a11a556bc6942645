"""The newest state of the lake for every request, brought up to date in the background."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from parvis.errors import CatalogUnreadable, LakeError, ParvisError
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace
from parvis.web.shelf import Shelf

__all__ = ["Reader"]

_LOOK_EVERY_SECONDS: Final = 2.0
#: No request lasts as long.
_REQUEST_SECONDS: Final = 20.0
#: After a state is laid out, twice as long goes to everything else, however fast others commit.
_REST: Final = 2.0
_log: Final = logging.getLogger("parvis.web")


class Reader:
    """A workspace as many requests read it.

    A request gets the newest shelf that is ready: while another process builds, and for the
    seconds it takes to lay out the new state, pages go on telling the state before. A lake
    that is missing or damaged is told at once, and found again by itself.

    Parameters
    ----------
    folder
        The workspace's folder.
    warm
        Called with each new shelf before requests see it, to compute what every page needs.
    """

    def __init__(self, folder: Path, warm: Callable[[Shelf], None] = lambda _shelf: None) -> None:
        self._folder = folder
        self._warm = warm
        self.workspace = Workspace.open(folder)
        self._opened = self._identity()
        self._stamp: tuple[float, ...] = ()
        self._failure: LakeError | None = None
        self._pulse: Engine | None = None
        self._shelf: Shelf | None = None
        self._retired: list[tuple[float, Shelf]] = []
        self._rest_until = 0.0
        self._same: dict[int, int] = {}
        self._changing = threading.Lock()
        self._news = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="parvis-shelf", daemon=True)

    def start(self) -> None:
        """Begin to follow the lake."""
        self._thread.start()

    def close(self) -> None:
        """Stop following, and let go of the lake."""
        self._over.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._changing:
            self._retire()
            self._close_retired(all_of_them=True)
            self._let_go()

    def shelf(self) -> Shelf:
        """Return the newest state that is laid out; the first request waits for it.

        Raises
        ------
        LakeError
            The lake can't be read; the message says what to do.
        """
        identity = self._identity()
        if not identity[0]:
            raise CatalogUnreadable(
                f"The lake has no catalog: {self.workspace.files.lake.catalog} is missing.",
                "`parvis lake restore` takes the copy that lies beside it.",
            )
        shelf = self._shelf
        if shelf is None or self._failure is not None or identity != self._opened:
            return self.refresh()
        if self.last_written() != self._stamp:
            self._news.set()
        return shelf

    def refresh(self) -> Shelf:
        """Lay out the newest state now, and return it.

        Raises
        ------
        LakeError
            The lake can't be read.
        """
        with self._changing:
            self._follow_files()
            self._stamp = self.last_written()
            try:
                version = self._version()
                self._failure = None
                if self._shelf is not None and self._shelf.version == self._same_as(version):
                    return self._shelf
                began = time.monotonic()
                shelf = Shelf(self.workspace, version)
            except LakeError as error:
                self._failure = error
                self._let_go()
                raise
            try:
                self._warm(shelf)
            except Exception:
                # one page that can't be made must not take the others with it
                _log.exception("A page of the newest state could not be made.")
            self._retire()
            self._shelf = shelf
            self._rest_until = time.monotonic() + _REST * (time.monotonic() - began)
        return shelf

    def regard_as(self, version: int, same: int) -> None:
        """Take a state for another one: nothing changed that a shelf would lay out otherwise."""
        self._same[version] = same

    def _same_as(self, version: int) -> int:
        while version in self._same:
            version = self._same[version]
        return version

    def _version(self) -> int:
        # never by Python's own SQLite: two copies of it on one catalog in one process drop
        # each other's locks, and a builder that closes then takes the ground from under both
        if self._pulse is None:
            self._pulse = self.workspace.engine.session()
        return self._pulse.snapshot()

    def _let_go(self) -> None:
        self._pulse = None
        self.workspace.close()

    def _identity(self) -> tuple[int, int]:
        """Tell one catalog and one parvis.toml from others at the same place."""
        files = self.workspace.files
        catalog, settings = _state(files.lake.catalog), _state(files.settings)
        return (catalog.st_ino if catalog else 0, settings.st_mtime_ns if settings else 0)

    def last_written(self) -> tuple[float, ...]:
        """Tell when somebody last wrote to the catalog."""
        catalog = self.workspace.files.lake.catalog
        found = (_state(catalog), _state(catalog.with_name(catalog.name + "-wal")))
        return tuple(n for f in found if f for n in (f.st_mtime_ns, f.st_size))

    def _follow_files(self) -> None:
        seen = self._identity()
        if seen == self._opened:
            return
        fresh = Workspace.open(self._folder)
        if seen[0] == self._opened[0] and "engine" in self.workspace.__dict__:
            # only the settings are new: the open lake goes on
            fresh.__dict__["engine"] = self.workspace.engine
        else:
            self._pulse = None
        self.workspace = fresh
        self._opened = seen
        self._retire()

    def _retire(self) -> None:
        """Put the shelf aside until no request can hold it any more."""
        if self._shelf is not None:
            self._retired.append((time.monotonic() + _REQUEST_SECONDS, self._shelf))
        self._shelf = None

    def _close_retired(self, *, all_of_them: bool = False) -> None:
        now = time.monotonic()
        for until, shelf in self._retired[:]:
            if all_of_them or until <= now:
                shelf.close()
                self._retired.remove((until, shelf))

    def _watch(self) -> None:
        while not self._over.is_set():
            try:
                if time.monotonic() >= self._rest_until:
                    self.refresh()
                with self._changing:
                    self._close_retired()
            except ParvisError as error:
                _log.warning("%s", error)
            except Exception:
                _log.exception("The newest state could not be laid out; trying again.")
            self._news.wait(_LOOK_EVERY_SECONDS)
            self._news.clear()


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
