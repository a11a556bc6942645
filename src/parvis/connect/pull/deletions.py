"""What is no longer where it was: its author took it back, so it is taken back here."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.files.parse import Setting
from parvis.domain.event import EventName, EventType
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    from parvis.lake.engine import Engine

__all__ = ["KnownText", "deletions", "known_texts"]

_SAID: Final = tuple(
    n.value
    for n in (EventName.POST_PUBLISHED, EventName.COMMENT_ADDED, EventName.ARTICLE_PUBLISHED)
)
#: Two deletions of one text are one: who finds it missing can't say when it went.
_MARK: Final = "#delete"


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text that came from a network, and still stands as far as is known.

    Parameters
    ----------
    name
        Its id there (`properties.object`).
    message_id
        Its event's.
    at
        When it was published.
    """

    name: str
    message_id: str
    at: datetime
    channel: str
    thread: str
    identifiers: tuple[tuple[str, str], ...]


def known_texts(
    engine: Engine, source: str, since: datetime, most: int = 10_000
) -> list[KnownText]:
    """Return the texts of a source that are not known to be deleted, the newest first.

    Parameters
    ----------
    since
        Published then or later.
    most
        How many at most.
    """
    events = engine.table("events")
    events = events.filter(events.source == source)
    gone = events.filter(events.name == EventName.TEXT_DELETED.value)
    gone = gone.select(object=json_text(gone.properties, "object")).distinct()
    said = events.filter(events.name.isin(_SAID) & (events.occurred_at >= since))
    told = said.select(
        "message_id",
        "occurred_at",
        "channel",
        "identifiers",
        object=json_text(said.properties, "object"),
        thread=json_text(said.properties, "thread"),
    ).anti_join(gone, "object")
    rows = engine.rows(told.order_by(told.occurred_at.desc(), told.message_id).limit(most))
    return [
        KnownText(
            r["object"],
            r["message_id"],
            r["occurred_at"],
            r["channel"],
            r["thread"] or "",
            tuple((i["kind"], i["value"]) for i in r["identifiers"] or ()),
        )
        for r in rows
        if r["object"]
    ]


def deletions(
    known: Sequence[KnownText], there: Collection[str], setting: Setting
) -> list[dict[str, Any]]:
    """Return a `Text Deleted` for each text that isn't there any more.

    Parameters
    ----------
    known
        Texts that were looked for.
    there
        The ids of those that were found.
    setting
        Source, zone and moment: that at which it was found missing.
    """
    return [
        {
            "message_id": f"{text.message_id.partition(':')[0]}:{text.name}{_MARK}",
            "source": setting.source,
            "type": EventType.TRACK.value,
            "name": EventName.TEXT_DELETED.value,
            "occurred_at": setting.now,
            "received_at": setting.now,
            "identifiers": [{"kind": k, "value": v} for k, v in text.identifiers],
            "channel": text.channel,
            "properties": json.dumps(
                {"object": text.name, **({"thread": text.thread} if text.thread else {})}
            ),
        }
        for text in known
        if text.name not in there
    ]
