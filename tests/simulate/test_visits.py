"""Visits: doors, cookies, refusals, robots; what is seen is not what happened."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from parvis.simulate.happenings.orders import held_out, orders_of
from parvis.simulate.happenings.steps import COMPLETED, IDENTIFY, STEPS, steps_of
from parvis.simulate.happenings.visits import (
    BUYS,
    DIRECT,
    FIRST_DOOR,
    HIDDEN_ROBOT,
    ROBOT,
    SOCIAL_LINK,
    STRANGER,
    visits_of,
)
from parvis.simulate.people import TABLET
from parvis.simulate.scene import BASE, WORD_OF_MOUTH, Block
from tests.simulate.conftest import scene_of


def test_credit_parts_from_cause() -> None:
    """Retargeting stands before many orders that it did not cause."""
    scene = scene_of("default", customers=20_000)
    block = Block(0, 0, 120)
    orders = orders_of(scene, block)
    visits = visits_of(scene, block, orders)
    buys = np.flatnonzero(visits.goal == BUYS)
    channel = [c.name for c in scene.channels].index("retargeting")
    through = visits.door[buys] == FIRST_DOOR + channel
    base = orders.cause[visits.order[buys]] == BASE
    assert through[base].mean() > 0.2
    assert (orders.cause == 2 + channel).mean() < 0.02


def test_a_dark_town_and_the_held_out_are_not_met_by_a_channel() -> None:
    scene = scene_of("tiny", customers=20_000)
    block = Block(0, 0, 120)
    visits = visits_of(scene, block, orders_of(scene, block))
    day = scene.day_of(visits.at)
    for c, channel in enumerate(scene.channels):
        through = visits.door == FIRST_DOOR + c
        if channel.cost_per_click <= 0:
            assert not through.any()
            continue
        spent = scene.story.spend_cents[np.clip(day, 0, 119), visits.city, c]
        assert (spent[through] > 0).all(), channel.name
        known = through & (visits.person >= 0)
        if channel.reaches == "contacts":
            assert scene.people.newsletter[visits.person[known]].all()
    retargeting = [c.name for c in scene.channels].index("retargeting")
    theirs = (visits.door == FIRST_DOOR + retargeting) & (visits.person >= 0)
    browsing = theirs & (visits.goal != BUYS)
    kept = held_out(scene, retargeting, visits.person[browsing], day[browsing])
    # those who came some days before an order may have been drawn by the order's day
    assert kept.mean() < 0.05


def test_a_cookie_is_one_browsers_and_a_tablet_may_be_a_households() -> None:
    scene = scene_of("default", customers=6000)
    block = Block(0, 0, 120)
    visits = visits_of(scene, block, orders_of(scene, block))
    people = visits.person >= 0
    owners: dict[int, set[int]] = {}
    for cookie, person, browser in zip(
        visits.cookie[people].tolist(),
        visits.person[people].tolist(),
        visits.browser[people].tolist(),
        strict=True,
    ):
        owners.setdefault(cookie, set()).add(person)
        if browser != TABLET:
            assert len(owners[cookie]) == 1
    shared = [o for o in owners.values() if len(o) > 1]
    assert shared
    for pair in shared:
        first, second = sorted(pair)
        assert scene.people.partner[second] == first
    # phones forget within a week or so: people have several cookies
    assert len(owners) > 1.5 * len({p for o in owners.values() for p in o})


def test_steps_follow_the_visit() -> None:
    scene = scene_of("tiny", customers=3000)
    block = Block(0, 0, 60)
    orders = orders_of(scene, block)
    visits = visits_of(scene, block, orders)
    steps = steps_of(scene, block, visits, orders)
    assert visits.is_seen[steps.visit].all()
    completed = steps.code == COMPLETED
    assert (visits.goal[steps.visit[completed]] == BUYS).all()
    # the order is placed at the order's own time
    assert (steps.at[completed] == orders.at[visits.order[steps.visit[completed]]]).all()
    same = steps.visit[1:] == steps.visit[:-1]
    assert (np.diff(steps.at)[same] >= 0).all()
    logged = steps.code == IDENTIFY
    assert visits.logs_in[steps.visit[logged]].all()
    assert set(np.unique(steps.code).tolist()) == set(range(len(STEPS)))


def test_kind_words_bring_visits_through_their_links() -> None:
    """Orders that words caused, and more visits on days when more was said than usual."""
    scene = scene_of("default", customers=30_000, days=200)
    block = Block(0, 0, 200)
    orders = orders_of(scene, block)
    visits = visits_of(scene, block, orders)
    buys = np.flatnonzero(visits.goal == BUYS)
    through = visits.door[buys] == SOCIAL_LINK
    by_words = orders.cause[visits.order[buys]] == WORD_OF_MOUTH
    assert through[by_words].mean() > 3 * through[~by_words].mean()
    day = scene.day_of(visits.at)
    linked = np.bincount(day[visits.door == SOCIAL_LINK], minlength=200)[:200]
    others = np.bincount(day[visits.door == DIRECT], minlength=200)[:200]
    said = scene.story.word_of_mouth
    loud = said > np.quantile(said, 0.95)
    quiet = said < np.quantile(said, 0.5)
    assert (linked / others)[loud].mean() > 1.1 * (linked / others)[quiet].mean()


def test_all_sorts_come() -> None:
    scene = scene_of("default", customers=5000)
    block = Block(0, 0, 60)
    visits = visits_of(scene, block, orders_of(scene, block))
    for who in (STRANGER, ROBOT, HIDDEN_ROBOT):
        assert (visits.person == who).any()
    refused = 1 - visits.is_seen[visits.person >= 0].mean()
    assert 0.1 < refused < 0.35


def test_clocks_show_the_brands_time_through_a_change() -> None:
    scene = scene_of("tiny", days=120)
    zone = ZoneInfo("Europe/Paris")
    for hour in range(0, 120 * 24, 7):
        moment = int(scene.midnights[0]) + hour * 3_600_000_000
        shown = datetime.fromtimestamp(moment / 1e6, zone).replace(tzinfo=UTC)
        assert int(scene.clock(np.array([moment]))[0]) == int(shown.timestamp() * 1e6)
