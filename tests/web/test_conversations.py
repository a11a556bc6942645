"""What people say on the pages: found, read, corrected, measured."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from parvis.lake.workspace import Workspace
from parvis.trust.api import Access, LoginLimits
from parvis.web.app import create_app
from parvis.web.pages.conversations import in_order
from parvis.web.queries.texts import Text
from parvis.work.steps import build
from tests.web.conftest import PASSWORD, TestClient, text_of
from tests.web.talk_shop import HOSTILE, made_talk

LogIn = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_talk(tmp_path_factory.mktemp("talk") / "shop")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[TestClient]:
    app = create_app(folder, limits=LoginLimits(failures=10_000))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def log_in(served: TestClient) -> Iterator[LogIn]:
    def enter(role: str) -> TestClient:
        served.cookies.clear()
        served.post("/login", data={"login": role, "password": PASSWORD})
        return served

    yield enter
    served.cookies.clear()


def found(client: TestClient, query: str = "") -> list[str]:
    told = client.get(f"/api/v1/conversations?{query}").json()
    return [row["text_id"] for row in told["rows"]]


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("q=DECUE+livraison", ["p1"]),
        ("q=deçu", ["p4", "p1"]),
        ("sentiment=unread", ["m1"]),
        ("sentiment=positive", ["r1"]),
        ("intent=complaint", ["p1"]),
        ("emotion=anger", ["p4", "p1"]),
        ("language=en", ["r1", "m1"]),
        ("channel=support", ["m1"]),
        ("source=reviews", ["r1"]),
        ("kind=review", ["r1"]),
        ("rating=high", ["r1"]),
        ("rating=low", []),
        ("name=Tea", ["r1"]),
        ("who=brand", ["p2"]),
        ("who=customer", ["r1", "m1", "p3", "p1"]),
        ("doubtful=yes", ["p3"]),
        ("from=2026-06-01&to=2026-06-01&unanswered=yes", ["p4", "p3"]),
        ("from=2026-06-02&to=2026-06-02", ["m1"]),
        ("q=boycottez", ["g2", "g1", "g0"]),
        ("q=poster+1", ["g1"]),
        ("q=nothing+is+like+this", []),
    ],
)  # fmt: skip
def test_texts_are_found(log_in, query, texts):
    client = log_in("viewer")
    assert found(client, query) == texts
    page = client.get(f"/conversations?{query}").text
    assert page.count("data-row ") + page.count("data-row>") == len(texts)


def test_counts_tell_what_another_choice_would_find(log_in):
    client = log_in("viewer")
    page = client.get("/conversations?sentiment=negative").text
    for name, value in (
        ("sentiment", "positive"),
        ("sentiment", "unread"),
        ("intent", "complaint"),
    ):
        told = re.search(rf'<option value="{value}"[^>]*>[^<(]*\((\d+)\)', page)
        assert told is not None, value
        alone = "" if name == "sentiment" else "sentiment=negative&"
        total = client.get(f"/api/v1/conversations?{alone}{name}={value}").json()["total"]
        assert int(told[1]) == total > 0


def test_pages_of_the_list_follow_each_other(log_in):
    client = log_in("viewer")
    first, second = found(client), found(client, "page=2")
    assert len(first) == 50
    assert len(second) == 28
    assert not set(first) & set(second)
    assert first[0] == "r1"


def test_a_filter_that_is_misspelt_finds_nobody(log_in):
    assert log_in("viewer").get("/api/v1/conversations?sentimant=negative").status_code == 422


def test_what_is_not_sure_is_not_said(log_in):
    text = text_of(log_in("viewer").get("/conversations?doubtful=yes").text)
    assert "can't tell (negative 40 %)" in text


def test_scripts_are_shown_as_text(log_in):
    page = log_in("viewer").get("/conversations/p4").text
    assert "<script>document" not in page
    assert "&lt;script&gt;document.title" in page
    assert 'href="javascript' not in page
    assert "<b>Zoé" not in page


def test_personal_data_is_masked_for_viewers(log_in):
    for role, seen in (("viewer", False), ("editor", True)):
        client = log_in(role)
        found = client.get("/api/v1/conversations?q=parcel").json()["rows"][0]
        for path in (
            "/conversations?q=parcel",
            "/conversations/m1",
            "/api/v1/conversations?q=parcel",
            f"/api/v1/customers/{found['customer_id']}/events",
        ):
            text = client.get(path).text
            assert ("06 12 34 56 78" in text) is seen, (role, path)
            assert ("[phone]" in text) is not seen, (role, path)


def test_who_may_not_see_personal_data_cannot_find_it_out_by_asking(log_in):
    # of the mail, and of what stands in a picture
    for words in ("06+12", "ana@example", "boycott+56"):
        assert found(log_in("editor"), f"q={words}")
        assert found(log_in("viewer"), f"q={words}") == []
        assert "data-row" not in log_in("viewer").get(f"/conversations?q={words}").text
    assert found(log_in("viewer"), "q=parcel+never") == ["m1"]


def test_copies_and_pictures_are_told_and_found(log_in):
    client = log_in("editor")
    page = client.get("/conversations?q=boycottez").text
    assert page.count("3 copies") == 3
    copy = re.search(r"/conversations\?copy=(\w+)", page)
    assert copy is not None
    assert found(client, f"copy={copy[1]}") == ["g2", "g1", "g0"]
    # two are mirror images of one another
    look = re.search(r"/conversations\?picture=(\w+)", page)
    assert look is not None
    assert found(client, f"picture={look[1]}") == ["g2", "g1", "g0"]
    narrowed = client.get(f"/conversations?picture={look[1]}").text
    assert "texts with one picture" in narrowed
    rows = client.get("/api/v1/conversations?q=poster").json()["rows"]
    (row,) = (r for r in rows if r["text_id"] == "g0")
    (picture,) = row["pictures"]
    assert (picture["text"], picture["alt"], picture["texts"]) == ("BOYCOTT", "poster 0", 3)
    assert row["copies"] == 3
    answer = client.get(f"/pictures/{picture['picture_id']}")
    assert answer.headers["content-type"] == "image/webp"
    assert answer.content[8:12] == b"WEBP"
    assert client.get("/pictures/none").status_code == 404
    text = text_of(client.get("/conversations/g0").text)
    assert "In the picture BOYCOTT" in text
    assert "240 by 160 pixels; 3 texts show one like it" in text


def test_a_picture_with_personal_data_is_held_back_from_viewers(log_in):
    client = log_in("viewer")
    (row,) = client.get("/api/v1/conversations?q=poster+2").json()["rows"]
    assert row["pictures"][0]["text"] == "BOYCOTT [phone]"
    picture = f"/pictures/{row['pictures'][0]['picture_id']}"
    assert client.get(picture).status_code == 403
    page = client.get("/conversations/g2").text
    assert picture not in page
    assert "editors may see it" in page
    assert log_in("editor").get(picture).status_code == 200


def test_what_goes_round_is_told(log_in):
    page = log_in("viewer").get("/topics").text
    text = text_of(page[page.index('id="round"') :])
    assert "What goes round" in text
    assert "Boycottez tous cette enseigne" in text
    assert "3 people, 3 texts" in text
    # one of the three that look alike holds a telephone number
    assert "<img" not in page[page.index('id="round"') : page.index('id="topics"')]
    assert "<img" in log_in("editor").get("/topics").text


def test_a_conversation_stands_in_order_with_its_customer(log_in):
    page = log_in("viewer").get("/conversations/p3").text
    texts = re.findall(r'class="text([^"]*)" id="t', page)
    # the post, the brand's answer, the answer to that, and last the other comment
    assert [re.search(r"depth-(\d)", t)[1] for t in texts] == ["0", "1", "2", "1"]  # type: ignore[index]
    assert ["own" in t for t in texts] == [False, True, False, False]
    assert [" main" in t for t in texts] == [False, False, True, False]
    text = text_of(page)
    assert "Ana Martín" in text
    assert "Net sales €40.00" in text
    assert "The brand hasn't answered" in text
    assert "negative 40 %" in text


def test_a_text_that_is_gone_says_so(log_in):
    answer = log_in("viewer").get("/conversations/" + quote("https://x.example/1", safe=""))
    assert answer.status_code == 404
    assert "may have deleted it" in answer.text


def test_a_customer_says_things(log_in):
    client = log_in("viewer")
    (ana,) = {r["customer_id"] for r in client.get("/api/v1/conversations?q=deçue").json()["rows"]}
    text = text_of(client.get(f"/customers/{ana}").text)
    assert "What they said" in text
    assert "Livraison en retard" in text


def test_viewers_do_not_label_nor_export(log_in):
    client = log_in("viewer")
    told = {"text": "c1", "value": "sentiment=negative"}
    assert client.post("/conversations/labels", data=told).status_code == 403
    assert client.post("/conversations/accuracy", data=told).status_code == 403
    body = {"subject": "sentiment", "value": "negative"}
    assert client.post("/api/v1/conversations/c1/labels", json=body).status_code == 403
    assert client.get("/conversations.csv").status_code == 403
    assert "data-row-key" not in client.get("/conversations").text


def test_a_label_is_seen_at_once_taken_back_and_built(log_in, folder):
    client, htmx = log_in("editor"), {"HX-Request": "true"}
    told = {"text": "c1", "value": "sentiment=negative", "back": "/conversations?q=late"}
    row = client.post("/conversations/labels", data=told, headers=htmx).text
    assert "says editor" in text_of(row)
    # the row goes back to where it stood, should it be sent without scripts
    assert 'name="back" value="/conversations?q=late"' in row
    undo = re.search(r'name="take_back" value="([^"]+)"', row)
    assert undo is not None
    # another word on top, taken back: the first stands again
    told = {"text": "c1", "value": "sentiment=positive"}
    row = client.post("/conversations/labels", data=told, headers=htmx).text
    last = re.search(r'name="take_back" value="([^"]+)"', row)
    assert last is not None
    row = client.post(
        "/conversations/labels", data={"text": "c1", "take_back": last[1]}, headers=htmx
    ).text
    assert 'class="mood negative"' in row
    body = {"subject": "intent:complaint", "value": "yes"}
    made = client.post("/api/v1/conversations/c2/labels", json=body).json()
    assert made["row"]["intents"] == ["complaint"]
    assert made["row"]["sentiment"] == "neutral"
    body = {"subject": "sentiment", "value": "positive"}
    made = client.post("/api/v1/conversations/c3/labels", json=body).json()
    body = {"subject": "", "value": "", "take_back": made["label_id"]}
    assert client.post("/api/v1/conversations/c3/labels", json=body).json()["row"]["by"] is None
    assert "says editor" in text_of(client.get("/conversations/c1").text)
    with Access(folder / "app.db") as access:
        (entry, *_) = [e for e in access.audit.latest() if e.action == "text.labelled"]
    assert entry.actor == "editor"
    with Workspace.open(folder) as shop:
        build(shop)
        table = shop.engine.table("mentions")
        rows = {
            r["text_id"]: r
            for r in shop.engine.rows(table.filter(table.text_id.isin(["c1", "c2", "c3"])))
        }
    assert (rows["c1"]["sentiment"], rows["c1"]["corrected_by"]) == ("negative", "editor")
    assert [i["kind"] for i in rows["c2"]["intents"]] == ["complaint"]
    assert (rows["c3"]["sentiment"], rows["c3"]["corrected_by"]) == ("neutral", None)


@pytest.mark.parametrize(
    "told",
    [
        {"text": "c1", "value": "sentiment=great"},
        {"text": "c1", "value": "weather=fine"},
        {"text": "c1", "take_back": "20260101T1-x"},
    ],
)
def test_what_cannot_be_said_is_refused(log_in, told):
    assert log_in("editor").post("/conversations/labels", data=told).status_code == 400


def test_a_file_has_all_texts_of_a_view(log_in):
    answer = log_in("editor").get("/conversations.csv?sentiment=neutral")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) > 50
    assert {"text_id", "text", "sentiment", "customer_id"} <= set(rows[0])


def test_accuracy_is_told_when_enough_is_labelled(log_in):
    client = log_in("editor")
    assert "more labels needed" in text_of(client.get("/conversations/accuracy?language=fr").text)
    seen = []
    path = "/conversations/accuracy?language=fr"
    for number in range(51):
        page = client.get(path).text
        assert "neutral 70" not in text_of(page), "what the model says isn't shown"
        text = re.search(r'name="text" value="([^"]+)">\s*<input[^>]*name="language"', page)
        assert text is not None
        seen.append(text[1])
        value = "neutral" if number % 5 else "negative"
        told = {"text": text[1], "value": value, "language": "fr"}
        path = client.post("/conversations/accuracy", data=told).headers["location"]
    assert len(set(seen)) == 51
    page = text_of(client.get(path).text)
    right = re.search(r"French 51 (\d+) % between (\d+) % and (\d+) %", page)
    assert right is not None, page
    share, low, high = map(int, right.groups())
    assert low < share < high
    assert high - low > 10
    # one that was sure to 90 % and wrong is no reason to call it too sure
    assert "It is as sure as it should be, as far as these labels tell" in page
    assert re.search(r"60 % – 70 % 4\d 70 % \d\d % \d\d %", page), page
    # undoing takes it out of the sample again
    undo = re.search(r"done=([^&]+)&undo=([^&]+)", path)
    assert undo is not None
    client.post("/conversations/labels", data={"text": undo[1], "take_back": undo[2]})
    assert "French 50 " in text_of(client.get("/conversations/accuracy").text)


def test_pages_speak_french(log_in):
    client = log_in("editor")
    client.cookies.set("parvis_language", "fr")
    for path in ("/conversations", "/conversations/p1", "/conversations/accuracy"):
        text = text_of(client.get(path).text)
        for english in ("Texts", "read it there", "Unanswered", "Undo", "Language"):
            assert english not in text, (path, english)


def test_hostile_words_are_searched_as_words(log_in):
    client = log_in("viewer")
    answer = client.get("/conversations", params={"q": HOSTILE})
    assert "<script>document" not in answer.text
    assert found(client, "q=" + quote("<script>")) == ["p4"]


def test_answers_in_a_circle_are_shown_once():
    def text(text_id: str, reply_to: str | None) -> Text:
        row: dict[str, Any] = dict.fromkeys(Text.__slots__)
        return Text(**row | {"text_id": text_id, "reply_to": reply_to})

    texts = (text("a", None), text("b", "a"), text("x", "y"), text("y", "x"), text("c", "gone"))
    rows, depths = in_order(texts)
    assert [t.text_id for t in rows] == ["a", "b", "c", "x", "y"]
    assert depths == {"a": 0, "b": 1, "c": 0}
