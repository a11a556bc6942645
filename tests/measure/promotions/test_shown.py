"""What showing products did is found again, and no surer than it is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from parvis.measure.promotions.counts import fit_each, fit_together
from parvis.measure.promotions.laying import Ways
from parvis.measure.promotions.pooling import drawn_together, pooled
from parvis.measure.promotions.shown import judge_shown
from tests.measure.promotions.worlds import shelf

WAYS = Ways(("end cap",), ("front page",))


def rows(**made: Any) -> list[dict[str, Any]]:
    categories = ("SOUP", "TEA")
    shelves = [shelf(n, name=f"p{n}", category=categories[n % 2], **made) for n in range(24)]
    return judge_shown(shelves, WAYS)


def whole(found: list[dict[str, Any]], way: str) -> dict[str, Any]:
    return next(r for r in found if (r["way"], r["level"], r["spot"]) == (way, "all", ""))


def test_both_ways_of_comparing_find_the_truth() -> None:
    shelves = [shelf(n) for n in range(20)]
    grids = [s.grid for s in shelves]
    apart = fit_together(grids, weeks_alike=1)
    assert abs(apart.factors[0] - 0.5) < 3 * apart.error[0]
    assert apart.error[0] < 0.05
    one = fit_each(grids[0], weeks_alike=1)
    assert abs(one.factors[0] - 0.5) < 4 * one.error[0]
    # everywhere at once: other shops can't tell, other weeks can
    assert not np.isfinite(apart.error[2]) or apart.error[2] > 1.0
    assert np.isfinite(fit_together(grids, weeks_alike=0).error[2])


def test_levels_are_those_of_a_plain_regression() -> None:
    """The same factors as with a column for every shop and week."""
    grid = shelf(5, shops=8, weeks=12, rate=3.0).grid
    shops, weeks = grid.units.shape
    columns = [np.repeat(np.arange(shops) == s, weeks) for s in range(shops)]
    columns += [np.tile(np.arange(weeks) == w, shops) for w in range(1, weeks)]
    columns += [grid.display.ravel() == 1, grid.display.ravel() == 2]
    design = np.stack(columns, axis=1).astype(float)
    y, offset = grid.units.ravel(), np.log(grid.orders.ravel())
    beta = np.zeros(design.shape[1])
    beta[:shops] = np.log(y.sum() / grid.orders.sum())
    for _ in range(60):
        mean = np.exp(offset + design @ beta)
        bend = design.T @ (design * mean[:, None])
        beta = beta + np.linalg.solve(bend, design.T @ (y - mean))
    found = fit_each(grid, weeks_alike=1)
    assert found.factors[:2] == pytest.approx(beta[-2:], abs=1e-3)


def test_intervals_of_products_together_hold_the_truth() -> None:
    inside = 0
    for seed in range(40):
        grids = [shelf(100 * seed + n, shops=12, weeks=26).grid for n in range(12)]
        fit = fit_together(grids, weeks_alike=1)
        inside += abs(fit.factors[0] - 0.5) <= 1.96 * fit.error[0]
    assert inside >= 34


def test_what_is_published_holds_the_truth() -> None:
    found = rows()
    shown, mailed = whole(found, "display"), whole(found, "mailer")
    assert shown["effect_low"] < np.exp(0.5) < shown["effect_high"]
    assert mailed["effect_low"] < np.exp(0.3) < mailed["effect_high"]
    assert (shown["verdict"], mailed["verdict"]) == ("sold more", "sold more")
    assert shown["products"] == 24


def test_a_price_cut_is_not_the_mailers_work() -> None:
    found = whole(rows(mailer=0.0, price=-3.0), "mailer")
    assert found["raw_low"] > 1.1
    assert found["effect_low"] < 1.0 < found["effect_high"]
    assert found["verdict"] != "sold more"


def test_fruit_is_in_the_mailer_when_it_is_ripe() -> None:
    found = whole(rows(mailer=0.0, ripe=True), "mailer")
    assert found["raw_low"] > 2.0
    assert found["effect_low"] < 1.0 < found["effect_high"]
    assert found["verdict"] != "sold more"


def test_displays_that_go_where_sales_rise_anyway_are_no_finding() -> None:
    found = whole(rows(display=0.0, early=0.4), "display")
    assert found["raw_low"] > 1.1
    assert json.loads(found["checks"])["eve"][1] > 1.1
    assert found["verdict"] in ("can't tell", "no difference")
    assert found["effect_low"] < 1.0


def test_nothing_is_found_where_nothing_is() -> None:
    found = rows(display=0.0, mailer=0.0)
    told = [r for r in found if r["verdict"] in ("sold more", "sold less")]
    assert len(told) <= 0.1 * len(found)


def test_products_are_drawn_to_what_they_have_in_common() -> None:
    found = [r for r in rows() if (r["level"], r["way"]) == ("product", "display")]
    effects = np.array([r["effect"] for r in found])
    assert np.std(np.log(effects)) < 0.1
    assert len([r for r in rows() if r["level"] == "category"]) == 4


def test_no_shelves_are_no_rows() -> None:
    assert judge_shown([], WAYS) == []


def test_a_product_that_was_never_shown_tells_nothing() -> None:
    one = shelf(1)
    empty = np.zeros_like(one.grid.display)
    from dataclasses import replace

    bare = replace(one, grid=replace(one.grid, display=empty, mailer=empty))
    assert np.isnan(fit_each(bare.grid, weeks_alike=1).factors).all()
    assert [r for r in judge_shown([bare], WAYS) if r["effect"] is not None] == []


def test_pooling_finds_how_much_truths_differ() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(0.4, 0.2, 400)
    errors = rng.uniform(0.05, 0.3, 400)
    found = pooled(truth + rng.normal(0, errors), errors)
    assert found.mean == pytest.approx(0.4, abs=0.04)
    assert found.differ == pytest.approx(0.2, abs=0.04)
    same = pooled(np.full(9, 0.3), np.full(9, 0.1))
    assert same.differ == 0.0
    drawn, error = drawn_together(
        np.array([1.0]), np.array([10.0]), np.array([0.2]), np.array([0.01]), 0.1
    )
    assert drawn[0] == pytest.approx(0.2, abs=1e-3)
    assert error[0] == pytest.approx(0.1, abs=0.01)
