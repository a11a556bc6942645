"""Records that are alike are found, with honest probabilities and reasons."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from parvis.errors import MatchingError
from parvis.identity.alike.api import Alike, AlikeRules, Field, find_alike
from parvis.lake.ducklake import DuckLake
from tests.identity.alike.making import Row, beside, closed, f1, people, twice

FIELDS = (
    Field("first_name", "given_name"),
    Field("last_name", "surname"),
    Field("born", "date"),
    Field("town", "city"),
    Field("email", "email"),
)


def search(
    engine: DuckLake,
    rows: list[Row],
    fields: tuple[Field, ...] = FIELDS,
    rules: AlikeRules | None = None,
    **given: Any,
) -> Alike:
    columns = {name: "string" for row in rows[:1] for name in row}
    with engine.linkage() as linkage:
        return find_alike(linkage, engine.stage_rows(rows, columns), fields, rules, **given)


@pytest.fixture(scope="module")
def found(engine: DuckLake) -> tuple[list[Row], Alike, list[Row]]:
    rows = people(300)
    alike = search(engine, rows)
    return rows, alike, engine.rows(alike.pairs.order_by("left", "right"))


def test_typos_are_forgiven(found: tuple[list[Row], Alike, list[Row]]) -> None:
    rows, _, pairs = found
    merged = {(p["left"], p["right"]) for p in pairs if p["band"] == "merge"}
    assert f1(merged, twice(rows)) > 0.98


def test_what_is_merged_is_as_often_right_as_it_says(
    found: tuple[list[Row], Alike, list[Row]],
) -> None:
    rows, alike, pairs = found
    merged = [p for p in pairs if p["band"] == "merge"]
    expected = sum(p["probability"] for p in merged) / len(merged)
    right = sum((p["left"], p["right"]) in twice(rows) for p in merged) / len(merged)
    assert expected >= 0.99
    assert right >= 0.98
    assert all(p["probability"] >= alike.model.merge_from - 1e-9 for p in merged)
    assert all(p["probability"] >= 0.5 for p in pairs)


def test_each_pair_says_why(found: tuple[list[Row], Alike, list[Row]]) -> None:
    rows, _, pairs = found
    by_key = {r["record"]: r for r in rows}
    for pair in pairs:
        said = json.loads(pair["evidence"])
        assert {s["column"] for s in said} <= {f.name for f in FIELDS} | {"lookalikes"}
        assert sum(s["weight"] for s in said) == pytest.approx(pair["weight"], abs=0.1)
        for one in said:
            if one["column"] in by_key[pair["left"]]:
                assert one["left"] == by_key[pair["left"]][one["column"]]
                assert one["right"] == by_key[pair["right"]][one["column"]]
                assert (one["level"] == "the same") == (one["left"] == one["right"])


def test_the_model_can_be_read(found: tuple[list[Row], Alike, list[Row]]) -> None:
    _, alike, _ = found
    told = json.loads(alike.model.to_json())
    assert told["records"] == alike.model.records
    assert [c["name"] for c in told["columns"]] == [f.name for f in FIELDS]
    for column in alike.model.columns:
        assert sum(column.m) == pytest.approx(1)
        assert sum(column.u) == pytest.approx(1)
        assert min(*column.m, *column.u) > 0
        assert column.m[0] > column.u[0]
    assert "first_name" in str(alike.model)


def test_the_same_records_give_the_same_pairs(engine: DuckLake) -> None:
    rows = people(100)
    once = engine.rows(search(engine, rows).pairs.order_by("left", "right"))
    again = engine.rows(search(engine, rows[::-1]).pairs.order_by("left", "right"))
    assert once == again
    assert once


def test_blocking_covers_records_whatever_field_is_wrong(engine: DuckLake) -> None:
    rows = people(400)
    alike = search(engine, rows, rules=AlikeRules(least_pairs=5_000, pairs_per_record=5))
    assert len(alike.model.rules) > 3
    assert alike.model.pairs < 50_000
    merged = alike.pairs.filter(alike.pairs.band == "merge")
    pairs = {(p["left"], p["right"]) for p in engine.rows(merged)}
    assert f1(pairs, twice(rows)) > 0.95


def test_nothing_is_left_behind(engine: DuckLake) -> None:
    def tables() -> int:
        with engine.linkage() as linkage:
            return int(linkage.numbers("SELECT count(*) FROM duckdb_tables()")[0][0])

    rows = engine.stage_rows(people(60), dict.fromkeys(people(1)[0], "string"))
    before = tables()
    with engine.linkage() as linkage:
        alike = find_alike(linkage, rows, FIELDS)
    # what was found: the pairs and the groups
    assert tables() == before + 2
    engine.discard(alike.pairs)
    engine.discard(alike.groups)
    assert tables() == before


def test_names_that_changed_places_are_one_person(engine: DuckLake) -> None:
    rows = people(240)
    for number, row in enumerate(r for r in rows if r["record"].endswith("b")):
        if number % 8 == 0:
            row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
            row["email"] = None
    alike = search(engine, rows)
    swapped = {r["record"] for r in rows if r["email"] is None}
    pairs = engine.rows(alike.pairs)
    assert {p["right"] for p in pairs} >= swapped
    assert any("changed places" in p["evidence"] for p in pairs if p["right"] in swapped)


def test_two_clean_sources_have_one_partner_each(engine: DuckLake) -> None:
    rows = [{**r, "source": r["record"][-1]} for r in people(250)]
    # somebody else who is very like the first record of the second source
    double = next(r for r in rows if r["source"] == "b")
    rows.append({**double, "record": "stranger-a", "source": "a", "email": "x@y.example"})
    alike = search(engine, rows, link_only_between="source")
    pairs = engine.rows(alike.pairs)
    assert alike.model.one_to_one
    assert len({p["right"] for p in pairs}) == len(pairs)
    assert f1({(p["left"], p["right"]) for p in pairs}, twice(rows)) > 0.97


def test_what_is_known_teaches_and_is_not_told_again(engine: DuckLake) -> None:
    rows = [{**r, "customer": r["record"][:4]} for r in people(200)]
    for row in rows[150:]:
        row["customer"] = row["record"]
    alike = search(engine, rows, known="customer")
    known = {r["record"]: r["customer"] for r in rows}
    pairs = engine.rows(alike.pairs)
    assert pairs
    assert all(known[p["left"]] != known[p["right"]] for p in pairs)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (people(20), "too few"),
        ([{**r, **dict.fromkeys(("first_name", "last_name", "born", "town", "email"))}
          for r in people(80)], "no field"),
        ([{**r, **dict.fromkeys(("first_name", "last_name", "born", "town", "email"), "x")}
          for r in people(80)], "no field"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_said_that_is_said(
    engine: DuckLake, rows: list[Row], reason: str
) -> None:
    alike = search(engine, rows)
    assert engine.rows(alike.pairs) == []
    assert engine.rows(alike.groups) == []
    assert reason in alike.model.reason
    assert reason in str(alike.model)


def test_records_that_have_nothing_in_common_give_no_pairs(engine: DuckLake) -> None:
    rows = [{"record": f"r{i}", "name": f"{i:06}"[::-1] * 2} for i in range(120)]
    assert engine.rows(search(engine, rows, (Field("name", "phone"),)).pairs) == []


def test_odd_values_do_no_harm(engine: DuckLake) -> None:
    odd = ["", " ", "\x00", 'O\'Hara "x"', "%_\\", "😀", "x" * 10_000, "nul\tl", "-" * 40]
    rows = people(120)
    for number, row in enumerate(rows):
        if number % 5 == 0:
            row["last_name"] = odd[number // 5 % len(odd)].replace("\x00", "\x01")
            row["born"] = "not a date"
    alike = search(engine, rows)
    assert engine.rows(alike.pairs)


def test_no_warning_comes_through(engine: DuckLake, capfd: pytest.CaptureFixture[str]) -> None:
    # warnings are errors in all tests
    search(engine, people(80))
    assert capfd.readouterr() == ("", "")


def test_a_missing_column_is_named(engine: DuckLake) -> None:
    with pytest.raises(MatchingError, match="'nickname'"):
        search(engine, people(60), (Field("nickname", "given_name"),))


def test_three_sources_are_refused(engine: DuckLake) -> None:
    rows = [{**r, "source": "abc"[i % 3]} for i, r in enumerate(people(60))]
    with pytest.raises(MatchingError, match="3 sources"):
        search(engine, rows, link_only_between="source")


def test_kinds_and_rules_are_checked() -> None:
    with pytest.raises(MatchingError, match="'shoe_size'"):
        Field("x", "shoe_size")  # type: ignore[arg-type]
    with pytest.raises(MatchingError, match=r"merge is 1\.5"):
        AlikeRules(merge=1.5)


def test_reference_data_are_linked_well(engine: DuckLake) -> None:
    rows = beside("fake_1000.csv")
    if rows is None:
        pytest.skip("fake_1000.csv isn't beside the checkout")
    truth: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        row["record"] = row.pop("unique_id")
        truth[row.pop("cluster")].append(row["record"])
    fields = (
        Field("first_name", "given_name"),
        Field("surname", "surname"),
        Field("dob", "date"),
        Field("city", "city"),
        Field("email", "email"),
    )
    alike = search(engine, rows, fields)
    groups: dict[str, list[str]] = defaultdict(list)
    for row in engine.rows(alike.groups):
        groups[row["group"]].append(row["record"])
    # a careful model by hand reaches 0.95
    assert f1(closed(groups.values()), closed(truth.values())) > 0.98
    merged = engine.rows(alike.pairs.filter(alike.pairs.band == "merge"))
    right = closed(truth.values())
    keys = [tuple(sorted((p["left"], p["right"]))) for p in merged]
    assert sum(k in right for k in keys) / len(keys) > 0.99
