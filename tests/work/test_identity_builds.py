"""Who is who, bit by bit: what a build computes anew is what a build from nothing computes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.identity import api as identity
from parvis.identity.contracts import Identifier
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.identity.histories import Batch, Decided, alike, batches, bring
from tests.identity.test_preview import build_identity, owners
from tests.making import (
    Row,
    built,
    change_settings,
    event,
    made_workspace,
    order,
    page,
    put,
    rows,
)
from tests.work.test_incremental import differences

TABLES = (
    "identifiers", "identity_links", "identity_records", "identities", "identity_stops",
)  # fmt: skip


def state(workspace: Workspace) -> dict[str, list[Row]]:
    return {name: rows(workspace.table(name)) for name in TABLES}


@pytest.mark.slow
@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(between=batches(most=3), max_size=st.sampled_from([5, 1000]))
def test_bit_by_bit_is_at_once(between: list[Batch], max_size: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="parvis-identity-"))
    edit = ("max_size = 1000", f"max_size = {max_size}")
    try:
        with change_settings(made_workspace(folder / "bits"), edit) as workspace:
            made: list[Row] = []
            for batch in between:
                bring(workspace, batch, made)
                build_identity(workspace)
            bits = state(workspace)
        with change_settings(made_workspace(folder / "whole"), edit) as workspace:
            again: list[Row] = []
            for batch in between:
                bring(workspace, batch, again)
            build_identity(workspace)
            whole = state(workspace)
        for name in TABLES:
            assert bits[name] == whole[name], name
    finally:
        shutil.rmtree(folder)


C1: Identifier = ("anonymous_id", "c1")
MAIL: Identifier = ("email", "family@shop.example")
USERS: tuple[Identifier, ...] = tuple(("user_id", f"u{n}") for n in range(4))


def uses(user: int, times: int = 2) -> list[Row]:
    """Make events of a browser that several use."""
    return [event("Seen", also=[USERS[user], C1]) for _ in range(times)]


def alias(user: int, former: int) -> Row:
    return event(None, also=[USERS[user], USERS[former]], type="alias")


def contact(number: str, name: str, born: str, at: str, *also: Identifier) -> Row:
    traits = {"firstName": name, "lastName": "Moulin", "birthday": born}
    return event(None, at, also=[("contact_id", number), *also], traits=traits)


LONG_AGO, LATER = "2026-03-01T10:00", "2026-04-01T10:00"

#: What was there, what was decided then, and what comes; each once was computed otherwise.
CASES: dict[str, tuple[list[Row], tuple[Decided, ...], list[Row]]] = {
    "two of its users are one by a statement, and it is seen again": (
        [*uses(1), *uses(2), *uses(3), alias(1, 2)],
        (),
        [event("Seen", also=[C1])],
    ),
    "two of its users are one by what was decided of a third": (
        [*uses(1), *uses(2), *uses(3), event("Seen", also=[USERS[0]])],
        (("merge", USERS[1], USERS[0]), ("merge", USERS[0], USERS[2])),
        [event("Seen", also=[C1])],
    ),
    "two of its three users turn out to be one": (
        [*uses(1), *uses(2), *uses(3)],
        (),
        [alias(1, 2)],
    ),
    "a decision was there before its identifier": (
        [event("Seen", also=[USERS[1]])],
        (("merge", USERS[1], USERS[2]),),
        [event("Seen", also=[USERS[2]])],
    ),
    "an address that was given to one of two is no longer told of two people": (
        [
            contact("k1", "Eve", "1970-01-02", LONG_AGO, MAIL),
            contact("k2", "Adam", "1991-03-04", LONG_AGO, MAIL),
        ],
        (("merge", ("contact_id", "k1"), MAIL),),
        [contact("k2", "Eve", "1970-01-02", LATER)],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_change_concerns_far_away_is_computed_anew(
    tmp_path: Path, case: tuple[list[Row], tuple[Decided, ...], list[Row]]
) -> None:
    early, decisions, late = case
    states = []
    for name in ("bits", "whole"):
        with made_workspace(tmp_path / name) as workspace:
            bring(workspace, Batch(tuple(early), decisions), [])
            if name == "bits":
                build_identity(workspace)
            put(workspace, late)
            build_identity(workspace)
            states.append(state(workspace))
    assert states[0] == states[1]


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


def test_what_is_no_longer_shared_is_joined_again(tmp_path: Path) -> None:
    """A tablet of two accounts is one person's once a silo says that both accounts are."""
    with made_workspace(tmp_path / "shop") as workspace:
        put(workspace, shop())
        build_identity(workspace)
        tablet = ("anonymous_id", "tablet")
        assert owners(workspace)[tablet] not in {owners(workspace)[ANN], owners(workspace)[BOB]}
        put(workspace, [event(None, user="ann", also=[("user_id", "bob")], type="alias")])
        build_identity(workspace)
        found = owners(workspace)
        assert found[tablet] == found[ANN] == found[BOB]
        assert rows(workspace.table("identity_stops")) == []
