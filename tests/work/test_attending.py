"""Texts are read, filed, watched and told of, a little at a time, and never twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from parvis.lake.workspace import Workspace
from parvis.work.attending import attend
from parvis.work.copying import find_copies
from parvis.work.grouping import assign_topics, group_texts
from parvis.work.reading import read_texts, unread
from parvis.work.steps import build
from parvis.work.teaching import teach_if_due
from parvis.work.telling import tell
from parvis.work.watching import watch
from tests.making import Row, change_settings, event, made_workspace, one, order, put, rows, staged
from tests.work.test_listening import reading

QUICK = ("read_again_share = 0.05", "read_again_share = 0.0")
GOOD = ("Excellent, je recommande vivement !", "Livraison rapide, merci", "Best tea ever, love it")
BAD = ("Service lamentable, jamais plus", "Colis perdu, je veux être remboursé", "Awful, broken")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    workspace = change_settings(made_workspace(tmp_path / "shop"), QUICK)
    yield workspace
    workspace.close()


def post(number: int, text: str, at: datetime, **more: object) -> Row:
    return event(
        "Post Published", at, also=[("fediverse", f"u{number % 7}@social.example")], text=text,
        properties={"object": f"p{number}", **more}, source="fediverse",
    )  # fmt: skip


def test_texts_are_read_once_and_newest_first(shop: Workspace) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    told = [post(n, text, at + timedelta(hours=n)) for n, text in enumerate((*GOOD, *BAD))]
    # the same words are read once, the brand's own not at all
    told += [post(10, GOOD[0], at + timedelta(days=1)), post(11, "À nous", at, is_own=True)]
    put(shop, told)
    build(shop)
    first = read_texts(shop, at_most=2)
    assert (first.read, first.left) == (2, 4)
    build(shop)
    done = {r["text_id"]: r["sentiment"] for r in rows(shop.table("mentions")) if r["sentiment"]}
    assert done == {"p0": "positive", "p10": "positive", "p5": "negative"}
    rest = attend(shop)
    assert (rest.read.read, rest.read.left) == (4, 0)
    assert read_texts(shop).read == 0
    build(shop)
    moods = {r["text"]: r["sentiment"] for r in rows(shop.table("mentions")) if not r["is_own"]}
    assert {moods[t] for t in GOOD} == {"positive"}
    assert {moods[t] for t in BAD} == {"negative"}
    read = one(shop.table("mentions"), text_id="p4")
    assert read["language"] == "fr"
    assert read["p_negative"] == pytest.approx(read["confidence"])


def test_texts_of_the_best_customers_matter(shop: Workspace) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    said = [
        event(
            "Post Published", at, user=user, text=f"{GOOD[0]} {user}", properties={"object": user}
        )
        for user in ("u00", "u29")
    ]
    # u29 bought last, most often and for most
    bought = [
        order(f"{n}-{k}", at + timedelta(days=n), user=f"u{n:02}", amount=10 * n + 10)
        for n in range(30)
        for k in range(1 + n // 5)
    ]
    put(shop, [*said, *bought])
    build(shop)
    found = {r["text"]: r["matters"] for r in rows(unread(shop.engine, "none"))}
    assert found == {f"{GOOD[0]} u00": False, f"{GOOD[0]} u29": True}


def test_topics_keep_what_the_team_calls_them(shop: Workspace) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    words = ("le colis est arrivé par le livreur", "la livraison du paquet et son transporteur")
    others = ("ce thé a un goût de fleur", "arôme et saveur de ce thé vert")
    texts = [f"{w} {n}" for n in range(40) for w in (*words, *others)]
    put(shop, [post(n, t, at + timedelta(minutes=n)) for n, t in enumerate(texts[:150])])
    build(shop)
    first = group_texts(shop)
    assert first.texts == 150
    assert first.new == first.topics >= 2
    engine = shop.engine
    topic = rows(shop.table("topics"), "topic_id")[0]
    engine.reconcile(
        "topics", staged(engine, [topic | {"label": "Goût"}], "topics"),
        engine.stage_rows([{"topic_id": topic["topic_id"]}], {"topic_id": "string"}),
    )  # fmt: skip
    put(shop, [post(200 + n, t, at + timedelta(days=1)) for n, t in enumerate(texts[150:])])
    build(shop)
    assert assign_topics(shop) == 10
    assert assign_topics(shop) == 0
    assert group_texts(shop).new == 0
    again = one(shop.table("topics"), topic_id=topic["topic_id"])
    assert (again["label"], again["since"]) == ("Goût", topic["since"])
    build(shop)
    filed = [r["topic_id"] for r in rows(shop.table("mentions"))]
    assert set(filed) <= {r["topic_id"] for r in rows(shop.table("topics"))}


def test_corrections_teach_the_teams_own_head_and_samples_do_not(shop: Workspace) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    # what is praise in this trade is none elsewhere
    texts = [f"Ce piment arrache la bouche et me fait pleurer, numéro {n}" for n in range(60)]
    put(shop, [post(n, t, at + timedelta(minutes=n), language="fr") for n, t in enumerate(texts)])
    build(shop)
    first = read_texts(shop)
    build(shop)
    said = rows(shop.table("mentions"), "text_id")
    assert sum(r["sentiment"] == "negative" for r in said) > 30

    def tell_moods(count: int, start: int, purpose: str) -> None:
        told = [
            {
                "label_id": f"{purpose}{start + n:03}", "text_key": r["text_key"],
                "subject": "sentiment", "value": "positive", "was": r["sentiment"],
                "purpose": purpose, "labelled_at": at, "labelled_by": "ada",
            }
            for n, r in enumerate(said[start : start + count])
        ]  # fmt: skip
        shop.engine.append("labels", staged(shop.engine, told, "labels"))

    tell_moods(25, 0, "sample")
    assert teach_if_due(shop) is None
    tell_moods(30, 25, "correction")
    taught = teach_if_due(shop)
    assert taught is not None
    assert taught.corrections == {"fr": 30}
    # until they have doubled
    assert teach_if_due(shop) is None
    again = read_texts(shop)
    assert again.model != first.model
    assert again.read == 60
    build(shop)
    unseen = [r for r in rows(shop.table("mentions")) if r["corrected_by"] is None]
    assert len(unseen) == 5
    assert {r["sentiment"] for r in unseen} == {"positive"}


def test_hours_that_were_judged_are_not_judged_again(shop: Workspace) -> None:
    put(shop, [post(n, GOOD[n % 3], shop.now() - timedelta(days=n + 1)) for n in range(60)])
    build(shop)
    keys = {r["text_key"] for r in rows(shop.table("mentions"))}
    read = [reading(key, "positive", entities=[]) for key in sorted(keys)]
    shop.engine.append("readings", staged(shop.engine, read, "readings"))
    build(shop)
    assert watch(shop).texts == 60
    # only what the hours since are held against: four weeks and two days
    assert watch(shop).texts == 30


class _Taker(HTTPServer):
    taken: list[dict[str, object]]
    refuses: bool = False


class _Take(BaseHTTPRequestHandler):
    server: _Taker

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(json.loads(body))
        self.send_response(503 if self.server.refuses else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def taker() -> Iterator[_Taker]:
    server = _Taker(("127.0.0.1", 0), _Take)
    server.taken = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_crisis_is_noticed_explained_and_told_once(tmp_path: Path, taker: _Taker) -> None:
    address = f"http://127.0.0.1:{taker.server_port}/alarm"
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    more = (QUICK, ('webhook = "" ', f'webhook = "{address}" '))
    with change_settings(made_workspace(tmp_path / "shop", as_of="today"), *more) as shop:
        quiet = [
            post(n, GOOD[n % 3] if n % 4 else BAD[n % 3], now - timedelta(hours=5 + n))
            for n in range(24 * 20)
        ]
        begins = shop.now() - timedelta(hours=4)
        quiet = [r for r in quiet if r["occurred_at"] < begins]
        loud = [
            post(10_000 + n, BAD[n % 3], begins + timedelta(minutes=n), thread="t")
            for n in range(45)
        ]
        put(shop, [*quiet, *loud])
        build(shop)
        assert watch(shop).waiting > 0
        words = {r["text_key"]: r["text"] for r in rows(shop.table("mentions"))}
        read = [
            reading(key, "negative" if text in BAD else "positive", entities=[])
            for key, text in words.items()
        ]
        shop.engine.append("readings", staged(shop.engine, read, "readings"))
        build(shop)
        found = watch(shop)
        assert [(a.subject_kind, a.subject) for a in found.new] == [("all", "")]
        noticed = one(shop.table("alerts"))
        assert begins < noticed["noticed_at"] <= begins + timedelta(hours=1)
        assert noticed["negative"] > 5 * noticed["expected"]
        explained = json.loads(noticed["explanation"])
        assert len(explained["texts"]) == 5
        assert explained["authors"][0]["texts"] >= 1
        again = watch(shop)
        assert (again.new, again.going_on) == ((), 0)

        taker.refuses = True
        refused = tell(shop)
        assert refused.alarms == 0
        assert "503" in refused.problems[0]
        taker.refuses = False
        assert tell(shop).alarms == 1
        assert tell(shop).alarms == 0
        assert len(taker.taken) == 2
        assert taker.taken[-1]["alerts"][0]["negative"] == noticed["negative"]  # type: ignore[index]


def test_copies_are_told_whoever_comes_with_them(shop: Workspace) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    call = "Boycottez tous cette enseigne, ils exploitent leurs livreurs, faites tourner"
    own = "Le service était lent hier soir et personne n'a su nous répondre au comptoir"
    told = [
        post(1, call, at - timedelta(hours=1)),
        post(2, own, at),
        post(3, f"{call} !!! #boycott", at),
        post(4, "ok", at),
    ]
    put(shop, told)
    build(shop)
    assert find_copies(shop) == 4
    # later ones are held against those that are known
    put(shop, [post(5, f"RT @u1 {call.upper()}", at + timedelta(days=1)), post(6, GOOD[0], at)])
    build(shop)
    assert find_copies(shop) == 2
    assert find_copies(shop) == 0
    build(shop)
    texts = {r["text_id"]: r for r in rows(shop.table("mentions"))}
    first = texts["p1"]["text_key"]
    assert {t for t, r in texts.items() if r["copy_of"] == first} == {"p1", "p3", "p5"}
    assert texts["p2"]["copy_of"] == texts["p2"]["text_key"]
    assert texts["p4"]["copy_of"] is None
    kept = {r["text_key"]: r for r in rows(shop.table("text_copies"))}
    assert kept[texts["p5"]["text_key"]]["likeness"] >= 0.7
    assert kept[texts["p5"]["text_key"]]["signature"] is None
