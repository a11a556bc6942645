"""Voices, Topics, the Wall and alerts, on a small brand whose figures are known."""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parvis.trust.api import Access, LoginLimits
from parvis.web.app import create_app
from parvis.web.wall.board import Board, Card, Moderation, shown
from tests.web.conftest import PASSWORD, TestClient, text_of


@pytest.fixture(scope="module")
def folder(said_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("said") / "shop"
    shutil.copytree(said_folder, made)
    return made


@pytest.fixture(scope="module")
def _served(folder: Path) -> Iterator[TestClient]:
    app = create_app(folder, limits=LoginLimits(failures=10_000))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def log_in(_served: TestClient) -> Callable[[str], TestClient]:
    def enter(role: str) -> TestClient:
        _served.cookies.clear()
        answer = _served.post("/login", data={"login": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return _served

    return enter


@pytest.fixture
def client(log_in: Callable[[str], TestClient]) -> TestClient:
    return log_in("admin")


def test_voices_are_ordered_by_what_followed(client):
    page = text_of(client.get("/voices").text)
    # 40 people and the star; four others answered the star
    assert "Ten of 41 voices led to 100 % of all answers and shares" in page
    first = client.get("/voices").text.split("<tbody>")[1].split("</tr>")[0]
    assert "Étoile" in first
    assert "4.0" in first
    assert "brand@social.example" not in page, "the brand's own voice is left out"


def test_voices_can_be_narrowed_and_exported(client, log_in):
    page = text_of(client.get("/voices?customer=yes").text)
    assert "1 voice" in page
    assert "Paule" in page
    file = client.get("/voices.csv?customer=yes").text
    assert file.count("\n") == 2
    assert "p1@social.example" in file
    assert "Nobody matches" in client.get("/voices?stance=supporter&customer=yes&q=zz").text
    assert client.get("/voices?sort=nonsense&stance=%3Cb%3E").status_code == 200
    assert log_in("viewer").get("/voices.csv").status_code == 403


def star(client) -> str:
    page = client.get("/voices").text
    return page.split('href="/voices/fediverse/')[1].split('"')[0]


def test_a_voice_shows_its_texts_as_text_and_masks_for_viewers(client, log_in):
    page = client.get(f"/voices/fediverse/{star(client)}").text
    assert "<script>alert" not in page
    assert html.escape("<script>alert(1)</script>") in page
    assert "ana@mail.example" in page
    assert "4 answers" in page
    viewer = log_in("viewer")
    page = viewer.get(f"/voices/fediverse/{star(viewer)}").text
    assert "ana@mail.example" not in page
    assert "[email]" in page
    assert viewer.get("/voices/fediverse/nobody").status_code == 404


def test_topics_say_what_is_bad_and_which_day_was_loud(client):
    page = client.get("/topics").text
    text = html.unescape(text_of(page))
    assert "“retard, livraison” is spoken of worst" in text
    assert "10 Jun 2026: 72 texts where 12 are usual" in text
    assert "“retard, livraison”: 89 % of the day's texts, usually 33 %" in text
    assert "Brumelle has" in text
    assert "/conversations?topic=late&amp;from=2026-06-10&amp;to=2026-06-10" in page
    # only the loud day stands out
    assert text.count(" are usual ") == text.count("72 texts where 12 are usual ")
    assert "by week" in text_of(client.get("/topics?from=2026-04-06&to=2026-06-28&by=week").text)
    query = "from=2026-05-01&to=2026-06-28&by=week"
    page = client.get(f"/topics?{query}").text
    assert f'hx-get="/topics/charts?{html.escape(query)}"' in page, "charts of other periods follow"
    assert "a usual one has" in text_of(client.get(f"/topics/charts?{query}").text)
    assert client.get("/topics?from=2030-01-01&to=1999-99-99&by=x").status_code == 200


@pytest.mark.parametrize("path", ["/topics", "/", "/wall"])
def test_an_alert_is_shown_wherever_one_looks(client, path):
    text = text_of(client.get(path).text)
    assert "Unusually many negative texts since 29 Jun 2026, 20:00" in text
    if path == "/topics":
        assert "44 of 50 texts in the first hour were negative; 3.5 are usual" in text
        assert "The last unusual hour ended on 29 Jun 2026, 23:00" in text
        assert "Chance alone would do that in one hour of 5,000,000" in text
        assert "“retard, livraison”: 90 % of the negative texts, usually 30 %" in text


def test_a_topic_is_renamed_at_once_and_noted(client, log_in, folder):
    told = {"label": " Livraisons  tardives ", "parent": "Logistique", "back": "/topics?by=week"}
    answer = client.post("/topics/late", data=told)
    assert answer.headers["location"] == "/topics?by=week#topics"
    text = text_of(client.get("/topics").text)
    assert "Livraisons tardives" in text
    assert "Logistique" in text
    with Access(folder / "app.db") as access:
        assert access.audit.latest(1)[0].action == "topic.named"
    assert client.post("/topics/none", data=told).status_code == 400
    assert log_in("viewer").post("/topics/late", data=told).status_code == 403


@pytest.mark.parametrize("path", ["/voices", "/topics", "/wall", "/wall?moderate=1"])
def test_pages_speak_french(client, path):
    client.cookies.set("parvis_language", "fr")
    text = text_of(client.get(path).text)
    for english in (" the ", " and ", "texts", "Voices", "influence of"):
        assert english not in text, english


def card(number: int, text: str, minutes: int = 0) -> Card:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(minutes=minutes)
    return Card(f"t{number}", at, at, "fediverse", "fediverse", "post", text)


def test_the_wall_shows_what_moderators_let_through():
    cards = [card(3, "Une ARNAQUE !", 3), card(2, "arnaqueur", 2), card(1, "Bon", 1)]
    said = Moderation({"t1": "pinned"}, ("arnaque",))
    assert [(c.text_id, s) for c, s in shown(cards, said, 9)] == [("t1", "pinned"), ("t2", "")]
    assert [c.text_id for c, _ in shown(cards, Moderation({"t3": "shown"}, ("arnaque",)), 9)] == [
        "t3", "t2", "t1",
    ]  # fmt: skip
    assert [c.text_id for c, _ in shown(cards, Moderation({"t2": "hidden"}), 1)] == ["t3"]
    paused = Moderation(paused_at=cards[1].arrived_at)
    assert [c.text_id for c, _ in shown(cards, paused, 9)] == ["t2", "t1"]
    assert shown(cards, Moderation(words=("b o n", "http://x")), 9)


def test_the_board_keeps_what_is_said(tmp_path):
    board = Board(tmp_path / "app.db")
    assert board.set_words(["  Scélérat ", "scelerat", "", "x y"]) == ("scelerat", "x y")
    board.say("t1", "hidden", "ada")
    board.say("t1", "pinned", "ada")
    board.pause("ada")
    again = Board(tmp_path / "app.db")
    found = again.moderation()
    assert (found.states, found.words) == ({"t1": "pinned"}, ("scelerat", "x y"))
    assert found.paused_at is not None
    board.resume()
    board.say("t1", None, "ada")
    assert board.moderation() == Moderation(words=("scelerat", "x y"))
    board.close()
    again.close()


def test_the_wall_is_moderated_by_editors_alone(client, log_in):
    page = client.get("/wall").text
    assert "ana@mail.example" not in page
    assert "[email]" in page
    assert "<script>alert" not in page
    assert "Moderate" in page
    told = {"text_id": "star", "state": "hidden"}
    assert client.post("/wall/texts", data=told).status_code == 303
    assert "[email]" not in client.get("/wall").text
    assert "[email]" in client.get("/wall?moderate=1").text
    assert client.post("/wall/texts", data={**told, "state": "burnt"}).status_code == 400
    client.post("/wall/texts", data={**told, "state": "none"})
    client.post("/wall/pause", data={"paused": "yes"})
    assert "Go on" in client.get("/wall?moderate=1").text
    client.post("/wall/pause", data={"paused": "no"})
    client.post("/wall/words", data={"words": "delicieux"})
    assert "Délicieux" not in client.get("/wall").text
    client.post("/wall/words", data={"words": ""})
    viewer = log_in("viewer")
    assert "Moderate" not in viewer.get("/wall").text
    assert viewer.post("/wall/texts", data=told).status_code == 403
    assert viewer.post("/wall/words", data={"words": "x"}).status_code == 403
