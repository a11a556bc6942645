"""How the table of what people say is made, and texts are read that nobody has read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from parvis.identity import api as identity
from parvis.lake.build import Frame, Step
from parvis.lake.functions import together
from parvis.listen import api as listen
from parvis.profile import api as profile
from parvis.work.identity import moved_customers

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["LISTENING_STEPS"]


def _mentions_concerned(frame: Frame) -> ir.Table:
    """Find texts of new events, of authors who changed hands, and that were read anew."""
    new = profile.known_at(frame.changed("events"), frame.as_of)
    known = frame.table("mentions")
    moved = frame.once("moved", lambda: frame.engine.stage(moved_customers(frame)))
    read = [frame.changed(name).select("text_key") for name in ("readings", "labels")]
    found = [
        listen.text_events(new).select("text_id"),
        known.semi_join(moved, "customer_id").select("text_id"),
        known.semi_join(together(*read).distinct(), "text_key").select("text_id"),
        known.semi_join(listen.gone_authors(new), ["author_kind", "author"]).select("text_id"),
    ]
    return together(*found).distinct()


def _mentions(frame: Frame) -> ir.Table:
    events = profile.known_at(frame.table("events"), frame.as_of)
    told = frame.within(listen.text_events(events))
    if frame.scope is not None:
        told = frame.engine.stage(told)
    owners = identity.resolved(told, frame.table("identities"))
    return listen.mentions(
        told,
        listen.gone_authors(events),
        owners.select("message_id", "customer_id", "is_known"),
        frame.table("readings"),
        frame.table("labels"),
    )


#: What people say.
LISTENING_STEPS: Final = (
    Step(
        "mentions",
        ("events", "identities", "readings", "labels"),
        _mentions,
        1,
        _mentions_concerned,
    ),
)
