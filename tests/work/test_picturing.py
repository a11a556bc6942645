"""Pictures of texts are fetched and read once, tried again, and let go with their texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from parvis.connect.pull.api import Connector, Connectors
from parvis.errors import PeerUnreachable
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen
from parvis.work import picturing
from parvis.work.picturing import read_pictures
from parvis.work.reading import read_texts
from parvis.work.steps import build
from tests.connect.pull.serving import Asked, Given, served
from tests.making import Row, change_settings, event, made_workspace, put, rows, staged

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    changed = ("read_again_share = 0.05", "read_again_share = 0.0")
    workspace = change_settings(made_workspace(tmp_path / "shop"), changed)
    yield workspace
    workspace.close()


def scene(seed: int) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), np.uint8)
    return Image.fromarray(rough).resize((240, 160), Image.Resampling.BICUBIC)


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind)
    return kept.getvalue()


def post(number: int, text: str, *pictures: str, name: str = "Post Published") -> Row:
    properties: dict[str, object] = {"object": f"p{number}"}
    if pictures:
        properties["pictures"] = [{"url": url, "alt": f"of {number}"} for url in pictures]
    return event(
        name, AT + timedelta(hours=number), also=[("fediverse", f"u{number}@social.example")],
        text=text or None, properties=properties, source="fediverse",
    )  # fmt: skip


def shown(shop: Workspace, *urls: str) -> None:
    """Let texts show pictures, as a build would have them: a build takes seconds."""
    said = [
        {
            "text_id": url, "message_id": url, "source": "fediverse", "kind": "post", "text": "x",
            "occurred_at": AT, "is_customer": False, "is_own": False, "text_key": url,
            "pictures": [{"url": url, "alt": None}],
        }
        for url in urls
    ]  # fmt: skip
    shop.engine.append("mentions", staged(shop.engine, said, "mentions"))


def told(shop: Workspace) -> dict[str, Row]:
    return {r["url"].split("/")[-1]: r for r in rows(shop.table("pictures"))}


def test_pictures_are_read_once_and_those_that_look_alike_are_told(shop: Workspace) -> None:
    here = "https://media.example/"
    files = {
        f"{here}a.png": saved(scene(1)),
        f"{here}b.jpg": saved(scene(1).resize((120, 80)), "JPEG"),
        f"{here}mirror.png": saved(ImageOps.mirror(scene(1))),
        f"{here}other.png": saved(scene(2)),
        f"{here}lie.png": b"<html>sign in</html>",
    }
    asked: list[str] = []

    def fetch(url: str) -> bytes | None:
        asked.append(url)
        return files.get(url)

    put(shop, [post(1, "Regardez", f"{here}a.png"), post(2, "", f"{here}b.jpg", f"{here}lie.png"),
               post(3, "oh", f"{here}other.png"), post(4, "ah", f"{here}gone.png"),
               post(5, "same", f"{here}a.png"), post(6, "no picture")])  # fmt: skip
    build(shop)
    report = read_pictures(shop, fetch=fetch)
    assert (report.read, report.failed, report.left) == (3, 2, 0)
    assert sorted(asked) == sorted({f"{here}gone.png", *files} - {f"{here}mirror.png"})
    put(shop, [post(7, "miroir", f"{here}mirror.png")])
    build(shop)
    assert read_pictures(shop, fetch=fetch).read == 1
    seen = told(shop)
    assert "web page" in seen["lie.png"]["problem"]
    assert seen["gone.png"]["problem"] == "It is gone from its address."
    looks = {n: seen[n]["look_id"] for n in ("a.png", "b.jpg", "mirror.png", "other.png")}
    assert looks["a.png"] == looks["b.jpg"] == looks["mirror.png"] != looks["other.png"]
    assert (seen["b.jpg"]["width"], seen["b.jpg"]["format"]) == (120, "JPEG")
    assert len(seen["a.png"]["colours"]) >= 1
    with Image.open(io.BytesIO(seen["a.png"]["thumbnail"])) as small:
        assert small.format == "WEBP"
    # a picture without words is a mention, too
    alone = {r["text_id"]: r for r in rows(shop.table("mentions"))}["p2"]
    assert alone["text"] == ""
    assert [p["alt"] for p in alone["pictures"]] == ["of 2", "of 2"]
    # a text that is taken back takes its picture along
    put(shop, [post(3, "", name="Text Deleted")])
    build(shop)
    assert read_pictures(shop, fetch=fetch).forgotten == 1
    assert "other.png" not in told(shop)


def test_what_stands_in_a_picture_is_read_where_nothing_is_written(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = listen.read_picture(saved(scene(3)), text=False)
    words = "Service lamentable, colis perdu, appelez-moi au 06 12 34 56 78"

    def with_words(_data: bytes) -> listen.PictureReading:
        return replace(plain, text=words, text_confidence=0.9)

    monkeypatch.setattr(picturing.listen, "read_picture", with_words)
    put(shop, [post(1, "", "https://media.example/a.png"),
               post(2, "Merci beaucoup, super !", "https://media.example/a.png")])  # fmt: skip
    build(shop)
    assert read_texts(shop).read == 1  # of the other nothing is known yet
    assert read_pictures(shop, fetch=lambda _url: b"").read == 1
    build(shop)
    assert read_texts(shop).read == 1
    build(shop)
    texts = {r["text_id"]: r for r in rows(shop.table("mentions"))}
    assert texts["p1"]["picture_text"] == texts["p2"]["picture_text"] == words
    assert texts["p1"]["sentiment"] == "negative"
    assert "complaint" in {i["kind"] for i in texts["p1"]["intents"]}
    assert texts["p2"]["sentiment"] == "positive"
    (picture,) = told(shop).values()
    assert picture["personal_data"] == ["phone"]


def test_screens_of_one_program_are_told_apart_by_their_words(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = {
        "a.png": "Commande 48213 théière fonte quarante neuf euros expédiée mardi",
        "b.png": "Commande 99127 coffret découverte vingt euros annulée par vous hier",
        "c.png": "Commande 48213 théière fonte quarante neuf euros expediee mardi",
    }

    read = listen.read_picture

    def with_words(data: bytes) -> listen.PictureReading:
        name, _, picture = data.partition(b"\n")
        return replace(read(picture, text=False), text=orders[name.decode()], text_confidence=0.9)

    def fetch(url: str) -> bytes:
        name = url.split("/")[-1]
        image = scene(5)
        image.putpixel((0, 0), (ord(name[0]), 0, 0))  # files of their own
        return name.encode() + b"\n" + saved(image)

    monkeypatch.setattr(picturing.listen, "read_picture", with_words)
    shown(shop, *(f"https://media.example/{name}" for name in orders))
    assert read_pictures(shop, fetch=fetch).read == 3
    looks = {n: r["look_id"] for n, r in told(shop).items()}
    assert looks["a.png"] == looks["c.png"] != looks["b.png"]


def test_strangers_name_anything_and_hold_up_nothing(shop: Workspace) -> None:
    hostile = [
        "http://[broken/a.png", "https://exa mple.example/a.png", "https://xn--/a.png",
        "http://h" + "h" * 100_000 + "/a.png", "https://\u202eexample/a", "http:///a", "http://:80/",
        "https://user:pass@127.0.0.1/a", "http://127.0.0.1:22/",
    ]  # fmt: skip
    inside = ["file:///etc/passwd", "mid:m1@post.example/0", "javascript:1", "data:image/png,x", ""]
    put(shop, [post(n, "x", url) for n, url in enumerate([*hostile, *inside])])
    build(shop)
    named = [r["pictures"] for r in rows(shop.table("mentions"))]
    assert sum(p is not None for p in named) == len(hostile)
    report = read_pictures(shop)
    assert (report.read, report.failed, report.left) == (0, len(hostile), 0)
    assert all(r["problem"] for r in told(shop).values())


def test_a_server_that_is_silent_is_asked_again_later(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def silent(url: str) -> bytes | None:
        asked.append(url)
        raise PeerUnreachable("media.example gives no answer.", "Wait.")

    shown(shop, *(f"https://media.example/{n}.png" for n in range(3)))
    report = read_pictures(shop, fetch=silent)
    assert (report.read, report.failed, len(asked)) == (0, 3, 1)
    assert {r["tries"] for r in told(shop).values()} == {1}
    assert read_pictures(shop, fetch=silent).failed == 0
    monkeypatch.setattr(picturing, "_AGAIN_SECONDS", 0.0)
    for tries in (2, 3, 4):
        assert read_pictures(shop, fetch=silent).failed == 3
        assert {r["tries"] for r in told(shop).values()} == {tries}
    assert read_pictures(shop, fetch=silent).failed == 0


def test_a_picture_of_a_connected_network_is_fetched_from_there(shop: Workspace) -> None:
    def answer(asked: Asked) -> Given:
        return Given(saved(scene(4)))

    with served(answer) as server:
        shown(shop, f"{server.address}/media/a.png")
        # an address inside the house isn't asked because a post names it
        assert read_pictures(shop).failed == 1
        assert server.asked == []
        with Connectors(shop.files.app) as connectors:
            connectors.add(Connector("blog", "wordpress", server.address), "")
        shown(shop, f"{server.address}/media/b.png")
        assert read_pictures(shop).read == 1
        assert [a.path for a in server.asked] == ["/media/b.png"]
