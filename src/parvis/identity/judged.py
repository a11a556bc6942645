"""What else than events joins and parts: a model's matches, and people's decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from parvis.identity.persons import Person

__all__ = ["Joint", "Judged"]


@dataclass(frozen=True, slots=True)
class Joint:
    """Something that would join two nodes, when they are looked at one by one.

    Parameters
    ----------
    left, right
        Nodes.
    strength
        In bits.
    rule
        same_event, alias, alike or merge.
    place
        For a decision, its place in the order of time.
    """

    left: int
    right: int
    strength: float
    rule: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model and people say of nodes.

    Parameters
    ----------
    alike
        Pairs that a model joins, the surest first.
    merges
        Pairs that people joined, in the order of time.
    parts
        Pairs that people parted, with their place in the order of time.
    told
        What silos say of the person behind a node.
    """

    alike: tuple[Joint, ...] = ()
    merges: tuple[Joint, ...] = ()
    parts: tuple[tuple[int, int, int], ...] = ()
    told: Mapping[int, Person] = field(default_factory=dict)
