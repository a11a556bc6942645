"""What a connector is, what it is given on a visit, and what it brings; frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from parvis.connect.files.parse import Setting
from parvis.connect.pull.polite import PoliteClient
from parvis.connect.silo import BadRow

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["Connector", "ConnectorState", "Kind", "Outcome", "Pulled", "Puller", "Visit"]

Kind = Literal["feed", "wordpress", "bluesky", "mastodon", "imap"]


@dataclass(frozen=True, slots=True)
class Connector:
    """A network that a team has connected.

    Parameters
    ----------
    name
        What it is called; the source of its events.
    kind
        Which protocol it speaks.
    address
        Where it is: a web address, or ``imaps://host``.
    login
        Who reads; empty: nobody has to log in.
    secret_from
        Where the password or key is found: ``stored`` (in `app.db`), ``env:NAME`` or
        ``file:PATH``; empty: there is none.
    reads
        What to read there, in words of its kind, such as ``search:tea`` or ``mentions``.
    own
        The brand's own addresses and handles: what comes from them is ours.
    every_minutes
        How often it is asked.
    """

    name: str
    kind: Kind
    address: str
    login: str = ""
    secret_from: str = ""
    reads: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    every_minutes: int = 15


@dataclass(frozen=True, slots=True)
class ConnectorState:
    """A connector and how it fares.

    Parameters
    ----------
    tried_at, succeeded_at
        When it was last asked, and when that last went well; null: never.
    next_at
        When it is asked again.
    failures
        How often in a row it failed.
    failing_since
        Since when; null: all is well.
    problem, next_step
        What is wrong and what to do; empty when all is well.
    events
        How many events it has brought in all.
    """

    connector: Connector
    tried_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    problem: str = ""
    next_step: str = ""
    events: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What a connector is given when it is its turn.

    Parameters
    ----------
    secret
        Its password or key; never told to anybody but the server.
    setting
        Source, zone and moment.
    cursor
        Where it left off, as it said itself; empty the first time.
    http
        For requests; it keeps to what servers ask.
    engine
        To look up what is known already.
    """

    connector: Connector
    secret: str = field(repr=False)
    setting: Setting
    cursor: Mapping[str, Any]
    http: PoliteClient
    engine: Engine

    @property
    def own(self) -> frozenset[str]:
        """The brand's own addresses and handles, in small letters."""
        return frozenset(o.strip().lower() for o in self.connector.own)


@dataclass(frozen=True, slots=True)
class Pulled:
    """A part of what a visit brings; it is written at once, with the cursor.

    Parameters
    ----------
    events
        In the shape of `events`.
    cursor
        Where to go on after it.
    read
        How many things were looked at.
    bad
        What could not be read.
    pictures
        Rows of `picture_files` that came with the events.
    """

    events: ir.Table | None
    cursor: Mapping[str, Any]
    read: int = 0
    bad: tuple[BadRow, ...] = ()
    pictures: ir.Table | None = None


#: Reads a network from its cursor on, in parts of bounded size.
Puller = Callable[[Visit], Iterator[Pulled]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a visit did.

    Parameters
    ----------
    read, added, known, quarantined
        Things looked at; events that were new; known already; that could not be read.
    problem, next_step
        Why it ended early, and what to do; empty: it didn't.
    """

    connector: Connector
    read: int = 0
    added: int = 0
    known: int = 0
    quarantined: int = 0
    seconds: float = 0.0
    problem: str = ""
    next_step: str = ""
