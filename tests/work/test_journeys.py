"""What customers met is told from what came in, in one build or in many."""

from __future__ import annotations

from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import Row, built, event, one, order, page, put, rows

GOOGLE = "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=Brand"


def _first() -> list[Row]:
    return [
        page(GOOGLE, "2026-03-01T09:00", cookie="c1", channel="cpc", campaign="Brand"),
        event("Campaign Received", "2026-03-02T09:00", user="ann", channel="direct mail",
              campaign="Spring letter"),
        page("/b", "2026-03-03T09:00", cookie="c1", user="ann"),
        order("o1", "2026-03-03T09:20", user="ann"),
        page("/c", "2026-03-20T09:00", cookie="c2"),
    ]  # fmt: skip


def _then() -> list[Row]:
    return [
        # the second browser turns out to be hers: what it met led to her next order
        event("Signed In", "2026-03-21T09:00", user="ann", cookie="c2", type="identify"),
        order("o2", "2026-03-22T09:00", user="ann"),
    ]


def test_journeys_are_told_from_visits_letters_and_orders(workspace: Workspace) -> None:
    put(workspace, _first())
    build(workspace)
    touches = rows(workspace.table("touchpoints"), "touched_at")
    assert [(t["kind"], t["channel"], t["campaign"], t["position"]) for t in touches] == [
        ("visit", "paid search", "Brand", 1),
        ("received", "direct mail", "Spring letter", 2),
        ("visit", "direct", None, 3),
        ("visit", "direct", None, 1),
    ]
    assert [t["is_digital"] for t in touches] == [True, False, True, True]
    journey = one(workspace.table("journeys"), order_id="o1")
    assert (journey["touches"], journey["digital_touches"]) == (3, 2)
    assert journey["first_channel"] == "paid search"


def test_what_a_browser_met_moves_with_it(workspace: Workspace) -> None:
    put(workspace, _first())
    build(workspace)
    put(workspace, _then())
    build(workspace)
    journey = one(workspace.table("journeys"), order_id="o2")
    assert (journey["touches"], journey["last_channel"]) == (1, "direct")
    assert len(rows(workspace.table("journeys"))) == 2
    step_by_step = {n: t for n, t in built(workspace).items() if n in ("touchpoints", "journeys")}
    for table in step_by_step:
        workspace.engine.reconcile(table, workspace.table(table).limit(0), None)
    # another setting makes the tables again, whole
    settings = workspace.files.folder / "parvis.toml"
    settings.write_text(settings.read_text().replace("view_days = 7", "view_days = 8"))
    again = Workspace.open(workspace.files.folder)
    build(again)
    whole = built(again)
    assert {n: whole[n] for n in step_by_step} == step_by_step


def test_a_teams_word_for_a_site_concerns_all_visits(workspace: Workspace) -> None:
    put(
        workspace, [page("/", "2026-03-01T09:00", properties={"referrer": "https://blog.example/"})]
    )
    build(workspace)
    assert [t["channel"] for t in rows(workspace.table("touchpoints"))] == ["referral"]
    told = {"source": "blog.example", "category": "social", "told_at": workspace.now()}
    schema = dict(workspace.table("source_categories").schema().items())
    workspace.engine.append("source_categories", workspace.engine.stage_rows([told], schema))
    build(workspace)
    assert [t["channel"] for t in rows(workspace.table("touchpoints"))] == ["organic social"]
