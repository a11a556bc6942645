"""Reading what people say in a real browser: scripts stay text, one key corrects a label."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.talk_shop import HOSTILE, made_talk
from tests.web.test_browser import Walk, browser, pytestmark, served

__all__ = ["browser", "pytestmark"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(made_talk(tmp_path_factory.mktemp("talk") / "shop")) as here:
        yield here


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_texts_are_read_and_corrected_by_keyboard(
    browser: Any, address: str, width: int, theme: str
) -> None:
    walk = Walk(browser, address, width)
    walk.log_in()
    walk.choose(theme=theme, language="en")
    page = walk.page
    for path in ("/conversations", "/conversations/p1", "/conversations/accuracy"):
        walk.go(path)
        walk.look()
    # what looks like a script is read, not run
    walk.go("/conversations/p4")
    assert page.locator("[data-main] .text-body").inner_text() == HOSTILE
    assert page.title() == "Conversation – Parvis"
    assert page.locator("main img").count() == 0

    walk.go("/conversations?channel=blog")
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    name = second.get_attribute("id")
    assert second.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("1")
    row = page.locator(f"#{name}")
    row.get_by_text("says admin").wait_for()
    assert row.locator(".mood").inner_text().endswith("negative")
    # the same text still has the keys
    assert row.evaluate("row => row.contains(document.activeElement)")
    page.keyboard.press("c")
    row.locator(".badge", has_text="complaint").wait_for()
    page.keyboard.press("u")
    row.locator(".badge", has_text="complaint").wait_for(state="detached")
    page.keyboard.press("u")
    row.get_by_text("says admin").wait_for(state="detached")
    page.keyboard.press("?")
    assert "undo what you said" in page.locator("#keys").inner_text()
    walk.look()
    walk.close()


def test_the_list_answers_while_one_types(browser: Any, address: str) -> None:
    walk = Walk(browser, address, 390)
    walk.log_in()
    page = walk.page
    walk.go("/conversations")
    page.get_by_label("Search in texts").press_sequentially("decu", delay=20)
    page.wait_for_url("**/conversations?q=decu")
    page.wait_for_function("document.querySelectorAll('[data-row]').length === 2")
    page.get_by_label("Intent").select_option("complaint")
    page.wait_for_url("**/conversations?q=decu&intent=complaint")
    page.wait_for_function("document.querySelectorAll('[data-row]').length === 1")
    walk.look()
    walk.close()
