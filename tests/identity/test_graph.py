"""Identifiers as nodes: one a normalised identifier, whatever stands for it."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis.expr.types as ir
import pytest

from parvis.identity import graph
from parvis.lake.ducklake.lake import DuckLake

_LINK = ("left_kind", "left_value", "right_kind", "right_value")


def _evidence(engine: DuckLake) -> tuple[ir.Table, ir.Table, ir.Table]:
    """Two spellings of one address, a number and a cookie; the cookie is outside too."""
    told = [("email", "A@b.example", "a@b.example", 2), ("email", "a@b.example", "a@b.example", 1)]
    told += [("user_id", "7", "7", 3), ("anonymous_id", "c", "c", 4)]
    identifiers = engine.stage_rows(
        [
            {"kind": k, "normal": n, "first_at": datetime(2026, 1, day, tzinfo=UTC)}
            for k, _, n, day in told
        ],
        {"kind": "string", "normal": "string", "first_at": "timestamp('UTC')"},
    )
    ends = [("email", "a@b.example", "user_id", "7"), ("anonymous_id", "c", "user_id", "7")]
    links = engine.stage_rows(
        [
            {**dict(zip(_LINK, each, strict=True)), "rule": "same_event", "strength": 1.0,
             "events": 2}
            for each in ends
        ],
        {**dict.fromkeys(_LINK, "string"), "rule": "string", "strength": "float64",
         "events": "int64"},
    )  # fmt: skip
    rim = engine.stage_rows(
        [{"kind": "anonymous_id", "normal": "c"}, {"kind": "phone", "normal": "+33639980000"}],
        {"kind": "string", "normal": "string"},
    )
    return identifiers, links, rim


@pytest.mark.parametrize("stands_for", ["numbers", "numbers that agree"])
def test_spellings_of_one_identifier_are_one_node(
    engine: DuckLake, monkeypatch: pytest.MonkeyPatch, stands_for: str
) -> None:
    if stands_for == "numbers that agree":
        monkeypatch.setattr(graph, "numbered", lambda kind, _normal: kind.length().hash())
    identifiers, links, rim = _evidence(engine)
    found = graph.read_graph(engine, identifiers, links, rim)
    assert len(found) == 4
    kinds = [found.kinds[k] for k in found.kind]
    assert sorted(kinds) == ["anonymous_id", "email", "phone", "user_id"]
    day = {k: datetime.fromtimestamp(s / 1e6, UTC) for k, s in zip(kinds, found.since, strict=True)}
    assert day["email"] == datetime(2026, 1, 1, tzinfo=UTC)
    # what is inside is not of the rim, though it is named there too
    assert [k for k, r in zip(kinds, found.is_rim, strict=True) if r] == ["phone"]
    ends = {
        frozenset((kinds[a], kinds[b]))
        for a, b in zip(found.links.left, found.links.right, strict=True)
    }
    assert ends == {frozenset(("email", "user_id")), frozenset(("anonymous_id", "user_id"))}
