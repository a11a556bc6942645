"""Random histories of identifiers: events, what a model found, what people decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from hypothesis import strategies as st

from parvis.identity.contracts import Identifier
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from tests.making import Row, event, put, staged

VALUES: tuple[Identifier, ...] = (
    ("user_id", "u1"), ("user_id", "u2"), ("user_id", "u3"),
    ("contact_id", "k1"), ("contact_id", "k2"),
    ("anonymous_id", "c1"), ("anonymous_id", "c2"), ("anonymous_id", "c3"),
    ("email", "ann@shop.example"), ("email", "Bob@shop.example"), ("phone", "+33639981234"),
    ("device_id", "SN-1"), ("name", "jo"),
)  # fmt: skip
COMPARED: tuple[Identifier, ...] = tuple((k, v.lower() if k == "email" else v) for k, v in VALUES)
USABLE = tuple(v for v in COMPARED if v[0] != "name")

Verdict = Literal["merge", "part"]
Decided = tuple[Verdict, Identifier, Identifier]

_traits = st.sampled_from(
    [
        None,
        None,
        {"firstName": "Louise", "lastName": "Moulin"},
        {"firstName": "Alain", "lastName": "Moulin", "birthday": "1980-02-03"},
        {"birthday": "1991-07-01"},
    ]
)
_told = st.tuples(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True),
    st.sampled_from(["track", "track", "track", "identify", "alias"]),
    _traits,
    st.integers(0, 9),
)
_pairs = st.tuples(st.sampled_from(USABLE), st.sampled_from(USABLE)).filter(lambda p: p[0] != p[1])
decided = st.builds(
    lambda verdict, pair: (verdict, *pair), st.sampled_from(["merge", "merge", "part"]), _pairs
)


@dataclass(frozen=True)
class Batch:
    """What comes between two builds; `takes_back` names earlier decisions by their place."""

    events: tuple[Row, ...]
    decisions: tuple[Decided, ...] = ()
    takes_back: tuple[int, ...] = ()
    matches: tuple[tuple[Identifier, Identifier], ...] | None = None


@st.composite
def batches(draw: st.DrawFn, *, most: int = 4) -> list[Batch]:
    """Draw what happens between builds."""
    found = []
    number = 0
    for _ in range(draw(st.integers(2, most))):
        rows = []
        for known, type_, traits, day in draw(st.lists(_told, max_size=8)):
            rows.append(seen(number, known, type_, traits, day))
            number += 1
        found.append(
            Batch(
                tuple(rows),
                tuple(draw(st.lists(decided, max_size=2))),
                tuple(draw(st.lists(st.integers(0, 5), max_size=1))),
                draw(st.none() | st.lists(_pairs, max_size=2).map(tuple)),
            )
        )
    return found


def seen(
    number: int,
    known: list[Identifier],
    type_: str = "track",
    traits: dict[str, str] | None = None,
    day: int = 0,
) -> Row:
    """Make an event that carries identifiers."""
    at = f"2026-03-{day + 1:02}T12:{number % 60:02}"
    named = {"track": "Seen"}.get(type_)
    return event(named, at, also=known, message_id=f"m{number:04}", type=type_, traits=traits)


def bring(workspace: Workspace, batch: Batch, made: list[Row]) -> None:
    """Put a batch into the lake; `made` holds the decisions of before, and takes up the new."""
    if batch.events:
        put(workspace, batch.events)
    new = [decision(len(made) + n, *d) for n, d in enumerate(batch.decisions)]
    made += new
    taken = {
        made[p % len(made)]["decision_id"]: made[p % len(made)] for p in batch.takes_back if made
    }
    for row in taken.values():
        back = row | {"verdict": "withdraw", "withdraws": row["decision_id"]}
        new.append(back | {"decision_id": f"d{len(made):03}"})
        made.append(new[-1])
    engine = workspace.engine
    if new:
        engine.append("identity_decisions", staged(engine, new, "identity_decisions"))
    if batch.matches is not None:
        engine.reconcile("identity_matches", alike(workspace, batch.matches), None)


def decision(place: int, verdict: str, left: Identifier, right: Identifier) -> Row:
    """Make a row of `identity_decisions`."""
    (left, right) = sorted((left, right))
    return {
        "decision_id": f"d{place:03}", "verdict": verdict, "left_kind": left[0],
        "left_value": left[1], "right_kind": right[0], "right_value": right[1],
        "decided_at": datetime(2026, 4, 1, 12, place % 60, tzinfo=UTC), "decided_by": "ada",
        "note": None, "withdraws": None,
    }  # fmt: skip


def alike(workspace: Workspace, pairs: tuple[tuple[Identifier, Identifier], ...]) -> Any:
    """Make rows of `identity_matches`, of the band that joins."""
    rows = {
        tuple(sorted(pair)): {
            "probability": 0.999, "weight": 15.0 + place, "band": "merge",
            "evidence": '[{"column":"first_name","left":"a","right":"a","level":"the same",'
            '"weight":15.0}]',
            "model": "test", "matched_at": datetime(2026, 4, 2, tzinfo=UTC),
        }
        for place, pair in enumerate(pairs)
    }  # fmt: skip
    told = [
        dict(zip(("left_kind", "left_value", "right_kind", "right_value"), (*a, *b), strict=True))
        | r
        for (a, b), r in rows.items()
    ]
    assert TABLES["identity_matches"].key
    return staged(workspace.engine, told, "identity_matches")
