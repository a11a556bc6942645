"""The rows behind what showing did add up to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from parvis.measure.promotions.counts import expected, fit_each
from parvis.measure.promotions.evidence import ShownRows, shown_rows
from parvis.measure.promotions.fits import Fitted, fitted
from parvis.measure.promotions.laying import Shelf, Ways
from parvis.measure.promotions.shown import LEAST_SHOWN, judge_shown
from tests.measure.promotions.worlds import shelf

WAYS = Ways(("end cap",), ("front page",))


@pytest.fixture(scope="module")
def shelves() -> list[Shelf]:
    made = [shelf(n, name=f"p{n}", category=("SOUP", "TEA")[n % 2], weeks=30) for n in range(14)]
    # one that is hardly ever shown, and tells nothing by itself
    rare = np.zeros_like(made[0].grid.display)
    rare[0, 3] = 1
    return [*made[1:], replace(made[0], grid=replace(made[0].grid, display=rare))]


@pytest.fixture(scope="module")
def fits(shelves: list[Shelf]) -> Fitted:
    return fitted(shelves)


@pytest.fixture(scope="module")
def found(shelves: list[Shelf], fits: Fitted) -> ShownRows:
    return shown_rows(shelves, WAYS, fits)


def test_rows_add_up_to_what_the_effects_are_read_from(
    shelves: list[Shelf], fits: Fitted, found: ShownRows
) -> None:
    for way in ("display", "mailer"):
        cells = found.shown.filter(pc.not_equal(found.shown[way], ""))
        each = cells.group_by("product_id").aggregate([("units", "sum"), ("units", "count")])
        sums = {r["product_id"]: (r["units_count"], r["units_sum"]) for r in each.to_pylist()}
        enough = {k for k, (many, _) in sums.items() if many >= LEAST_SHOWN}
        for row in judge_shown(shelves, WAYS, fits):
            if row["way"] != way:
                continue
            theirs = {
                s.product_id
                for s in shelves
                if (row["spot"] and s.product_id in sums)
                or (s.product_id in enough and row["name"] in ("", s.category, s.product_id))
            }
            assert row["products"] == len(theirs)
            assert row["shown"] == sum(sums[k][0] for k in theirs)
            assert row["units"] == sum(sums[k][1] for k in theirs)


def test_units_against_those_expected_are_the_factor(
    shelves: list[Shelf], fits: Fitted, found: ShownRows
) -> None:
    for way, kind, factor in (("display", "shops", 0), ("mailer", "same_price", 2)):
        for at, one in enumerate(shelves[:-1]):
            mine = found.shown.filter(
                pc.and_(
                    pc.equal(found.shown["product_id"], one.product_id),
                    pc.not_equal(found.shown[way], ""),
                )
            )
            sums = [pc.sum(mine[n]).as_py() for n in ("units", f"expected_{way}")]
            own = fits.each[kind][at].factors[factor]
            assert sums[0] / sums[1] == pytest.approx(np.exp(own), rel=1e-3)


def test_in_one_place_they_are_the_places_factor(fits: Fitted, found: ShownRows) -> None:
    for way, kind, factor in (("display", "shops", 0), ("mailer", "same_price", 2)):
        mine = found.shown.filter(pc.not_equal(found.shown[way], ""))
        sums = [pc.sum(mine[n]).as_py() for n in ("units", f"expected_{way}_spot")]
        told = fits.placed[kind].factors[factor]
        assert sums[0] / sums[1] == pytest.approx(np.exp(told), rel=1e-3)


def test_what_tells_nothing_by_itself_has_nothing_expected(found: ShownRows) -> None:
    rare = found.shown.filter(
        pc.and_(
            pc.equal(found.shown["product_id"], "p0"), pc.equal(found.shown["display"], "end cap")
        )
    )
    assert rare.num_rows == 1
    assert rare["expected_display"].null_count == 1
    off = found.shown.filter(pc.equal(found.shown["display"], ""))
    assert off["expected_display"].null_count == off.num_rows > 0


def test_weeks_with_and_without_and_the_week_before_are_all_there_are(
    shelves: list[Shelf], found: ShownRows
) -> None:
    for at, way in enumerate(("display", "mailer")):
        bare = found.unshown.filter(pc.equal(found.unshown["way"], way))
        for one in shelves:
            code = (one.grid.display, one.grid.mailer)[at]
            seen = one.grid.orders > 0
            mine = bare.filter(pc.equal(bare["product_id"], one.product_id))
            assert mine.num_rows == len(one.weeks)
            assert pc.sum(mine["shops"]).as_py() == int((seen & (code == 0)).sum())
            assert pc.sum(mine["units"]).as_py() == one.grid.units[seen & (code == 0)].sum()
            assert pc.sum(mine["sales"]).as_py() == pytest.approx(
                2.5 * one.grid.units[seen & (code == 0)].sum()
            )


def test_what_is_expected_sums_up_to_what_was_sold() -> None:
    grid = shelf(3).grid
    fit = fit_each(grid, weeks_alike=1)
    mean = expected(grid, fit, weeks_alike=1)
    assert mean.sum(axis=0) == pytest.approx(grid.units.sum(axis=0), rel=1e-6)
    assert mean.sum(axis=1) == pytest.approx(grid.units.sum(axis=1), rel=1e-6)
    for code in (1, 2):
        where = grid.display == code
        assert mean[where].sum() == pytest.approx(grid.units[where].sum(), rel=1e-3)


def test_where_one_factor_is_held_at_its_limit_the_others_still_add_up() -> None:
    one = shelf(3, price=-12.0)
    grid = replace(one.grid, price=one.price)
    fit = fit_each(grid, weeks_alike=6)
    assert np.isnan(fit.factors[-1])
    assert abs(fit.climbed[-1]) == pytest.approx(6.0)
    mean = expected(grid, fit, weeks_alike=6)
    mailed = grid.mailer == 1
    assert mean[mailed].sum() == pytest.approx(grid.units[mailed].sum(), rel=1e-3)
