from __future__ import annotations

import pytest

from parvis.trust.api import Access


@pytest.fixture
def token(shop_folder):
    with Access(shop_folder / "app.db") as access:
        made = access.tokens.create("viewer", "test")
        yield made.secret
        access.tokens.revoke(made.token.token_id)


def test_a_token_opens_the_api_and_no_page(visitor, token):
    headers = {"Authorization": f"Bearer {token}"}
    assert visitor.get("/api/v1/customers", headers=headers).status_code == 200
    assert visitor.get("/customers", headers=headers).status_code == 303
    for wrong in (f"Bearer {token}x", "Bearer ", f"Basic {token}", token):
        answer = visitor.get("/api/v1/customers", headers={"Authorization": wrong})
        assert answer.status_code == 401


def test_a_wrong_token_is_not_saved_by_a_cookie(client, token):
    assert client.get("/api/v1/silos").status_code == 200
    answer = client.get("/api/v1/silos", headers={"Authorization": f"Bearer {token}x"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "sort=nothing", "overdue=perhaps", "segmnet=lost", "rows=100000",
              "from=yesterday", "cohort=2026-13"]
)  # fmt: skip
def test_a_question_that_is_wrong_is_told(client, query):
    answer = client.get(f"/api/v1/customers?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.json()["error"]


def test_pages_and_api_say_the_same(client):
    answer = client.get("/api/v1/customers?segment=champions").json()
    page = client.get("/customers?segment=champions").text
    for row in answer["rows"]:
        assert row["customer_id"] in page


def test_the_description_is_whole_and_served_from_here(client):
    told = client.get("/openapi.json").json()
    assert {p for p in told["paths"] if p.startswith("/api/v1/")} >= {
        f"/api/v1/{name}"
        for name in (
            "overview", "customers", "customers/{customer_id}", "customers/{customer_id}/events",
            "customers/{customer_id}/traits/{trait}", "orders", "order", "silos", "readiness",
            "health",
        )
    }  # fmt: skip
    for path, methods in told["paths"].items():
        for method in methods.values():
            assert method["summary"], path
    page = client.get("/docs").text
    assert "swagger-ui-bundle.js" in page
    assert "http" not in page.split("<body>")[0].replace("http-equiv", "")


def test_health_says_nothing_of_the_data_to_strangers(visitor):
    answer = visitor.get("/health")
    assert answer.status_code == 200
    assert set(answer.json()) == {"status", "version"}
    assert visitor.get("/api/v1/health").status_code == 401


def test_amounts_keep_their_cents(client):
    row = client.get("/api/v1/orders?rate=known").json()["rows"][0]
    assert isinstance(row["net_base"], str)
    assert "." in row["net_base"]
