"""Serving the pages and the API on one machine."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from parvis.lake.workspace import Workspace
from parvis.trust.api import Access
from parvis.web.app import create_app

__all__ = ["serve", "setup_address"]


def setup_address(workspace_folder: Path, host: str, port: int) -> str | None:
    """Return the address at which the first administrator is made; null: there is a user."""
    with Access(Workspace.open(workspace_folder).files.app) as access:
        secret = access.users.setup_secret()
    return None if secret is None else f"{address(host, port)}/setup?secret={secret}"


def address(host: str, port: int) -> str:
    """Return the address of the first page, as a browser on this machine reaches it."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(workspace_folder: Path, host: str, port: int) -> None:
    """Serve a workspace's pages and API until the process is told to stop.

    Parameters
    ----------
    workspace_folder
        The workspace.
    host, port
        Where to listen.

    Raises
    ------
    WorkspaceNotFound
        There is no workspace there.
    """
    app = create_app(workspace_folder)
    set_up = setup_address(workspace_folder, host, port)
    print(f"Parvis: {address(host, port)}/", flush=True)
    if set_up is not None:
        print(f"First, make the administrator (valid once): {set_up}", flush=True)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        # a proxy on this machine may say who asks and that the way is encrypted; no other may
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
