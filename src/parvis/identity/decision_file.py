"""Decisions that come in a file: what is clear is taken over, all else is refused row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from parvis.errors import DecisionError, FileUnreadable
from parvis.identity.contracts import Identifier, Refused
from parvis.identity.decide import checked, decided_row, record, unknown_among
from parvis.identity.decisions import Decision, Verdict, standing

if TYPE_CHECKING:
    from parvis.lake.workspace import Workspace

__all__ = ["Proposal", "read_decisions", "take_over"]

_COLUMNS: Final = ("left_kind", "left_value", "right_kind", "right_value")
#: A file of decisions is read by people: more than this was made by something else.
_MOST_ROWS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row of a file that can be taken over.

    Parameters
    ----------
    row
        Its number, from 1.
    verdict
        merge or part.
    left, right
        Kind and normalised value.
    note
        Why, in somebody's words.
    """

    row: int
    verdict: Verdict
    left: Identifier
    right: Identifier
    note: str


def read_decisions(
    workspace: Workspace, path: Path
) -> tuple[tuple[Proposal, ...], tuple[Refused, ...]]:
    """Read a CSV file of decisions, without taking any over.

    Parameters
    ----------
    workspace
        Whose customers.
    path
        With the columns `left_kind`, `left_value`, `right_kind`, `right_value`, and if wanted
        `verdict` (merge unless given) and `note`. In UTF-8.

    Returns
    -------
    tuple
        What can be taken over, and the rows that can't, each with its reason: an identifier
        that can't be compared or that no event carries, twice the same, a merge that closes a
        circle, and what contradicts another row or an earlier decision.

    Raises
    ------
    FileUnreadable
        It isn't such a file.
    """
    clear: list[Proposal] = []
    refused: list[Refused] = []
    told: dict[int, dict[str, str]] = {}
    for number, row in enumerate(_rows(path), start=1):
        told[number] = {k: v or "" for k, v in row.items() if isinstance(k, str)}
        try:
            clear.append(_proposal(workspace, number, row))
        except DecisionError as error:
            refused.append(Refused(number, error.what, told[number]))
    unknown = set(unknown_among(workspace.engine, [e for p in clear for e in (p.left, p.right)]))
    made = workspace.engine.rows(workspace.engine.table("identity_decisions"))
    held = standing(map(Decision.of_row, made))
    judge = _Judge([d.pair for d in held.merges], [d.pair for d in held.parts])
    taken: list[Proposal] = []
    for proposal in clear:
        pair = proposal.left, proposal.right
        missing = [e for e in pair if e in unknown]
        reason = (
            f"No event carries the {missing[0][0]} {missing[0][1]!r}."
            if missing
            else judge.objection(proposal.verdict, pair, proposal.row)
        )
        if reason:
            refused.append(Refused(proposal.row, reason, told[proposal.row]))
        else:
            taken.append(proposal)
    return tuple(taken), tuple(sorted(refused, key=lambda r: r.row))


def take_over(workspace: Workspace, proposals: Sequence[Proposal], by: str) -> None:
    """Record what `read_decisions` found that can be taken over: all of it, or nothing.

    Parameters
    ----------
    workspace
        Whose customers.
    proposals
        As they were read, and shown to who agreed.
    by
        Who decides.
    """
    record(
        workspace,
        [
            decided_row(p.verdict, (p.left, p.right), by, p.note, place)
            for place, p in enumerate(proposals)
        ],
    )


def _proposal(workspace: Workspace, number: int, row: Mapping[str | None, str | None]) -> Proposal:
    if None in row:
        raise DecisionError("It has more cells than the first line: a comma that isn't quoted?")
    verdict = (row.get("verdict") or "merge").strip().lower()
    if verdict not in {"merge", "part"}:
        raise DecisionError(f"verdict = {verdict[:40]!r}: expected merge or part.")
    settings = workspace.settings.identity
    left, right = (
        checked(settings, (row.get(f"{s}_kind") or "").strip(), row.get(f"{s}_value") or "")
        for s in ("left", "right")
    )
    if left == right:
        raise DecisionError(f"Both are the {left[0]} {left[1]!r}.")
    return Proposal(number, cast("Verdict", verdict), left, right, row.get("note") or "")


class _Judge:
    """Finds what a row of a file contradicts or says again."""

    def __init__(
        self, merged: Sequence[frozenset[Identifier]], parted: Sequence[frozenset[Identifier]]
    ) -> None:
        self._above: dict[Identifier, Identifier] = {}
        self._by_row: dict[frozenset[Identifier], tuple[str, int]] = {}
        self._parted = list(parted)
        for pair in merged:
            self._unite(*sorted(pair))

    def objection(self, verdict: str, pair: Sequence[Identifier], number: int) -> str:
        one, other = pair
        both = frozenset(pair)
        said = self._by_row.get(both)
        if said is not None:
            again = "says the same" if said[0] == verdict else f"says {said[0]}"
            return f"Row {said[1]} {again} of these two."
        self._by_row[both] = (verdict, number)
        together = self._root(one) == self._root(other)
        if verdict == "part":
            if together:
                return "Other rows or earlier decisions merge these two."
            self._parted.append(both)
            return ""
        if together:
            return "It closes a circle: other rows or earlier decisions merge these two already."
        roots = {self._root(one), self._root(other)}
        for parted in self._parted:
            if {self._root(e) for e in parted} == roots:
                return "Another row or an earlier decision keeps these two apart."
        self._unite(one, other)
        return ""

    def _root(self, end: Identifier) -> Identifier:
        above = self._above
        while (next_ := above.get(end, end)) != end:
            # halves the way for who comes after: a file of 100,000 may be one chain
            above[end] = end = above.get(next_, next_)
        return end

    def _unite(self, one: Identifier, other: Identifier) -> None:
        roots = self._root(one), self._root(other)
        if roots[0] != roots[1]:
            self._above[roots[1]] = roots[0]


def _rows(path: Path) -> list[dict[str | None, str | None]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(
            f"{path} can't be read: {error}.", "It must be a CSV file in UTF-8."
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        named = [(n or "").strip().lower() for n in reader.fieldnames or ()]
        _check_columns(path, named)
        reader.fieldnames = named
        rows = [cast("dict[str | None, str | None]", r) for r in reader]
    except csv.Error as error:
        raise FileUnreadable(f"{path} is no CSV: {error}.", "Save it again as CSV.") from error
    if len(rows) > _MOST_ROWS:
        raise FileUnreadable(
            f"{path} has {len(rows):,} rows; at most {_MOST_ROWS:,} are taken at once.",
            "If a system knows that many pairs, let it send alias events.",
        )
    return rows


def _check_columns(path: Path, named: Sequence[str]) -> None:
    expected = f"Its first line must name {', '.join(_COLUMNS)}; verdict and note if wanted."
    missing = [c for c in _COLUMNS if c not in named]
    if missing:
        raise FileUnreadable(f"{path} has no column {', '.join(missing)}.", expected)
    twice = sorted({c for c in named if c and named.count(c) > 1})
    if twice:
        raise FileUnreadable(f"{path} names {', '.join(twice)} twice.", expected)
