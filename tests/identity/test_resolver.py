"""Whose identifiers are is told at once, by the last build, whatever is asked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.errors import LakeError
from parvis.identity.lookup import Lookup, key_of
from parvis.identity.norms import MEANINGS, Normaliser, NormRules
from parvis.identity.resolver import Resolution, Resolver, answered
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import event, order, page, put, start_python

ANN = [("user_id", "ann"), ("email", "ann@firm.example")]
NORMALISER = Normaliser(NormRules(country="FR", never_alone=("ip",)))


def customer(kind: str, normal: str) -> str:
    return hashlib.md5(f"{kind}:{normal}".encode()).hexdigest()[:16]


def lookup(*rows: tuple[str, str, str, bool, bool]) -> Lookup:
    """Make one of (kind, normal, customer, is_known, is_shared)."""
    table = pa.table(
        {
            "key": pa.array([f"{key_of(k, n):032x}" for k, n, *_ in rows], pa.string()),
            "customer_id": pa.array([r[2] for r in rows], pa.string()),
            "is_known": pa.array([r[3] for r in rows], pa.bool_()),
            "is_shared": pa.array([r[4] for r in rows], pa.bool_()),
        }
    )
    return Lookup.of(table.to_batches(max_chunksize=2), len(rows))


A, B, C = (customer("user_id", n) for n in "abc")
KNOWN = lookup(
    ("user_id", "a", A, True, False),
    ("email", "a@firm.example", A, True, False),
    ("email", "b@firm.example", B, True, False),
    ("phone", "+33639981234", B, True, False),
    ("anonymous_id", "k1", C, False, False),
    ("email", "home@firm.example", customer("email", "home@firm.example"), False, True),
)


def ask(*identifiers: tuple[str, str]) -> Resolution:
    return answered(KNOWN, NORMALISER, identifiers)


def test_another_spelling_finds_the_customer() -> None:
    told = ask(("phone", "06 39 98 12 34"))
    assert (told.status, told.customer_id, told.is_known) == ("found", B, True)
    assert told.by is told.findings[0]
    assert told.by.normal == "+33639981234"


def test_the_strongest_kind_decides_and_ambiguity_is_said() -> None:
    told = ask(("anonymous_id", "k1"), ("email", "B@firm.example"))
    assert (told.status, told.customer_id) == ("ambiguous", B)
    assert told.by is told.findings[1]
    assert [f.customer_id for f in told.findings] == [C, B]


def test_two_of_one_kind_are_no_guess() -> None:
    told = ask(("email", "a@firm.example"), ("email", "b@firm.example"))
    assert (told.status, told.customer_id, told.by) == ("ambiguous", None, None)


def test_what_agrees_is_found() -> None:
    told = ask(("email", "b@firm.example"), ("phone", "+33639981234"), ("anonymous_id", "k9"))
    assert (told.status, told.customer_id) == ("found", B)
    assert [f.says for f in told.findings] == ["customer", "customer", "new"]


def test_a_shared_identifier_says_nothing() -> None:
    told = ask(("email", "home@firm.example"))
    assert (told.status, told.customer_id) == ("unusable", None)
    assert told.findings[0].says == "shared"
    assert ask(("email", "home@firm.example"), ("anonymous_id", "k1")).customer_id == C


def test_a_new_one_is_called_as_the_build_will_call_it() -> None:
    told = ask(("anonymous_id", "k9"), ("email", "New@firm.example"))
    assert (told.status, told.customer_id) == ("new", customer("email", "new@firm.example"))
    assert not told.is_known


def test_a_new_account_with_somebody_elses_address_is_ambiguous() -> None:
    told = ask(("user_id", "z"), ("email", "b@firm.example"))
    assert (told.status, told.customer_id) == ("ambiguous", customer("user_id", "z"))


def test_a_browser_of_nobody_known_may_get_an_account() -> None:
    assert ask(("user_id", "z"), ("anonymous_id", "k1")).status == "found"


def test_nothing_usable_says_why() -> None:
    told = ask(("email", "x" * 10_000), ("ip", "203.0.113.9"), ("user_id", "null"))
    assert (told.status, told.customer_id, told.by) == ("unusable", None, None)
    assert [f.problem for f in told.findings] == ["too_long", "never_alone", "fake"]
    assert ask().status == "unusable"


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=40)), max_size=5))
def test_any_question_has_an_answer(identifiers: list[tuple[str, str]]) -> None:
    told = answered(KNOWN, NORMALISER, identifiers)
    assert len(told.findings) == len(identifiers)
    assert all(f.problem is None or f.problem in MEANINGS for f in told.findings)
    assert (told.customer_id is None) == (told.by is None)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True), st.data())
def test_all_are_found_again_and_no_others(numbers: list[int], data: st.DataObject) -> None:
    rows = [
        ("user_id", str(n), customer("user_id", str(n)), n % 2 == 0, n % 3 == 0) for n in numbers
    ]
    made = lookup(*data.draw(st.permutations(rows)))
    for kind, normal, whose, known, shared in rows:
        assert made.find(kind, normal) == (whose, known, shared)
    for n in set(range(401)) - set(numbers):
        assert made.find("user_id", str(n)) is None
    assert made.find("email", str(numbers[0])) is None


def test_keys_whose_first_halves_are_alike_are_told_apart() -> None:
    keys = ["0" * 15 + "1" + f"{n:016x}" for n in range(5)]
    table = pa.table(
        {
            "key": keys,
            "customer_id": [f"{n:016x}" for n in range(5)],
            "is_known": [True] * 5,
            "is_shared": [False] * 5,
        }
    )
    made = Lookup.of(table.to_batches(), 5)
    assert sorted(made.lower[made.upper == 1].tolist()) == [0, 1, 2, 3, 4]
    for number in range(5):
        assert made.at((1 << 64) | number) == (f"{number:016x}", True, False)
    assert made.at((1 << 64) | 5) is None


@pytest.mark.parametrize("name", ["", "abc", "g" * 16, "A" * 16, None])
def test_a_customer_no_build_names_is_refused(name: str | None) -> None:
    with pytest.raises(LakeError, match="expected 16 hexadecimal digits"):
        lookup(("user_id", "a", name, True, False))  # type: ignore[arg-type]


# on a lake


def ask_of(resolver: Resolver, *identifiers: tuple[str, str]) -> tuple[str, str | None]:
    told = resolver.resolve(identifiers)
    return told.status, told.customer_id


def test_what_was_built_is_found(workspace: Workspace) -> None:
    put(workspace, [event(user="ann", cookie="k1", also=[("email", "Ann@Firm.example")])])
    resolver = Resolver(workspace)
    assert ask_of(resolver, ("email", "ann@firm.example"))[0] == "new", "nothing is built"
    build(workspace)
    resolver.refresh()
    ann = customer("user_id", "ann")
    for kind, value in [*ANN, ("anonymous_id", "k1"), ("email", " ANN@firm.example")]:
        told = resolver.resolve([(kind, value)])
        assert (told.status, told.customer_id, told.is_known) == ("found", ann, True)


def test_it_agrees_with_the_table(workspace: Workspace) -> None:
    put(
        workspace,
        [order(f"o{n}", user=f"u{n % 7}", cookie=f"k{n}") for n in range(30)]
        + [page(cookie=f"v{n}") for n in range(10)],
    )
    build(workspace)
    resolver = Resolver(workspace)
    rows = workspace.table("identities").to_pyarrow().to_pylist()
    assert len(rows) == len({(r["kind"], r["value"]) for r in rows}) > 40
    for row in rows:
        told = resolver.resolve([(row["kind"], row["value"])])
        if row["normal"] is None or row["is_shared"]:
            assert told.status == "unusable"
        else:
            assert (told.customer_id, told.is_known) == (row["customer_id"], row["is_known"])


def test_a_new_customer_is_called_before_as_after_the_build(workspace: Workspace) -> None:
    seen = [
        [("anonymous_id", "k1"), ("email", "Ann@firm.example"), ("phone", "06 39 98 12 34")],
        [("anonymous_id", "k2"), ("email", "bea@firm.example"), ("email", "abe@firm.example")],
        [("anonymous_id", "k3"), ("user_id", "cleo")],
    ]
    resolver = Resolver(workspace)
    before = [ask_of(resolver, *identifiers) for identifiers in seen]
    assert {status for status, _ in before} == {"new"}
    put(workspace, [event(also=identifiers) for identifiers in seen])
    build(workspace)
    resolver.refresh()
    assert [("new", ask_of(resolver, *each)[1]) for each in seen] == before


def test_only_what_changed_is_read_again(workspace: Workspace) -> None:
    put(workspace, [page(cookie="k1"), page(cookie="k2"), event(user="ann", cookie="k3")])
    build(workspace)
    resolver = Resolver(workspace)
    assert ask_of(resolver, ("anonymous_id", "k1")) == ("found", customer("anonymous_id", "k1"))
    arrays = resolver._lookup().upper
    put(workspace, [event(user="bea", cookie="k1"), page(cookie="k4")])
    build(workspace)
    resolver.refresh()
    assert ask_of(resolver, ("anonymous_id", "k1")) == ("found", customer("user_id", "bea"))
    assert ask_of(resolver, ("user_id", "bea")) == ("found", customer("user_id", "bea"))
    assert ask_of(resolver, ("anonymous_id", "k4")) == ("found", customer("anonymous_id", "k4"))
    assert ask_of(resolver, ("anonymous_id", "k2")) == ("found", customer("anonymous_id", "k2"))
    assert ask_of(resolver, ("user_id", "cleo"))[0] == "new"
    assert resolver._lookup().upper is arrays


def test_it_follows_the_lake_by_itself(workspace: Workspace) -> None:
    put(workspace, [page(cookie="k1")])
    build(workspace)
    resolver = Resolver(workspace, check_seconds=0.0)
    assert ask_of(resolver, ("user_id", "ann"))[0] == "new"
    put(workspace, [event(user="ann", cookie="k1")])
    build(workspace)
    until = time.monotonic() + 60
    while ask_of(resolver, ("user_id", "ann"))[0] == "new" and time.monotonic() < until:
        time.sleep(0.05)
    assert ask_of(resolver, ("user_id", "ann"))[0] == "found"


def test_a_lake_that_is_away_leaves_the_last_answers(
    workspace: Workspace, make: Callable[..., Workspace]
) -> None:
    put(workspace, [event(user="ann", cookie="k1")])
    build(workspace)
    resolver = Resolver(workspace, check_seconds=0.0)
    assert ask_of(resolver, ("user_id", "ann"))[0] == "found"
    catalog = workspace.files.lake.catalog
    catalog.rename(catalog.with_suffix(".away"))
    try:
        with pytest.raises(LakeError):
            resolver.refresh()
        assert ask_of(resolver, ("user_id", "ann"))[0] == "found"
    finally:
        catalog.with_suffix(".away").rename(catalog)


BUILDS = """
import sys
from pathlib import Path
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.making import event, put
with Workspace.open(Path(sys.argv[1])) as shop:
    for n in range(2):
        put(shop, [event(user=f"w{n}", cookie=f"c{n}", message_id=f"w{n}")])
        build(shop)
"""


def test_threads_ask_while_another_process_builds(workspace: Workspace) -> None:
    put(workspace, [event(user="ann", cookie="k1")])
    build(workspace)
    resolver = Resolver(workspace, check_seconds=0.01)
    resolver.refresh()
    other = start_python(BUILDS, workspace.files.folder)

    def ask_until_done() -> set[tuple[str, str | None]]:
        told = set()
        while other.poll() is None:
            told.add(ask_of(resolver, ("anonymous_id", "k1")))
            time.sleep(0.01)
        return told

    with ThreadPoolExecutor(3) as pool:
        answers = [f.result() for f in [pool.submit(ask_until_done) for _ in range(3)]]
    errors = other.communicate()[1]
    assert other.returncode == 0, errors
    assert set().union(*answers) == {("found", customer("user_id", "ann"))}
    resolver.refresh()
    assert ask_of(resolver, ("anonymous_id", "c1")) == ("found", customer("user_id", "w1"))
