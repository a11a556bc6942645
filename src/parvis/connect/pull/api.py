"""What others may ask of connectors to live networks."""

from __future__ import annotations

from pathlib import Path

from parvis.connect.pull.contracts import Connector, ConnectorState, Kind, Outcome
from parvis.connect.pull.polite import Patience
from parvis.connect.pull.run import cursor_of, run_connector, run_due
from parvis.connect.pull.store import Connectors
from parvis.connect.pull.strangers import fetch_file, open_web_client

__all__ = [
    "Connector",
    "ConnectorState",
    "Connectors",
    "Kind",
    "Outcome",
    "Patience",
    "connector_states",
    "cursor_of",
    "fetch_file",
    "open_web_client",
    "run_connector",
    "run_due",
]


def connector_states(path: Path) -> tuple[ConnectorState, ...]:
    """Return the connectors of a workspace and how they fare; none where none was ever set up.

    Parameters
    ----------
    path
        The workspace's `app.db`; it isn't made for that.
    """
    if not path.exists():
        return ()
    with Connectors(path) as connectors:
        return connectors.all()
