"""Build, look for people who are alike where it is due, and build what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parvis.identity import api as identity
from parvis.lake.build import BuildReport, Decision
from parvis.lake.workspace import Workspace
from parvis.work.steps import build

__all__ = ["MATCHES", "BuiltAndMatched", "Tell", "build_and_match", "match_if_due"]

#: Told of the table that is being made, its place from 0, and how many there are.
Tell = Callable[[str, int, int], None]

#: The table that a search for people who are alike writes.
MATCHES: Final = "identity_matches"


@dataclass(frozen=True, slots=True)
class BuiltAndMatched:
    """What was built, and what was found on the way.

    Parameters
    ----------
    builds
        One, or two where the search found something that was not known.
    match
        What the search did; None: it was not due.
    """

    builds: tuple[BuildReport, ...]
    match: identity.MatchReport | None

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(b.seconds for b in self.builds) + (self.match.seconds if self.match else 0.0)


def _quiet(_table: str, _place: int, _count: int) -> None:
    """Say nothing."""


def build_and_match(workspace: Workspace, on_progress: Tell = _quiet) -> BuiltAndMatched:
    """Bring all tables up to date; where it is due, look for people who are alike.

    Parameters
    ----------
    workspace
        Whose tables.
    on_progress
        Called before each table is made.

    Returns
    -------
    BuiltAndMatched
        What was done. What was built before a search that fails stays.

    Raises
    ------
    WorkspaceBusy
        Another process builds.

    Examples
    --------
    >>> build_and_match(shop).match  # doctest: +SKIP
    MatchReport(records=41208, merged=1210, to_review=348, ...)
    """

    def tell(decision: Decision, place: int, count: int) -> None:
        on_progress(decision.step.table, place, count)

    first = build(workspace, tell)
    if not identity.match_is_due(workspace):
        return BuiltAndMatched((first,), None)
    # how long a search takes isn't known beforehand: it is one step
    on_progress(MATCHES, 0, 1)
    found = identity.match(workspace)
    if not (found.new or found.gone):
        return BuiltAndMatched((first,), found)
    return BuiltAndMatched((first, build(workspace, tell)), found)


def match_if_due(workspace: Workspace) -> identity.MatchReport | None:
    """Look for people who are alike, if that is due; what it finds counts from the next build on.

    Returns
    -------
    MatchReport or None
        None: it isn't due.
    """
    return identity.match(workspace) if identity.match_is_due(workspace) else None
