"""Orders: causes come as often as their lift says, people as often as their rate."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.simulate.happenings.orders import (
    drawn_lots,
    from_shelves,
    held_out,
    orders_of,
)
from parvis.simulate.people import draw_people
from parvis.simulate.scene import BASE, FIRST_CHANNEL, Block, Urn
from parvis.simulate.seeds import Seeds
from parvis.simulate.truth.whole import base_orders
from parvis.simulate.world import read_world
from tests.simulate.conftest import scene_of


def test_the_alive_are_counted_as_one_by_one() -> None:
    world = read_world("tiny")
    people = draw_people(world, 300, 60, Seeds(1))
    found = people.alive(people.rate, 60, len(world.cities))
    for day in (0, 1, 17, 59):
        for city in range(len(world.cities)):
            there = (people.city == city) & (people.joined <= day) & (day < people.left)
            assert found[day, city] == pytest.approx(people.rate[there].sum())


def test_an_urn_draws_by_weight_and_from_the_right_town() -> None:
    city = np.array([0, 0, 0, 1, 1], np.int16)
    urn = Urn.of(np.array([1.0, 0.0, 3.0, 2.0, 2.0]), city, 2)
    drawn = urn.draw(np.repeat([0, 1], 20_000).astype(np.int16), np.random.default_rng(1))
    share = np.bincount(drawn, minlength=5) / 20_000
    assert share == pytest.approx([0.25, 0, 0.75, 0.5, 0.5], abs=0.015)


def test_causes_come_as_often_as_their_lift_says() -> None:
    """Realised orders of each cause lie within four standard deviations of what is expected."""
    scene = scene_of("default", customers=20_000, days=200)
    orders = orders_of(scene, Block(0, 0, 200))
    for c in range(len(scene.channels)):
        expected = (base_orders(scene, c) * scene.story.lift[:, :, c]).sum()
        found = int((orders.cause == FIRST_CHANNEL + c).sum())
        assert abs(found - expected) < 4 * np.sqrt(expected), scene.channels[c].name
    people = scene.people
    expected = (people.alive(people.rate, 200, 16) * scene.story.demand).sum()
    found = int((orders.cause == BASE).sum())
    assert abs(found - expected) < 4 * np.sqrt(expected)


def test_nobody_orders_before_joining_or_after_leaving() -> None:
    scene = scene_of("tiny")
    orders = orders_of(scene, Block(0, 0, 120))
    assert scene.people.are_customers(orders.person, orders.day).all()
    assert (scene.day_of(orders.at) == orders.day).all()
    assert (np.diff(orders.at) >= 0).all()


def test_amounts_add_up_to_the_cent() -> None:
    orders = orders_of(scene_of("default"), Block(0, 0, 40))
    lines = orders.lines
    gross = lines.quantity * lines.unit_cents
    assert (lines.amount_cents == gross - lines.discount_cents).all()
    assert (lines.discount_cents >= 0).all()
    sums = np.zeros(len(orders), np.int64)
    np.add.at(sums, lines.order, lines.amount_cents)
    assert (sums == orders.total_cents).all()
    assert (orders.refund_cents <= orders.total_cents).all()
    assert (orders.net_cents >= 0).all()
    assert (orders.net_cents[orders.is_cancelled] == 0).all()


def test_blocks_do_not_depend_on_how_many_there_are() -> None:
    scene = scene_of("tiny")
    assert np.array_equal(
        orders_of(scene, Block(3, 30, 40)).at, orders_of(scene, Block(3, 30, 40)).at
    )
    assert not np.array_equal(
        orders_of(scene, Block(3, 30, 40)).at[:5], orders_of(scene, Block(4, 30, 40)).at[:5]
    )


def test_who_is_held_out_is_not_moved_by_the_channel() -> None:
    scene = scene_of("default", customers=30_000, days=200)
    orders = orders_of(scene, Block(0, 55, 135))
    channel = [c.name for c in scene.channels].index("retargeting")
    kept = held_out(scene, channel, orders.person, orders.day)
    assert kept.any()
    assert not kept[orders.cause == FIRST_CHANNEL + channel].any()
    person = np.arange(30_000, dtype=np.int32)
    lots = drawn_lots(scene.seeds, 0, person)
    assert (lots < 0.2).mean() == pytest.approx(0.2, abs=0.01)
    assert np.array_equal(lots[7:9], drawn_lots(scene.seeds, 0, person[7:9]))


def test_a_shelf_holds_its_category_alone() -> None:
    world = read_world("default")
    names = [c.name for c in world.categories]
    category = np.array([names.index(p.category) for p in world.products])
    for shelf in range(len(names)):
        drawn = from_shelves(world, np.full(500, shelf + 1), np.random.default_rng(shelf))
        assert set(category[drawn].tolist()) == {shelf}
    everything = from_shelves(world, np.zeros(50_000, np.int64), np.random.default_rng(1))
    weight = np.array([p.weight for p in world.products])
    share = np.bincount(everything, minlength=len(weight)) / 50_000
    assert share == pytest.approx(weight / weight.sum(), abs=0.01)
