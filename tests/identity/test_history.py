"""Whose an identifier was, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from parvis.identity import api as identity
from parvis.lake.workspace import Workspace
from tests.identity.test_preview import build_identity, owners
from tests.making import event, moment, put, rows

MAIL = ("email", "ann@a.example")


def changed_at(workspace: Workspace) -> list[datetime]:
    return sorted({r["changed_at"] for r in rows(workspace.table("identity_changes"))})


def history(workspace: Workspace, *end: str) -> list[tuple[Any, ...]]:
    found = identity.history(workspace.engine, *end)
    return [(o.customer_id, o.since, o.until) for o in found]


def test_an_identifier_goes_from_hand_to_hand(workspace: Workspace) -> None:
    engine = workspace.engine
    put(workspace, [event("Seen", "2026-03-01T10:00", also=[MAIL])])
    build_identity(workspace)
    first = owners(workspace)[MAIL]
    put(workspace, [event("Seen", "2026-03-05T10:00", user="ann", also=[MAIL])])
    build_identity(workspace)
    second = owners(workspace)[MAIL]
    put(workspace, [event("Seen", "2026-03-06T10:00", user="bob")])
    made = identity.decide(workspace, "part", MAIL, ("user_id", "ann"), "ada")
    build_identity(workspace)
    identity.withdraw(workspace, made, "ada")
    build_identity(workspace)
    assert first != second
    assert owners(workspace)[MAIL] == second

    one, two, three = changed_at(workspace)
    seen = moment("2026-03-01T10:00")
    assert history(workspace, *MAIL) == [
        (first, seen, one), (second, one, two), (first, two, three), (second, three, None),
    ]  # fmt: skip
    whys = [o.why for o in identity.history(engine, *MAIL)]
    assert whys[0] == ""
    assert "identity_decisions" in whys[2]

    def at(when: datetime) -> str | None:
        return identity.owner_at(engine, *MAIL, when)

    tick = timedelta(microseconds=1)
    assert at(seen - tick) is None
    assert at(seen) == at(one - tick) == first
    assert at(one) == at(two - tick) == second
    assert at(two) == first
    assert at(three) == at(datetime.now(UTC)) == second
    # whoever never moved has one owner
    ((customer, _, until),) = history(workspace, "user_id", "ann")
    assert (customer, until) == (second, None)


def test_each_move_is_reported(workspace: Workspace) -> None:
    put(workspace, [event("Seen", user="ann"), event("Seen", user="bob", cookie="c1")])
    build_identity(workspace)
    assert rows(workspace.table("identity_reports")) == []
    ann, bob = owners(workspace)["user_id", "ann"], owners(workspace)["user_id", "bob"]
    identity.decide(workspace, "merge", ("user_id", "ann"), ("user_id", "bob"), "ada")
    build_identity(workspace)
    (report,) = rows(workspace.table("identity_reports"))
    assert (report["identifiers"], report["largest"]) == (2, 3)
    assert (report["customers_before"], report["customers_after"]) == (1, 1)
    changes = rows(workspace.table("identity_changes"), "kind")
    assert [(c["value"], c["customer_before"], c["customer_after"]) for c in changes] == [
        ("c1", bob, ann), ("bob", bob, ann),
    ]  # fmt: skip
    # a build without news of who is who reports nothing
    put(workspace, [event("Seen", "2026-03-09T10:00", user="ann")])
    build_identity(workspace)
    assert len(rows(workspace.table("identity_reports"))) == 1


def test_spellings_are_one_history(workspace: Workspace) -> None:
    put(workspace, [event("Seen", "2026-03-01T10:00", also=[("email", "Ann@A.example")])])
    build_identity(workspace)
    put(workspace, [event("Seen", "2026-03-02T10:00", user="ann", also=[MAIL])])
    build_identity(workspace)
    told = history(workspace, *MAIL)
    assert len(told) == 2
    assert told[0][1] == moment("2026-03-01T10:00")
    assert told == history(workspace, "email", "Ann@A.example")


def test_what_was_never_seen_was_nobodys(workspace: Workspace) -> None:
    put(workspace, [event("Seen", user="ann", also=[("email", "no address")])])
    build_identity(workspace)
    assert history(workspace, "email", "ann") == []
    assert identity.owner_at(workspace.engine, "email", "ann", datetime.now(UTC)) is None
    # what can't be compared is itself alone
    ((customer, _, _),) = history(workspace, "email", "no address")
    assert customer == owners(workspace)["email", "no address"]
