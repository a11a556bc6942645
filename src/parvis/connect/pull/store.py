"""Which networks are connected and how they fare: in `app.db`, beside users and tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import sqlalchemy as sa

from parvis.connect.pull.contracts import Connector, ConnectorState
from parvis.errors import ConnectorError
from parvis.trust.api import Moment, Store

__all__ = ["Connectors"]

_METADATA: Final = sa.MetaData()
_TABLE: Final = sa.Table(
    "connectors",
    _METADATA,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("address", sa.String(2000), nullable=False),
    sa.Column("login", sa.String(200), nullable=False, default=""),
    sa.Column("secret_from", sa.String(1000), nullable=False, default=""),
    sa.Column("secret", sa.String(4000)),
    sa.Column("reads", sa.Text, nullable=False, default="[]"),
    sa.Column("own", sa.Text, nullable=False, default="[]"),
    sa.Column("every_minutes", sa.Integer, nullable=False),
    sa.Column("validators", sa.Text, nullable=False, default="{}"),
    sa.Column("tried_at", Moment),
    sa.Column("succeeded_at", Moment),
    sa.Column("next_at", Moment),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("failing_since", Moment),
    sa.Column("problem", sa.Text, nullable=False, default=""),
    sa.Column("next_step", sa.Text, nullable=False, default=""),
    sa.Column("events", sa.Integer, nullable=False, default=0),
)
_LONGEST_PAUSE: Final = timedelta(hours=12)
_MOST_VALIDATORS: Final = 500
_NONE_YET: Final = "`parvis connect list` shows those that are there."


class Connectors:
    """The connectors of a workspace.

    Parameters
    ----------
    path
        The workspace's `app.db`; made when it isn't there.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path)
        with self._store.writing() as connection:
            _METADATA.create_all(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def add(self, connector: Connector, secret: str = "") -> None:
        """Add a connector.

        Parameters
        ----------
        secret
            Kept in `app.db` where `secret_from` is ``stored``; else empty.

        Raises
        ------
        ConnectorError
            There is one of that name.
        """
        with self._store.writing() as connection:
            if connection.scalar(sa.select(_TABLE.c.name).where(_TABLE.c.name == connector.name)):
                raise ConnectorError(
                    f"There is a connector {connector.name} already.",
                    f"Choose another name, or `parvis connect remove {connector.name}` first; "
                    "its events stay.",
                )
            connection.execute(
                _TABLE.insert().values(
                    name=connector.name,
                    kind=connector.kind,
                    address=connector.address,
                    login=connector.login,
                    secret_from=connector.secret_from,
                    secret=secret or None,
                    reads=json.dumps(connector.reads),
                    own=json.dumps(connector.own),
                    every_minutes=connector.every_minutes,
                )
            )

    def remove(self, name: str) -> None:
        """Forget a connector and its password; its events and its place stay.

        Raises
        ------
        ConnectorError
            There is none of that name.
        """
        with self._store.writing() as connection:
            if not connection.execute(_TABLE.delete().where(_TABLE.c.name == name)).rowcount:
                raise self._unknown(connection, name)

    def all(self) -> tuple[ConnectorState, ...]:
        """Return all connectors and how they fare, by name."""
        with self._store.reading() as connection:
            rows = connection.execute(sa.select(_TABLE).order_by(_TABLE.c.name)).mappings()
            return tuple(_state(r) for r in rows)

    def one(self, name: str) -> ConnectorState:
        """Return one connector and how it fares.

        Raises
        ------
        ConnectorError
            There is none of that name.
        """
        with self._store.reading() as connection:
            query = sa.select(_TABLE).where(_TABLE.c.name == name)
            row = connection.execute(query).mappings().first()
            if row is None:
                raise self._unknown(connection, name)
            return _state(row)

    def due(self, now: datetime) -> tuple[Connector, ...]:
        """Return those whose turn it is, the longest overdue first."""
        waiting = [s for s in self.all() if s.next_at is None or s.next_at <= now]
        waiting.sort(key=lambda s: s.next_at or datetime.min.replace(tzinfo=UTC))
        return tuple(s.connector for s in waiting)

    def secret(self, connector: Connector) -> str:
        """Return the password or key of a connector.

        Raises
        ------
        ConnectorError
            It isn't where it was said to be.
        """
        where, _, place = connector.secret_from.partition(":")
        if where == "env":
            if place in os.environ:
                return os.environ[place]
            raise ConnectorError(
                f"The environment variable {place}, the password of {connector.name}, isn't set.",
                "Set it where Parvis is started (`parvis up` or `parvis work`).",
            )
        if where == "file":
            try:
                return Path(place).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
                raise ConnectorError(
                    f"The file {place}, the password of {connector.name}, can't be read: {reason}.",
                    "Write the password into it, readable by the user that runs Parvis.",
                ) from error
        with self._store.reading() as connection:
            query = sa.select(_TABLE.c.secret).where(_TABLE.c.name == connector.name)
            return str(connection.scalar(query) or "")

    @contextmanager
    def validators(self, name: str) -> Iterator[dict[str, dict[str, str]]]:
        """Lend what servers said of their addresses; it is kept if nothing goes wrong."""
        where = _TABLE.c.name == name
        with self._store.reading() as connection:
            told = connection.scalar(sa.select(_TABLE.c.validators).where(where))
        found = json.loads(told or "{}")
        yield found
        kept = dict(list(found.items())[-_MOST_VALIDATORS:])
        with self._store.writing() as connection:
            connection.execute(_TABLE.update().where(where).values(validators=json.dumps(kept)))

    def note_success(self, name: str, now: datetime, added: int) -> None:
        """Note that a visit went well."""
        with self._store.writing() as connection:
            where = _TABLE.c.name == name
            every = connection.scalar(sa.select(_TABLE.c.every_minutes).where(where)) or 15
            connection.execute(
                _TABLE.update()
                .where(where)
                .values(
                    tried_at=now,
                    succeeded_at=now,
                    next_at=now + timedelta(minutes=every),
                    failures=0,
                    failing_since=None,
                    problem="",
                    next_step="",
                    events=_TABLE.c.events + added,
                )
            )

    def note_failure(
        self, name: str, now: datetime, why: tuple[str, str], again_at: datetime | None, added: int
    ) -> None:
        """Note that a visit failed; each time in a row the next one comes later.

        Parameters
        ----------
        why
            What is wrong, and what to do.
        again_at
            From when on the server can be asked again, where it said so.
        added
            Events that were new before it failed.
        """
        with self._store.writing() as connection:
            where = _TABLE.c.name == name
            row = connection.execute(sa.select(_TABLE).where(where)).mappings().first()
            if row is None:
                return
            state = _state(row)
            pause = timedelta(minutes=state.connector.every_minutes) * 2 ** min(state.failures, 10)
            connection.execute(
                _TABLE.update()
                .where(where)
                .values(
                    tried_at=now,
                    next_at=again_at or now + min(pause, _LONGEST_PAUSE),
                    failures=state.failures + 1,
                    failing_since=state.failing_since or now,
                    problem=why[0],
                    next_step=why[1],
                    events=state.events + added,
                )
            )

    def _unknown(self, connection: sa.Connection, name: str) -> ConnectorError:
        known = [n for (n,) in connection.execute(sa.select(_TABLE.c.name))]
        told = f" Known: {', '.join(sorted(known))}." if known else " None is set up yet."
        return ConnectorError(f"There is no connector {name}.{told}", _NONE_YET)


def _state(row: Mapping[Any, Any]) -> ConnectorState:
    connector = Connector(
        name=row["name"],
        kind=row["kind"],
        address=row["address"],
        login=row["login"],
        secret_from=row["secret_from"],
        reads=tuple(json.loads(row["reads"])),
        own=tuple(json.loads(row["own"])),
        every_minutes=row["every_minutes"],
    )
    names = (
        "tried_at", "succeeded_at", "next_at", "failures", "failing_since", "problem",
        "next_step", "events",
    )  # fmt: skip
    return replace(ConnectorState(connector), **{n: row[n] for n in names})
