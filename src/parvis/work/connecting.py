"""Read the networks that are connected, beside the builds: a slow server holds up no build."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from parvis.connect.pull.api import Connectors, Patience, run_due
from parvis.errors import ParvisError, WorkspaceBusy
from parvis.lake.workspace import Workspace, WorkspaceFiles

__all__ = ["NetworkReader"]

_log = logging.getLogger("parvis.connect")

_LOOK_SECONDS: Final = 5.0
_AFTER_FAILURE_SECONDS: Final = 60.0


class NetworkReader(threading.Thread):
    """Visits each network when it is its turn, until told to stop.

    Parameters
    ----------
    folder
        The workspace's folder.
    stop
        Set when it shall end.
    patience
        How long to wait for servers.
    """

    def __init__(
        self, folder: Path, stop: threading.Event, patience: Patience | None = None
    ) -> None:
        super().__init__(name="networks", daemon=True)
        self._folder = folder
        self._stopped = stop
        self._patience = patience

    def run(self) -> None:
        """Look every few seconds whose turn it is."""
        while not self._stopped.is_set():
            pause = _LOOK_SECONDS
            try:
                self._turn()
            except WorkspaceBusy:
                # somebody reads a network by hand: look again soon
                pass
            except ParvisError as error:
                _log.error("%s %s", error.what, error.next_step)
                pause = _AFTER_FAILURE_SECONDS
            except Exception:
                _log.exception("the networks can't be read; it is tried again")
                pause = _AFTER_FAILURE_SECONDS
            self._stopped.wait(pause)

    def _turn(self) -> None:
        app = WorkspaceFiles(self._folder).app
        if not app.exists():
            return
        with Connectors(app) as connectors:
            # to open a lake takes half a second: not to find that nothing is due
            if not connectors.due(datetime.now(UTC)):
                return
            with Workspace.open(self._folder) as workspace:
                for outcome in run_due(workspace, connectors, self._patience):
                    name = outcome.connector.name
                    if outcome.problem:
                        _log.warning("%s: %s %s", name, outcome.problem, outcome.next_step)
                    elif outcome.added:
                        _log.info("%s: %s events added", name, f"{outcome.added:,}")
