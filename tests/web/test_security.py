from __future__ import annotations

import re

import pytest
from starlette.datastructures import Headers

from parvis.web.assets import Assets
from parvis.web.security import is_cross_site

HOST = {"host": "parvis.example"}


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("GET", {"sec-fetch-site": "cross-site"}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, False),
        ("POST", {"sec-fetch-site": "none"}, False),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, True),
        ("DELETE", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {"origin": "https://parvis.example"}, False),
        ("POST", {"origin": "http://parvis.example"}, True),
        ("POST", {"origin": "https://parvis.example:444"}, True),
        ("POST", {"origin": "https://evil.example"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {}, False),
    ],
)
def test_other_sites_change_nothing(method, headers, refused):
    assert is_cross_site(method, "https", Headers({**HOST, **headers})) is refused


def test_a_cross_site_login_is_turned_away(visitor):
    answer = visitor.post(
        "/login", data={"login": "admin"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/customers", "/nope", "/login", "/api/v1/silos", "/docs"])
def test_every_answer_is_guarded(client, path):
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/customers", "/orders", "/silos", "/docs", "/login"])
def test_pages_hold_nothing_that_the_policy_forbids(client, path):
    page = client.get(path).text
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)


def test_what_silos_say_is_never_markup(client, ana):
    for path in (f"/customers/{ana}", "/customers?q=Ana", "/silos/blog", "/silos/shop/quarantine"):
        page = client.get(path).text
        assert "<i>bon" not in page
        assert "<b>Mart" not in page
        assert "<b>1</b>" not in page
    assert "&lt;b&gt;Martín" in client.get(f"/customers/{ana}").text


def test_a_question_is_never_a_query(client):
    for text in ("'; DROP TABLE profiles; --", "%", "_", "\\", '"', "parvis-value-q", "$q"):
        answer = client.get("/api/v1/customers", params={"q": text})
        assert answer.status_code == 200
        assert answer.json()["total"] == 0, text
    assert client.get("/api/v1/customers").json()["total"] > 200


def test_assets_are_kept_for_ever_under_their_content(client):
    assets = Assets()
    for name in ("parvis.css", "parvis.js", "htmx.min.js", "swagger-ui-bundle.js"):
        answer = client.get(assets.url(name))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/000000000000/parvis.css").status_code == 404
    assert client.get("/static/000000000000/..%2f..%2fapp.py").status_code == 404


def test_answers_are_compressed(client):
    for kind in ("br", "gzip"):
        answer = client.get("/customers", headers={"Accept-Encoding": kind})
        assert answer.headers["content-encoding"] == kind
        assert "</html>" in answer.text
