"""Who is who, bit by bit: what a build computes anew is what a build from nothing computes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.identity.contracts import Identifier
from parvis.lake.workspace import Workspace
from tests.identity.histories import Batch, Decided, batches, bring
from tests.identity.test_preview import build_identity, owners
from tests.making import (
    Row,
    change_settings,
    event,
    made_workspace,
    put,
    rows,
)

TABLES = (
    "identifiers", "identity_links", "identity_records", "identities", "identity_stops",
)  # fmt: skip


def state(workspace: Workspace) -> dict[str, list[Row]]:
    return {name: rows(workspace.table(name)) for name in TABLES}


@pytest.mark.slow
@settings(max_examples=1, phases=[Phase.explicit, Phase.generate])
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


def test_what_a_change_concerns_far_away_is_computed_anew(tmp_path: Path) -> None:
    early: list[Row] = []
    late: list[Row] = []
    decisions: list[Decided] = []
    for number, (before, decided, after) in enumerate(CASES.values()):
        # each case has people of its own, so that all are built at once
        early += [_of_case(number, row) for row in before]
        late += [_of_case(number, row) for row in after]
        decisions += [(v, *((k, f"{number}-{e}") for k, e in ends)) for v, *ends in decided]  # type: ignore[misc]
    states = []
    for name in ("bits", "whole"):
        with made_workspace(tmp_path / name) as workspace:
            bring(workspace, Batch(tuple(early), tuple(decisions)), [])
            if name == "bits":
                build_identity(workspace)
            put(workspace, late)
            build_identity(workspace)
            states.append(state(workspace))
    bits, whole = states
    for name in TABLES:
        wrong = [r for r in bits[name] if r not in whole[name]]
        cases = {list(CASES)[int(str(r.get("value", r.get("left_value")))[0])] for r in wrong}
        assert cases == set(), name
        assert bits[name] == whole[name]


def _of_case(number: int, row: Row) -> Row:
    known = [{**i, "value": f"{number}-{i['value']}"} for i in row["identifiers"]]
    return row | {"identifiers": known}


def test_what_is_no_longer_shared_is_joined_again(tmp_path: Path) -> None:
    """A tablet of two accounts is one person's once a silo says that both accounts are."""
    with made_workspace(tmp_path / "shop") as workspace:
        ann, bob, tablet = ("user_id", "ann"), ("user_id", "bob"), ("anonymous_id", "tablet")
        put(workspace, [event("Seen", also=[u, tablet]) for u in (ann, ann, bob, bob)])
        build_identity(workspace)
        assert owners(workspace)[tablet] not in {owners(workspace)[ann], owners(workspace)[bob]}
        put(workspace, [event(None, user="ann", also=[("user_id", "bob")], type="alias")])
        build_identity(workspace)
        found = owners(workspace)
        assert found[tablet] == found[ann] == found[bob]
        assert rows(workspace.table("identity_stops")) == []
