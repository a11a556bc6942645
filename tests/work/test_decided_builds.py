"""Decisions and matches through a whole build: orders and profiles follow, and come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from parvis.identity import api as identity
from parvis.work.steps import build
from tests.identity.histories import alike
from tests.making import Row, built, event, made_workspace, order, page, put, rows
from tests.work.test_incremental import differences

pytestmark = pytest.mark.slow


def shop() -> list[Row]:
    """Make two customers, their orders and visits, and a shared tablet."""
    return [
        page("/", "2026-03-01T10:00", user="ann", cookie="c1"),
        order("o1", "2026-03-01T10:05", user="ann", lines=[("tea", 10)]),
        page("/tea", "2026-03-02T10:00", cookie="c1"),
        page("/", "2026-03-03T10:00", user="bob", cookie="c2"),
        order("o2", "2026-03-03T10:05", user="bob", lines=[("tea", 4)]),
        event("Seen", user="bob", also=[("email", "bob@shop.example")]),
        order("o3", "2026-03-09T10:05", user=None, also=[("email", "bob@shop.example")]),
        *(
            event("Seen", at, user=user, cookie="tablet")
            for user in ("ann", "bob")
            for at in ("2026-03-04T10:00", "2026-03-05T10:00")
        ),
    ]


ANN, BOB = ("user_id", "ann"), ("user_id", "bob")


def test_decisions_and_matches_between_builds_are_as_if_all_came_at_once(tmp_path: Path) -> None:
    early = shop()
    with made_workspace(tmp_path / "bits") as workspace:
        put(workspace, early)
        build(workspace)
        identity.decide(workspace, "merge", ANN, BOB, "ada")
        build(workspace)
        merged = built(workspace)
        late = [
            event("Seen", user="cid", also=[("email", "Bob@shop.example")]),
            order("o4", "2026-03-11T10:00", user="cid", cookie="tablet"),
        ]
        put(workspace, late)
        pair = ((("user_id", "cid"), ("anonymous_id", "c1")),)
        workspace.engine.reconcile("identity_matches", alike(workspace, pair), None)
        build(workspace)
        identity.decide(workspace, "part", ("anonymous_id", "c2"), BOB, "ada")
        build(workspace)
        bits = built(workspace)
        decisions = workspace.table("identity_decisions").to_pyarrow()
    assert len({r["customer_id"] for r in merged["orders"]}) == 1
    with made_workspace(tmp_path / "whole") as workspace:
        put(workspace, [*late, *early])
        engine = workspace.engine
        engine.append("identity_decisions", engine.stage_arrow(decisions))
        engine.reconcile("identity_matches", alike(workspace, pair), None)
        build(workspace)
        assert differences(bits, built(workspace)) == {}


def test_merge_then_part_is_as_if_nothing_had_been(tmp_path: Path) -> None:
    with made_workspace(tmp_path / "shop") as workspace:
        put(workspace, shop())
        build(workspace)
        before = built(workspace)
        for undo in ("withdraw", "part"):
            made = identity.decide(workspace, "merge", ANN, BOB, "ada")
            build(workspace)
            merged = built(workspace)
            assert len({r["customer_id"] for r in merged["orders"]}) == 1
            assert differences(before, merged) != {}
            if undo == "part":
                identity.decide(workspace, "part", BOB, ANN, "ada")
            else:
                identity.withdraw(workspace, made, "ada")
            build(workspace)
            assert differences(before, built(workspace)) == {}
        reports = rows(workspace.table("identity_reports"), "built_at")
        assert [r["orders"] for r in reports] == [2, 2, 2, 2]
        assert len({r["sales"] for r in reports}) == 1
        moved = rows(workspace.table("identity_changes"), "changed_at")
        by_build = {r["changed_at"]: 0 for r in moved}
        for change in moved:
            by_build[change["changed_at"]] += 1
        assert sorted(by_build) == [r["built_at"] for r in reports]
        assert [by_build[r["built_at"]] for r in reports] == [r["identifiers"] for r in reports]
