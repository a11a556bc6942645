"""Why two identifiers are one customer, or why they aren't."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from parvis.identity import api as identity
from parvis.identity.contracts import Identifier
from parvis.lake.workspace import Workspace
from parvis.work.steps import build
from tests.identity.histories import alike
from tests.making import Row, event, made_workspace, put

ANN: Identifier = ("user_id", "ann")
BOB: Identifier = ("user_id", "bob")
FAMILY: Identifier = ("anonymous_id", "family")
MAIL: Identifier = ("email", "ann@a.example")
PHONE: Identifier = ("phone", "+33639981234")
FRED: Identifier = ("user_id", "fred")
GINA: Identifier = ("user_id", "gina")
PAD: Identifier = ("anonymous_id", "pad")
CARL: Identifier = ("contact_id", "carl")
KARL: Identifier = ("contact_id", "karl")
DORA: Identifier = ("user_id", "dora")
TABLET: Identifier = ("anonymous_id", "tablet")
EVE: Identifier = ("contact_id", "eve")
ADAM: Identifier = ("contact_id", "adam")
HOME: Identifier = ("email", "home@a.example")


def seen(*known: Identifier, at: str = "2026-03-02T12:00", **more: object) -> Row:
    return event("Seen", at, also=known, **more)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = made_workspace(tmp_path_factory.mktemp("explain") / "shop")
    put(
        workspace,
        [
            seen(ANN, MAIL, at="2026-03-05T12:00", source="shop"),
            seen(ANN, MAIL, at="2026-03-03T12:00", source="crm", message_id="first"),
            seen(MAIL, PHONE),
            *(seen(user, FAMILY) for user in (ANN, ANN, BOB, BOB)),
            event(None, user="ann", also=[("anonymous_id", "old")], type="alias", source="crm"),
            seen(CARL),
            seen(KARL),
            seen(DORA, TABLET),
            *(seen(FRED, PAD) for _ in range(30)),
            seen(GINA, PAD),
            event(None, also=[EVE, HOME], traits={"firstName": "Eve", "birthday": "1970-01-02"}),
            event(None, also=[ADAM, HOME], traits={"firstName": "Adam", "birthday": "1991-03-04"}),
        ],
    )
    engine = workspace.engine
    engine.reconcile("identity_matches", alike(workspace, ((CARL, KARL),)), None)
    build(workspace)
    identity.decide(workspace, "merge", CARL, DORA, "ada", "the same card")
    identity.decide(workspace, "part", DORA, TABLET, "bob")
    identity.decide(workspace, "merge", EVE, HOME, "ada")
    identity.decide(workspace, "merge", GINA, PAD, "ada")
    build(workspace)
    yield workspace
    workspace.close()


def explained(shop: Workspace, left: Identifier, right: Identifier) -> identity.Explanation:
    """Explain, and check that the other way round says the same."""
    found = identity.explain(shop.engine, left, right)
    turned = identity.explain(shop.engine, right, left)
    assert (found.left, found.right) == (left, right)
    assert (turned.same, turned.why_not, turned.probability) == (
        found.same, found.why_not, found.probability,
    )  # fmt: skip
    assert [(s.right, s.left, s.rule, s.stopped) for s in reversed(turned.steps)] == [
        (s.left, s.right, s.rule, s.stopped) for s in found.steps
    ]
    for before, after in zip(found.steps, found.steps[1:], strict=False):
        assert before.right == after.left
    if found.steps:
        assert (found.steps[0].left, found.steps[-1].right) == (left, right)
    return found


def test_the_shortest_chain_with_the_event_that_began_it(shop: Workspace) -> None:
    found = explained(shop, ANN, PHONE)
    assert found.same
    assert [s.rule for s in found.steps] == ["same_event", "same_event"]
    first = found.steps[0]
    assert (first.right, first.events, first.source, first.message_id) == (MAIL, 2, "crm", "first")
    assert f"{first.first_at:%Y-%m-%d}" == "2026-03-03"
    assert first.strength == pytest.approx(21.0)  # a mail address with an account, seen twice


def test_an_alias_is_a_statement(shop: Workspace) -> None:
    (step,) = explained(shop, ("anonymous_id", "old"), ANN).steps
    assert (step.rule, step.source, step.strength) == ("alias", "crm", 40.0)


def test_a_guard_that_broke_the_chain_is_named(shop: Workspace) -> None:
    found = explained(shop, ANN, BOB)
    assert (found.same, found.why_not) == (False, "guard")
    assert {s.stopped for s in found.steps} == {"shared"}
    assert [s.right for s in found.steps] == [FAMILY, BOB]
    assert "2 persons" in found.steps[0].detail


def test_a_model_and_a_person_say_why(shop: Workspace) -> None:
    model, person = explained(shop, KARL, DORA).steps
    assert (model.rule, model.strength) == ("alike", 15.0)
    assert model.said[0]["column"] == "first_name"
    assert (person.rule, person.said) == ("merge", ({"by": "ada", "note": "the same card"},))


def test_who_was_parted_by_a_person_is_apart(shop: Workspace) -> None:
    found = explained(shop, DORA, TABLET)
    assert (found.same, found.why_not) == (False, "apart")
    assert [s.stopped for s in found.steps] == ["part"]


def test_a_merge_of_what_a_guard_stopped_counts(shop: Workspace) -> None:
    found = explained(shop, GINA, PAD)
    assert found.same
    assert [(s.rule, s.stopped) for s in found.steps] == [("merge", "")]
    around = identity.evidence_around(shop.engine, [_component(shop, GINA)])
    assert {s.stopped for s in around if {s.left, s.right} == {GINA, PAD}} == {"", "limit"}


def _component(shop: Workspace, end: Identifier) -> str:
    rows = shop.engine.rows(shop.table("identities"))
    return next(r["component"] for r in rows if (r["kind"], r["value"]) == end)


def test_whom_the_books_tell_apart_is_not_told_by_their_address(shop: Workspace) -> None:
    assert explained(shop, EVE, HOME).same
    other = explained(shop, ADAM, HOME)
    assert (other.same, other.why_not, other.steps[0].stopped) == (False, "guard", "shared")


def test_nothing_ties_strangers(shop: Workspace) -> None:
    assert explained(shop, ANN, KARL).why_not == "no_evidence"
    found = explained(shop, ANN, ("user_id", "nobody"))
    assert (found.same, found.why_not, found.steps) == (False, "unknown", ())


def test_one_is_itself(shop: Workspace) -> None:
    found = explained(shop, ANN, ANN)
    assert found.same
    assert found.steps == ()


def test_whoever_is_one_customer_has_a_chain_that_counts(shop: Workspace) -> None:
    owners = shop.engine.rows(shop.table("identities"))
    ends = [(r["kind"], r["normal"], r["customer_id"]) for r in owners if r["normal"]]
    told = 0
    for kind, value, customer in ends:
        for other_kind, other, whose in ends:
            if customer == whose and (kind, value) < (other_kind, other):
                found = identity.explain(shop.engine, (kind, value), (other_kind, other))
                assert found.same
                assert found.steps
                assert not any(s.stopped for s in found.steps)
                told += 1
    assert told >= 8
