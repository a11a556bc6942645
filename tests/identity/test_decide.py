"""Decisions of people: what is taken over, and that nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parvis.errors import DecisionError, FileUnreadable
from parvis.identity import api as identity
from parvis.identity.decisions import Decision, standing
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import event, made_workspace, put, rows

HEADER = "left_kind,left_value,right_kind,right_value,verdict,note\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = made_workspace(tmp_path_factory.mktemp("decide") / "shop")
    users = [event("Seen", user=f"u{n}") for n in range(12)]
    put(workspace, [*users, event("Seen", user="u0", also=[("email", "Ann@Shop.example")])])
    build(workspace)
    yield workspace
    workspace.close()


@pytest.fixture(autouse=True)
def _forget(shop: Workspace) -> Iterator[None]:
    """Leave no decision to the next test."""
    yield
    none = shop.table("identity_decisions").limit(0)
    shop.engine.reconcile("identity_decisions", none, None)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "decisions.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def decide_file(
    shop: Workspace, path: Path, by: str, *, dry_run: bool = False
) -> tuple[int, tuple[identity.Refused, ...]]:
    taken, refused = identity.read_decisions(shop, path)
    if not dry_run:
        identity.take_over(shop, taken, by)
    return len(taken), refused


def recorded(shop: Workspace) -> list[tuple[str, str, str]]:
    made = rows(shop.table("identity_decisions"), "decision_id")
    return [(r["verdict"], r["left_value"], r["right_value"]) for r in made]


def user(n: int) -> tuple[str, str]:
    return "user_id", f"u{n}"


def test_a_decision_is_kept_as_identifiers_are_compared(shop: Workspace) -> None:
    made = identity.decide(shop, "merge", user(1), ("email", " ANN@shop.example"), "ada", " why\0 ")
    (row,) = rows(shop.table("identity_decisions"))
    assert row["decision_id"] == made
    assert (row["left_kind"], row["left_value"]) == ("email", "ann@shop.example")
    assert (row["right_kind"], row["right_value"]) == user(1)
    assert (row["decided_by"], row["note"], row["withdraws"]) == ("ada", "why", None)
    assert abs((row["decided_at"] - datetime.now(UTC)).total_seconds()) < 60


BAD = {
    "long": ("email", "a" * 10_000 + "@shop.example"),
    "empty": ("email", ""),
    "blank": ("user_id", " \t"),
    "control": ("user_id", "u1\x07"),
    "null byte": ("user_id", "u1\x00"),
    "look-alike": ("email", "аnn@shop.example"),
    "bidi": ("email", "\u202eann@shop.example"),
    "zero width": ("user_id", "u\u200b1"),
    "half a sign": ("user_id", "u\ud800"),
    "no kind": ("", "u1"),
    "long kind": ("k" * 10_000, "u1"),
    "never alone": ("name", "Ann"),
    "fake": ("user_id", "null"),
    "no mail address": ("email", "ann"),
    "unknown": ("user_id", "u999"),
    "unknown kind": ("shoe_size", "41"),
    "query": ("user_id", "u1' OR '1'='1"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize("verdict", ["merge", "part"])
def test_bad_identifiers_are_refused(
    shop: Workspace, verdict: identity.Verdict, bad: tuple[str, str]
) -> None:
    for pair in [(bad, user(1)), (user(1), bad)]:
        with pytest.raises(DecisionError) as refusal:
            identity.decide(shop, verdict, *pair, "ada")
        assert refusal.value.next_step
        assert len(refusal.value.what) < 400
    assert recorded(shop) == []


def test_one_and_the_same_is_refused(shop: Workspace) -> None:
    spelt = ("email", "ann@shop.example"), ("email", "ANN@SHOP.example ")
    with pytest.raises(DecisionError, match="Both are"):
        identity.decide(shop, "merge", *spelt, "ada")
    with pytest.raises(DecisionError, match="expected merge, part, skip"):
        identity.decide(shop, "withdraw", user(1), user(2), "ada")
    assert recorded(shop) == []


def test_only_a_decision_is_taken_back(shop: Workspace) -> None:
    made = identity.decide(shop, "merge", user(1), user(2), "ada")
    for unknown in ("", made[:-1], "x" * 10_000, "' OR ''='"):
        with pytest.raises(DecisionError, match="There is no decision"):
            identity.withdraw(shop, unknown, "bob")
    back = identity.withdraw(shop, made, "bob", "a slip")
    told = {d["decision_id"]: d for d in identity.decisions_of(shop.engine)}
    assert not told[made]["holds"]
    assert (told[back]["withdraws"], told[back]["decided_by"]) == (made, "bob")
    # what took it back can be taken back too
    identity.withdraw(shop, back, "ada")
    assert {d["decision_id"]: d["holds"] for d in identity.decisions_of(shop.engine)}[made]


def test_the_newest_comes_first_and_the_last_word_holds(shop: Workspace) -> None:
    first = identity.decide(shop, "merge", user(1), user(2), "ada")
    second = identity.decide(shop, "part", user(2), user(1), "bob")
    third = identity.decide(shop, "skip", user(3), user(4), "bob")
    told = identity.decisions_of(shop.engine)
    assert [d["decision_id"] for d in told] == [third, second, first]
    assert [d["holds"] for d in told] == [False, True, False]


def test_a_file_is_taken_over_in_its_order(
    shop: Workspace, file: Callable[[str | bytes], Path]
) -> None:
    path = file(
        "\ufeff" + HEADER + "user_id,u1,user_id,u2,,same card\n"
        'user_id,u3,email,"ANN@shop.example",Part,"a ""note"", and\nmore"\n'
    )
    assert decide_file(shop, path, "ada", dry_run=True) == (2, ())
    assert recorded(shop) == []
    assert decide_file(shop, path, "ada") == (2, ())
    made = rows(shop.table("identity_decisions"), "decision_id")
    assert [r["verdict"] for r in made] == ["merge", "part"]
    assert [r["note"] for r in made] == ["same card", 'a "note", and\nmore']


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_a_spreadsheets_delimiter_is_found(
    shop: Workspace, file: Callable[[str | bytes], Path], delimiter: str
) -> None:
    text = (HEADER + "user_id,u1,user_id,u2,merge,x\n").replace(",", delimiter)
    assert decide_file(shop, file(text.replace("\n", "\r\n")), "ada") == (1, ())


def test_rows_that_are_not_clear_are_refused_with_their_number(
    shop: Workspace, file: Callable[[str | bytes], Path]
) -> None:
    identity.decide(shop, "part", user(8), user(9), "ada")
    identity.decide(shop, "merge", user(10), user(11), "ada")
    bad = [
        ("user_id,u1,user_id,u2,merge,", ""),
        ("user_id,u2,user_id,u1,merge,", "Row 1 says the same"),
        ("user_id,u1,user_id,u2,part,", "Row 1 says merge"),
        ("user_id,u2,user_id,u3,merge,", ""),
        ("user_id,u3,user_id,u1,merge,", "closes a circle"),
        ("user_id,u4,user_id,u5,part,", ""),
        ("user_id,u4,user_id,u6,merge,", ""),
        ("user_id,u5,user_id,u6,merge,", "keeps these two apart"),
        ("user_id,u1,user_id,u3,part,x", "Row 5 says merge"),
        ("user_id,u8,user_id,u9,merge,", "keeps these two apart"),
        ("user_id,u10,user_id,u11,merge,", "closes a circle"),
        ("user_id,u10,user_id,u11,part,", "says merge"),
        ("user_id,u7,user_id,u7,merge,", "Both are"),
        ("user_id,u7,user_id,nobody,merge,", "No event carries"),
        ("user_id,u7,name,Ann,merge,", "can't be compared"),
        (f"user_id,u7,email,{'a' * 10_000}@a.example,merge,", "longer than 512"),
        ("user_id,u7,email,аnn@shop.example,merge,", "look alike"),
        ("user_id,u7,user_id,u6\x01,merge,", "control characters"),
        ("user_id,u7,user_id,,merge,", "white space"),
        ("user_id,u7,user_id,u6,join,", "expected merge or part"),
        ("user_id,u7,user_id,u6,withdraw,", "expected merge or part"),
        ("user_id,u7,user_id", "can't be compared"),
        ("user_id,u7,user_id,u6,merge,a note, with a comma", "more cells"),
    ]
    path = file(HEADER + "\n".join(line for line, _ in bad) + "\n")
    taken, refused = decide_file(shop, path, "ada")
    found = {r.row: r.reason for r in refused}
    wrong = {
        n: (found.get(n), reason)
        for n, (_, reason) in enumerate(bad, start=1)
        if (reason not in found.get(n, "")) or (not reason) != (n not in found)
    }
    assert wrong == {}
    assert taken == 4
    assert len(recorded(shop)) == 6


BROKEN = {
    "empty": b"",
    "blank": b"\n\n",
    "other columns": b"a,b\n1,2\n",
    "one column missing": b"left_kind,left_value,right_kind\nuser_id,u1,user_id\n",
    "a column twice": HEADER.replace("note", "left_value").encode() + b"user_id,u1,user_id,u2,,\n",
    "latin-1": HEADER.encode() + "user_id,u1,user_id,u2,merge,é\n".encode("latin-1"),
    "utf-16": (HEADER + "user_id,u1,user_id,u2,merge,\n").encode("utf-16"),
    "a quote left open": HEADER.encode() + b'user_id,u1,user_id,"u2,,\nuser_id,u3,user_id,u4,,\n',
    "a quote within": HEADER.encode() + b'user_id,u1,user_id,"u2"x,merge,\n',
    "a cell of a megabyte": HEADER.encode() + b"user_id,u1,user_id," + b"u" * 1_000_000 + b",,\n",
    "a picture": bytes(range(256)),
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_such_file_is_refused_whole(
    shop: Workspace, file: Callable[[str | bytes], Path], content: bytes
) -> None:
    with pytest.raises(FileUnreadable) as refusal:
        decide_file(shop, file(content), "ada")
    assert refusal.value.next_step
    assert recorded(shop) == []


def test_a_missing_file_is_refused(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="can't be read"):
        decide_file(shop, tmp_path / "nowhere.csv", "ada")


def test_too_many_rows_are_refused(shop: Workspace, file: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(FileUnreadable, match="at most 100,000"):
        decide_file(shop, file(HEADER + "a,b,c,d,,\n" * 100_001), "ada")


def test_what_a_file_gives_contradicts_nothing(
    shop: Workspace, file: Callable[[str | bytes], Path]
) -> None:
    """Whatever the rows: of those taken over, no merge leads to two that are kept apart."""
    draw = random.Random(7)
    for _ in range(15):
        lines = [
            f"user_id,u{draw.randrange(7)},user_id,u{draw.randrange(7)},"
            f"{draw.choice(['merge', 'part'])},\n"
            for _ in range(draw.randrange(2, 25))
        ]
        taken, refused = identity.read_decisions(shop, file(HEADER + "".join(lines)))
        assert len(taken) + len(refused) == len(lines)
        held = standing(Decision(f"{p.row:03}", p.verdict, p.left, p.right) for p in taken)
        assert len(held.merges) + len(held.parts) == len(taken)
        group = {user(n): {user(n)} for n in range(7)}
        for merge in held.merges:
            assert group[merge.left] is not group[merge.right]
            both = group[merge.left] | group[merge.right]
            for end in both:
                group[end] = both
        assert all(group[p.left] is not group[p.right] for p in held.parts)
