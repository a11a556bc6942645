"""Deciding who is who in a real browser, by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.identity_shop import made_doubts
from tests.web.test_browser import SIZES, Walk, browser, pytestmark, served

__all__ = ["browser", "pytestmark"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_doubts(tmp_path_factory.mktemp("browser") / "shop")


@pytest.fixture(scope="module")
def address(made: Path) -> Iterator[str]:
    with served(made) as here:
        yield here


@pytest.fixture
def own_address(made: Path, tmp_path: Path) -> Iterator[str]:
    """Serve a copy that a test may change."""
    shutil.copytree(made, tmp_path / "shop")
    with served(tmp_path / "shop") as here:
        yield here


@pytest.fixture(params=SIZES)
def walk(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Walk]:
    made = Walk(browser, address, request.param)
    made.log_in()
    yield made
    made.close()


# contrast depends on the light, what overflows on the language and the width; French is longer
@pytest.mark.parametrize(
    ("walk", "theme", "language"), [(1280, "light", "en"), (390, "dark", "fr")], indirect=["walk"]
)
def test_every_page_of_identity_for_every_eye(walk, theme, language):
    walk.choose(theme=theme, language=language)
    page = walk.page
    walk.go("/identity")
    pair = page.locator("[data-row] a").first.get_attribute("href")
    walk.go(pair)
    customer = page.locator("table.pair thead a").first.get_attribute("href")
    other = page.locator("table.pair thead a").last.get_attribute("href").split("/")[-1]
    walk.go("/identity/changes")
    change = page.locator("[data-row] a").first.get_attribute("href")
    for path in (
        "/identity", f"{pair}?said=merge&done=20260101T1-2", customer,
        f"{customer}/identity?with={other}", f"{customer}/identity",
        "/identity/stopped?guard=limit", "/identity/health", "/identity/changes", change,
    ):  # fmt: skip
        walk.go(path)
        page.wait_for_load_state("networkidle")
        for summary in page.locator("summary").all():
            summary.click()
        walk.look()


@pytest.mark.parametrize("width", SIZES)
def test_a_queue_is_decided_by_keyboard(browser, own_address, width):
    walk = Walk(browser, own_address, width)
    walk.log_in()
    page = walk.page
    walk.go("/identity")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/identity/pairs/*")
    first = page.url
    page.keyboard.press("?")
    assert "skip: put at the end" in page.locator("#keys").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url.split("?")[0] != first)
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.locator("#note").fill("mmm")
    assert page.url == first, "what is typed is no key"
    page.locator("h1").click()
    page.keyboard.press("s")
    page.get_by_text("Put at the end of the queue.").wait_for()
    page.wait_for_url(lambda url: url.split("?")[0] != first)
    walk.look()
    page.keyboard.press("u")
    page.get_by_text("Taken back.").wait_for()
    walk.look()
    walk.close()


def test_it_works_without_scripts(browser, own_address):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{own_address}/login")
    page.get_by_label("Login", exact=True).fill("editor")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{own_address}/identity")
    page.get_by_role("link", name="Begin with the first").click()
    assert "2 customers become 1" in page.locator(".preview").inner_text()
    page.get_by_role("button", name="Keep apart").click()
    assert "Recorded: kept apart" in page.locator(".said").inner_text()
    page.get_by_role("button", name="Undo").click()
    assert "Taken back" in page.locator(".said").inner_text()
    context.close()
