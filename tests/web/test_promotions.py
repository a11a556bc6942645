"""The page of coupons and promotions, and what it stands on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

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
    behind = "/promotions/shown/display"
    for path in (
        "/promotions",
        "/promotions/Spring",
        behind,
        "/promotions/shown/mailer?spot=front+page",
        f"{behind}?product=milk",
        f"{behind}?product=milk&week=2026-02-02",
    ):
        text = text_of(client.get(path).text)
        for english in (" the ", " of ", "can't", "Sent to", "coupons", "shown", "Shop"):
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


def rows_of(client: TestClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text.removeprefix("\ufeff"))))


def test_each_figure_of_displays_and_mailers_opens_rows_that_add_up_to_it(
    promoted: TestClient,
) -> None:
    client = enter(promoted)
    page = client.get("/promotions").text
    told = rows_of(client, "/promotions/shown.csv")
    assert {(r["way"], r["level"]) for r in told} >= {("display", "product"), ("mailer", "all")}
    for r in told:
        name = "" if r["level"] == "all" else f"{r['level']}={quote_plus(r['name'])}"
        query = "&".join(q for q in (name, f"spot={quote_plus(r['spot'])}" * bool(r["spot"])) if q)
        path = f"/promotions/shown/{r['way']}"
        assert f'href="{path}{"?" * bool(query)}{query}"' in page.replace("&amp;", "&"), r
        behind = rows_of(client, f"{path}/rows.csv?{query}")
        if r["level"] == "product":
            shown = [b for b in behind if b["store_id"]]
            assert len(shown) == int(r["shown"])
            assert sum(float(b["units"]) for b in shown) == float(r["units"])
        else:
            assert len(behind) == int(r["products"])
            assert sum(int(b["shown_weeks"]) for b in behind) == int(r["shown"])
            assert sum(float(b["shown_units"]) for b in behind) == float(r["units"])
            if r["spot"] and r["effect"]:
                expected = sum(float(b["expected"]) for b in behind)
                assert float(r["units"]) / expected == pytest.approx(float(r["effect"]), rel=1e-3)
        text = text_of(client.get(f"{path}?{query}").text)
        assert f"Weeks of shops, shown {int(r['shown']):,}" in " ".join(text.split()), r


def test_a_product_is_followed_to_the_shops_of_a_week(promoted: TestClient) -> None:
    client = enter(promoted)
    path = "/promotions/shown/display?product=milk"
    page = client.get(path).text
    assert "24 weeks" in text_of(page)
    assert page.count("&amp;week=2026-") == 24
    text = text_of(client.get(f"{path}&week=2026-02-02").text)
    # of twelve shops three show it in each week, three others in the week after
    assert "3 shops showed it in that week" in text
    assert "6 other shops" in text
    assert "end cap" in text
    one = [r for r in rows_of(client, "/promotions/shown/display/rows.csv?product=milk")
           if r["week"] == "2026-02-02"]  # fmt: skip
    assert [r["shops"] for r in one] == ["1", "1", "1", "6"]
    placed = text_of(client.get("/promotions/shown/display?spot=end+cap&product=milk").text)
    assert "isn't judged by itself" in placed
    assert "milk, end cap –" in placed


def test_what_was_never_shown_has_no_rows(promoted: TestClient) -> None:
    client = enter(promoted)
    for query in ("radio", "display?product=tea", "display?category=TEA", "mailer?spot=moon",
                  "display?product=milk&week=2020-01-06"):  # fmt: skip
        assert client.get(f"/promotions/shown/{query}").status_code == 404, query
    assert enter(promoted, "viewer").get("/promotions/shown/display").status_code == 200
    assert enter(promoted, "viewer").get("/promotions/shown/display/rows.csv").status_code == 403


def test_what_was_judged_before_rows_were_kept_says_so(tmp_path: Path) -> None:
    shop = made_workspace(tmp_path / "shop")
    promoted_shop(shop)
    judged(shop)
    for name in ("shown_weeks", "unshown_weeks"):
        shop.engine.reconcile(name, shop.table(name).limit(0), None)
    shop.close()
    with serving(tmp_path / "shop") as client:
        answer = enter(client).get("/promotions/shown/display?product=milk")
    assert answer.status_code == 404
    assert "parvis measure keeps them" in text_of(answer.text)


def test_an_empty_page_teaches(client: TestClient) -> None:
    text = text_of(client.get("/promotions").text)
    assert "Nothing is known of coupons and promotions yet" in text
    assert "parvis measure" in text
