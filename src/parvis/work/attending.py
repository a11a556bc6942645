"""Keep up with what people say: read, group, watch and tell, a little at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from parvis.lake.workspace import Workspace
from parvis.work.copying import find_copies
from parvis.work.grouping import GroupReport, assign_topics, group_texts, grouping_is_due
from parvis.work.reading import ReadReport, read_texts
from parvis.work.teaching import Taught, teach_if_due
from parvis.work.telling import Told, tell
from parvis.work.watching import WatchReport, watch

__all__ = ["Attended", "attend"]

#: Texts that are read between two builds: some seconds' work.
_AT_ONCE: Final = 4_000


@dataclass(frozen=True, slots=True)
class Attended:
    """What was done with what people say.

    Parameters
    ----------
    taught
        What the team's corrections taught; null: there are few new ones.
    read
        What was read, and how much is left.
    grouped
        The topics that were sought; null: it wasn't due.
    filed
        Texts that were put under a topic.
    compared
        Texts of which it was told whose copy they are.
    watched
        What was watched, and the alerts.
    told
        Of what somebody was told.
    """

    taught: Taught | None
    read: ReadReport
    grouped: GroupReport | None
    filed: int
    compared: int
    watched: WatchReport
    told: Told


def attend(workspace: Workspace, at_most: int = _AT_ONCE) -> Attended:
    """Read some texts that nobody has read, file them, and look for unusual hours.

    Parameters
    ----------
    workspace
        A workspace that is built; what is found is shown by the next build.
    at_most
        How many texts are read.

    Raises
    ------
    ListeningError
        A model that the settings ask for isn't there.
    """
    taught = teach_if_due(workspace)
    read = read_texts(workspace, at_most=at_most)
    grouped = None
    if grouping_is_due(workspace, datetime.now(UTC)):
        grouped = group_texts(workspace)
    filed = assign_topics(workspace, at_most)
    compared = find_copies(workspace, at_most)
    watched = watch(workspace)
    return Attended(taught, read, grouped, filed, compared, watched, tell(workspace))
