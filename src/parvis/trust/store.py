"""Where users, sessions and tokens are kept: `app.db`, through SQLAlchemy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from parvis.errors import WorkspaceError

__all__ = [
    "AUDIT",
    "LOGIN_ATTEMPTS",
    "SESSIONS",
    "SETUP",
    "TOKENS",
    "USERS",
    "Moment",
    "Store",
    "now",
]


def now() -> datetime:
    """Return this moment (UTC)."""
    return datetime.now(UTC)


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment, always with its zone (UTC) in Python; databases keep it without."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """Write a moment."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, _dialect: sa.Dialect) -> datetime | None:
        """Read a moment."""
        return None if value is None else value.replace(tzinfo=UTC)


_METADATA: Final = sa.MetaData()


def _owner() -> sa.Column[int]:
    return sa.Column(
        "user_id", sa.ForeignKey("users.user_id", ondelete="CASCADE"), nullable=False, index=True
    )


USERS: Final = sa.Table(
    "users",
    _METADATA,
    sa.Column("user_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("login", sa.String(200), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password_hash", sa.String(300), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_login_at", Moment),
    sqlite_autoincrement=True,
)

SESSIONS: Final = sa.Table(
    "login_sessions",
    _METADATA,
    sa.Column("secret_hash", sa.String(64), primary_key=True),
    _owner(),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_seen_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("address", sa.String(64)),
)

TOKENS: Final = sa.Table(
    "api_tokens",
    _METADATA,
    sa.Column("token_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
    _owner(),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("start", sa.String(20), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment),
    sa.Column("last_used_at", Moment),
    sa.Column("revoked_at", Moment),
    sqlite_autoincrement=True,
)

LOGIN_ATTEMPTS: Final = sa.Table(
    "login_attempts",
    _METADATA,
    sa.Column("attempt_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("login", sa.String(200), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("succeeded", sa.Boolean, nullable=False),
)

SETUP: Final = sa.Table("setup", _METADATA, sa.Column("secret", sa.String(64), primary_key=True))

AUDIT: Final = sa.Table(
    "audit",
    _METADATA,
    sa.Column("audit_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("actor", sa.String(200)),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(300)),
    sa.Column("address", sa.String(64)),
    sa.Column("detail", sa.String(2000)),
)

_VERSIONS: Final = sa.Table(
    "app_migrations",
    _METADATA,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("applied_at", Moment, nullable=False),
)


def _first_tables(connection: sa.Connection) -> None:
    _METADATA.create_all(connection)


#: Numbered changes of the tables' shape; a new one is appended, none is ever edited.
_MIGRATIONS: Final = (_first_tables,)


class Store:
    """An open `app.db`.

    Parameters
    ----------
    path
        The file; made, readable by its owner alone, when it isn't there.

    Raises
    ------
    WorkspaceError
        The file isn't a database, or is of a newer Parvis.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600)
        self._engine = sa.create_engine(
            f"sqlite:///{path}", connect_args={"timeout": 10, "check_same_thread": False}
        )
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", _begin)
        try:
            self._migrate()
        except DatabaseError as error:
            self.close()
            raise WorkspaceError(
                f"{path} can't be used: {error.orig}.",
                "Bring it back from your own backup, or move it away: the customers' data is "
                "not in it, but users and tokens then have to be made again.",
            ) from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read one state."""
        with self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write all or nothing, one writer at a time over all processes."""
        options = {"parvis_writes": True}
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _migrate(self) -> None:
        with self.writing() as connection:
            done = 0
            if sa.inspect(connection).has_table(_VERSIONS.name):
                found = connection.scalar(sa.select(sa.func.max(_VERSIONS.c.number)))
                done = int(found or 0)
            if done > len(_MIGRATIONS):
                raise WorkspaceError(
                    f"{self._path} was written by a newer Parvis (its tables are number {done}; "
                    f"this one knows {len(_MIGRATIONS)}).",
                    "Install that version or a later one.",
                )
            for number, change in enumerate(_MIGRATIONS[done:], start=done + 1):
                change(connection)
                connection.execute(_VERSIONS.insert().values(number=number, applied_at=now()))


def _prepare(connection: Any, _record: Any) -> None:
    # the driver's own transaction control begins too late to keep other writers out
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("parvis_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
