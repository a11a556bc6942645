"""Decisions that people make: merge two customers, keep them apart, take it back."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parvis.errors import DecisionError, FileUnreadable
from parvis.identity.contracts import Identifier, Refused
from parvis.identity.decisions import Decision, Verdict, standing
from parvis.identity.norms import MEANINGS, NormRules, norm_of
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = ["decide", "decide_file", "decisions_of", "withdraw"]

_VERDICTS: Final = ("merge", "part", "skip")
_COLUMNS: Final = ("left_kind", "left_value", "right_kind", "right_value")
#: A file of decisions is read by people: more than this was made by something else.
_MOST_ROWS: Final = 100_000


def decide(
    workspace: Workspace,
    verdict: Verdict,
    left: Identifier,
    right: Identifier,
    by: str,
    note: str = "",
) -> str:
    """Record what a person decided of two identifiers; the next build follows it.

    Parameters
    ----------
    workspace
        Whose customers.
    verdict
        merge, part or skip.
    left, right
        Kind and value; spelt as silos or as Parvis spells them.
    by
        Who decides.
    note
        Why, in their words.

    Returns
    -------
    str
        The decision's id.

    Raises
    ------
    DecisionError
        An identifier can't be compared, isn't known, or both are the same.

    Examples
    --------
    >>> decide(shop, "merge", ("user_id", "C1"), ("contact_id", "crm:K9"), "ada")  # doctest: +SKIP
    '20261122T101500123456-9f2c'
    """
    if verdict not in _VERDICTS:
        raise DecisionError(
            f"verdict = {verdict!r}: expected {', '.join(_VERDICTS)}.", "Choose one of them."
        )
    pair = [_checked(workspace.settings.identity, *end) for end in (left, right)]
    unknown = _unknown(workspace.engine, pair)
    if unknown:
        kind, value = unknown[0]
        raise DecisionError(
            f"No event carries the {kind} {value!r}.",
            "A decision is about identifiers that a silo brought; look for its spelling.",
        )
    if pair[0] == pair[1]:
        raise DecisionError(
            f"Both are the {pair[0][0]} {pair[0][1]!r}.", "Name two different identifiers."
        )
    row = _row(verdict, pair[0], pair[1], by, note)
    _record(workspace, [row])
    return str(row["decision_id"])


def withdraw(workspace: Workspace, decision_id: str, by: str, note: str = "") -> str:
    """Take a decision back: what would have been without it is computed again.

    Raises
    ------
    DecisionError
        There is no such decision.
    """
    made = workspace.engine.table("identity_decisions")
    found = workspace.engine.rows(made.filter(made.decision_id == decision_id))
    if not found:
        raise DecisionError(
            f"There is no decision {decision_id!r}.",
            "`parvis identity decisions` lists them with their ids.",
        )
    ends = [(found[0][f"{s}_kind"], found[0][f"{s}_value"]) for s in ("left", "right")]
    row = _row("withdraw", ends[0], ends[1], by, note) | {"withdraws": decision_id}
    _record(workspace, [row])
    return str(row["decision_id"])


def decisions_of(engine: Engine) -> tuple[dict[str, Any], ...]:
    """Return all decisions, the newest first, each with whether it still holds."""
    rows = engine.rows(engine.table("identity_decisions"))
    held = standing(map(Decision.of_row, rows))
    holds = {d.decision_id for d in (*held.merges, *held.parts)}
    told = ({**r, "holds": r["decision_id"] in holds} for r in rows)
    return tuple(sorted(told, key=lambda r: str(r["decision_id"]), reverse=True))


def decide_file(
    workspace: Workspace, path: Path, by: str, *, dry_run: bool = False
) -> tuple[int, tuple[Refused, ...]]:
    """Take over a CSV file of decisions; what isn't clear is refused, row by row.

    Parameters
    ----------
    path
        With the columns `left_kind`, `left_value`, `right_kind`, `right_value`, and if wanted
        `verdict` (merge unless given) and `note`. In UTF-8.
    by
        Who decides.
    dry_run
        Check only.

    Returns
    -------
    tuple
        How many were taken over, and the rows that were not, each with its reason: an
        identifier that can't be compared or that no event carries, twice the same, a merge
        that closes a circle, and what contradicts another row or an earlier decision.

    Raises
    ------
    FileUnreadable
        It isn't such a file.
    """
    rows = _read(path)
    settings = workspace.settings.identity
    held = standing(map(Decision.of_row, workspace.engine.rows(
        workspace.engine.table("identity_decisions")
    )))  # fmt: skip
    checked: list[tuple[int, dict[str, str], str, list[Identifier]]] = []
    refused: list[Refused] = []
    for number, row in enumerate(rows, start=1):
        try:
            verdict = (row.get("verdict") or "merge").strip().lower()
            if verdict not in {"merge", "part"}:
                raise DecisionError(f"verdict = {verdict!r}: expected merge or part.")
            pair = [
                _checked(settings, row.get(f"{s}_kind") or "", row.get(f"{s}_value") or "")
                for s in ("left", "right")
            ]
            if pair[0] == pair[1]:
                raise DecisionError("Both are the same identifier.")
        except DecisionError as error:
            refused.append(Refused(number, error.what, row))
        else:
            checked.append((number, row, verdict, pair))
    unknown = set(_unknown(workspace.engine, [e for *_, pair in checked for e in pair]))
    judge = _Judge([d.pair for d in held.merges], [d.pair for d in held.parts])
    taken: list[dict[str, Any]] = []
    for number, row, verdict, pair in checked:
        missing = [e for e in pair if e in unknown]
        reason = (
            f"No event carries the {missing[0][0]} {missing[0][1]!r}."
            if missing
            else judge.objection(verdict, pair, number)
        )
        if reason:
            refused.append(Refused(number, reason, row))
        else:
            note = row.get("note") or ""
            taken.append(_row(verdict, pair[0], pair[1], by, note, len(taken)))  # type: ignore[arg-type]
    if taken and not dry_run:
        _record(workspace, taken)
    return len(taken), tuple(sorted(refused, key=lambda r: r.row))


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
        while (above := self._above.get(end, end)) != end:
            end = above
        return end

    def _unite(self, one: Identifier, other: Identifier) -> None:
        roots = self._root(one), self._root(other)
        if roots[0] != roots[1]:
            self._above[roots[1]] = roots[0]


def _checked(settings: IdentitySettings, kind: str, value: str) -> Identifier:
    norm = norm_of(kind, value, NormRules.of(settings))
    if norm.normal is None:
        meaning = MEANINGS.get(norm.problem or "", norm.problem or "")
        raise DecisionError(
            f"The {kind[:40] or 'identifier'} {value[:80]!r} can't be compared: {meaning}.",
            "Name another identifier of the same customer.",
        )
    return kind, norm.normal


def _unknown(engine: Engine, ends: Sequence[Identifier]) -> list[Identifier]:
    wanted = engine.stage_rows(
        [{"kind": k, "normal": v} for k, v in dict.fromkeys(ends)],
        {"kind": "string", "normal": "string"},
    )
    known = engine.table("identifiers").semi_join(wanted, ["kind", "normal"])
    found = {(r["kind"], r["normal"]) for r in engine.rows(known.select("kind", "normal"))}
    engine.discard(wanted)
    return [e for e in dict.fromkeys(ends) if e not in found]


def _row(
    verdict: Verdict, left: Identifier, right: Identifier, by: str, note: str, place: int = 0
) -> dict[str, Any]:
    now = datetime.now(UTC)
    left, right = sorted((left, right))
    return {
        "decision_id": f"{now:%Y%m%dT%H%M%S%f}-{place:05}-{secrets.token_hex(2)}",
        "verdict": verdict,
        "left_kind": left[0],
        "left_value": left[1],
        "right_kind": right[0],
        "right_value": right[1],
        "decided_at": now,
        "decided_by": by,
        "note": note.strip()[:2000] or None,
        "withdraws": None,
    }


def _record(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    engine = workspace.engine.session()
    try:
        schema = dict(TABLES["identity_decisions"].ibis.items())
        engine.append("identity_decisions", engine.stage_rows(rows, schema))
    finally:
        engine.close()


def _read(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(
            f"{path} can't be read: {error}.", "It must be a CSV file in UTF-8."
        ) from error
    try:
        sample = csv.Sniffer().sniff(text[:2000], ",;\t") if text.strip() else csv.excel
    except csv.Error:
        sample = csv.excel
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=sample)
    missing = [c for c in _COLUMNS if c not in (reader.fieldnames or ())]
    if missing:
        raise FileUnreadable(
            f"{path} has no column {', '.join(missing)}.",
            f"Its first line must name {', '.join(_COLUMNS)}; verdict and note if wanted.",
        )
    try:
        rows = [{k: v or "" for k, v in r.items() if isinstance(k, str)} for r in reader]
    except csv.Error as error:
        raise FileUnreadable(f"{path} is no CSV: {error}.", "Save it again as CSV.") from error
    if len(rows) > _MOST_ROWS:
        raise FileUnreadable(
            f"{path} has {len(rows):,} rows; at most {_MOST_ROWS:,} are taken at once.",
            "If a system knows that many pairs, let it send alias events.",
        )
    return rows
