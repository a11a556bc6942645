"""`parvis identity`, as somebody types it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from parvis.cli.app import app
from parvis.errors import DecisionError, IdentityError, ParvisError
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import event, made_workspace, order, put


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "shop"
    with made_workspace(folder) as workspace:
        put(
            workspace,
            [
                event("Seen", user="ann", also=[("email", "ann@a.example")]),
                order("o1", user="bob", lines=[("tea", "7.50")]),
                *(event("Seen", user=u, cookie="tablet") for u in ("ann", "ann", "bob", "bob")),
            ],
        )
        build(workspace)
    return folder


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Path:
    """Return a copy: what one test decides isn't there for the next."""
    shutil.copytree(made, tmp_path / "shop")
    return tmp_path / "shop"


def said(shop: Path, *words: object, answer: str | None = None) -> str:
    """Run a command that succeeds, and return what it says, in one line."""
    done = run(shop, *words, answer=answer)
    assert done.exit_code == 0, (done.output, done.exception)
    return " ".join(done.output.split())


def run(shop: Path, *words: object, answer: str | None = None) -> Result:
    typed = ["identity", *map(str, words), "-w", str(shop)]
    return CliRunner().invoke(app, typed, input=answer)


def decisions(shop: Path) -> int:
    with Workspace.open(shop) as workspace:
        return int(workspace.table("identity_decisions").count().to_pyarrow().as_py())


def test_why_and_why_not(shop: Path) -> None:
    one = said(shop, "explain", "email:ANN@a.example", "user_id:ann")
    assert "are one customer" in one
    assert "1 event carried both, first shop on 2026-03-02 (20.0 bits)." in one
    two = said(shop, "explain", "user_id:ann", "user_id:bob")
    assert "are two customers. What ties them was stopped:" in two
    assert "several persons use one of them (used by 2 persons)" in two
    assert "No event carries user_id:eve." in said(shop, "explain", "user_id:ann", "user_id:eve")


def test_whose_an_identifier_is(shop: Path) -> None:
    told = said(shop, "whose", "email:ANN@a.example", "anonymous_id:tablet")
    assert "known to a silo, by email:ANN@a.example." in told
    assert "anonymous_id:tablet: several persons use it" in told
    assert "Nobody's so far" in said(shop, "whose", "user_id:eve")


@pytest.mark.parametrize(
    ("words", "error", "what"),
    [
        (("explain", "ann", "user_id:bob"), IdentityError, "doesn't say what it is"),
        (("whose", "user_id:"), IdentityError, "doesn't say what it is"),
        (("explain", "name:Ann", "user_id:bob"), IdentityError, "joins nothing"),
        (("merge", "user_id:ann", "user_id:eve", "--yes"), DecisionError, "No event carries"),
        (("merge", "user_id:ann", "user_id:ann", "--yes"), DecisionError, "Both are"),
        (("withdraw", "20260101", "--yes"), DecisionError, "There is no decision"),
        (("changes", "--at", "yesterday"), IdentityError, "is no date"),
        (("decide", "nowhere.csv"), ParvisError, "can't be read"),
    ],
)
def test_errors_say_what_to_do(
    shop: Path, words: tuple[str, ...], error: type[ParvisError], what: str
) -> None:
    done = run(shop, *words)
    assert done.exit_code == 1
    assert isinstance(done.exception, error)
    assert what in done.exception.what
    assert done.exception.next_step
    assert decisions(shop) == 0


def test_a_decision_is_shown_asked_made_and_taken_back(shop: Path) -> None:
    pair = ("user_id:ann", "user_id:bob")
    asked = said(shop, "merge", *pair, answer="n\n")
    assert "user_id:ann and user_id:bob: one person." in asked
    assert "3 → 1 customers" in asked
    assert "1 order with 7.50 EUR" in asked
    assert "Nothing is recorded." in asked
    assert decisions(shop) == 0
    assert "Nobody has decided anything yet" in said(shop, "decisions")
    told = said(shop, "merge", *pair, "--note", "same [card]", "--by", "ada", answer="y\n")
    assert "Decided by ada" in told
    made = told.split("withdraw ")[1].split("`")[0]
    listed = said(shop, "decisions")
    assert f"{made} holds merge user_id:ann and user_id:bob, by ada" in listed
    assert "“same [card]”" in listed
    with Workspace.open(shop) as workspace:
        build(workspace)
    assert "ada merged them" in said(shop, "explain", *pair)
    moved = said(shop, "changes")
    assert "7.50" in moved
    assert "identity_decisions" in moved.replace(" ", "")
    assert "today: customer" in said(shop, "changes", "--of", "user_id:bob")
    before = said(shop, "changes", "--of", "user_id:bob", "--at", "2026-03-03")
    assert "At the end of 2026-03-03 user_id:bob was customer" in before
    assert "nobody's yet" in said(shop, "changes", "--of", "user_id:bob", "--at", "2026-03-01")
    assert "No identifier came" in said(shop, "changes", "--at", "2026-03-03")
    back = said(shop, "withdraw", made, "--by", "bob", "--yes")
    assert "would come to another customer" in back
    listed = said(shop, "decisions")
    assert f"takes back {made}" in listed
    assert "no longer holds" in listed
    with Workspace.open(shop) as workspace:
        build(workspace)
    assert "are two customers" in said(shop, "explain", *pair)


def test_a_file_of_decisions(shop: Path, tmp_path: Path) -> None:
    file, refused = tmp_path / "decisions.csv", tmp_path / "refused.csv"
    file.write_text(
        "left_kind,left_value,right_kind,right_value\n"
        "user_id,ann,user_id,bob\nuser_id,bob,user_id,ann\nuser_id,bob,user_id,eve\n"
    )
    before = decisions(shop)
    dry = said(shop, "decide", file, "--dry-run", "--refused", refused)
    assert "Refused: 2 rows" in dry
    assert "row 3: No event carries the user_id 'eve'." in dry
    assert "1 decision can be taken over." in dry
    assert decisions(shop) == before
    with refused.open(encoding="utf-8", newline="") as rows:
        assert [r["parvis_row"] for r in csv.DictReader(rows)] == ["2", "3"]
    assert "1 taken over in the name of ada" in said(shop, "decide", file, "--by", "ada", "--yes")
    assert decisions(shop) == before + 1
    again = run(shop, "decide", refused, "--yes")
    assert again.exit_code == 1
    assert "No row can be taken over" in again.output


def test_what_new_rules_would_change(shop: Path) -> None:
    with Workspace.open(shop) as workspace:
        build(workspace)
    assert "No identifier would come to another customer." in said(shop, "preview")


def test_health_and_too_few_people_to_compare(shop: Path) -> None:
    told = said(shop, "health")
    assert "4 identifiers of 3 customers; 1 are shared by several persons" in told
    assert "0 customers of whom silos tell several birth dates" in told
    assert "nothing compared" in said(shop, "match")
