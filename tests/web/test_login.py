from __future__ import annotations

import re

import pytest

from parvis.trust.api import Access, LoginLimits, Role
from parvis.web.app import create_app
from parvis.web.serve import setup_address
from parvis.web.visit import local_path
from tests.making import made_workspace
from tests.web.conftest import PASSWORD, TestClient

PAGES = ["/", "/customers", "/customers/x", "/orders", "/order", "/silos", "/silos/shop", "/docs"]
DATA = ["/api/v1/customers", "/api/v1/silos", "/api/v1/overview", "/openapi.json"]


@pytest.fixture
def fresh(tmp_path):
    """A workspace without a user."""
    folder = tmp_path / "fresh"
    made_workspace(folder).close()
    with TestClient(create_app(folder), follow_redirects=False) as client:
        yield client, folder


def test_the_first_run_makes_the_administrator(fresh):
    client, folder = fresh
    assert client.get("/").headers["location"] == "/login"
    assert client.get("/login").headers["location"] == "/setup"
    assert "There is no user yet" in client.get("/setup").text
    address = setup_address(folder, "127.0.0.1", 8484)
    assert address == setup_address(folder, "127.0.0.1", 8484)
    secret = address.split("secret=")[1]
    assert address.startswith("http://127.0.0.1:8484/setup?")
    form = client.get("/setup", params={"secret": secret}).text
    assert secret in form
    given = {"secret": secret, "name": "Ana", "login": "ana", "password": PASSWORD}
    assert client.post("/setup", data={**given, "again": "other"}).status_code == 400
    short = {"password": "short", "again": "short"}
    assert client.post("/setup", data={**given, **short}).status_code == 400
    wrong = {"secret": "wrong", "again": PASSWORD}
    assert client.post("/setup", data={**given, **wrong}).status_code == 403
    done = client.post("/setup", data={**given, "again": PASSWORD})
    assert done.headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert setup_address(folder, "127.0.0.1", 8484) is None
    again = client.post("/setup", data={**given, "login": "eve", "again": PASSWORD})
    assert again.headers["location"] == "/login"


def test_an_empty_workspace_teaches(fresh):
    client, folder = fresh
    with Access(folder / "app.db") as access:
        access.users.add("ana", PASSWORD, role=Role.ADMIN)
    client.post("/login", data={"login": "ana", "password": PASSWORD})
    for path, words in (
        ("/", "parvis import orders"),
        ("/customers", "parvis import customers"),
        ("/orders", "parvis import orders"),
        ("/silos", "No silo has brought anything yet"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert words in answer.text
        assert "not built yet" in answer.text
    assert client.get("/api/v1/overview").status_code == 404
    assert client.get("/api/v1/customers").json()["as_of"] is None


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_for_a_login_and_lead_back(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")
    fragment = visitor.get(path, headers={"HX-Request": "true"})
    assert fragment.headers["hx-redirect"].startswith("/login")


@pytest.mark.parametrize("path", DATA)
def test_data_asks_for_a_token(visitor, path):
    answer = visitor.get(path)
    assert answer.status_code in {303, 401}
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "parvis token create" in answer.json()["next_step"]


def test_a_login_opens_a_session_that_logout_ends(visitor):
    answer = visitor.post(
        "/login", data={"login": "viewer", "password": PASSWORD, "next": "/customers?q=tea"}
    )
    assert answer.headers["location"] == "/customers?q=tea"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert visitor.get("/customers").status_code == 200
    secret = visitor.cookies["parvis_session"]
    visitor.post("/logout")
    visitor.cookies.set("parvis_session", secret)
    assert visitor.get("/customers").status_code == 303


def test_an_encrypted_way_makes_the_cookie_stricter(visitor):
    answer = visitor.post(
        "https://testserver/login", data={"login": "viewer", "password": PASSWORD}
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-parvis_session=")
    assert "Secure" in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_wrong_password_is_told_without_saying_what_was_wrong(visitor):
    known = visitor.post("/login", data={"login": "viewer", "password": "not the one"})
    unknown = visitor.post("/login", data={"login": "nobody", "password": "not the one"})
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace("viewer", "nobody") == unknown.text


def test_too_many_failures_say_when_to_try_again(shop_folder):
    with TestClient(create_app(shop_folder, limits=LoginLimits(failures=2))) as client:
        for _ in range(2):
            client.post("/login", data={"login": "someone", "password": "not the one"})
        answer = client.post("/login", data={"login": "someone", "password": "not the one"})
    assert answer.status_code == 429
    assert 800 < int(answer.headers["retry-after"]) <= 901
    assert re.search(r"Try again at \d\d:\d\d \(Europe/Paris\)", answer.text)


@pytest.mark.parametrize(
    "given",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "", "/\n/e"],
)
def test_nobody_is_led_elsewhere(visitor, given):
    assert local_path(given) == "/"
    data = {"login": "viewer", "password": PASSWORD, "next": given}
    assert visitor.post("/login", data=data).headers["location"] == "/"


def test_viewers_look_and_editors_take_away(log_in, shop_folder):
    client = log_in("viewer")
    page = client.get("/customers")
    assert page.status_code == 200
    assert "customers.csv" not in page.text
    for path in ("/customers.csv", "/orders.csv", "/silos/shop/quarantine"):
        refused = client.get(path)
        assert refused.status_code == 403
        assert "doesn&#39;t include it" in refused.text or "doesn't include it" in refused.text
    client = log_in("editor")
    assert client.get("/customers.csv?segment=champions").status_code == 200
    with Access(shop_folder / "app.db") as access:
        (newest, *_) = access.audit.latest(1)
    assert (newest.actor, newest.action) == ("editor", "customers.exported")
    assert newest.subject == "segment=champions"


def test_preferences_are_kept(visitor):
    answer = visitor.post(
        "/preferences", data={"language": "fr", "theme": "dark", "back": "/login"}
    )
    assert answer.headers["location"] == "/login"
    page = visitor.get("/login").text
    assert 'lang="fr" data-theme="dark"' in page
    assert "Se connecter" in page
    visitor.post("/preferences", data={"language": "xx", "theme": "<script>", "back": "//e"})
    assert 'lang="fr" data-theme="dark"' in visitor.get("/login").text


@pytest.mark.parametrize(
    ("asked", "given"), [("fr-CA,en;q=0.5", "fr"), ("de,fr;q=0.8", "fr"), ("de", "en"), ("", "en")]
)
def test_a_browser_says_its_language(visitor, asked, given):
    page = visitor.get("/login", headers={"Accept-Language": asked}).text
    assert f'<html lang="{given}"' in page
