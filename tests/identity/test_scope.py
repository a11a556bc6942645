"""What a change concerns."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.identity import api as identity
from parvis.lake.ducklake.lake import DuckLake

_END = st.tuples(st.sampled_from(["email", "phone"]), st.sampled_from(["1", "2", "3"]))


@settings(max_examples=15)
@given(
    links=st.lists(st.tuples(_END, _END), max_size=6),
    ends=st.lists(_END, max_size=3),
)
def test_links_with_an_end_among_identifiers_are_kept_once(
    engine: DuckLake,
    links: list[tuple[tuple[str, str], tuple[str, str]]],
    ends: list[tuple[str, str]],
) -> None:
    columns = ("left_kind", "left_value", "right_kind", "right_value")
    told = engine.stage_rows(
        [
            {"number": n, **dict(zip(columns, (*left, *right), strict=True))}
            for n, (left, right) in enumerate(links)
        ],
        {"number": "int64", **dict.fromkeys(columns, "string")},
    )
    asked = engine.stage_rows(
        [{"kind": k, "normal": v} for k, v in ends], {"kind": "string", "normal": "string"}
    )
    found = engine.rows(identity.touching(told, asked))
    wanted = [n for n, (left, right) in enumerate(links) if left in ends or right in ends]
    assert sorted(r["number"] for r in found) == wanted
