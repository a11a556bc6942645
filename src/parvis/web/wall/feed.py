"""New texts as they come into the lake, without waiting for the next build."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.domain.event import EventName
from parvis.errors import ParvisError
from parvis.lake.functions import json_values
from parvis.listen import api as listen
from parvis.listen.api import masked, personal_data
from parvis.web.reader import Reader
from parvis.web.wall.board import Card

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["MOST_CARDS", "Feed"]

#: Cards that are remembered; the screen shows fewer.
MOST_CARDS: Final = 80
#: The texts that are public: mails and messages were written to the brand alone.
_PUBLIC: Final = {
    EventName.POST_PUBLISHED.value: "post",
    EventName.COMMENT_ADDED.value: "comment",
    EventName.REVIEW_POSTED.value: "review",
    EventName.ARTICLE_PUBLISHED.value: "article",
}
_LONGEST: Final = 420
_LOOK_EVERY_SECONDS: Final = 0.2
#: Without a screen that listens nothing is followed.
_IDLE_SECONDS: Final = 30.0
_log: Final = logging.getLogger("parvis.web")


class Feed:
    """The newest public texts, followed while a screen listens.

    Parameters
    ----------
    reader
        The workspace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._cards: dict[str, Card] = {}
        self._engine: Engine | None = None
        self._snapshot = 0
        self._stamp: tuple[float, ...] = ()
        self._thread: threading.Thread | None = None
        self._asked = threading.Event()
        self._over = threading.Event()
        self._ready = threading.Event()
        #: Grows with each change.
        self.version = 0

    def cards(self) -> list[Card]:
        """Return the newest texts, the newest first, and go on following."""
        self._asked.set()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                if self._over.is_set():
                    return []
                self._ready.clear()
                self._thread = threading.Thread(
                    target=self._follow, name="parvis-wall", daemon=True
                )
                self._thread.start()
        self._ready.wait(10)
        with self._lock:
            return sorted(
                self._cards.values(), key=lambda c: (c.occurred_at, c.text_id), reverse=True
            )

    def close(self) -> None:
        """Stop following."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        idle = 0.0
        while not self._over.is_set() and idle < _IDLE_SECONDS:
            try:
                self._look()
            except ParvisError as error:
                # the lake is restored or replaced: begin anew
                _log.warning("%s", error)
                self._let_go()
            except Exception:
                _log.exception("The wall could not be brought up to date; trying again.")
                self._let_go()
            self._ready.set()
            idle = 0.0 if self._asked.is_set() else idle + _LOOK_EVERY_SECONDS
            self._asked.clear()
            self._over.wait(_LOOK_EVERY_SECONDS)
        self._let_go()

    def _let_go(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine, self._stamp = None, ()

    def _look(self) -> None:
        stamp = self._reader.last_written()
        if self._engine is not None and stamp == self._stamp:
            return
        if self._engine is None:
            self._engine = self._reader.workspace.engine.session()
            self._snapshot = self._engine.snapshot()
            self._change(self._stored(self._engine), ())
            self._stamp = stamp
            return
        newest = self._engine.snapshot()
        if newest > self._snapshot:
            self._take(self._engine, self._snapshot, newest)
            self._snapshot = newest
        self._stamp = stamp

    def _stored(self, engine: Engine) -> list[Card]:
        """Begin with the newest texts of the last build."""
        said = engine.table("mentions")
        public = said.filter(~said.is_own, said.kind.isin(list(_PUBLIC.values())), said.text != "")
        newest = public.order_by(public.occurred_at.desc(), public.text_id).limit(MOST_CARDS)
        rows = engine.rows(
            newest.select(
                "text_id", "occurred_at", "source", "channel", "kind", "text", "sentiment"
            )
        )
        return [self._card(r, r["occurred_at"]) for r in rows]

    def _take(self, engine: Engine, after: int, until: int) -> None:
        added = engine.changes("events", after, until).filter(lambda t: t.change_type == "insert")
        rows = engine.rows(_texts(listen.text_events(added)))
        now = datetime.now(UTC)
        gone = [r["text_id"] for r in rows if r["name"] == EventName.TEXT_DELETED.value]
        new = [
            self._card({**r, "kind": _PUBLIC[r["name"]]}, now) for r in rows if r["name"] in _PUBLIC
        ]
        edited = {r["text_id"]: r for r in rows if r["name"] == EventName.TEXT_EDITED.value}
        with self._lock:
            known = dict(self._cards)
        for text_id, row in edited.items():
            if text_id in known and row["text"]:
                new.append(replace(known[text_id], text=self._plain(row["text"]), sentiment=None))
        unread = [t for t, c in known.items() if c.sentiment is None and t not in edited]
        new += self._labelled(engine, known, unread, after, until)
        self._change(new, gone)

    def _labelled(
        self, engine: Engine, known: dict[str, Card], unread: list[str], after: int, until: int
    ) -> list[Card]:
        """Take the labels that a build has brought meanwhile."""
        if not unread:
            return []
        changed = engine.changes("mentions", after, until)
        read = changed.filter(
            changed.change_type != "delete",
            changed.text_id.isin(unread),
            changed.sentiment.notnull(),
        )
        rows = engine.rows(read.select("text_id", "sentiment"))
        return [replace(known[r["text_id"]], sentiment=r["sentiment"]) for r in rows]

    def _change(self, new: list[Card], gone: Any) -> None:
        if not new and not gone:
            return
        with self._lock:
            for card in new:
                self._cards[card.text_id] = card
            for text_id in gone:
                self._cards.pop(text_id, None)
            newest = sorted(self._cards.values(), key=lambda c: (c.occurred_at, c.text_id))
            self._cards = {c.text_id: c for c in newest[-MOST_CARDS:]}
            self.version += 1

    def _card(self, row: dict[str, Any], arrived_at: datetime) -> Card:
        return Card(
            row["text_id"], row["occurred_at"], arrived_at, row["source"], row["channel"],
            row["kind"], self._plain(row["text"]), row.get("sentiment"),
        )  # fmt: skip

    def _plain(self, text: str) -> str:
        # personal data may begin before the cut and end after it
        country = self._reader.workspace.settings.identity.country
        whole = " ".join(text[: _LONGEST * 3].split())
        safe = masked(whole, personal_data(whole, country))
        return safe if len(safe) <= _LONGEST else safe[:_LONGEST].rsplit(" ", 1)[0] + "…"


def _texts(told: ir.Table) -> ir.Table:
    said = json_values(told.properties, ("is_own",))
    wanted = [*_PUBLIC, EventName.TEXT_EDITED.value, EventName.TEXT_DELETED.value]
    own = (said["is_own"] == "true").fill_null(False)
    rows = told.mutate(is_own=own, text=ibis.coalesce(told.text, ""))
    rows = rows.filter(rows.name.isin(wanted), ~rows.is_own)
    empty = rows.text.strip() == ""
    rows = rows.filter(~empty | (rows.name == EventName.TEXT_DELETED.value))
    newest = rows.order_by(rows.occurred_at.desc(), rows.message_id).limit(MOST_CARDS * 2)
    return newest.select("text_id", "name", "occurred_at", "source", "channel", "text")
