"""A walk through the pages in a real browser, against a real server."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import PASSWORD

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {1280: 900, 390: 844}

pytestmark = pytest.mark.web

if not Path(CHROMIUM).exists() and not os.environ.get("CI"):
    pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium", allow_module_level=True)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a workspace from a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "import sys; from pathlib import Path; from parvis.web.serve import serve; "
    code += "serve(Path(sys.argv[1]), '127.0.0.1', int(sys.argv[2]))"
    process = subprocess.Popen([sys.executable, "-c", code, str(folder), str(port)])
    here = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{here}/health", process)
        yield here
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def address(shop_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a copy of the brand."""
    folder = tmp_path_factory.mktemp("browser") / "shop"
    shutil.copytree(shop_folder, folder)
    with served(folder) as here:
        yield here


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=30).close()
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Walk:
    """A page, and what must hold wherever it goes."""

    def __init__(self, browser: Any, address: str, width: int) -> None:
        self.address = address
        self._context = browser.new_context(
            viewport={"width": width, "height": SIZES[width]}, locale="en-GB"
        )
        self.page = self._context.new_page()
        self.troubles: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.troubles.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.troubles.append(f"asked elsewhere: {request.url}")

    def log_in(self) -> None:
        self.page.goto(f"{self.address}/login")
        self.look()
        self.page.get_by_label("Login", exact=True).fill("admin")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"{self.address}/")

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def choose(self, **cookies: str) -> None:
        for name, value in cookies.items():
            self._context.add_cookies(
                [{"name": f"parvis_{name}", "value": value, "url": self.address}]
            )

    def look(self) -> None:
        """Nothing hangs over the side, nothing is wrong for a screen reader."""
        from axe_playwright_python.sync_playwright import Axe

        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"
        assert self.troubles == []

    def close(self) -> None:
        self._context.close()


@pytest.fixture(params=SIZES)
def walk(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Walk]:
    made = Walk(browser, address, request.param)
    made.log_in()
    yield made
    made.close()


def test_from_login_to_french_in_the_dark(walk):
    page = walk.page
    assert page.locator("h1").inner_text().startswith("Net sales")
    walk.look()
    page.get_by_role("link", name="Customers", exact=True).click()
    page.wait_for_url("**/customers")
    assert re.match(r"\d+ customers spent €", page.locator("h1").inner_text())
    page.locator("[data-row] a").first.click()
    page.wait_for_url("**/customers/*")
    assert "orders for €" in page.locator(".lead").inner_text()
    walk.look()
    page.get_by_role("link", name="Silos", exact=True).click()
    page.wait_for_url("**/silos")
    walk.look()
    page.get_by_role("button", name="Français").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("button", name="Sombre").click()
    page.wait_for_load_state()
    assert page.url.endswith("/silos"), "it stays where it was"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(n) for n in re.findall(r"\d+", paper)[:3]) < 64
    walk.look()


# contrast depends on the light, what overflows on the language and the width; French is longer
@pytest.mark.parametrize(
    ("walk", "theme", "language"), [(1280, "light", "en"), (390, "dark", "fr")], indirect=["walk"]
)
def test_every_page_for_every_eye(walk, theme, language):
    walk.choose(theme=theme, language=language)
    page = walk.page
    walk.go("/customers")
    customer = page.locator("[data-row] a").first.get_attribute("href")
    walk.go("/orders")
    order = page.locator("[data-row] a").first.get_attribute("href")
    for path in (
        "/",
        "/customers?overdue=unknown",
        customer,
        f"{customer}?trait=coupon_share",
        "/orders?rate=none",
        order,
        "/silos",
        "/silos/shop",
        "/silos/shop/quarantine",
    ):
        walk.go(path)
        walk.look()
        for summary in page.locator("summary").all():
            summary.click()
        walk.look()
    walk.go("/nowhere")
    walk.troubles.clear()  # the browser itself reports a 404
    walk.look()


def test_the_system_decides_where_nobody_chose(walk):
    walk.choose(theme="system")
    walk.page.emulate_media(color_scheme="dark")
    walk.go("/")
    dark = walk.page.evaluate("getComputedStyle(document.body).backgroundColor")
    walk.page.emulate_media(color_scheme="light")
    assert walk.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_the_list_answers_while_one_types(walk):
    page = walk.page
    walk.go("/customers")
    total = page.locator("h1").inner_text()
    page.get_by_label("Search").press_sequentially("c01", delay=20)
    page.wait_for_url("**/customers?q=c01")
    page.wait_for_function("t => document.querySelector('h1').innerText !== t", arg=total)
    assert page.locator("#q").input_value() == "c01"
    assert page.evaluate("document.activeElement.id") == "q"
    page.get_by_label("Overdue").select_option("no")
    page.wait_for_url("**/customers?q=c01&overdue=no")
    page.locator("thead").get_by_role("link", name="Orders").click()
    page.wait_for_url("**sort=-frequency*")
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Orders")
    page.go_back()
    page.wait_for_url("**/customers?q=c01&overdue=no")
    page.wait_for_load_state("networkidle")
    assert page.locator("#q").input_value() == "c01"
    walk.look()


def test_an_order_opens_and_closes_in_the_timeline(walk):
    page = walk.page
    walk.go("/customers?sort=-frequency")
    page.locator("[data-row] a").first.click()
    page.wait_for_url("**/customers/*")
    order = page.locator(".timeline [data-open]").first
    lines = page.locator(".timeline .lines").first
    order.click()
    lines.locator("table").wait_for()
    walk.look()
    order.click()
    assert lines.locator("table").count() == 0
    assert "/customers/" in page.url
    page.locator("a[rel=next]").first.click() if page.locator("a[rel=next]").count() else None
    page.wait_for_load_state("networkidle")
    walk.look()


def test_everything_by_keyboard(walk):
    page = walk.page
    walk.go("/customers")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("?")
    assert page.locator("#q").input_value() == "?", "in a field it is a letter"
    page.wait_for_url("**q=%3F*")
    walk.go("/customers")
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        row = "[...document.querySelectorAll('[data-row]')]"
        assert page.evaluate(f"{row}.findIndex(r => r.contains(document.activeElement))") == place
    page.keyboard.press("n")
    page.wait_for_url("**page=2*")
    walk.go("/customers")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    walk.look()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/*")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url(f"{walk.address}/")


def test_the_pages_work_without_scripts(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("#login", "viewer")
    page.fill("#password", PASSWORD)
    page.click("button.primary")
    page.goto(f"{address}/customers")
    page.fill("#q", "c010")
    page.click("noscript button, form.filters button")
    assert "q=c010" in page.url
    assert page.locator("[data-row]").count() == 1
    page.locator("[data-row] a").first.click()
    page.locator(".timeline a").first.click()
    assert "/order?" in page.url
    assert page.locator("table").count() == 1
    context.close()


def test_the_api_is_shown_without_help_from_elsewhere(walk):
    walk.go("/docs")
    walk.page.get_by_text("/api/v1/customers", exact=True).wait_for()
    assert walk.troubles == []
