"""The wall in a real browser: a text that comes into the lake is on the screen at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from parvis.lake.workspace import Workspace
from tests.making import put
from tests.web.said_shop import HOSTILE, said
from tests.web.test_browser import Walk, browser, pytestmark, served  # noqa: F401

#: From the end of the import to the text on the screen.
_AT_MOST_SECONDS = 2.0


@pytest.fixture(scope="module")
def folder(said_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wall") / "shop"
    shutil.copytree(said_folder, made)
    return made


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as here:
        yield here


def now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"


def told(number: int, text: str) -> dict[str, Any]:
    who = ("fediverse", "new@social.example")
    return said("Post Published", f"new-{number}", who, text, now())


def test_a_new_text_is_on_the_screen_within_two_seconds(folder, address, browser):  # noqa: F811
    walk = Walk(browser, address, 1280)
    walk.log_in()
    page = walk.page
    walk.go("/wall")
    page.get_by_text("live", exact=True).wait_for()
    cards = page.locator("#cards > li")
    before = cards.count()
    assert 10 < before <= 24
    with Workspace.open(folder) as shop:
        slowest = 0.0
        for number in range(4):
            text = f"Nouveau {number} {HOSTILE} 06 12 34 56 78"
            put(shop, [told(number, text)])
            began = time.perf_counter()
            page.get_by_text(f"Nouveau {number}").wait_for(timeout=8000)
            slowest = max(slowest, time.perf_counter() - began)
    assert slowest <= _AT_MOST_SECONDS
    first = cards.first.inner_text()
    assert first.startswith("Nouveau 3 <script>alert(1)</script><b>Délicieux</b> [phone]")
    assert page.locator("#cards script, #cards b").count() == 0
    assert cards.count() <= 24, "the screen doesn't grow"
    walk.look()
    moderator = Walk(browser, address, 390)
    moderator.log_in()
    moderator.go("/wall?moderate=1")
    row = moderator.page.locator("#cards > li", has_text="Nouveau 3")
    row.get_by_role("button", name="Hide").click()
    page.get_by_text("Nouveau 3").wait_for(state="detached", timeout=4000)
    moderator.page.locator("#cards > li", has_text="Nouveau 1").get_by_role(
        "button", name="Pin"
    ).click()
    page.locator("#cards > li:first-child", has_text="Nouveau 1").wait_for(timeout=4000)
    moderator.look()
    moderator.close()
    walk.close()


@pytest.mark.parametrize(
    ("width", "language", "theme"), [(1280, "fr", "dark"), (390, "en", "light")]
)
def test_every_page_for_every_eye(address, browser, width, language, theme):  # noqa: F811
    walk = Walk(browser, address, width)
    walk.log_in()
    walk.choose(language=language, theme=theme)
    walk.go("/voices")
    voice = walk.page.locator("[data-row] a").first.get_attribute("href")
    for path in ("/voices", voice, "/topics", "/wall?moderate=1"):
        walk.go(path)
        for summary in walk.page.locator("summary").all():
            summary.click()
        walk.look()
    walk.close()
