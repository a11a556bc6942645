"""Silos' records of people: matched, but for households and twins."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bench.linkage_people import SCHEMA, Crowd, crowd

from parvis.identity.alike.people import MODEL, match_people
from parvis.lake.ducklake import DuckLake
from parvis.lake.schema import TABLES

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def ends(row: dict[str, Any]) -> tuple[str, str]:
    return row["left_value"], row["right_value"]


@pytest.fixture(scope="module")
def matched(engine: DuckLake) -> tuple[Crowd, list[dict[str, Any]]]:
    made = crowd(4_000)
    alike = match_people(engine, engine.stage_rows(made.rows, SCHEMA), NOW)
    assert {name for name, _ in alike.model.lookalikes} >= {"household", "twins"}
    return made, engine.rows(alike.pairs)


def test_people_are_matched_and_few_wrongly(
    matched: tuple[Crowd, list[dict[str, Any]]],
) -> None:
    made, rows = matched
    truth = made.truth()
    merged = {ends(r) for r in rows if r["band"] == "merge"}
    found = {ends(r) for r in rows}
    assert len(merged & truth) / len(merged) > 0.985
    assert len(merged & truth) / len(truth) > 0.88
    assert len(found & truth) / len(truth) > 0.92


def test_people_of_one_household_stay_apart(
    matched: tuple[Crowd, list[dict[str, Any]]],
) -> None:
    made, rows = matched
    who = {r["value"]: p for r, p in zip(made.rows, made.person, strict=True)}
    told = {r["value"]: r for r in made.rows}
    homes: dict[tuple[str, str], set[str]] = {}
    for row in made.rows:
        if row["street"] and row["last_name"]:
            homes.setdefault((row["last_name"], row["street"]), set()).add(row["value"])
    shared = {v for home in homes.values() if len({who[x] for x in home}) > 1 for v in home}
    merged = [ends(r) for r in rows if r["band"] == "merge"]
    wrong = [
        (a, b)
        for a, b in merged
        if who[a] != who[b] and told[a]["first_name"] != told[b]["first_name"]
    ]
    assert len(shared) > 500
    assert len(wrong) < 0.01 * len(shared)


def test_matches_are_rows_of_their_table(
    engine: DuckLake, matched: tuple[Crowd, list[dict[str, Any]]]
) -> None:
    _, rows = matched
    assert list(rows[0]) == [c.name for c in TABLES["identity_matches"].columns]
    for row in rows:
        assert (row["left_kind"], row["left_value"]) < (row["right_kind"], row["right_value"])
        assert row["band"] in ("merge", "review")
        assert row["model"] == MODEL
        assert row["matched_at"] == NOW
        assert all(
            set(e) == {"column", "left", "right", "level", "weight"}
            for e in json.loads(row["evidence"])
        )


def test_what_is_one_customer_is_not_told_again(
    matched: tuple[Crowd, list[dict[str, Any]]],
) -> None:
    made, rows = matched
    customer = {r["value"]: r["customer_id"] for r in made.rows}
    assert len(set(customer.values())) < len(customer)
    assert all(customer[a] != customer[b] for a, b in map(ends, rows))


def test_kinds_are_ordered_as_identifiers_are(engine: DuckLake) -> None:
    made = crowd(300)
    kinds = ["user_id", "contact_id", "user_id2"]
    rows = [{**r, "kind": kinds[i % 3]} for i, r in enumerate(made.rows)]
    found = engine.rows(match_people(engine, engine.stage_rows(rows, SCHEMA), NOW).pairs)
    assert len({r["left_kind"] for r in found}) > 1
    known = {r["value"]: r["kind"] for r in rows}
    for row in found:
        assert known[row["left_value"]] == row["left_kind"]
        assert (row["left_kind"], row["left_value"]) < (row["right_kind"], row["right_value"])


def test_a_name_told_in_one_is_compared(engine: DuckLake) -> None:
    rows = crowd(400).rows
    for name, value in (("one", ("Zoltan", "Quartermain")), ("two", ("Quartermain", "Zoltan"))):
        rows.append(
            {
                **dict.fromkeys(SCHEMA),
                "kind": "contact_id",
                "value": name,
                "full_name": " ".join(value),
                "birth_date": date(1980, 5, 17),
                "phones": ["+33990000000"],
                "customer_id": name,
            }
        )
    found = engine.rows(match_people(engine, engine.stage_rows(rows, SCHEMA), NOW).pairs)
    assert ("one", "two") in {ends(r) for r in found}


def test_records_without_names_are_left_to_the_sure_part(engine: DuckLake) -> None:
    rows = [{**r, "first_name": None, "last_name": None, "full_name": None} for r in crowd(99).rows]
    alike = match_people(engine, engine.stage_rows(rows, SCHEMA), NOW)
    assert engine.rows(alike.pairs) == []
    assert "too few" in alike.model.reason
