"""Fields are brought to a form that can be compared, and give keys to block on."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from parvis.identity.alike.contracts import KINDS, Field
from parvis.identity.alike.likeness import comparisons_of
from parvis.identity.alike.prepare import prepare, skeleton
from parvis.lake.ducklake import DuckLake


def normal(engine: DuckLake, kind: Any, value: Any) -> Any:
    of = "array<string>" if isinstance(value, list) else "string"
    rows = engine.stage_rows([{"unique_id": 1, "x": value}], {"unique_id": "int64", "x": of})
    return engine.rows(prepare(rows, [Field("x", kind)]).records)[0]["f0"]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("given_name", "  ÉLODIE-Anne ", "elodie anne"),
        ("surname", "O'Brien 2", "o brien"),
        ("surname", " - ", None),
        ("date", "1980-05-17", "19800517"),
        ("date", "19800517", "19800517"),
        ("date", "17/5", None),
        ("email", " Ann@Mail.example ", "ann@mail.example"),
        ("phone", "+33 (0)1 99", "330199"),
        ("number", "1999.0", "1999"),
        ("number", "12b", "12b"),
        ("text", "The  WASA2 object-oriented", "the wasa2 object oriented"),
        ("emails", ["b@x", "a@x", "b@x", ""], ["a@x", "b@x"]),
        ("phones", [], None),
    ],
)
def test_fields_are_normalised(engine: DuckLake, kind: str, value: Any, expected: Any) -> None:
    assert normal(engine, kind, value) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("meier", "mayer"), ("schmitt", "schmidt"), ("catherine", "katrine"), ("philippe", "filip")],
)
def test_names_that_sound_alike_agree(engine: DuckLake, one: str, other: str) -> None:
    heard = engine.rows(
        engine.stage_rows([{"a": one, "b": other}], {"a": "string", "b": "string"}).select(
            a=lambda t: skeleton(t.a), b=lambda t: skeleton(t.b)
        )
    )[0]
    assert heard["a"] == heard["b"]
    assert heard["a"]


def test_every_kind_can_be_prepared_and_compared(engine: DuckLake) -> None:
    fields = [Field(kind, kind) for kind in KINDS]
    lists = {"emails", "phones", "handles"}
    row = {k: ["a@b"] if k in lists else "ann lee, bo ray 12" for k in KINDS}
    schema = {k: "array<string>" if k in lists else "string" for k in KINDS}
    rows = engine.stage_rows(
        [{"unique_id": i, **row} for i in (1, 2)], {"unique_id": "int64", **schema}
    )
    prepared = prepare(rows, fields)
    staged = engine.stage(prepared.records)
    assert {k.column for k in prepared.keys} <= set(staged.columns)
    for comparison in comparisons_of(fields):
        tests = [level.test for level in comparison.levels[:-1]]
        assert comparison.levels[-1].test == "ELSE"
        assert sum(level.m for level in comparison.levels) == pytest.approx(1, abs=0.15)
        assert tests


def test_the_rarest_words_find_a_text_again(engine: DuckLake) -> None:
    texts = ["the old zebra crossing", "the zebra of old", *(f"the old word{i}" for i in range(9))]
    rows = engine.stage_rows(
        [{"unique_id": i, "x": t} for i, t in enumerate(texts)],
        {"unique_id": "int64", "x": "string"},
    )
    found = engine.rows(prepare(rows, [Field("x", "text")]).records.order_by("unique_id"))
    assert "zebra" in found[0]["f0_rare"]
    assert "crossing" not in found[0]["f0_rare"]
    assert found[2]["f0_rare"] == found[3]["f0_rare"]


def test_the_skeleton_of_nothing_is_nothing(engine: DuckLake) -> None:
    rows = engine.stage_rows([{"x": None}], {"x": "string"})
    assert engine.rows(rows.select(y=skeleton(rows.x), n=ibis.literal(1))) == [{"y": None, "n": 1}]
