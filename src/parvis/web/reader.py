"""The newest state of the lake for every request, brought up to date in the background."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from parvis.errors import CatalogUnreadable, ParvisError
from parvis.lake.workspace import Workspace
from parvis.web.shelf import Shelf

__all__ = ["Reader"]

_LOOK_EVERY_SECONDS: Final = 2.0
#: No request lasts as long.
_REQUEST_SECONDS: Final = 60.0
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
        self._opened: tuple[int, ...] = self._identity()
        self._shelf: Shelf | None = None
        self._retired: list[tuple[float, Shelf]] = []
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
            self.workspace.close()

    def shelf(self) -> Shelf:
        """Return the newest state that is laid out; the first request waits for it.

        Raises
        ------
        LakeError
            The lake can't be read; the message says what to do.
        """
        version = self._version()
        shelf = self._shelf
        if shelf is None or self._identity() != self._opened:
            return self.refresh()
        if shelf.version != version:
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
            version = self._version()
            old = self._shelf
            if old is not None and old.version == version:
                return old
            shelf = Shelf(self.workspace, version)
            try:
                self._warm(shelf)
            except Exception:
                # one page that can't be made must not take the others with it
                _log.exception("A page of the newest state could not be made.")
            self._retire()
            self._shelf = shelf
        return shelf

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

    def _version(self) -> int:
        try:
            return self.workspace.data_version()
        except (sqlite3.Error, TypeError) as error:
            raise CatalogUnreadable(
                f"The lake's catalog can't be read ({error}).",
                "`parvis lake restore` takes the copy that lies beside it.",
            ) from error

    def _identity(self) -> tuple[int, ...]:
        """Tell one catalog and one parvis.toml from others at the same place."""
        files = self.workspace.files
        found = []
        for path in (files.lake.catalog, files.settings):
            try:
                state = path.stat()
            except OSError:
                found.append(0)
            else:
                # the catalog changes with every commit, the settings when they are edited
                found.append(state.st_ino)
                found.append(state.st_mtime_ns if path == files.settings else 0)
        return tuple(found)

    def _follow_files(self) -> None:
        seen = self._identity()
        if seen != self._opened:
            self.workspace = Workspace.open(self._folder)
            self._opened = seen
            self._retire()

    def _watch(self) -> None:
        while not self._over.is_set():
            try:
                self.refresh()
                with self._changing:
                    self._close_retired()
            except ParvisError as error:
                _log.warning("%s", error)
            except Exception:
                _log.exception("The newest state could not be laid out; trying again.")
            self._news.wait(_LOOK_EVERY_SECONDS)
            self._news.clear()
