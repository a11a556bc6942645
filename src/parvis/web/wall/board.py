"""What a moderator says of the wall: hidden, pinned, paused, words; kept in `app.db`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, get_args

import sqlalchemy as sa

from parvis.domain.words import without_accents
from parvis.trust.api import Moment, Store, now

__all__ = ["MOST_WORDS", "STATES", "Board", "Card", "Moderation", "State", "shown"]

#: What a moderator says of a text; `shown`: although a word of the list is in it.
State = Literal["hidden", "pinned", "shown"]
STATES: Final = get_args(State)

MOST_WORDS: Final = 500
#: So long what another process wrote may stay unseen.
_STALE_SECONDS: Final = 0.5

_METADATA: Final = sa.MetaData()
_TEXTS: Final = sa.Table(
    "wall_texts",
    _METADATA,
    sa.Column("text_id", sa.String(2000), primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("by", sa.String(200), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
_WORDS: Final = sa.Table(
    "wall_words", _METADATA, sa.Column("word", sa.String(100), primary_key=True)
)
_PAUSE: Final = sa.Table(
    "wall_pause",
    _METADATA,
    sa.Column("paused_at", Moment, primary_key=True),
    sa.Column("by", sa.String(200), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Card:
    """A text as the wall shows it.

    Parameters
    ----------
    text
        Without personal data, cut to what a screen can hold.
    sentiment
        Null: not read yet.
    arrived_at
        When it was in the lake.
    """

    text_id: str
    occurred_at: datetime
    arrived_at: datetime
    source: str
    channel: str | None
    kind: str
    text: str
    sentiment: str | None = None


@dataclass(frozen=True, slots=True)
class Moderation:
    """What moderators have said.

    Parameters
    ----------
    states
        By text.
    words
        A text with one of them waits until a moderator shows it.
    paused_at
        Since when nothing new is shown; null: it runs.
    """

    states: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    paused_at: datetime | None = None


class Board:
    """The moderation of a workspace's wall.

    Parameters
    ----------
    path
        The workspace's `app.db`.
    """

    def __init__(self, path: Path) -> None:
        self._store = Store(path)
        with self._store.writing() as db:
            _METADATA.create_all(db)
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._known = Moderation()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def moderation(self) -> Moderation:
        """Return what moderators have said up to now."""
        with self._lock:
            if time.monotonic() - self._read_at > _STALE_SECONDS:
                with self._store.reading() as db:
                    states = {r.text_id: r.state for r in db.execute(sa.select(_TEXTS))}
                    words = tuple(db.scalars(sa.select(_WORDS.c.word).order_by(_WORDS.c.word)))
                    paused = db.scalar(sa.select(sa.func.max(_PAUSE.c.paused_at)))
                self._known = Moderation(states, words, paused)
                self._read_at = time.monotonic()
            return self._known

    def say(self, text_id: str, state: State | None, by: str) -> None:
        """Hide, pin or show a text; null: take back what was said of it."""
        with self._writing() as db:
            db.execute(_TEXTS.delete().where(_TEXTS.c.text_id == text_id))
            if state is not None:
                db.execute(_TEXTS.insert().values(text_id=text_id, state=state, by=by, at=now()))

    def pause(self, by: str) -> None:
        """Show nothing new from now on."""
        with self._writing() as db:
            db.execute(_PAUSE.delete())
            db.execute(_PAUSE.insert().values(paused_at=now(), by=by))

    def resume(self) -> None:
        """Show what is new again."""
        with self._writing() as db:
            db.execute(_PAUSE.delete())

    def set_words(self, words: Iterable[str]) -> tuple[str, ...]:
        """Replace the list of words, `MOST_WORDS` at most; return it as it is kept."""
        kept = sorted({plain for w in words if (plain := _plain(w)[:100])})[:MOST_WORDS]
        with self._writing() as db:
            db.execute(_WORDS.delete())
            if kept:
                db.execute(_WORDS.insert(), [{"word": w} for w in kept])
        return tuple(kept)

    def _writing(self) -> _Writing:
        return _Writing(self)


class _Writing:
    """A transaction after which the board reads anew."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._transaction = board._store.writing()  # noqa: SLF001 - a part of the board

    def __enter__(self) -> sa.Connection:
        return self._transaction.__enter__()

    def __exit__(self, *exc: object) -> None:
        self._transaction.__exit__(*exc)  # type: ignore[arg-type]
        self._board._read_at = 0.0  # noqa: SLF001 - a part of the board


def _plain(text: str) -> str:
    """Write a text as words are compared: small letters, without accents."""
    return " ".join(without_accents(text).split())


def _has_word(text: str, words: Iterable[str]) -> bool:
    plain = _plain(text)
    bare = " ".join("".join(c if c.isalnum() else " " for c in plain).split())
    # a word stands by itself; what has other signs in it, such as an address, may stand anywhere
    return any(
        f" {w} " in f" {bare} " or (not w.replace(" ", "").isalnum() and w in plain) for w in words
    )


def shown(cards: Iterable[Card], said: Moderation, at_most: int) -> list[tuple[Card, str]]:
    """Choose what the wall shows: pinned texts first, then the newest.

    Parameters
    ----------
    cards
        The newest first.
    said
        What moderators have said.
    at_most
        No more than so many.

    Returns
    -------
    list of (Card, str)
        Each with what a moderator said of it; empty: nothing.
    """
    pinned: list[tuple[Card, str]] = []
    others: list[tuple[Card, str]] = []
    for card in cards:
        state = said.states.get(card.text_id, "")
        if state == "hidden":
            continue
        if state == "pinned":
            pinned.append((card, state))
            continue
        if said.paused_at is not None and card.arrived_at > said.paused_at:
            continue
        if state != "shown" and _has_word(card.text, said.words):
            continue
        others.append((card, state))
    return (pinned + others)[:at_most]
