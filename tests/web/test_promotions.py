"""The page of coupons and promotions, and what it stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.making import made_workspace
from tests.web.conftest import TestClient, enter, serving, text_of
from tests.work.promoted_shop import promoted_shop
from tests.work.test_promoting import judged


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("promoted") / "shop"
    shop = made_workspace(folder)
    promoted_shop(shop)
    judged(shop)
    shop.close()
    with serving(folder) as client:
        yield client


def test_the_campaigns_are_told_with_what_was_taken_off(promoted: TestClient) -> None:
    text = text_of(enter(promoted).get("/promotions").text)
    assert "Of 1 coupon campaign it can" in text
    assert "Coupons took €4.50 off" in text
    assert "Spring" in text
    assert "What this data can't tell" in text
    assert "left anybody out at random" in text


def test_a_campaign_is_followed_to_its_rows(promoted: TestClient) -> None:
    page = enter(promoted).get("/promotions/Spring").text
    text = text_of(page)
    assert "9 lines for which coupons were handed in" in text
    assert "€4.50" in text
    assert page.count('href="/customers/') == 9
    assert 'href="/orders?coupon=yes&amp;from=2026-04-27&amp;to=2026-05-24"' in page
    lines = text_of(enter(promoted).get("/orders?coupon=yes&from=2026-04-27&to=2026-05-24").text)
    assert "9 orders" in lines


def test_there_is_no_campaign_of_another_name(promoted: TestClient) -> None:
    assert enter(promoted).get("/promotions/Nothing").status_code == 404


def test_it_speaks_french(promoted: TestClient) -> None:
    client = enter(promoted, language="fr")
    for path in ("/promotions", "/promotions/Spring"):
        text = text_of(client.get(path).text)
        for english in (" the ", " of ", "can't", "Sent to", "coupons"):
            assert english not in text, (path, english)


def test_files_are_for_editors(promoted: TestClient) -> None:
    answer = enter(promoted).get("/promotions.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["campaign"], row["redeemed_discount"], row["known_discount"]) == (
        "Spring", "4.5", "2.0",
    )  # fmt: skip
    shown = enter(promoted).get("/promotions/shown.csv").text
    assert shown.count("display") >= 1
    assert enter(promoted, "viewer").get("/promotions.csv").status_code == 403


def test_an_empty_page_teaches(client: TestClient) -> None:
    text = text_of(client.get("/promotions").text)
    assert "Nothing is known of coupons and promotions yet" in text
    assert "parvis measure" in text
