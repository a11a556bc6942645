"""To which conversation a comment belongs: the text at its root, as far up as is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.activitypub.vocabulary import CHANNEL
from parvis.connect.files.functions import json_merged
from parvis.domain.event import EventName
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["with_threads"]

#: Each round doubles how far up a root is seen: 1,024 answers deep is enough, and a ring ends.
_ROUNDS: Final = 10


def with_threads(scratch: Scratch, events: ir.Table) -> ir.Table:
    """Write into `properties.thread` the id of the text at the root of each conversation.

    Where the root itself never came in (a brand's own post isn't in its inbox), the id of the
    highest text that is known of stands for it.

    Parameters
    ----------
    events
        Staged; `object` and `parent` are ids, null where an event is no text.
    """
    said = events.filter(events.object.notnull())
    answers = said.filter(said.parent.notnull())
    tops = scratch.stage(answers.group_by(node=answers.object).agg(top=answers.parent.min()))
    for _ in range(_ROUNDS):
        above = tops.select(middle=tops.node, higher=tops.top)
        joined = tops.left_join(above, tops.top == above.middle)
        risen = joined.select("node", top=ibis.coalesce(joined.higher, joined.top))
        higher = scratch.stage(risen)
        moved = higher.inner_join(tops, "node").filter(lambda t: t.top != t.top_right)
        if not scratch.rows(moved.agg(n=moved.count()))[0]["n"]:
            break
        tops = higher
    earlier = _threads_known(scratch, tops)
    joined = tops.left_join(earlier, tops.top == earlier.known)
    roots = joined.select("node", root=ibis.coalesce(joined.thread, joined.top))
    all_of = events.left_join(roots, events.object == roots.node)
    thread = ibis.coalesce(all_of.root, all_of.object)
    marked = ibis.struct({"thread": thread}).cast("json")
    return all_of.mutate(
        properties=ibis.ifelse(
            thread.notnull(), json_merged(all_of.properties, marked), all_of.properties
        )
    ).drop("node", "root")


def _threads_known(scratch: Scratch, tops: ir.Table) -> ir.Table:
    """Find the threads of texts that came in before."""
    events = scratch.table("events")
    comments = events.filter(
        (events.channel == CHANNEL) & (events.name == EventName.COMMENT_ADDED.value)
    )
    told = comments.select(
        known=json_text(comments.properties, "object"),
        thread=json_text(comments.properties, "thread"),
    )
    needed = told.filter(told.known.notnull()).semi_join(tops, told.known == tops.top)
    return scratch.stage(needed.group_by("known").agg(thread=needed.thread.min()))
