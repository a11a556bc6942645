"""Visit the networks that are connected; one that fails never stops another."""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

from parvis.connect.files.parse import Setting
from parvis.connect.landing import Arrival, land
from parvis.connect.pull.contracts import Connector, Outcome, Pulled, Puller, Visit
from parvis.connect.pull.polite import Patience, PoliteClient
from parvis.connect.pull.store import Connectors
from parvis.connect.silo import set_aside
from parvis.errors import ParvisError, PeerBusy, WorkspaceBusy

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = ["KINDS", "cursor_of", "run_connector", "run_due"]

_log = logging.getLogger("parvis.connect")

# read when they are needed: a protocol may stand on libraries that take long to load
KINDS: Final = {
    "feed": ("parvis.connect.feeds.api", "pull_feed"),
    "wordpress": ("parvis.connect.wordpress.api", "pull_wordpress"),
    "bluesky": ("parvis.connect.bluesky.live", "pull_bluesky"),
    "mastodon": ("parvis.connect.mastodon.api", "pull_mastodon"),
    "imap": ("parvis.connect.imap.api", "pull_imap"),
}
_CURSOR: Final = {"connector": "string", "cursor": "string", "moved_at": "timestamp('UTC')"}


def run_due(
    workspace: Workspace, connectors: Connectors, patience: Patience | None = None
) -> tuple[Outcome, ...]:
    """Visit the networks whose turn it is.

    Parameters
    ----------
    workspace
        Where to.
    connectors
        Those that are set up.
    patience
        How long to wait for servers.

    Returns
    -------
    tuple of Outcome
        One each; what went wrong is in it, and noted for the pages.
    """
    due = connectors.due(datetime.now(UTC))
    return tuple(run_connector(workspace, connectors, c, patience) for c in due)


def run_connector(
    workspace: Workspace,
    connectors: Connectors,
    connector: Connector,
    patience: Patience | None = None,
) -> Outcome:
    """Visit one network now: bring in what is new there, and note how it went.

    Each part that it brings is written with the cursor that stands after it, in one commit; a
    visit that breaks off goes on from there the next time.

    Raises
    ------
    WorkspaceBusy
        Another process reads that network at this moment.
    """
    with _alone(workspace, connector.name):
        return _visited(workspace, connectors, connector, patience)


def _visited(
    workspace: Workspace,
    connectors: Connectors,
    connector: Connector,
    patience: Patience | None,
) -> Outcome:
    began, now = time.perf_counter(), datetime.now(UTC)
    counts = dict.fromkeys(("read", "added", "known", "quarantined"), 0)
    why, again_at = ("", ""), None
    try:
        with connectors.validators(connector.name) as validators:
            client = PoliteClient(validators, patience)
            with contextlib.closing(client):
                visit = Visit(
                    connector=connector,
                    secret=connectors.secret(connector),
                    setting=Setting(connector.name, workspace.zone, "", now),
                    cursor=cursor_of(workspace.engine, connector.name),
                    http=client,
                    engine=workspace.engine,
                )
                _brought(workspace, visit, counts)
    except ParvisError as error:
        why = (error.what, error.next_step)
        again_at = error.again_at if isinstance(error, PeerBusy) else None
    except Exception as error:
        _log.exception("%s failed", connector.name)
        why = (
            f"{type(error).__name__} while reading {connector.name}.",
            "The log says more; it is tried again by itself. If it goes on, report it.",
        )
    if why[0]:
        connectors.note_failure(connector.name, now, why, again_at, counts["added"])
    else:
        connectors.note_success(connector.name, now, counts["added"])
    return Outcome(
        connector,
        **counts,
        seconds=time.perf_counter() - began,
        problem=why[0],
        next_step=why[1],
    )


def _brought(workspace: Workspace, visit: Visit, counts: dict[str, int]) -> None:
    connector, at = visit.connector, visit.cursor
    module, name = KINDS[connector.kind]
    puller = cast("Puller", getattr(importlib.import_module(module), name))
    for part in puller(visit):
        report = _landed(workspace, connector, part, at)
        at = part.cursor
        counts["read"] += part.read
        for each in ("added", "known", "quarantined"):
            counts[each] += report[each]


def _landed(
    workspace: Workspace, connector: Connector, part: Pulled, before: Any
) -> dict[str, int]:
    engine = workspace.engine
    moved: ir.Table | None = None
    # a lake that is as it was needn't be built again
    if dict(part.cursor) != dict(before):
        told = json.dumps(dict(part.cursor), ensure_ascii=False)
        row = {"connector": connector.name, "cursor": told, "moved_at": datetime.now(UTC)}
        moved = engine.stage_rows([row], _CURSOR)
    quarantine = set_aside(engine, connector.name, part.bad)
    if part.events is None and quarantine is None and moved is None:
        return dict.fromkeys(("added", "known", "quarantined"), 0)
    arrival = Arrival(source=connector.name, kind=connector.kind, rows_read=part.read)
    report = land(
        workspace, arrival, events=part.events, quarantine=quarantine, cursor=moved,
        pictures=part.pictures,
    )  # fmt: skip
    return {n: getattr(report, n) for n in ("added", "known", "quarantined")}


def cursor_of(engine: Engine, name: str) -> dict[str, Any]:
    """Return where a connector left off; empty: it never began."""
    table = engine.table("connector_cursors")
    found = engine.rows(
        table.filter(table.connector == name).select(cursor=table["cursor"].cast("string"))
    )
    return json.loads(found[0]["cursor"]) if found else {}


@contextlib.contextmanager
def _alone(workspace: Workspace, name: str) -> Iterator[None]:
    """Hold the right to read the networks; the system lets go of it if the process dies."""
    with (workspace.files.folder / "connect.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkspaceBusy(
                f"Another process is reading a network; {name} wasn't asked.",
                "Wait until it is done: `parvis connect status` shows what it brought.",
            ) from error
        yield
