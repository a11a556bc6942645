"""What trust hands to others. Frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["AuditEntry", "LoginLimits", "NewSession", "NewToken", "Role", "Token", "User"]


class Role(StrEnum):
    """What a user may do; each may do what the ones before may.

    Examples
    --------
    >>> Role.ADMIN.may(Role.EDITOR)
    True
    >>> Role.VIEWER.may(Role.EDITOR)
    False
    """

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Tell whether this role includes another."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in.

    Parameters
    ----------
    user_id
        Number, never given twice.
    login
        What they type to log in: a name or a mail address, in small letters.
    name
        How the pages call them.
    role
        What they may do.
    created_at, last_login_at
        Moments (UTC); null: never logged in.
    """

    user_id: int
    login: str
    name: str
    role: Role
    created_at: datetime
    last_login_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A login that succeeded.

    Parameters
    ----------
    secret
        What the cookie holds; only its hash is kept.
    """

    user: User
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A key to the API.

    Parameters
    ----------
    start
        The first characters of the secret, to tell tokens apart.
    """

    token_id: int
    login: str
    label: str
    start: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made; its secret is shown once and kept nowhere."""

    token: Token
    secret: str


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """How many wrong passwords are too many.

    Parameters
    ----------
    failures
        Failed logins within the window, for one account or from one address.
    window
        How long a failure counts.
    """

    failures: int = 5
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the record.

    Parameters
    ----------
    actor
        The login of who did it, as it was then; null: nobody was logged in.
    action
        ``login.succeeded``, ``login.failed``, ``user.added``, ``customers.exported``, …
    subject
        What it was done to.
    """

    at: datetime
    actor: str | None
    action: str
    subject: str | None
    address: str | None
    detail: str | None
