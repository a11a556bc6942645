"""Waste, Mix, Journeys and Budget: what they say, and that they say no more than is known."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import parvis
from parvis.cli.app import app as command
from parvis.web.language.measure_words import problem_words
from parvis.work.measuring import measure_if_due
from tests.making import change_settings, made_workspace, rows
from tests.web.conftest import TestClient, enter, serving, text_of
from tests.work.marketed_shop import marketed_shop


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("marketed") / "shop"
    shop = change_settings(
        made_workspace(place, as_of="2026-07-01"), ("# margin = 0.4", "margin = 0.4")
    )
    report = marketed_shop(shop)
    assert report.answer.state == "published", report.answer.problems
    shop.close()
    return place


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[TestClient]:
    with serving(folder) as client:
        yield client


def table_of(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_ledger_says_what_to_do(served: TestClient) -> None:
    text = text_of(enter(served).get("/waste").text)
    assert re.search(r"Of €[\d,]+ spent, between €[\d,]+ and €[\d,]+ are wasted on posters", text)
    assert re.search(r"(Stop|Cut) posters", text)
    assert "Raise radio" in text
    assert "6 cities told apart" in text
    assert "40 % of each euro of sales is left before advertising" in text


def test_the_ledger_as_a_file_is_the_table(served: TestClient, folder: Path) -> None:
    told = {r["channel"]: r for r in table_of(enter(served), "/waste.csv")}
    assert set(told) == {"radio", "posters", "search"}
    assert float(told["radio"]["marginal_low"]) > 2.5
    assert enter(served, "viewer").get("/waste.csv").status_code == 403


def test_a_channel_opens_down_to_its_rows(served: TestClient) -> None:
    page = enter(served).get("/waste/search")
    text = text_of(page.text)
    assert "2,520 rows of spending" in text
    # the next page of rows takes the place of this one
    assert 'hx-target="#rows" hx-select="#rows"' in page.text
    assert "2025-Q1" in text
    assert "search early" in text
    assert "What each method says it brought" in text
    assert "No experiment was made on it." in text
    assert len(table_of(served, "/waste/search/spend.csv")) == 2520
    assert served.get("/waste/nothing").status_code == 404


def test_quarters_are_named_as_the_page_speaks(served: TestClient) -> None:
    for path in ("/waste", "/waste/search"):
        french = text_of(enter(served, language="fr").get(path).text)
        assert "2025-T1" in french
        assert "-Q1" not in french


def test_a_channel_that_no_touch_names_says_so(served: TestClient) -> None:
    assert "No touch names it" in text_of(enter(served).get("/waste/radio").text)


def test_the_mix_shows_whether_it_may_be_believed(served: TestClient) -> None:
    text = text_of(enter(served).get("/mix").text)
    assert re.search(r"Advertising made between \d+ % and \d+ % of sales", text)
    assert "Chains agree (r-hat)" in text
    assert re.search(r"Of \d weeks it hadn.{1,6}t seen, the model was off by", text)
    weeks = table_of(served, "/mix.csv")
    assert {r["kind"] for r in weeks} >= {"sales", "expected", "anyway", "channel", "outlook"}


def test_under_a_curve_stands_where_there_are_data(served: TestClient, folder: Path) -> None:
    with parvis.open(folder) as shop:
        one = shop.table("measured").to_pandas().iloc[-1]
        kpi = shop.table("kpi")
        spent = kpi.filter(kpi.kind == "spend", kpi.name == "radio").to_pandas()
    weeks = ((one["ends_on"] - one["starts_on"]).days + 1) // 7
    by_week = [0.0] * weeks
    for day, value in zip(spent["day"], spent["value"], strict=True):
        week = (day - one["starts_on"]).days // 7
        if 0 <= week < weeks:
            by_week[week] += value
    beyond = sum(week > 2 * sum(by_week) / weeks for week in by_week)
    text = text_of(enter(served).get("/waste/radio").text)
    assert f"Marks at the bottom: each of {weeks} weeks" in text
    assert (f"{beyond} lie beyond the right edge" in text) == (beyond > 0)


def test_journeys_show_the_methods_side_by_side(served: TestClient) -> None:
    text = text_of(enter(served).get("/journeys").text)
    for method in ("first touch", "last touch", "channels alike (Shapley)"):
        assert method in text
    assert "First contact digital" in text
    given = table_of(served, "/journeys.csv")
    sums: dict[str, float] = {}
    for row in given:
        sums[row["method"]] = sums.get(row["method"], 0.0) + float(row["conversions"])
    assert len(set(sums)) >= 6
    assert max(sums.values()) == pytest.approx(min(sums.values()))


def test_a_budget_is_answered_while_the_slider_moves(served: TestClient) -> None:
    client = enter(served)
    client.get("/budget")
    taken = []
    for part in (20, 40, 60, 80, 120, 140, 160):
        began = time.perf_counter()
        answer = client.get(f"/budget?s0={part}", headers={"HX-Request": "true"})
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200
        assert f'value="{part}"' in answer.text
    # a tenth of a second is asked of a free machine
    assert sorted(taken)[len(taken) // 2] < 0.4


def test_the_best_budget_keeps_to_what_is_allowed(served: TestClient) -> None:
    client = enter(served)
    page = client.get("/budget?best=1&min0=50&max1=150&all=1").text
    scales = [
        int(v) for v in re.findall(r'name="s\d" min="0" max="200" step="1" value="(\d+)"', page)
    ]
    assert len(scales) == 3
    # posters, radio, search
    assert scales[0] >= 50
    assert scales[1] == 150
    assert "leaves between" in text_of(page)
    refused = client.get("/budget?best=1&min0=200&min1=200&min2=200&total=100").text
    assert "The least of all channels is" in text_of(refused)
    crossed = client.get("/budget?best=1&min0=80&max0=20").text
    assert "The least of posters is above its most." in text_of(crossed)
    short = client.get("/budget?best=1&max0=10&max1=10&max2=10&all=1").text
    assert "The most of all channels is" in text_of(short)
    assert "nothing" in text_of(client.get("/budget?best=1&total=0").text)


@pytest.mark.parametrize("query", ["s0=nan&s1=-5&s2=1e9", "total=abc&caution=??", "min0=%00"])
def test_a_senseless_address_is_no_error(served: TestClient, query: str) -> None:
    assert enter(served).get(f"/budget?{query}").status_code == 200


def test_a_plan_is_a_file_of_weeks(served: TestClient) -> None:
    plan = table_of(enter(served), "/budget.csv?s0=50")
    assert len({r["week"] for r in plan}) == 13
    half = [r for r in plan if r["channel"] == "posters"]
    assert sum(float(r["spend"]) for r in half) == pytest.approx(
        sum(float(r["today"]) for r in half) / 2, rel=1e-3
    )


def test_the_board_gets_one_page(served: TestClient) -> None:
    answer = enter(served, language="fr").get("/waste.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content.count(b"/Type /Page\n") + answer.content.count(b"/Type /Page ") <= 1


@pytest.mark.parametrize("path", ["/waste", "/waste/search", "/mix", "/journeys", "/budget"])
def test_it_is_said_in_french(served: TestClient, path: str) -> None:
    text = text_of(enter(served, language="fr").get(path).text)
    for english in ("Waste", "Spent", " the ", "Sales", "can't tell", "Budget, percent"):
        assert english not in text, english


@pytest.mark.parametrize("path", ["/waste", "/mix", "/journeys", "/budget"])
def test_empty_pages_teach(client: TestClient, path: str) -> None:
    text = text_of(client.get(path).text)
    assert "parvis measure" in text
    assert client.get("/waste.pdf").status_code == 404


def test_it_is_measured_again_when_a_day_is_over(tmp_path: Path) -> None:
    shop = made_workspace(tmp_path / "shop")
    # nothing to measure yet
    assert measure_if_due(shop) is None
    assert rows(shop.table("measured")) == []
    shop.close()


def test_the_command_tells_why_there_is_nothing(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    made_workspace(tmp_path / "shop").close()
    done = CliRunner().invoke(command, ["measure", "--json", "-w", str(tmp_path / "shop")])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["state"] == "refused"
    assert told["problems"][0]["kind"] == "margin"
    assert told["problems"][1]["kind"] == "no spending"
    assert told["ledger"] == []


def test_the_api_tells_the_ledger(served: TestClient) -> None:
    told = enter(served, "viewer").get("/api/v1/ledger").json()
    assert told["is_published"]
    assert told["margin"] == 0.4
    rows = {r["channel"]: r for r in told["rows"]}
    assert rows["radio"]["verdict"] == "raise"
    assert {p["kind"] for p in told["parts"]} == {"quarter", "campaign"}
    given = served.get("/api/v1/credits").json()["rows"]
    assert {r["channel"] for r in given} == {"search"}
    served.cookies.clear()
    assert served.get("/api/v1/ledger").status_code == 401


def test_the_api_of_nothing_measured(client: TestClient) -> None:
    told = client.get("/api/v1/ledger").json()
    assert told["measured_at"] is None
    assert told["rows"] == []
    assert client.get("/api/v1/credits").json() == {"rows": []}


def test_a_problem_that_an_earlier_version_wrote_is_told_as_it_was(client: TestClient) -> None:
    french = client.app.state.languages["fr"]  # type: ignore[attr-defined]
    told = {"kind": "short", "what": "There are 9 weeks.", "next_step": "Wait.", "blocks": True}
    assert problem_words(told, french) == ("There are 9 weeks.", "Wait.")
    fresh = told | {"values": {"weeks": 9, "least": 26}}
    assert problem_words(fresh, french)[0].startswith("Il y a 9 semaines")
