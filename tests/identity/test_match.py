"""People whom silos know apart: found, joined by the next build, outranked by a person's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from parvis.identity import api as identity
from parvis.identity.contracts import Identifier
from parvis.lake.workspace import Workspace
from parvis.work.matching import MATCHES, build_and_match
from parvis.work.steps import build
from tests.identity.alike.making import FIRST, LAST, TOWNS
from tests.identity.test_preview import owners
from tests.making import Row, event, made_workspace, put, rows


def contact(number: str, **traits: str) -> Row:
    return event(None, also=[("contact_id", number)], traits=traits, source="crm")


def people(count: int) -> list[Row]:
    """Make contacts, each a person of their own; the first six are in the book twice."""
    draw = np.random.default_rng(5)
    told = []
    for n in range(count):
        last = LAST[int(draw.integers(len(LAST)))] + FIRST[int(draw.integers(len(FIRST)))]
        told.append(
            {
                "firstName": FIRST[int(draw.integers(len(FIRST)))].title(),
                "lastName": last.title(),
                "birthday": f"{1950 + int(draw.integers(50))}-{1 + int(draw.integers(12)):02}-"
                f"{1 + int(draw.integers(28)):02}",
                "street": f"{1 + int(draw.integers(90))} rue {last.title()}",
                "postal_code": f"{10000 + 97 * n}",
                "city": TOWNS[int(draw.integers(len(TOWNS)))].title(),
            }
        )
    once = [contact(f"a{n:03}", **traits) for n, traits in enumerate(told)]
    # a slip of the keys in the name, all else alike, and no identifier in common
    twice = [
        contact(f"b{n:03}", **{**told[n], "lastName": told[n]["lastName"][:-2] + "x"})
        for n in range(6)
    ]
    # a partner and a child: name, street and town alike
    family = [
        contact(f"c{n:03}", **{**told[n], "firstName": name, "birthday": born})
        for n in range(6, 12)
        for name, born in [(FIRST[(n * 5) % len(FIRST)].title() + "e", "2011-11-30")]
    ]
    return [*once, *twice, *family]


def pair(n: int, other: str = "b") -> tuple[Identifier, Identifier]:
    return ("contact_id", f"a{n:03}"), ("contact_id", f"{other}{n:03}")


@pytest.fixture(scope="module")
def matched(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Workspace, identity.MatchReport]]:
    workspace = made_workspace(tmp_path_factory.mktemp("match") / "shop")
    put(workspace, people(110))
    told: list[str] = []
    done = build_and_match(workspace, lambda table, _place, _count: told.append(table))
    assert told.count(MATCHES) == 1
    assert told.index(MATCHES) > told.index("profiles")
    assert len(done.builds) == 2
    assert done.match is not None
    yield workspace, done.match
    workspace.close()


Matched = tuple[Workspace, identity.MatchReport]


def test_who_is_in_the_book_twice_is_one_customer(matched: Matched) -> None:
    workspace, report = matched
    found = owners(workspace)
    together = [n for n in range(6) if found[pair(n)[0]] == found[pair(n)[1]]]
    assert len(together) >= 5
    assert report.records == 122
    assert report.merged == len(together)
    assert report.new == report.merged + report.to_review
    left, right = pair(together[0])
    (step,) = identity.explain(workspace.engine, left, right).steps
    assert step.rule == "alike"
    assert {"first_name", "birth_date"} <= {c["column"] for c in step.said}


def test_a_household_is_not_one_person(matched: Matched) -> None:
    workspace, _ = matched
    found = owners(workspace)
    assert all(found[pair(n, "c")[0]] != found[pair(n, "c")[1]] for n in range(6, 12))
    joined = rows(workspace.table("identity_matches").filter(lambda t: t.band == "merge"))
    assert {(r["left_value"], r["right_value"]) for r in joined} <= {
        (a[1], b[1]) for a, b in map(pair, range(6))
    }


def test_a_second_search_changes_nothing(matched: Matched) -> None:
    workspace, _ = matched
    before = rows(workspace.table("identity_matches"))
    again = identity.match(workspace)
    assert (again.new, again.gone) == (0, 0)
    assert rows(workspace.table("identity_matches")) == before
    assert build(workspace).plan.is_empty
    last = identity.last_matching(workspace)
    assert last is not None
    assert last["merged"] == again.merged
    assert not identity.match_is_due(workspace)


def test_a_decision_outranks_what_was_found(matched: Matched) -> None:
    workspace, _ = matched
    found = owners(workspace)
    n = next(n for n in range(6) if found[pair(n)[0]] == found[pair(n)[1]])
    made = identity.decide(workspace, "part", *pair(n), "ada")
    household = identity.decide(workspace, "merge", *pair(7, "c"), "ada")
    build(workspace)
    apart = owners(workspace)
    assert apart[pair(n)[0]] != apart[pair(n)[1]]
    assert apart[pair(7, "c")[0]] == apart[pair(7, "c")[1]]
    # and it does so after another search too
    identity.match(workspace)
    build(workspace)
    again = owners(workspace)
    assert again[pair(n)[0]] != again[pair(n)[1]]
    for decision in (made, household):
        identity.withdraw(workspace, decision, "ada")
    build(workspace)
    assert owners(workspace) == found


def test_too_few_people_are_not_compared(workspace: Workspace) -> None:
    put(workspace, people(110)[:20])
    done = build_and_match(workspace)
    assert done.match is None
    assert len(done.builds) == 1
    report = identity.match(workspace)
    assert (report.merged, report.to_review) == (0, 0)


def test_what_a_search_noted_may_be_damaged(workspace: Workspace, tmp_path: Path) -> None:
    assert identity.last_matching(workspace) is None
    notes = workspace.files.folder / "models" / "identity.json"
    notes.parent.mkdir(exist_ok=True)
    notes.write_bytes(b'{"matched_at": "2026-')
    assert identity.last_matching(workspace) is None
    assert not identity.match_is_due(workspace)
