"""Pages say which silos are made up, and only of those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parvis.connect.folder.contracts import FolderPlan, PlannedSilo
from parvis.connect.folder.sources import describe_sources
from parvis.connect.silo import Silo
from parvis.trust.api import Access, Role
from parvis.web.app import create_app
from parvis.work.steps import build
from tests.making import event, made_workspace, order, page, put
from tests.web.conftest import PASSWORD, TestClient, text_of

Ask = Callable[[str], str]


@pytest.fixture(scope="module", params=["en", "fr"])
def ask(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask for a page of a brand whose shop and site are made up, and whose blog is real."""
    folder = tmp_path_factory.mktemp("simulated") / "shop"
    shop = made_workspace(folder, as_of="2026-07-01")
    told = {"order_id": "1"}
    put(shop, [
        order("1", "2026-06-01T10:00", user="ann", amount=9, currency="EUR", source="shop"),
        order("2", "2026-06-20T10:00", user="bob", amount=9, currency="EUR", source="till"),
        page("/", "2026-06-01T09:58", user="ann", cookie="k1"),
        event("Order Completed", "2026-06-01T10:00", user="ann", source="web", properties=told,
              context={"orders_told_by": "shop"}),
        event("Comment Added", "2026-06-02", user="bob", source="blog", text="real"),
    ])  # fmt: skip
    silos = [
        PlannedSilo(Silo(name, (), Path()), "segment", is_simulated=fake, description=text)
        for name, fake, text in (
            ("shop", True, "What nobody bought"),
            ("web", True, ""),
            ("blog", False, ""),
        )
    ]
    describe_sources(shop, FolderPlan(Path(), "brand", tuple(silos)))
    build(shop)
    shop.close()
    with Access(shop.files.app) as access:
        access.users.add("ada", PASSWORD, name="Ada", role=Role.EDITOR)
    with TestClient(create_app(folder), headers={"Accept-Language": request.param}) as client:
        client.post("/login", data={"login": "ada", "password": PASSWORD})
        yield lambda path: client.get(path).text


def notes(html: str) -> list[str]:
    return re.findall(r'class="simulated-note"', html)


def tagged(html: str) -> set[str]:
    """Return the silos beside whose name the tag stands."""
    found = re.findall(r'([\w.]+)(?:</a>)?\s*<span class="simulated"', html)
    return set(found)


def test_pages_of_figures_say_how_many_silos_are_made_up(ask: Ask) -> None:
    for path in ("/customers", "/silos"):
        html = ask(path)
        assert len(notes(html)) == 1, path
        assert re.search(r"2 silos (behind this page are made up|derrière cette page)", html)
        assert 'title="shop, web"' in html
    # what these tell comes from orders alone: of the shop, not of the site
    for path in ("/", "/orders"):
        assert re.search(r": 1 silo (behind|derrière)", ask(path)), path


def test_each_silo_says_so_of_itself(ask: Ask) -> None:
    assert tagged(ask("/silos")) == {"shop", "web"}
    shop, blog = ask("/silos/shop"), ask("/silos/blog")
    assert tagged(shop) == {"shop"}
    assert "What nobody bought" in text_of(shop)
    assert (len(notes(shop)), len(notes(blog)), tagged(blog)) == (1, 0, set())


def test_orders_and_events_say_so_one_by_one(ask: Ask) -> None:
    listed = ask("/orders")
    assert tagged(listed) == {"shop"}
    assert "till" in text_of(listed)
    assert tagged(ask("/order?source=shop&id=1")) == {"shop"}
    assert tagged(ask("/order?source=till&id=2")) == set()


def test_a_customer_of_real_silos_alone_is_not_called_made_up(ask: Ask) -> None:
    links = re.findall(r'href="(/customers/[0-9a-f]{16})">(ann|bob)', ask("/customers"))
    pages = {name: ask(path) for path, name in links}
    assert tagged(pages["ann"]) == {"shop", "web"}
    assert len(notes(pages["ann"])) == 1
    assert tagged(pages["bob"]) == set()
    assert notes(pages["bob"]) == []


def test_what_a_site_says_of_an_order_leads_to_the_shops(ask: Ask) -> None:
    (ann,) = re.findall(r'href="(/customers/[0-9a-f]{16})">ann', ask("/customers"))
    links = re.findall(r'<a href="(/order\?[^"]+)"', ask(ann))
    assert [x.replace("&amp;", "&") for x in links] == ["/order?source=shop&id=1"] * 2


def test_the_interface_tells_it_too(ask: Ask) -> None:
    told = ask("/api/v1/silos")
    assert re.search(r'"source":"shop"[^}]*"is_simulated":true', told), told[:300]
    assert re.search(r'"source":"blog"[^}]*"is_simulated":false', told)
