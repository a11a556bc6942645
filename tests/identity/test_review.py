"""What people are asked to decide, the evidence by customer, and the health of it all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from parvis.domain.settings import IdentitySettings
from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.lake.schema import TABLES
from tests.making import Row, event, rows

USUAL = IdentitySettings()
NOW = datetime(2026, 7, 1, tzinfo=UTC)
ANN, BEA, CLE = ("user_id", "ann"), ("user_id", "bea"), ("user_id", "cle")
MAIL = ("email", "ann@a.example")

Pair = tuple[tuple[str, str], tuple[str, str]]


def shaped(table: str, given: Sequence[Row]) -> tuple[list[Row], dict[str, Any]]:
    schema = dict(TABLES[table].ibis.items())
    return [dict.fromkeys(schema) | r for r in given], schema


def ends(pair: Pair) -> Row:
    left, right = sorted(pair)
    return {
        "left_kind": left[0],
        "left_value": left[1],
        "right_kind": right[0],
        "right_value": right[1],
    }


def match(pair: Pair, probability: float, band: str = "review") -> Row:
    said = '[{"column": "city", "left": "Lyon", "right": "Lyon", "level": "the same", "weight": 2}]'
    return ends(pair) | {
        "probability": probability, "weight": 12.0, "band": band, "evidence": said,
        "model": "test", "matched_at": NOW,
    }  # fmt: skip


def decision(place: int, verdict: str, pair: Pair, withdraws: str | None = None) -> Row:
    return ends(pair) | {
        "decision_id": f"d{place}", "verdict": verdict, "decided_at": NOW, "decided_by": "ada",
        "note": None, "withdraws": withdraws,
    }  # fmt: skip


class Made:
    """Tables of three customers who bought for 10, 20 and 30 euros."""

    def __init__(
        self, engine: DuckLake, *, matches: Sequence[Row] = (), stops: Sequence[Row] = (),
        decisions: Sequence[Row] = (), links: Sequence[Row] = (),
        sales: Sequence[int] = (10, 20, 30),
    ) -> None:  # fmt: skip
        self.engine = engine
        owned = [(ANN, "A"), (MAIL, "A"), (BEA, "B"), (CLE, "C"), (("email", "Ann@A.example"), "A")]
        self.identities = self.stage("identities", [
            {"kind": k, "value": v, "normal": v.lower(), "customer_id": c, "component": c,
             "since": NOW, "is_known": True, "is_shared": False, "claims": 1}
            for (k, v), c in owned
        ])  # fmt: skip
        self.doubts = identity.Doubts(
            self.stage_json("identity_matches", matches),
            self.stage("identity_stops", stops),
            self.stage("identity_decisions", decisions),
            self.identities,
            engine.stage_rows(
                [{"customer_id": c, "frequency": n, "monetary": sales[n - 1]}
                 for n, c in enumerate("ABC", start=1)],
                {"customer_id": "string", "frequency": "int64", "monetary": "decimal(18, 4)"},
            ),
        )  # fmt: skip
        self.links = self.stage("identity_links", links)

    def stage(self, table: str, given: Sequence[Row]) -> Any:
        return self.engine.stage_rows(*shaped(table, given))

    def stage_json(self, table: str, given: Sequence[Row]) -> Any:
        made, schema = shaped(table, given)
        plain = {c: "string" if t.is_json() else t for c, t in schema.items()}
        brought = self.engine.stage_rows(made, plain)
        return brought.mutate(evidence=brought.evidence.cast("json"))

    def queue(self) -> list[Row]:
        return rows(identity.review_queue(self.engine, self.doubts), "place")


def test_the_most_valuable_comes_first(engine: DuckLake) -> None:
    made = Made(engine, matches=[
        match((ANN, BEA), 0.5), match((BEA, CLE), 0.9), match((MAIL, CLE), 0.6),
        match((ANN, MAIL), 0.7),
    ])  # fmt: skip
    queue = made.queue()
    assert [r["pair"] for r in queue] == ["B-C", "A-C", "A-B"], "one customer isn't a pair"
    assert [int(r["sales_at_stake"]) for r in queue] == [20, 10, 10]
    assert [r["orders_at_stake"] for r in queue] == [2, 1, 1]
    assert [r["place"] for r in queue] == [1, 2, 3]
    assert queue[0]["reason"] == "alike"
    assert '"column":"city"' in queue[0]["evidence"].replace(" ", "")


def test_of_equal_value_the_least_sure_comes_first(engine: DuckLake) -> None:
    matches = [match((ANN, CLE), 0.95), match((ANN, BEA), 0.55), match((BEA, CLE), 0.3)]
    made = Made(engine, matches=matches, sales=(7, 7, 7))
    assert [r["pair"] for r in made.queue()] == ["A-B", "B-C", "A-C"]


def stop(pair: Pair, guard: str, rule: str = "same_event") -> Row:
    return ends(pair) | {
        "guard": guard, "rule": rule, "strength": 14.0, "detail": "2 × user_id; at most 1",
        "component": "A",
    }  # fmt: skip


def test_what_a_guard_stopped_is_asked_with_the_evidence_of_the_model(engine: DuckLake) -> None:
    made = Made(
        engine,
        matches=[match((ANN, BEA), 0.99, "merge")],
        stops=[
            stop((ANN, BEA), "limit", "alike"),
            stop((MAIL, BEA), "limit"),
            stop((ANN, CLE), "part"),
            stop((MAIL, ("", "")), "shared"),
        ],
    )
    (one,) = made.queue()
    assert (one["reason"], one["probability"], one["weight"]) == ("limit", 0.99, 12.0)
    assert one["reasons"] == 2
    assert one["detail"] == "2 × user_id; at most 1"


@pytest.mark.parametrize("verdict", ["part", "merge"])
def test_what_is_decided_is_gone_whichever_identifiers_were_named(
    engine: DuckLake, verdict: str
) -> None:
    made = Made(
        engine,
        matches=[match((ANN, BEA), 0.5), match((BEA, CLE), 0.5)],
        decisions=[decision(1, verdict, (MAIL, BEA))],
    )
    assert [r["pair"] for r in made.queue()] == ["B-C"]


def test_what_is_taken_back_is_asked_again(engine: DuckLake) -> None:
    decided = [decision(1, "part", (ANN, BEA)), decision(2, "withdraw", (ANN, BEA), "d1")]
    made = Made(engine, matches=[match((ANN, BEA), 0.5)], decisions=decided)
    assert [r["pair"] for r in made.queue()] == ["A-B"]


def test_what_is_skipped_comes_last_until_it_is_decided(engine: DuckLake) -> None:
    matches = [match((ANN, BEA), 0.5), match((BEA, CLE), 0.5)]
    skipped = decision(1, "skip", (BEA, CLE))
    assert [(r["pair"], r["skipped_as"]) for r in Made(
        engine, matches=matches, decisions=[skipped]
    ).queue()] == [("A-B", None), ("B-C", "d1")]  # fmt: skip
    taken_back = [skipped, decision(2, "withdraw", (BEA, CLE), "d1")]
    assert [r["pair"] for r in Made(engine, matches=matches, decisions=taken_back).queue()] == [
        "B-C", "A-B",
    ]  # fmt: skip


def test_a_merge_that_a_later_decision_contradicts_is_asked(engine: DuckLake) -> None:
    made = Made(
        engine,
        stops=[stop((ANN, BEA), "merge_refused", "merge")],
        decisions=[decision(1, "merge", (ANN, BEA)), decision(2, "part", (MAIL, BEA))],
    )
    assert [r["reason"] for r in made.queue()] == ["merge_refused"]


def link(pair: Pair, strength: float = 20.0) -> Row:
    return ends(pair) | {
        "rule": "same_event", "strength": strength, "message_id": "m1", "source": "shop",
        "first_at": NOW, "last_at": NOW, "known_at": NOW, "events": 3,
    }  # fmt: skip


def test_evidence_is_found_from_both_customers(engine: DuckLake) -> None:
    made = Made(
        engine,
        links=[link((ANN, MAIL)), link((MAIL, BEA))],
        stops=[stop((MAIL, BEA), "limit")],
        matches=[match((ANN, CLE), 0.99, "merge"), match((BEA, CLE), 0.5)],
        decisions=[decision(1, "merge", (BEA, CLE)), decision(2, "part", (ANN, BEA))],
    )
    found = rows(identity.ties(engine, made.links, made.doubts))
    told = {(r["customer_id"], r["other"], r["rule"], r["stopped"]) for r in found}
    assert told == {
        ("A", None, "same_event", None),
        ("A", "B", "same_event", "limit"),
        ("B", "A", "same_event", "limit"),
        ("A", "C", "alike", None),
        ("C", "A", "alike", None),
        ("B", "C", "merge", None),
        ("C", "B", "merge", None),
    }


def test_all_evidence_on_something_shared_is_stopped(engine: DuckLake) -> None:
    alone = {"left_kind": MAIL[0], "left_value": MAIL[1], "right_kind": "", "right_value": ""}
    made = Made(
        engine, links=[link((ANN, MAIL))],
        stops=[stop((ANN, BEA), "shared") | alone],
    )  # fmt: skip
    (one,) = rows(identity.ties(engine, made.links, made.doubts))
    assert one["stopped"] == "shared"


def test_health_counts_customers_by_size_and_finds_what_is_odd(make: Any) -> None:
    from parvis.work.steps import build
    from tests.making import order, put

    shop = make()
    rules = IdentitySettings(max_values={"anonymous_id": 5})
    put(shop, [
        *(event("Seen", user="ann", cookie=f"k{n}", also=[MAIL]) for n in range(4)),
        event(user="bea", traits={"birthday": "1980-01-02"}, also=[("phone", "+33639981234")]),
        event(user="bea", traits={"birthday": "1955-07-30"}, also=[("contact_id", "crm:1")],
              at="2026-04-01"),
        event(user=None, also=[("contact_id", "crm:1")], traits={"birthday": "1990-05-05"}),
        event("Seen", cookie="alone", at="2026-05-01"),
        order("o1", user="ann"),
        order("o2", user=None, cookie="alone", at="2026-05-01"),
        event("Seen", cookie="c7", also=[("email", "not a mail")]),
    ])  # fmt: skip
    build(shop)
    told = identity.health(shop.engine, rules, "UTC")
    sizes = dict(zip(identity.SIZES, told.sizes, strict=True))
    assert (sizes[1], sizes[3], sizes[5]) == (2, 1, 1), told
    assert sum(told.sizes) == told.customers == 4
    assert told.largest[0]["identifiers"] == 6
    assert [(r["kind"], r["held"], r["most"]) for r in told.near_limits] == [("anonymous_id", 4, 5)]
    assert [r["dates"] for r in told.birth_dates] == [2]
    assert told.totals == {"birth_dates": 1, "apart": 0, "cut_components": 0}
    assert (told.orders, told.orders_of_unknown) == (2, 1)
    assert [(r["problem"], r["identifiers"]) for r in told.unusable] == [("not_an_email", 1)]
    months = {str(r["month"])[:7]: (r["singletons"], r["customers"]) for r in told.singletons}
    assert months == {"2026-03": (1, 3), "2026-05": (1, 1)}
