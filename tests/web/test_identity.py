"""The pages and the API of who is who."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parvis.lake.workspace import Workspace
from parvis.trust.api import Access, LoginLimits
from parvis.web.app import create_app
from parvis.work.steps import build
from tests.making import rows
from tests.web.conftest import PASSWORD, TestClient, text_of
from tests.web.identity_shop import HOSTILE, made_doubts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_doubts(tmp_path_factory.mktemp("doubts") / "shop")


@pytest.fixture(scope="module")
def _served(folder: Path) -> Iterator[TestClient]:
    app = create_app(folder, limits=LoginLimits(failures=10_000))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def fresh(folder: Path, tmp_path: Path) -> Iterator[TestClient]:
    """An editor of a copy that may be changed."""
    shutil.copytree(folder, tmp_path / "shop")
    with TestClient(create_app(tmp_path / "shop"), follow_redirects=False) as client:
        client.folder = tmp_path / "shop"
        assert client.post("/login", data={"login": "editor", "password": PASSWORD}).is_redirect
        yield client


def customer(client: TestClient, user: str) -> str:
    told = {"identifiers": [{"kind": "user_id", "value": user}]}
    return str(client.post("/api/v1/identity/resolve", json=told).json()["customer_id"])


def doubts(client: TestClient) -> list[dict[str, Any]]:
    return list(client.get("/api/v1/identity/review").json()["rows"])


def readable(answer: Any) -> str:
    return html.unescape(text_of(answer.text))


def built_again(client: TestClient) -> None:
    """Build as the worker does, and wait until the pages know."""
    shop = Workspace.open(client.folder)
    build(shop)
    shop.close()
    client.app.state.reader.refresh()


def decided(client: TestClient, verdict: str, row: dict[str, Any], **more: str) -> Any:
    ends = ("left_kind", "left_value", "right_kind", "right_value")
    form = {e: row[e] for e in ends} | {"pair": row["pair"], "verdict": verdict} | more
    return client.post("/identity/decisions", data=form)


def test_the_queue_lists_pairs_and_the_reason(client):
    found = doubts(client)
    assert [(r["reason"], r["probability"]) for r in found] == [("limit", 0.999), ("alike", 0.62)]
    page = readable(client.get("/identity"))
    assert "2 pairs of customers may be one" in page
    assert "over 99 %" in page
    assert "over a limit" in page
    assert client.get("/identity").text.count("data-row") == 2


def test_a_pair_stands_side_by_side(client):
    row = doubts(client)[1]
    page = readable(client.get(f"/identity/pairs/{row['pair']}"))
    assert "One customer, or two? One, with a chance of 62 %" in page
    assert "Ana Martín" in page
    assert "ana.martin@post.example" in page
    assert "= the same" in page, "birth dates agree"
    assert "Last name: one letter differs (+4.5)" in page
    assert "people of one household, or neighbours, are as alike −1.5" in page
    assert "2 customers become 1 with 64 identifiers" in page, "60 browsers, 2 mails, 2 accounts"
    assert "1 order, €30.00 move" in page


def test_what_people_are_called_is_never_markup(client):
    row = doubts(client)[0]
    who = customer(client, "C3")
    for path in (
        "/identity", f"/identity/pairs/{row['pair']}", f"/customers/{who}", "/identity/health",
        f"/customers/{who}/identity?with=user_id:C4", f"/customers/{who}/identity?with={HOSTILE}",
        "/identity/stopped?guard=limit", f"/identity?said={HOSTILE}&done={HOSTILE}",
        f"/identity/stopped?guard={HOSTILE}",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert HOSTILE not in answer.text, path
    assert html.escape(HOSTILE) in client.get(f"/identity/pairs/{row['pair']}").text


def test_a_preview_tells_what_would_change(client):
    row = doubts(client)[1]
    query = {e: row[e] for e in ("left_kind", "left_value", "right_kind", "right_value")}
    part = client.get(
        "/identity/preview", params=query | {"verdict": "merge"}, headers={"HX-Request": "true"}
    )
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "2 customers become 1 with 64 identifiers; 2 identifiers, 1 order" in readable(part)
    told = {"verdict": "merge", "left": {"kind": "user_id", "value": "C1"},
            "right": {"kind": "user_id", "value": "C2"}}  # fmt: skip
    answer = client.post("/api/v1/identity/preview", json=told).json()
    assert (answer["gone"], answer["new"]) == (1, 0)
    assert answer["customers_before"] - answer["customers_after"] == 1
    assert (answer["orders"], answer["sales"]) == (1, "30.0000")
    assert client.get("/identity/preview", params=query | {"verdict": "x"}).status_code == 400


def test_merging_joins_two_customers_and_undoing_parts_them(fresh):
    row = doubts(fresh)[1]
    answer = decided(fresh, "merge", row, note="the same birth date")
    assert answer.status_code == 303
    following = doubts(fresh)
    assert [r["pair"] for r in following] != [], "the other pair is left"
    assert row["pair"] not in [r["pair"] for r in following], "gone at once"
    target = answer.headers["location"]
    assert target.startswith(f"/identity/pairs/{following[0]['pair']}?done=")
    page = fresh.get(target)
    assert "Recorded: one customer. The tables follow with the next build." in readable(page)
    made = re.search(r'name="decision" value="([^"]+)"', page.text)
    assert made
    one, other = customer(fresh, "C1"), customer(fresh, "C2")
    assert one != other
    built_again(fresh)
    fresh.app.state.desk._resolver[1].refresh()
    assert customer(fresh, "C1") == customer(fresh, "C2") == one
    old = fresh.get(f"/customers/{other}")
    assert (old.status_code, old.headers["location"]) == (303, f"/customers/{one}")
    why = readable(fresh.get(f"/customers/{one}/identity?with=user_id:C2"))
    assert "a person joined them" in why
    assert "the same birth date" in why
    changes = fresh.get("/api/v1/identity/changes").json()
    assert changes[0]["orders"] == 1
    page = readable(fresh.get("/identity/changes", params={"at": changes[0]["built_at"]}))
    assert "ana.martin@post.example" in page
    undone = fresh.post("/identity/withdrawals", data={"decision": made[1]})
    assert undone.headers["location"] == "/identity?said=withdraw"
    built_again(fresh)
    assert fresh.get(f"/customers/{other}").status_code == 200
    assert row["pair"] in [r["pair"] for r in doubts(fresh)]


def test_undoing_before_a_build_brings_the_pair_back(fresh):
    row = doubts(fresh)[0]
    target = decided(fresh, "part", row).headers["location"]
    assert row["pair"] not in [r["pair"] for r in doubts(fresh)]
    made = re.search(r"done=([^&]+)", target)
    assert made
    assert fresh.post("/identity/withdrawals", data={"decision": made[1]}).is_redirect
    fresh.app.state.reader.refresh()
    assert row["pair"] in [r["pair"] for r in doubts(fresh)]


def test_what_is_skipped_comes_last_and_the_next_one_follows(fresh):
    first, second = doubts(fresh)
    fragment = {"HX-Request": "true"}
    ends = ("left_kind", "left_value", "right_kind", "right_value")
    form = {e: first[e] for e in ends} | {"pair": first["pair"], "verdict": "skip"}
    answer = fresh.post("/identity/decisions", data=form, headers=fragment)
    part = fresh.get(answer.headers["location"], headers=fragment)
    assert part.headers["HX-Push-Url"] == f"/identity/pairs/{second['pair']}"
    assert part.text.strip().startswith('<div id="pair">')
    fresh.app.state.reader.refresh()
    assert [r["pair"] for r in doubts(fresh)] == [second["pair"], first["pair"]]
    assert "1 pair was skipped and comes last." in readable(fresh.get("/identity"))


def test_parting_an_identifier_from_a_customer(fresh):
    who = customer(fresh, "C1")
    page = fresh.get(f"/customers/{who}").text
    assert 'name="right" value="anonymous_id:k00"' in page
    form = {
        "verdict": "part", "left_kind": "user_id", "left_value": "C1",
        "right": "anonymous_id:k00", "back": f"/customers/{who}#who",
    }  # fmt: skip
    answer = fresh.post("/identity/decisions", data=form)
    assert re.fullmatch(rf"/customers/{who}\?done=[^&]+&said=part#who", answer.headers["location"])
    assert "Recorded: kept apart" in readable(fresh.get(answer.headers["location"].split("#")[0]))
    built_again(fresh)
    told = fresh.get(f"/api/v1/identity/customers/{who}").json()
    assert told["kinds"]["anonymous_id"] == 59
    stopped = readable(fresh.get("/identity/stopped?guard=part"))
    assert "k00" in stopped


def test_only_editors_decide(log_in):
    viewer = log_in("viewer")
    row = doubts(viewer)[0]
    page = viewer.get(f"/identity/pairs/{row['pair']}")
    assert "An editor can decide this." in readable(page)
    assert "<button" not in page.text.split("<main")[1].split("</main>")[0]
    assert decided(viewer, "merge", row).status_code == 403
    assert viewer.post("/identity/withdrawals", data={"decision": "d"}).status_code == 403
    told = {"verdict": "part", "left": {"kind": "user_id", "value": "C1"},
            "right": {"kind": "user_id", "value": "C2"}}  # fmt: skip
    assert viewer.post("/api/v1/identity/decisions", json=told).status_code == 403
    assert 'name="right"' not in viewer.get(f"/customers/{customer(viewer, 'C1')}").text


def test_a_page_of_another_site_decides_nothing(client):
    row = doubts(client)[0]
    form = {e: row[e] for e in ("left_kind", "left_value", "right_kind", "right_value")}
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/identity/decisions", data=form | {"verdict": "merge"}, headers=headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("change", [
    {"verdict": "burn"}, {"left_value": ""}, {"left_value": "a\x00b"}, {"left_value": "x" * 10_000},
    {"right_kind": "user_id", "right_value": "C1"}, {"left_value": "no such"}, {"left_kind": ""},
])  # fmt: skip
def test_what_is_no_decision_is_refused_and_told(client, change):
    form = {"verdict": "merge", "left_kind": "user_id", "left_value": "C1",
            "right_kind": "user_id", "right_value": "C2"} | change  # fmt: skip
    answer = client.post("/identity/decisions", data=form)
    assert answer.status_code in {400, 422}
    assert "<h1>This can't be done</h1>" in html.unescape(answer.text) or answer.status_code == 422


def test_who_this_is_sums_up_what_it_does_not_draw(client):
    who = customer(client, "C1")
    page = client.get(f"/customers/{who}")
    text = readable(page)
    assert "Who this is: 62 identifiers make this customer" in text
    drawing = page.text.split('class="chart ties"')[1].split("</svg>")[0]
    assert drawing.count("<circle") == 40
    assert "browsers" in drawing.split("+")[1][:12]
    assert "stroke-dasharray" in drawing, "the family's address is cut"
    assert "shared" in text


def test_why_and_why_not_in_two_languages(client):
    ana, other = customer(client, "C1"), customer(client, "C2")
    same = readable(client.get(f"/customers/{ana}/identity?with=email:ana@mail.example"))
    assert "Both are Ana Martín" in same
    assert "seen in one event" in same
    apart = readable(client.get(f"/customers/{ana}/identity?with={other}"))
    assert "Ana Martín and Ana Martin are two customers" in apart
    assert "A model compared them and isn't sure enough" in apart
    stopped = readable(client.get(f"/customers/{customer(client, 'C3')}/identity?with=C4"))
    assert "Stopped: One customer would have more values of a kind" in stopped
    client.cookies.set("parvis_language", "fr")
    french = readable(client.get(f"/customers/{ana}/identity?with={other}"))
    assert "Ana Martín et Ana Martin sont deux clients" in french
    assert "Un modèle les a comparés" in french
    nobody = client.get(f"/customers/{ana}/identity?with=nothing")
    assert "Aucun événement ne porte cet identifiant" in readable(nobody)
    assert client.get("/customers/0000000000000000/identity").status_code == 404


@pytest.mark.parametrize("path", [
    "/identity", "/identity/stopped", "/identity/stopped?guard=limit", "/identity/health",
    "/identity/changes",
])  # fmt: skip
def test_pages_of_identity_speak_french(client, path):
    client.cookies.set("parvis_language", "fr")
    answer = client.get(path)
    assert answer.status_code == 200
    # what people and machines are called stays as it is
    text = re.sub(r"\S+@\S+|identity\.\w+", "", readable(answer))
    for english in (" the ", " and ", "Identifier ", "customers", "Evidence", "pairs", "shared "):
        assert english not in text, english


def test_health_and_changes(client):
    told = client.get("/api/v1/identity/health").json()
    assert told["to_decide"] == 2
    assert [r["problem"] for r in told["unusable"]] == ["not_an_email"]
    page = readable(client.get("/identity/health"))
    assert "family@mail.example" in page
    assert "not the form of a mail address" in page
    changes = client.get("/api/v1/identity/changes").json()
    assert len(changes) == 1
    moved = client.get(f"/api/v1/identity/changes/{changes[0]['built_at']}").json()
    assert [(r["kind"], r["value"]) for r in moved["rows"]] == [("anonymous_id", "later")]
    assert client.get("/identity/changes?at=yesterday").status_code == 404
    assert client.get("/api/v1/identity/changes/2020-01-01T00:00:00").status_code == 404


def test_resolving_from_memory(client):
    def asked(*pairs: tuple[str, str]) -> dict[str, Any]:
        told = {"identifiers": [{"kind": k, "value": v} for k, v in pairs]}
        return dict(client.post("/api/v1/identity/resolve", json=told).json())

    found = asked(("email", "Ana@MAIL.example"))
    assert (found["status"], found["customer_id"]) == ("found", customer(client, "C1"))
    assert asked(("email", "new@mail.example"))["status"] == "new"
    assert asked(("email", "family@mail.example"))["findings"][0]["says"] == "shared"
    assert asked(("user_id", "C1"), ("user_id", "C2"))["status"] == "ambiguous"
    assert asked(("email", "nonsense"))["findings"][0]["problem"] == "not_an_email"
    assert client.post("/api/v1/identity/resolve", json={"identifiers": []}).status_code == 422
    assert client.post("/api/v1/identity/resolve", json={"who": 1}).status_code == 422


def test_explaining_by_the_api(client):
    query = {"left_kind": "user_id", "left_value": "C1", "right_kind": "email"}
    told = client.get(
        "/api/v1/identity/explain", params=query | {"right_value": "ANA@mail.example"}
    ).json()
    assert told["same"] is True
    assert [s["rule"] for s in told["steps"]] == ["same_event"]
    assert told["steps"][0]["source"] == "crm"
    wrong = client.get("/api/v1/identity/explain", params=query | {"right_value": "no mail"})
    assert wrong.status_code == 422
    assert "not the form of a mail address" in wrong.json()["error"]


def test_a_token_decides_for_its_user(fresh):
    with Access(fresh.folder / "app.db") as access:
        secret = access.tokens.create("editor", "test").secret
    fresh.cookies.clear()
    headers = {"Authorization": f"Bearer {secret}"}
    told = {"verdict": "part", "left": {"kind": "user_id", "value": "C1"},
            "right": {"kind": "user_id", "value": "C2"}, "note": "two people"}  # fmt: skip
    made = fresh.post("/api/v1/identity/decisions", json=told, headers=headers)
    assert made.status_code == 201
    taken = {"verdict": "withdraw", "withdraws": made.json()["decision_id"]}
    assert fresh.post("/api/v1/identity/decisions", json=taken, headers=headers).status_code == 201
    for wrong in ({"verdict": "merge"}, {"verdict": "withdraw"}, {"verdict": "x"}):
        answer = fresh.post("/api/v1/identity/decisions", json=wrong, headers=headers)
        assert answer.status_code == 422
    shop = Workspace.open(fresh.folder)
    decisions = rows(shop.table("identity_decisions"), "decision_id")
    shop.close()
    assert [(d["verdict"], d["decided_by"]) for d in decisions] == [
        ("part", "editor"), ("withdraw", "editor"),
    ]  # fmt: skip


def test_an_empty_workspace_teaches_who_is_who(tmp_path: Path, make: Callable[..., Workspace]):
    shop = make()
    with Access(shop.files.app) as access:
        access.users.add("ana", PASSWORD)
    shop.close()
    with TestClient(create_app(shop.files.folder), follow_redirects=False) as empty:
        empty.post("/login", data={"login": "ana", "password": PASSWORD})
        assert "Nothing to decide" in empty.get("/identity").text
        assert "No identifier is known yet" in empty.get("/identity/health").text
        assert "No identifier has come to another customer yet" in readable(
            empty.get("/identity/changes")
        )
        assert empty.get("/identity/stopped").status_code == 200
        assert empty.get("/identity/pairs/a-b").headers["location"] == "/identity"
