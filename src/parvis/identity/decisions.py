"""What people decided: which decisions hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Decision", "Standing", "Verdict", "standing"]

Verdict = Literal["merge", "part", "skip", "withdraw"]
Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on two identifiers.

    Parameters
    ----------
    decision_id
        Unique; in the order of time.
    verdict
        `merge`: they are one person. `part`: they are two. `skip`: not decided now.
        `withdraw`: the decision named in `withdraws` was never made.
    left, right
        Kind and normalised value.
    """

    decision_id: str
    verdict: Verdict
    left: Identifier
    right: Identifier
    withdraws: str | None = None

    @property
    def pair(self) -> frozenset[Identifier]:
        """The two, in no order."""
        return frozenset((self.left, self.right))

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Decision:
        """Read a row of `identity_decisions`."""
        left, right = ((row[f"{s}_kind"], row[f"{s}_value"]) for s in ("left", "right"))
        return cls(row["decision_id"], row["verdict"], left, right, row.get("withdraws"))


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that hold.

    Parameters
    ----------
    merges, parts
        In the order of time.
    """

    merges: tuple[Decision, ...]
    parts: tuple[Decision, ...]


def standing(decisions: Iterable[Decision]) -> Standing:
    """Find the decisions that hold: not withdrawn, and the last ones on their pair.

    Examples
    --------
    >>> ana, bob = ("email", "ana@a.example"), ("email", "bob@a.example")
    >>> made = [Decision("1", "merge", ana, bob), Decision("2", "part", bob, ana)]
    >>> standing(made).merges, len(standing(made).parts)
    ((), 1)
    """
    made = sorted(decisions, key=lambda d: d.decision_id)
    withdrawn: set[str | None] = set()
    for decision in reversed(made):
        # a withdrawal can be withdrawn too
        if decision.verdict == "withdraw" and decision.decision_id not in withdrawn:
            withdrawn.add(decision.withdraws)
    last: dict[frozenset[Identifier], Decision] = {}
    for decision in made:
        if decision.verdict in {"merge", "part"} and decision.decision_id not in withdrawn:
            last[decision.pair] = decision
    held = sorted(last.values(), key=lambda d: d.decision_id)
    return Standing(
        tuple(d for d in held if d.verdict == "merge"),
        tuple(d for d in held if d.verdict == "part"),
    )
