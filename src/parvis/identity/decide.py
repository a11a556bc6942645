"""Decisions that people make: merge two customers, keep them apart, take it back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from parvis.errors import DecisionError
from parvis.identity.contracts import Identifier
from parvis.identity.decisions import Decision, Verdict, standing
from parvis.identity.norms import MEANINGS, NormRules, norm_of
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = [
    "checked",
    "decide",
    "decided_row",
    "decision_named",
    "decisions_of",
    "pair_of",
    "record",
    "unknown_among",
    "withdraw",
]

_VERDICTS: Final = ("merge", "part", "skip")
_LONGEST_NOTE: Final = 2000


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
    row = decided_row(verdict, pair_of(workspace, left, right), by, note)
    record(workspace, [row])
    return str(row["decision_id"])


def pair_of(
    workspace: Workspace, left: Identifier, right: Identifier
) -> tuple[Identifier, Identifier]:
    """Return two identifiers as they are compared, if they can be decided on.

    Parameters
    ----------
    workspace
        Whose customers.
    left, right
        Kind and value; spelt as silos or as Parvis spells them.

    Raises
    ------
    DecisionError
        An identifier can't be compared, isn't known, or both are the same.
    """
    one, other = (checked(workspace.settings.identity, *end) for end in (left, right))
    unknown = unknown_among(workspace.engine, (one, other))
    if unknown:
        kind, value = unknown[0]
        raise DecisionError(
            f"No event carries the {kind} {value!r}.",
            "A decision is about identifiers that a silo brought; look for its spelling.",
        )
    if one == other:
        raise DecisionError(f"Both are the {one[0]} {one[1]!r}.", "Name two different identifiers.")
    return one, other


def withdraw(workspace: Workspace, decision_id: str, by: str, note: str = "") -> str:
    """Take a decision back: what would have been without it is computed again.

    Raises
    ------
    DecisionError
        There is no such decision.
    """
    found = decision_named(workspace, decision_id)
    pair = found.left, found.right
    row = decided_row("withdraw", pair, by, note) | {"withdraws": decision_id}
    record(workspace, [row])
    return str(row["decision_id"])


def decision_named(workspace: Workspace, decision_id: str) -> Decision:
    """Return a decision by its id.

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
    return Decision.of_row(found[0])


def decisions_of(engine: Engine) -> tuple[dict[str, Any], ...]:
    """Return all decisions, the newest first, each with whether it still holds."""
    rows = engine.rows(engine.table("identity_decisions"))
    held = standing(map(Decision.of_row, rows))
    holds = {d.decision_id for d in (*held.merges, *held.parts)}
    told = ({**r, "holds": r["decision_id"] in holds} for r in rows)
    return tuple(sorted(told, key=lambda r: str(r["decision_id"]), reverse=True))


def checked(settings: IdentitySettings, kind: str, value: str) -> Identifier:
    """Return an identifier as it is compared.

    Raises
    ------
    DecisionError
        It can't be.
    """
    norm = norm_of(kind, value, NormRules.of(settings))
    if norm.normal is None:
        meaning = MEANINGS.get(norm.problem or "", norm.problem or "")
        raise DecisionError(
            f"The {kind[:40] or 'identifier'} {value[:80]!r} can't be compared: {meaning}.",
            "Name another identifier of the same customer.",
        )
    return kind, norm.normal


def unknown_among(engine: Engine, ends: Sequence[Identifier]) -> list[Identifier]:
    """Find the identifiers, as they are compared, that no event carries."""
    wanted = engine.stage_rows(
        [{"kind": k, "normal": v} for k, v in dict.fromkeys(ends)],
        {"kind": "string", "normal": "string"},
    )
    known = engine.table("identifiers").semi_join(wanted, ["kind", "normal"])
    found = {(r["kind"], r["normal"]) for r in engine.rows(known.select("kind", "normal"))}
    engine.discard(wanted)
    return [e for e in dict.fromkeys(ends) if e not in found]


def decided_row(
    verdict: Verdict, pair: Sequence[Identifier], by: str, note: str, place: int = 0
) -> dict[str, Any]:
    """Make a row of `identity_decisions`; `place` orders what is decided at once."""
    now = datetime.now(UTC)
    left, right = sorted(pair)
    # signs that no terminal or page shows have no place in what people read
    told = "".join(c for c in note if c.isprintable() or c in "\n\t").strip()
    return {
        "decision_id": f"{now:%Y%m%dT%H%M%S%f}-{place:05}-{secrets.token_hex(2)}",
        "verdict": verdict,
        "left_kind": left[0],
        "left_value": left[1],
        "right_kind": right[0],
        "right_value": right[1],
        "decided_at": now,
        "decided_by": by,
        "note": told[:_LONGEST_NOTE] or None,
        "withdraws": None,
    }


def record(workspace: Workspace, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep decisions: all of them, or none."""
    engine = workspace.engine.session()
    try:
        schema = dict(TABLES["identity_decisions"].ibis.items())
        engine.append("identity_decisions", engine.stage_rows(rows, schema))
    finally:
        engine.close()
