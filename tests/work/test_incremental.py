"""What is built bit by bit is what is built at once."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import DERIVED, Row, built, made_workspace, order, page, put, rows, speak_of
from tests.work.histories import AS_OF, LATER, batched

RATES = (("GBP", "2026-01-01", "1.15"), ("GBP", "2026-04-01", "1.20"))
GIVEN = {"zone": "Europe/Paris", "rates": RATES}


def at_once(folder: Path, events: list[Row], as_of: str) -> dict[str, list[Row]]:
    with made_workspace(folder, as_of=as_of, **GIVEN) as workspace:
        put(workspace, events)
        build(workspace)
        return built(workspace)


def differences(one: dict[str, list[Row]], other: dict[str, list[Row]]) -> dict[str, object]:
    return {
        name: (
            [r for r in one[name] if r not in other[name]],
            [r for r in other[name] if r not in one[name]],
        )
        for name in DERIVED
        if one[name] != other[name]
    }


@pytest.mark.slow
@settings(max_examples=1, phases=[Phase.explicit, Phase.generate])
@given(batches=batched(), moved=st.booleans())
def test_bit_by_bit_is_at_once(batches: list[list[Row]], moved: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="parvis-bits-"))
    try:
        workspace = made_workspace(folder / "bits", as_of=AS_OF, **GIVEN)
        for place, batch in enumerate(batches):
            if moved and place == len(batches) - 1:
                workspace = speak_of(workspace, LATER)
            put(workspace, batch)
            build(workspace)
        bits = built(workspace)
        workspace.close()
        everything = list(itertools.chain.from_iterable(batches))
        whole = at_once(folder / "whole", everything, LATER if moved else AS_OF)
        assert differences(bits, whole) == {}
    finally:
        shutil.rmtree(folder)


def test_a_cookie_that_turns_out_to_be_somebody_takes_its_past_along(
    make: Callable[..., Workspace],
) -> None:
    first = [
        page("/", "2026-03-01T10:00", cookie="c1"),
        order("o1", "2026-03-01T10:05", user=None, cookie="c1"),
    ]
    second = [page("/", "2026-03-02T10:00", user="ann", cookie="c1")]
    workspace = make()
    put(workspace, first)
    build(workspace)
    (before,) = rows(workspace.profiles)
    assert not before["is_known"]
    put(workspace, second)
    build(workspace)
    (after,) = rows(workspace.profiles)
    assert after["is_known"]
    assert after["user_id"] == "ann"
    assert (after["frequency"], after["sessions"]) == (1, 2)
    assert rows(workspace.orders)[0]["customer_id"] == after["customer_id"]


def test_one_number_of_an_order_with_two_customers_is_kept_apart(
    make: Callable[..., Workspace],
) -> None:
    """The same key in two customers' hands must not lose either when one of them changes."""
    workspace = make()
    put(workspace, [order("o1", user="ann"), order("o1", user="bob", amount=7)])
    build(workspace)
    put(workspace, [order("o1", "2026-03-05T10:00", user="ann", name="Order Refunded", amount=4)])
    build(workspace)
    nets = {r["customer_id"]: r["net_amount"] for r in rows(workspace.orders)}
    assert sorted(nets.values()) == [6, 7]
    assert len(nets) == 2
