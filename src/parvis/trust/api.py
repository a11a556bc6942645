"""What others may ask of trust."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from parvis.trust.audit import Audit
from parvis.trust.contracts import (
    AuditEntry,
    LoginLimits,
    NewSession,
    NewToken,
    Role,
    Token,
    User,
)
from parvis.trust.logins import Logins
from parvis.trust.passwords import MIN_LENGTH
from parvis.trust.store import Moment, Store, now
from parvis.trust.tokens import Tokens
from parvis.trust.users import Users

__all__ = [
    "MIN_LENGTH",
    "Access",
    "AuditEntry",
    "LoginLimits",
    "Moment",
    "NewSession",
    "NewToken",
    "Role",
    "Store",
    "Token",
    "User",
    "now",
]


class Access:
    """Who may see a workspace; the verbs stand grouped on it.

    Parameters
    ----------
    path
        The workspace's `app.db`; made when it isn't there.
    limits
        How many wrong passwords are too many; five in fifteen minutes unless given.

    Examples
    --------
    >>> access = Access(shop.files.app)  # doctest: +SKIP
    >>> access.users.add("ana", "a long password", role=Role.EDITOR)  # doctest: +SKIP
    >>> access.tokens.create("ana", "nightly export").secret  # doctest: +SKIP
    """

    def __init__(self, path: Path, limits: LoginLimits | None = None) -> None:
        self._store = Store(path)
        self.users = Users(self._store)
        self.logins = Logins(self._store, limits or LoginLimits())
        self.tokens = Tokens(self._store)
        self.audit = Audit(self._store)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
