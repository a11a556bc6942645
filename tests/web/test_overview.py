from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlparse

import pytest

from parvis.profile.api import Change, Figure, Overview, Period
from parvis.web.charts.bars import Bar, by_period, small_bars
from parvis.web.charts.overview import overview_figures
from parvis.web.language import load_languages
from parvis.web.pages.overview import _title
from tests.web.conftest import text_of

LANGUAGES = load_languages()


def test_every_figure_leads_to_its_rows(client):
    told = client.get("/api/v1/overview").json()
    figures = {f["name"]: f["value"] for f in told["figures"]}
    page = client.get("/").text
    links = re.findall(r'class="big" href="([^"]+)"', page)
    assert len(links) == 5
    sales, buyers, new, _, overdue = (_api(client, link) for link in links)
    assert round(float(sales["sales"]), 2) == pytest.approx(figures["net_sales"])
    assert buyers["customers"] == figures["buyers"]
    assert float(buyers["sales"]) / buyers["total"] == pytest.approx(figures["average_basket"])
    assert new["total"] == figures["new_customers"]
    assert overdue["total"] == figures["overdue_customers"]


def _api(client, link):
    place = urlparse(link.replace("&amp;", "&"))
    return client.get(f"/api/v1{place.path}?{place.query}").json()


def test_tables_behind_charts_lead_to_their_rows(client):
    page = client.get("/").text
    told = client.get("/api/v1/overview").json()
    week = told["weekly_sales"][-1]
    link = f"/orders?from={week['week']}"
    href = re.search(rf'href="({re.escape(link)}[^"]*)"', page)
    assert href
    assert _api(client, href[1])["total"] >= week["orders"]
    for segment in told["segments"]:
        answer = client.get(f"/api/v1/customers?segment={segment['segment']}").json()
        assert answer["total"] == segment["customers"]


def test_charts_take_their_colours_from_the_page(client):
    for path in ("/", "/silos"):
        for drawing in re.findall(r"<svg viewBox.*?</svg>", client.get(path).text, re.DOTALL):
            colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing))
            assert all(c == "none" or c.startswith(("var(--", "url(#")) for c in colours), colours
            assert 'role="img"' in drawing
            assert "style=" not in drawing


def test_each_chart_has_a_title_and_a_table(client):
    page = client.get("/").text
    charts = re.findall(r'<figure class="chart".*?</figure>', page, re.DOTALL)
    assert len(charts) >= 3
    for chart in charts:
        assert re.search(r"<h2>[^<]+</h2>", chart)
        assert "<table>" in chart


def told(
    low: float | None, high: float | None, value: float = 110, before: float = 100
) -> Overview:
    period = Period(date(2026, 6, 3), date(2026, 6, 30))
    return Overview(
        as_of=date(2026, 7, 1), currency="EUR", period=period, previous=period,
        figures=(Figure("net_sales", "money", value, before, low, high),),
        changes=(Change("TEA", 2, 1, 0.5, 1.5),), weekly_sales=(), segments=(), newcomers=(),
        coupon_weeks=(), unconverted=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "value", "words"),
    [
        (0.02, 0.18, 110, "rose by 10.0"),
        (-0.18, -0.02, 90, "fell by 10.0"),
        (-0.05, 0.25, 110, "held level"),
        (None, None, 110, "held level"),
    ],
)
def test_the_title_says_no_more_than_is_sure(low, high, value, words):
    assert words in _title(told(low, high, value), LANGUAGES["en"])


def test_without_a_period_before_there_is_no_change():
    assert "€110" in _title(told(None, None, before=0), LANGUAGES["en"])


def test_charts_need_something_to_show():
    assert overview_figures(told(0, 1), LANGUAGES["en"]) == ()


@pytest.mark.parametrize(("days", "kind"), [(1, "day"), (60, "day"), (61, "week"), (500, "month")])
def test_bars_are_as_fine_as_there_is_room(days, kind):
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days - 1)
    values = [(first, 1.0), (last, 2.0)]
    sums, found = by_period(values, first, last)
    assert found == kind
    assert sum(v for _, v in sums) == 3
    assert len(sums) <= 61
    assert [d for d, _ in sums] == sorted({d for d, _ in sums})


def test_bars_escape_what_they_say():
    bars = [Bar(date(2026, 1, 1), 1, "<b>"), Bar(date(2026, 1, 2), -1)]
    drawing = small_bars(bars, 'a "label"', "<1>", LANGUAGES["fr"], 100, 50)
    assert "<b>" not in drawing
    assert "<1>" not in drawing
    assert drawing.count("<rect") == 1


def test_silos_say_what_they_brought(client):
    text = text_of(client.get("/silos").text)
    assert "26 % analysed blogs" in text
    assert "48 % tracked reviews" in text
    assert "From Stretched to Strengthened" in text
    assert "Nothing yet." in text, "there is no spend: never a made-up share"
    ready = {r["subject"]: r for r in client.get("/api/v1/readiness").json()}
    assert ready["spend"]["share"] is None
    assert ready["conversations"]["share"] == 0.5
    shop = next(s for s in client.get("/api/v1/silos").json() if s["source"] == "shop")
    assert shop["quarantined"] == 3
    assert "3 × not a date: correct it (ordered_at)" in text


def test_a_silo_shows_its_events_and_whose_they_are(client):
    page = client.get("/silos/blog")
    text = text_of(page.text)
    assert "2 events" in text
    assert "nobody&#39;s yet" not in text, "an unknown visitor is a customer of their own"
    day = client.get("/silos/blog?day=2026-06-12")
    assert "2 events on 12 Jun 2026" in text_of(day.text)
    assert client.get("/silos/blog?day=2026-02-31").status_code == 200


def test_rows_set_aside_are_shown_as_they_were(client):
    text = text_of(client.get("/silos/shop/quarantine").text)
    assert "3 rows could not be read" in text
    assert "31/02/2026" in text
    assert "orders.csv, 1" in text
