"""What a folder says of its silos is kept, and only what is new is written."""

from __future__ import annotations

from pathlib import Path

from parvis.connect.folder.contracts import FolderPlan, PlannedSilo
from parvis.connect.folder.sources import describe_sources
from parvis.connect.silo import Silo
from parvis.lake.workspace import Workspace
from parvis.profile.api import simulated_sources
from tests.making import one, rows


def plan(**simulated: bool) -> FolderPlan:
    silos = [
        PlannedSilo(Silo(name, (), Path()), "orders", is_simulated=fake)
        for name, fake in simulated.items()
    ]
    return FolderPlan(Path(), "brand", tuple(silos))


def test_only_what_is_new_or_changed_is_written(workspace: Workspace) -> None:
    engine = workspace.engine
    assert describe_sources(workspace, plan(shop=True, web=True, blog=False)) == ("shop", "web")
    state = engine.snapshot()
    assert describe_sources(workspace, plan(shop=True, blog=False)) == ()
    assert engine.snapshot() == state, "nothing new is nothing written"
    assert describe_sources(workspace, plan(web=False)) == ("web",)
    assert simulated_sources(engine) == {"shop"}
    assert not one(workspace.table("sources"), source="web")["is_simulated"]


def test_a_source_of_two_silos_is_made_up_where_one_is(workspace: Workspace) -> None:
    both = FolderPlan(
        Path(), "brand", (*plan(shop=True).silos, *plan(shop=False).silos)
    )  # fmt: skip
    describe_sources(workspace, both)
    assert [r["is_simulated"] for r in rows(workspace.table("sources"))] == [True]
