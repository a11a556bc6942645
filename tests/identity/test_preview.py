"""What a preview tells is what the build then does, and a preview does nothing."""

from __future__ import annotations

import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.identity import api as identity
from parvis.lake.build import run_build
from parvis.lake.workspace import Workspace
from parvis.work.identity import IDENTITY_STEPS, note_changes
from parvis.work.steps import build
from tests.identity.histories import Batch, Decided, batches, bring, decided
from tests.making import change_settings, event, made_workspace, order, put, rows

Owners = dict[tuple[str, str], str]


def build_identity(workspace: Workspace) -> None:
    """Build who is who, and nothing that is made from it."""
    run_build(workspace, IDENTITY_STEPS, lambda _e, _s: None, after=note_changes)


def owners(workspace: Workspace) -> Owners:
    found = workspace.engine.rows(workspace.table("identities"))
    return {(r["kind"], r["value"]): r["customer_id"] for r in found}


def previewed(
    workspace: Workspace, wanted: list[Decided], withdrawn: tuple[str, ...] = ()
) -> identity.Preview:
    before = workspace.data_version()
    engine = workspace.engine.session()
    try:
        told = identity.preview(engine, workspace.settings.identity, wanted, withdrawn)
    finally:
        engine.close()
    assert workspace.data_version() == before
    return told


def check(told: identity.Preview, before: Owners, after: Owners) -> None:
    moved = {k for k in before if before[k] != after[k]}
    gone, new = (
        set(before.values()) - set(after.values()),
        set(after.values()) - set(before.values()),
    )
    assert told.identifiers == len(moved)
    assert (told.gone, told.new) == (len(gone), len(new))
    assert told.customers_after - told.customers_before == len(new) - len(gone)
    assert {(k, v, b, a) for k, v, b, a in told.examples} <= {
        (*k, before[k], after[k]) for k in moved
    }
    assert len(told.examples) == min(len(moved), 20)
    if moved:
        sizes = [list(whose.values()) for whose in (before, after)]
        assert told.largest_before >= max(sizes[0].count(before[k]) for k in moved)
        assert told.largest_after >= max(sizes[1].count(after[k]) for k in moved)


@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
@given(batches(most=2), st.lists(decided, min_size=2, max_size=3))
def test_the_build_does_what_the_preview_tells(given_: list[Batch], wanted: list[Decided]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="parvis-preview-"))
    try:
        with made_workspace(folder / "shop") as workspace:
            made: list[dict[str, object]] = []
            for batch in given_:
                bring(workspace, batch, made)
            build_identity(workspace)
            known = {(r["kind"], r["normal"]) for r in rows(workspace.table("identities"))}
            wanted = [d for d in wanted if d[1] in known and d[2] in known]
            for one in wanted:
                before = owners(workspace)
                told = previewed(workspace, [one])
                bring(workspace, Batch((), (one,)), made)
                build_identity(workspace)
                check(told, before, owners(workspace))
            if wanted:
                before = owners(workspace)
                last = str(made[-1]["decision_id"])
                told = previewed(workspace, [], (last,))
                bring(workspace, Batch((), (), (len(made) - 1,)), made)
                build_identity(workspace)
                check(told, before, owners(workspace))
    finally:
        shutil.rmtree(folder)


def test_orders_and_sales_of_customers_that_go_are_told(workspace: Workspace) -> None:
    put(
        workspace,
        [
            order("o1", user="ann", lines=[("tea", 10)]),
            order("o2", user="bob", lines=[("tea", 4)]),
            order("o3", user="bob", lines=[("tea", "3.50")]),
        ],
    )
    build(workspace)
    ann, bob = ("user_id", "ann"), ("user_id", "bob")
    told = previewed(workspace, [("merge", ann, bob)])
    assert (told.identifiers, told.customers_before, told.customers_after) == (1, 2, 1)
    assert (told.gone, told.new, told.orders, told.sales) == (1, 0, 2, Decimal("7.50"))
    assert (told.largest_before, told.largest_after) == (1, 2)
    assert told.examples[0][:2] == bob
    # what would be undone at once changes nothing
    both = [("merge", ann, bob), ("part", bob, ann)]
    assert previewed(workspace, both).identifiers == 0  # type: ignore[arg-type]
    assert previewed(workspace, []).identifiers == 0
    assert rows(workspace.table("identity_decisions")) == []


def test_a_new_rule_is_told_before_it_is_followed(workspace: Workspace) -> None:
    mail = [("email", "shop@a.example")]
    put(
        workspace,
        [
            event("Seen", cookie="c1", also=mail),
            event("Seen", cookie="c2", also=mail),
            event("Seen", user="ann", cookie="c3"),
        ],
    )
    build_identity(workspace)
    before = owners(workspace)
    assert len(set(before.values())) == 2
    edited = change_settings(workspace, ('"noreply@*"', '"noreply@*", "shop@a.example"'))
    version = edited.data_version()
    engine = edited.engine.session()
    told = identity.preview_rules(engine, edited.settings.identity)
    engine.close()
    assert edited.data_version() == version
    build_identity(edited)
    check(told, before, owners(edited))
    assert told.identifiers >= 2
    edited.close()
