"""Who is who, as far as silos say it themselves."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from tests.making import Row, event, rows, staged


def resolve(engine: DuckLake, events: list[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    table = staged(engine, events)
    seen = identity.sightings(table)
    links = identity.identity_links(seen)
    owners = identity.identities(seen, links)
    whose = identity.resolved(table, owners).select("message_id", "customer_id", "is_known")
    return rows(links), rows(owners), rows(whose)


def owner_of(owners: list[Row], kind: str, value: str) -> Row:
    (found,) = [r for r in owners if (r["kind"], r["value"]) == (kind, value)]
    return found


_histories = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["c1", "c2", None]),
        st.sampled_from([("email", "a@x"), ("email", "b@x"), None]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=8,
)


def made(history: list[tuple[str | None, str | None, tuple[str, str] | None, int]]) -> list[Row]:
    return [
        event(
            "Seen",
            f"2026-03-0{day + 1}T12:00",
            user=user,
            cookie=cookie,
            also=[more] if more else [],
            message_id=f"m{place}",
        )
        for place, (user, cookie, more, day) in enumerate(history)
    ]


@settings(max_examples=25)
@given(_histories, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    engine: DuckLake,
    history: list[tuple[str | None, str | None, tuple[str, str] | None, int]],
    chance: random.Random,
) -> None:
    events = made(history)
    shuffled = list(events)
    chance.shuffle(shuffled)
    assert resolve(engine, events) == resolve(engine, shuffled)


@settings(max_examples=25)
@given(_histories)
def test_it_is_what_the_rule_says(
    engine: DuckLake, history: list[tuple[str | None, str | None, tuple[str, str] | None, int]]
) -> None:
    events = made(history)
    _, owners, whose = resolve(engine, events)
    said = {(r["kind"], r["value"]): r for r in owners}
    every = {(i["kind"], i["value"]) for e in events for i in e["identifiers"]}
    assert set(said) == every
    for kind, value in every:
        if kind == "user_id":
            continue
        met = sorted(
            {
                (e["occurred_at"], e["user_id"])
                for e in events
                if e["user_id"] and {"kind": kind, "value": value} in e["identifiers"]
            }
        )
        found = said[kind, value]
        assert found["claims"] == len({user for _, user in met})
        assert found["is_known"] == bool(met)
        if met:
            assert found["customer_id"] == said["user_id", met[0][1]]["customer_id"]
        else:
            alone = [k for k, r in said.items() if r["customer_id"] == found["customer_id"]]
            assert alone == [(kind, value)]
    # an event is its first identifier's; without any it is nobody's
    expected = {
        e["message_id"]: said[e["identifiers"][0]["kind"], e["identifiers"][0]["value"]][
            "customer_id"
        ]
        for e in events
        if e["identifiers"]
    }
    assert {r["message_id"]: r["customer_id"] for r in whose} == expected


def test_a_shared_cookie_stays_with_the_first(engine: DuckLake) -> None:
    links, owners, _ = resolve(
        engine,
        [
            event("Seen", "2026-03-02", user="bob", cookie="shared"),
            event("Seen", "2026-03-01", user="ann", cookie="shared"),
            event("Seen", "2026-03-03", user="bob", cookie="shared"),
        ],
    )
    cookie = owner_of(owners, "anonymous_id", "shared")
    ann, bob = (owner_of(owners, "user_id", u) for u in ("ann", "bob"))
    assert cookie["customer_id"] == ann["customer_id"] != bob["customer_id"]
    assert cookie["claims"] == 2
    assert {(r["user_id"], r["events"]) for r in links} == {("ann", 1), ("bob", 2)}
    (of_bob,) = [r for r in links if r["user_id"] == "bob"]
    assert (of_bob["first_at"].day, of_bob["last_at"].day) == (2, 3)


def test_a_link_names_the_event_that_proves_it(engine: DuckLake) -> None:
    proof = event("Seen", "2026-03-01", user="ann", cookie="c1")
    links, _, _ = resolve(engine, [event("Seen", "2026-03-02", user="ann", cookie="c1"), proof])
    assert [(r["message_id"], r["rule"]) for r in links] == [(proof["message_id"], "same_event")]


def test_kinds_do_not_mix(engine: DuckLake) -> None:
    _, owners, _ = resolve(engine, [event("Seen", user="42"), event("Seen", cookie="42")])
    assert len({r["customer_id"] for r in owners}) == 2


def test_what_names_nobody_is_nobodys(engine: DuckLake) -> None:
    _, owners, whose = resolve(
        engine, [event("Seen"), event("Seen", also=[("email", "")]), event("Seen", user="ann")]
    )
    assert [r["value"] for r in owners] == ["ann"]
    assert len(whose) == 1


def test_without_identifiers_at_all(engine: DuckLake) -> None:
    _, owners, whose = resolve(engine, [event("Seen", identifiers=None)])
    assert (owners, whose) == ([], [])
