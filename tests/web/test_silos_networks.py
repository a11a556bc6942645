"""The Silos page tells how the connected networks fare."""

from __future__ import annotations

from datetime import UTC, datetime

from parvis.connect.pull.api import Connector, Connectors
from tests.web.conftest import text_of


def test_networks_are_shown_with_what_is_wrong_and_what_to_do(client, shop_folder):
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with Connectors(shop_folder / "app.db") as connectors:
        for name in ("blog", "forum", "news"):
            connectors.add(Connector(name, "feed", f"https://{name}.example/feed"))
        try:
            connectors.note_success("blog", at, 1)
            connectors.note_failure("forum", at, ("<b>It asks to wait.", "Read less."), None, 0)
            page = client.get("/silos")
        finally:
            for name in ("blog", "forum", "news"):
                connectors.remove(name)
    text = text_of(page.text)
    assert "1 event so far" in text
    assert "Fails since" in text
    assert "It asks to wait. Read less." in text
    assert "&lt;b&gt;It asks" in page.text
    assert "Not read yet." in text
    assert "Connected networks" not in client.get("/silos").text
