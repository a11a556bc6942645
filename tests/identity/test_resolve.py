"""From evidence to customers: what is joined, what guards stop, and that order plays no part."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import ibis
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from parvis.domain.settings import IdentitySettings
from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.lake.schema import TABLES
from tests.making import Row, event, rows, staged

USUAL = IdentitySettings()


def resolve(
    engine: DuckLake,
    events: Sequence[Row],
    rules: IdentitySettings = USUAL,
    decisions: Sequence[tuple[str, tuple[str, str], tuple[str, str]]] = (),
) -> identity.Resolved:
    made = [
        {
            "decision_id": f"d{place:03}",
            "verdict": verdict,
            "left_kind": left[0],
            "left_value": left[1],
            "right_kind": right[0],
            "right_value": right[1],
            "decided_at": event("x")["occurred_at"],
            "decided_by": "ada",
            "note": None,
            "withdraws": None,
        }
        for place, (verdict, left, right) in enumerate(decisions)
    ]
    return identity.resolve_events(
        engine,
        staged(engine, list(events)),
        engine.table("identity_matches"),
        engine.stage_rows(made, dict(TABLES["identity_decisions"].ibis.items())),
        rules,
    )


def owners(resolved: identity.Resolved) -> dict[tuple[str, str], str]:
    return {(r["kind"], r["value"]): r["customer_id"] for r in rows(resolved.identities)}


def stops(resolved: identity.Resolved) -> set[str]:
    return {r["guard"] for r in rows(resolved.stops)}


def seen(
    user: str | None = None, cookie: str | None = None, *also: tuple[str, str], **more: Any
) -> Row:
    return event("Seen", user=user, cookie=cookie, also=also, **more)


_values = st.sampled_from([
    ("user_id", "u1"), ("user_id", "u2"), ("user_id", "u3"), ("anonymous_id", "c1"),
    ("anonymous_id", "c2"), ("anonymous_id", "c3"), ("email", "a@shop.example"),
    ("email", "b@shop.example"), ("phone", "+33639981234"), ("device_id", "SN-1"),
])  # fmt: skip
_events = st.lists(
    st.tuples(st.lists(_values, min_size=1, max_size=3), st.booleans(), st.integers(0, 6)),
    min_size=1,
    max_size=14,
)
_decisions = st.lists(st.tuples(st.sampled_from(["merge", "part"]), _values, _values), max_size=4)


def made(history: list[tuple[list[tuple[str, str]], bool, int]]) -> list[Row]:
    return [
        event(
            "Seen",
            f"2026-03-{day + 1:02}T12:{place:02}",
            also=list(dict.fromkeys(known)),
            message_id=f"m{place:03}",
            type="alias" if is_alias and place % 3 == 0 else "track",
        )
        for place, (known, is_alias, day) in enumerate(history)
    ]


@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(_events, _decisions, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    engine: DuckLake,
    history: list[tuple[list[tuple[str, str]], bool, int]],
    decided: list[tuple[str, tuple[str, str], tuple[str, str]]],
    chance: random.Random,
) -> None:
    events = made(history)
    one = resolve(engine, events, decisions=decided)
    chance.shuffle(events)
    other = resolve(engine, events, decisions=decided)
    for name in ("identities", "stops"):
        assert _sorted(getattr(one, name)) == _sorted(getattr(other, name))


def _sorted(table: Any) -> list[str]:
    return sorted(repr(sorted(r.items())) for r in rows(table))


@settings(max_examples=10, phases=[Phase.explicit, Phase.generate])
@given(_events, _decisions)
def test_guards_hold_whatever_comes(
    engine: DuckLake,
    history: list[tuple[list[tuple[str, str]], bool, int]],
    decided: list[tuple[str, tuple[str, str], tuple[str, str]]],
) -> None:
    plain = [(known, False, day) for known, _, day in history]
    found = owners(resolve(engine, made(plain)))
    users: dict[str, set[str]] = {}
    for (kind, value), customer in found.items():
        if kind == "user_id":
            users.setdefault(customer, set()).add(value)
    assert all(len(u) == 1 for u in users.values())
    # two accounts are one customer only where a person said so, and never against the last word
    told = resolve(engine, made(plain), decisions=decided)
    whose = owners(told)
    last = {frozenset((a, b)): v for v, a, b in decided}
    for pair, verdict in last.items():
        if verdict == "part" and len(pair) == 2:
            left, right = pair
            if left in whose and right in whose:
                newer = [v for v, a, b in decided[_place(decided, pair) + 1 :] if v == "merge"]
                assert newer or whose[left] != whose[right]


def _place(decided: Sequence[tuple[str, Any, Any]], pair: frozenset[Any]) -> int:
    return max(i for i, (_, a, b) in enumerate(decided) if frozenset((a, b)) == pair)


def test_what_one_event_carries_is_one_person(engine: DuckLake) -> None:
    found = owners(resolve(engine, [
        seen("ann", "c1", ("email", "Ann@Shop.example")),
        seen(None, "c1"),
        seen(None, None, ("email", "ann@shop.example"), ("phone", "06 39 98 12 34")),
        seen(None, None, ("phone", "+33639981234")),
    ]))  # fmt: skip
    assert len(set(found.values())) == 1
    assert ("email", "Ann@Shop.example") in found  # the raw spelling is kept


def test_a_family_computer_is_nobodys(engine: DuckLake) -> None:
    resolved = resolve(engine, [
        seen("ann", "c1"), seen("ann", "c1"), seen("bob", "c1"), seen("bob", "c1"),
        seen("ann", "c2"), seen("bob", "c3"),
    ])  # fmt: skip
    found = owners(resolved)
    assert found["user_id", "ann"] != found["user_id", "bob"]
    assert found["anonymous_id", "c1"] not in {found["user_id", "ann"], found["user_id", "bob"]}
    assert found["anonymous_id", "c2"] == found["user_id", "ann"]
    (stop,) = rows(resolved.stops)
    assert (stop["guard"], stop["left_value"], stop["detail"]) == (
        "shared", "c1", "used by 2 persons",
    )  # fmt: skip


def test_who_used_it_once_does_not_share_it(engine: DuckLake) -> None:
    often = [seen("ann", "c1") for _ in range(30)]
    resolved = resolve(engine, [*often, seen("bob", "c1")])
    found = owners(resolved)
    assert found["anonymous_id", "c1"] == found["user_id", "ann"] != found["user_id", "bob"]
    assert stops(resolved) == {"limit"}


def test_a_households_address_is_told_by_the_names(engine: DuckLake) -> None:
    def contact(number: str, name: str, phone: str) -> Row:
        return event(
            None,
            also=[("contact_id", number), ("email", "family@mail.example"), ("phone", phone)],
            traits={"firstName": name, "lastName": "Moulin"},
        )

    one, other = contact("K1", "Louise", "0639980001"), contact("K2", "Alain", "0639980002")
    resolved = resolve(engine, [one, other])
    found = owners(resolved)
    assert found["contact_id", "K1"] != found["contact_id", "K2"]
    assert len(set(found.values())) == 3
    assert "Alain and Louise" in rows(resolved.stops)[0]["detail"] or (
        "Louise and Alain" in rows(resolved.stops)[0]["detail"]
    )
    # a double of the same person, with a slip of the keys, is not another person
    found = owners(resolve(engine, [one, contact("K3", "Louise ", "0639980003")]))
    assert len(set(found.values())) == 1


def test_an_alias_joins_two_accounts(engine: DuckLake) -> None:
    was = seen("old", "c1")
    alias = event(None, user="new", also=[("anonymous_id", "old")], type="alias")
    found = owners(resolve(engine, [was, seen("new", "c1"), alias]))
    # the browser that both used is one person's after all
    assert found["user_id", "old"] == found["user_id", "new"] == found["anonymous_id", "c1"]


def test_a_swarm_stays_below_the_limit(engine: DuckLake) -> None:
    chain = [
        seen(None, None, ("device_id", f"SN-{i}"), ("fediverse", f"@a{i + 1}@x.example"))
        for i in range(30)
    ] + [
        seen(None, None, ("fediverse", f"@a{i}@x.example"), ("device_id", f"SN-{i}"))
        for i in range(30)
    ]
    rules = USUAL.model_copy(update={"max_size": 10})
    resolved = resolve(engine, chain, rules)
    sizes: dict[str, int] = {}
    for customer in owners(resolved).values():
        sizes[customer] = sizes.get(customer, 0) + 1
    assert max(sizes.values()) <= 10
    assert "size" in stops(resolved)


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000, " ", "a\x00b", "аnn@shop.example", "\u202eann@shop.example", "null", "0000000"],
    ids=["long", "blank", "control", "look-alike", "bidi", "null", "zeros"],
)
def test_bad_identifiers_join_nothing(engine: DuckLake, value: str) -> None:
    value = value.replace("\x00", "\x01")  # a null byte never gets into the lake
    found = owners(resolve(engine, [
        seen("ann", None, ("email", value), ("phone", "+33639981234")),
        seen("bob", None, ("email", value), ("anonymous_id", value)),
        seen(None, None, ("email", value)),
    ]))  # fmt: skip
    assert found["user_id", "ann"] != found["user_id", "bob"]
    assert found["email", value] not in {found["user_id", "ann"], found["user_id", "bob"]}


def test_merge_then_part_is_as_if_nothing_was(engine: DuckLake) -> None:
    events = [seen("ann", "c1"), seen("bob", "c2"), seen(None, "c1", ("email", "ann@a.example"))]
    ann, bob = ("user_id", "ann"), ("user_id", "bob")
    before = _sorted(resolve(engine, events).identities)
    merged = resolve(engine, events, decisions=[("merge", ann, bob)])
    assert len(set(owners(merged).values())) == 1
    parted = resolve(engine, events, decisions=[("merge", ann, bob), ("part", bob, ann)])
    assert _sorted(parted.identities) == before


def test_parting_within_a_customer_cuts_the_weakest_link(engine: DuckLake) -> None:
    events = [
        *(seen("ann", "c1") for _ in range(5)),
        seen(None, "c1", ("email", "xenia@a.example")),
    ]
    ann, mail = ("user_id", "ann"), ("email", "xenia@a.example")
    assert len(set(owners(resolve(engine, events)).values())) == 1
    found = owners(resolve(engine, events, decisions=[("part", ann, mail)]))
    assert (
        found["user_id", "ann"] == found["anonymous_id", "c1"] != found["email", "xenia@a.example"]
    )


def test_a_later_part_undoes_a_merge_through_others(engine: DuckLake) -> None:
    events = [*(seen("ann", "c1") for _ in range(9)), *(seen("bob", "c2") for _ in range(9))]
    cookies = ("anonymous_id", "c1"), ("anonymous_id", "c2")
    users = ("user_id", "ann"), ("user_id", "bob")
    made = [("merge", *users), ("part", *cookies)]
    resolved = resolve(engine, events, decisions=made)
    found = owners(resolved)
    assert found["user_id", "ann"] == found["anonymous_id", "c1"]
    assert found["user_id", "ann"] != found["user_id", "bob"] == found["anonymous_id", "c2"]
    assert stops(resolved) == {"merge_refused"}
    # and a merge after that has the last word
    found = owners(resolve(engine, events, decisions=[*made, ("merge", *reversed(users))]))
    assert len(set(found.values())) == 1


def test_an_event_is_given_to_who_is_not_shared(engine: DuckLake) -> None:
    family = ("email", "family@mail.example")
    events = [
        *(seen("ann", None, family) for _ in range(3)),
        *(seen("bob", None, family) for _ in range(3)),
        seen("ann", None, ("phone", "+33639981234")),
        seen(None, None, family, ("phone", "+33639981234"), message_id="order"),
        seen(None, None, family, message_id="letter"),
    ]
    resolved = resolve(engine, events)
    table = identity.resolved(staged(engine, events), resolved.identities)
    whose = {r["message_id"]: r["customer_id"] for r in rows(table)}
    found = owners(resolved)
    assert whose["order"] == found["user_id", "ann"]
    assert whose["letter"] == found[family]


def test_customers_are_named_by_what_they_are(engine: DuckLake) -> None:
    found = owners(resolve(engine, [seen("ann", "c1")]))
    name = identity.customer_id_of(ibis.literal("user_id"), ibis.literal("ann"))
    assert found["anonymous_id", "c1"] == engine.rows(name.name("id").as_table())[0]["id"]
