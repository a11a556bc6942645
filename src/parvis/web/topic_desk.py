"""What the team calls topics: written at once, and seen before the next state is laid out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from parvis.errors import ListeningError
from parvis.lake.schema import TABLES
from parvis.web.queries.said import Topic, topics
from parvis.web.reader import Reader
from parvis.web.shelf import Shelf

if TYPE_CHECKING:
    from parvis.lake.engine import Engine

__all__ = ["LONGEST_NAME", "TopicDesk"]

LONGEST_NAME: Final = 80


class TopicDesk:
    """Where topics are named and put under subjects, by any number of requests.

    Parameters
    ----------
    reader
        The workspace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._writing = threading.Lock()
        self._said: dict[str, tuple[str | None, str | None, int]] = {}

    def call(self, topic_id: str, label: str, parent: str) -> None:
        """Name a topic, and put it under a subject; empty: its own name, no subject.

        Raises
        ------
        ListeningError
            There is no such topic.
        """
        said = (_named(label), _named(parent))
        engine = self._reader.workspace.engine.session()
        try:
            with self._writing:
                engine.atomically(lambda: self._write(engine, topic_id, *said))
                self._said[topic_id] = (*said, engine.snapshot())
        finally:
            engine.close()

    def _write(self, engine: Engine, topic_id: str, label: str | None, parent: str | None) -> None:
        rows = engine.rows(engine.table("topics").filter(lambda t: t.topic_id == topic_id))
        if not rows:
            raise ListeningError(
                f"There is no topic {topic_id[:40]!r}; it may have ended meanwhile.",
                "Open the page Topics again.",
            )
        schema = dict(TABLES["topics"].ibis.items())
        changed = engine.stage_rows([rows[0] | {"label": label, "parent": parent}], schema)
        engine.reconcile("topics", changed, changed.select("topic_id"))

    def topics(self, shelf: Shelf) -> Mapping[str, Topic]:
        """Return the topics of a state, with what was said of them since."""
        with self._writing:
            self._said = {k: s for k, s in self._said.items() if s[2] > shelf.version}
            said = dict(self._said)
        found = dict(topics(shelf))
        for topic_id, (label, parent, _) in said.items():
            if topic_id in found:
                found[topic_id] = replace(found[topic_id], label=label, parent=parent)
        return found


def _named(text: str) -> str | None:
    return " ".join(text.split())[:LONGEST_NAME] or None
