"""Decide, without touching anything, what a build has to do and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Literal

from parvis.domain.settings import Settings
from parvis.lake.build.step import Step

__all__ = ["BuildPlan", "Decision", "LastBuild", "SourceNews", "make_plan", "step_version"]


@dataclass(frozen=True, slots=True)
class LastBuild:
    """What the last build of a table stood on."""

    version: str
    snapshot: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SourceNews:
    """What happened to a table of facts since a build.

    Parameters
    ----------
    rows
        Rows that came or went.
    matured
        Rows that were in already, but only now lie before the date the tables speak of.
    """

    rows: int
    matured: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with one table."""

    step: Step
    what: Literal["whole", "changed", "nothing"]
    why: str


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """What a build will do, table by table, in order."""

    decisions: tuple[Decision, ...]
    snapshot: int
    as_of: datetime

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return all(d.what == "nothing" for d in self.decisions)


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Order steps so that each comes after those that it reads."""
    by_name = {s.table: s for s in steps}
    graph = {s.table: [r for r in s.reads if r in by_name] for s in steps}
    return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())


def step_version(step: Step, settings: Settings) -> str:
    """Sign a transformation and the settings that it reads."""
    parts = [str(step.version)]
    for section in step.settings:
        value = settings
        for name in section.split("."):
            value = getattr(value, name)
        parts.append(f"{section}={value!r}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a build.

    Parameters
    ----------
    last
        The last build of each table.
    news
        For each table of facts, what happened to it since.
    readable
        Whether the lake still has the states that the last build read.
    snapshot, as_of
        The state that is read now, and the moment the tables will speak of.
    day_changed
        Whether that moment lies on another day than the last build's.
    """

    last: Mapping[str, LastBuild]
    news: Mapping[str, SourceNews]
    readable: bool
    snapshot: int
    as_of: datetime
    day_changed: bool


def make_plan(steps: Sequence[Step], settings: Settings, known: Known) -> BuildPlan:
    """Decide what each step has to do.

    Parameters
    ----------
    steps
        All steps.
    settings
        The workspace's settings.
    known
        What is known of the last build and since.
    """
    decisions: list[Decision] = []
    moving: dict[str, str] = {}
    for step in in_order(steps):
        decision = _decide(step, settings, known, moving)
        decisions.append(decision)
        if decision.what != "nothing":
            moving[step.table] = step.table
    return BuildPlan(tuple(decisions), known.snapshot, known.as_of)


def _decide(step: Step, settings: Settings, known: Known, moving: Mapping[str, str]) -> Decision:
    last = known.last.get(step.table)
    if last is None:
        return Decision(step, "whole", "never built")
    if last.version != step_version(step, settings):
        read = f" or the settings it reads ({', '.join(step.settings)})" if step.settings else ""
        return Decision(step, "whole", f"its transformation{read} changed")
    if known.as_of < last.as_of:
        return Decision(step, "whole", "the date the tables speak of was moved back")
    if not known.readable:
        return Decision(step, "whole", "the state of the last build is no longer kept")
    if step.daily and known.day_changed:
        return Decision(step, "whole", "a new day began")
    reasons = []
    for name in step.reads:
        news = known.news.get(name)
        if news is not None and news.rows:
            reasons.append(f"{news.rows:,} new rows in {name}")
        if news is not None and news.matured:
            reasons.append(f"{news.matured:,} rows of {name} now lie before the date")
        if name in moving:
            reasons.append(f"{name} may change")
    if not reasons:
        return Decision(step, "nothing", "nothing that it reads changed")
    return Decision(step, "changed" if step.concerned else "whole", "; ".join(reasons))
