"""A made-up brand through the whole house: what comes out is what the truth says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from parvis.connect.folder.api import Outcome, folder_plan, import_folder
from parvis.lake.workspace import Workspace
from parvis.simulate.api import SimulateOptions, simulate
from parvis.work.steps import build
from tests.making import rows


@dataclass(frozen=True)
class House:
    """A made-up brand, and the workspace that it was brought into."""

    folder: Path
    workspace: Workspace
    outcomes: tuple[Outcome, ...]


@pytest.fixture(scope="module", params=["native"])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    base = tmp_path_factory.mktemp("simulated")
    options = SimulateOptions(customers=500, days=90, seed=21, form=request.param, workers=1)
    simulate(base / "out", "tiny", options)
    workspace = Workspace.create(
        base / "shop", name="shop", zone="Europe/Paris", currency="EUR", as_of="2025-04-15"
    )
    with workspace:
        outcomes = import_folder(workspace, folder_plan(base / "out"))
        build(workspace)
        yield House(base / "out", workspace, outcomes)


def _truth(house: House, name: str) -> list[dict[str, object]]:
    return pq.read_table(house.folder / "truth" / name).to_pylist()  # type: ignore[no-any-return]


def test_every_silo_comes_in_and_little_is_set_aside(house: House) -> None:
    assert [o.planned.silo.source for o in house.outcomes if o.failure is not None] == []
    assert {o.planned.format for o in house.outcomes} == {
        "orders", "customers", "spend", "segment", "telemetry", "activitypub", "bluesky",
        "reviews", "atom", "maildir", "consents", "experiments",
    }  # fmt: skip
    aside = house.workspace.table("quarantine")
    reasons = {(r["source"], r["reason"]) for r in rows(aside.select("source", "reason"))}
    # broken lines of the site and machines whose clocks are wrong, nothing else
    assert {source for source, _ in reasons} <= {"web", "machines"}


def test_sales_are_the_truths_to_the_cent(house: House) -> None:
    truth = pq.read_table(house.folder / "truth" / "sales.parquet")
    told = rows(
        house.workspace.table("orders").agg(
            net=house.workspace.orders.net_amount.sum(),
            n=house.workspace.orders.order_id.nunique(),
        )
    )[0]
    assert told["net"] == Decimal(pc.sum(truth["net_cents"]).as_py()) / 100
    assert told["n"] == pc.sum(truth["orders"]).as_py()


def test_sales_of_each_day_and_town_of_shops_are_the_truths(house: House) -> None:
    orders = house.workspace.table("orders")
    days = Counter[str]()
    for row in rows(orders.group_by("ordered_on").agg(n=orders.count())):
        days[row["ordered_on"].isoformat()] = row["n"]
    truth = Counter[str]()
    for row in _truth(house, "sales.parquet"):
        truth[str(row["day"])[:10]] += int(str(row["orders"]))
    assert days == Counter({d: n for d, n in truth.items() if n})


def test_spending_is_the_truths_to_the_cent(house: House) -> None:
    spend = house.workspace.table("spend")
    told = {
        (r["channel"], r["geography"]): r["amount"]
        for r in rows(spend.group_by("channel", "geography").agg(amount=spend.amount.sum()))
    }
    truth: dict[tuple[str, str], int] = {}
    for row in _truth(house, "channels.parquet"):
        key = str(row["channel"]), str(row["city"])
        truth[key] = truth.get(key, 0) + int(str(row["spend_cents"]))
    assert told == {k: Decimal(v) / 100 for k, v in truth.items() if v}


def test_every_text_comes_in_once(house: House) -> None:
    events = house.workspace.table("events")
    said = events.filter(events.text.notnull() & ~events.name.isin(["Text Edited"]))
    told = {r["source"]: r["n"] for r in rows(said.group_by("source").agg(n=said.count()))}
    truth = pq.read_table(house.folder / "truth" / "texts")
    ids = Counter(
        "bluesky"
        if i.startswith("at:")
        else "fediverse"
        if "statuses" in i
        else "reviews"
        if "avis" in i
        else "support"
        if "@mail" in i
        else "blog comments"
        for i in truth["id"].to_pylist()
    )
    for source in ("bluesky", "fediverse", "reviews", "support"):
        assert told[source] == ids[source], source
    comments = events.filter((events.source == "blog") & (events.name == "Comment Added"))
    assert int(comments.count().to_pyarrow().as_py()) == ids["blog comments"]


def test_cookies_lead_to_the_customers_that_the_truth_names(house: House) -> None:
    """Every customer that identity made of cookies and numbers is one person, or a household."""
    owners = house.workspace.table("identities")
    known = {
        r["value"]: r["customer_id"]
        for r in rows(owners.filter((owners.kind == "anonymous_id") & owners.is_known))
    }
    person = {r["customer_number"]: r["person"] for r in _truth(house, "people.parquet")}
    number = {r["customer_id"]: r["value"] for r in rows(owners.filter(owners.kind == "user_id"))}
    partner = {r["person"]: r["partner"] for r in _truth(house, "people.parquet")}
    met = wrong = 0
    for row in _truth(house, "cookies"):
        customer = known.get(row["anonymous_id"])
        if row["person"] is None or customer is None:
            continue
        found = person[number[customer]]
        met += 1
        household = {row["person"], partner[row["person"]]} | {
            p for p, other in partner.items() if other == row["person"]
        }
        wrong += found not in household
    assert met > 100
    assert wrong == 0


def test_the_sources_say_that_they_are_made_up(house: House) -> None:
    told = rows(house.workspace.table("sources"))
    assert len(told) >= 20
    assert all(r["is_simulated"] for r in told)


def test_a_second_time_nothing_is_read(house: House) -> None:
    again = import_folder(house.workspace, folder_plan(house.folder))
    assert sum(o.report.added for o in again) == 0
    assert sum(o.unchanged for o in again) >= 20
