"""An alias names an account that is seen only later."""

from __future__ import annotations

from pathlib import Path

from parvis.work.steps import build
from tests.making import Row, event, made_workspace, order, put, rows


def _told(folder: Path, batches: list[list[Row]]) -> tuple[list[Row], list[Row]]:
    with made_workspace(folder) as shop:
        for batch in batches:
            put(shop, batch)
            build(shop)
        return (
            rows(shop.identities, "kind", "value"),
            rows(shop.identity_links, "left_value", "right_value", "rule"),
        )


def test_an_alias_holds_for_an_account_that_is_seen_later(tmp_path: Path) -> None:
    alias = event(None, user="new", also=[("anonymous_id", "old")], type="alias")
    orders = [order("o1", user="old", cookie="c1"), order("o2", user="old", cookie="c1")]
    bits = _told(tmp_path / "bits", [[alias], [orders[0]], [orders[1]]])
    assert bits == _told(tmp_path / "whole", [[alias, *orders]])
    assert len({r["customer_id"] for r in bits[0]}) == 1
