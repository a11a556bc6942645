"""A small brand to look at: made customers whose figures are known exactly."""

from __future__ import annotations

import contextlib
import random
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from parvis.connect.landing import Arrival, land
from parvis.lake.workspace import Workspace
from parvis.trust.api import Access, LoginLimits, Role
from parvis.web.app import create_app
from parvis.work.steps import build
from tests.making import event, made_workspace, order, page, put, staged

with warnings.catch_warnings():
    # Starlette asks for a successor of httpx that other packages don't know yet
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

PASSWORD = "a long password"
CUSTOMERS = 240


def _buyers() -> Iterator[dict[str, Any]]:
    """Orders of 240 customers up to 30 June 2026: most regular, some overdue, some only once."""
    chance = random.Random(7)
    last = date(2026, 6, 30)
    for number in range(CUSTOMERS):
        user, start = f"c{number:03}", date(2026, 1, 5) + timedelta(number % 90)
        if number % 6 == 0:
            days = [start]
        else:
            every, stop = 3 + number % 20, last if number % 5 else last - timedelta(70)
            days = [start + timedelta(n) for n in range(0, (stop - start).days + 1, every)]
        for place, day in enumerate(days):
            price = Decimal(chance.randint(500, 9000)) / 100
            category = ("TEA", "COFFEE", "CAKES")[(number + place % 3) % 3]
            told = {"coupon_discount": 1.5} if place % 4 == 3 else {}
            yield order(
                f"{user}-{place}",
                f"{day}T10:30",
                user=user,
                amount=str(price),
                currency="EUR",
                lines=[(category.lower(), price, category)],
                channel="web" if number % 2 else "store",
                properties=told,
            )


def _rest() -> Iterator[dict[str, Any]]:
    """What else the silos say, once of each kind."""
    yield event(
        at="2026-01-05T00:00", user="c001", source="crm",
        traits={"name": "Ana <b>Martín</b>", "age": "41", "city": "Lyon"},
        also=[("email", "ana@example.org")], properties={"precision": "day"},
    )  # fmt: skip
    yield event(at="2026-01-06", user="c002", source="crm", traits={"name": "=cmd|' /C calc'!A0"})
    for number in range(3):
        yield order(
            f"gbp-{number}", "2026-05-02T09:00", user="c003", amount="20.00", currency="GBP",
            lines=[("tea", 20, "TEA")],
        )  # fmt: skip
    yield order("c004-0", "2026-06-20", user="c004", name="Order Refunded", amount=5, lines=None)
    yield order("c008-1", "2026-06-21", user="c008", name="Order Cancelled", lines=None)
    for place in range(4):
        yield page(f"/shoes/{place}", f"2026-06-10T09:0{place}", cookie="k1")
        yield page(f"/shoes/{place}", f"2026-06-11T09:0{place}", cookie="k2", user="c001")
    blog = {"name": "Comment Added", "source": "blog"}
    yield event(at="2026-06-12T08:00", user="c001", text="Très <i>bon</i> thé", **blog)
    yield event(at="2026-06-12T08:05", cookie="k9", text="Who are you?", **blog)
    yield event("Coupon Redeemed", "2026-06-13", user="c001", source="coupons", campaign="Spring")
    yield event("Campaign Received", "2026-06-01", user="c001", source="crm", campaign="Spring")


def made_shop(folder: Path) -> Workspace:
    """Make the brand's workspace, built."""
    shop = made_workspace(folder, zone="Europe/Paris", as_of="2026-07-01")
    put(shop, [*_buyers(), *_rest()], source="shop", kind="orders", file="orders.csv")
    bad = [
        {
            "row_key": f"bad{n}", "source": "shop", "file": "orders.csv", "row_number": n,
            "field": "ordered_at", "value": "31/02/2026", "reason": "not_a_date",
            "raw": '{"order_id": "9", "ordered_at": "31/02/2026", "total": "<b>1</b>"}',
            "received_at": shop.now(),
        }
        for n in range(1, 4)
    ]  # fmt: skip
    arrival = Arrival(source="shop", kind="orders", file="orders.csv", rows_read=3)
    land(shop, arrival, quarantine=staged(shop.engine, bad, "quarantine"))
    build(shop)
    shop.close()
    return shop


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the brand once for all tests that only read, with a user of each role."""
    folder = tmp_path_factory.mktemp("web") / "shop"
    shop = made_shop(folder)
    with Access(shop.files.app) as access:
        for role in Role:
            access.users.add(role.value, PASSWORD, name=role.value.title(), role=role)
    return folder


@pytest.fixture(scope="session")
def said_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a brand of which much is said, once; tests that write take a copy."""
    from tests.web.said_shop import said_shop

    folder = tmp_path_factory.mktemp("said") / "shop"
    said_shop(folder)
    return folder


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[TestClient]:
    """Serve a brand of a test's own, with a viewer and an editor."""
    with Access(Workspace.open(folder).files.app) as access:
        for role in (Role.VIEWER, Role.EDITOR):
            access.users.add(role.value, PASSWORD, name=role.value, role=role)
    app = create_app(folder, limits=LoginLimits(failures=10_000))
    with TestClient(app, follow_redirects=False) as client:
        yield client


def enter(client: TestClient, role: str = "editor", language: str = "en") -> TestClient:
    """Log in as a role, in a language."""
    client.cookies.clear()
    client.post("/login", data={"login": role, "password": PASSWORD})
    client.cookies.set("parvis_language", language)
    return client


@pytest.fixture(scope="session")
def _served(shop_folder: Path) -> Iterator[TestClient]:
    app = create_app(shop_folder, limits=LoginLimits(failures=10_000))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def visitor(_served: TestClient) -> Iterator[TestClient]:
    """Nobody who is logged in."""
    _served.cookies.clear()
    yield _served
    _served.cookies.clear()


@pytest.fixture
def log_in(visitor: TestClient) -> Callable[[str], TestClient]:
    """Log in as a role."""

    def enter(role: str) -> TestClient:
        answer = visitor.post("/login", data={"login": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return visitor

    return enter


@pytest.fixture
def client(log_in: Callable[[str], TestClient]) -> TestClient:
    """An administrator."""
    return log_in("admin")


@pytest.fixture
def ana(client: TestClient) -> str:
    """The identifier of the customer whom all silos know."""
    return str(client.get("/api/v1/customers?q=ana@example.org").json()["rows"][0]["customer_id"])


def text_of(html: str) -> str:
    """Return what can be read of a page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u202f", " ")
