"""Birth dates of one person, written differently, are one date."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from parvis.identity.api import told_of_persons
from parvis.identity.norms import birth_date
from parvis.lake.engine import Engine
from tests.making import event, one, rows, staged


def dates(engine: Engine, *values: str) -> list[date | None]:
    table = engine.stage_rows(
        [{"n": n, "text": v} for n, v in enumerate(values)], {"n": "int64", "text": "string"}
    )
    return [r["told"] for r in rows(table.select("n", told=birth_date(table.text)), "n")]


def test_birth_dates(engine: Engine) -> None:
    born = date(1960, 3, 15)
    assert dates(
        engine, "1960-03-15", " 15/03/1960", "15.3.1960", "03/15/1960", "19600315",
        "1960-03-15T00:00:00Z",
    ) == [born] * 6  # fmt: skip
    assert dates(engine, "04/03/1960") == [date(1960, 3, 4)]
    assert dates(
        engine, "", "mars", "15/03/60", "1960-13-40", "1060-03-15", "31/02/1960", "0000-00-00",
    ) == [None] * 7  # fmt: skip


def test_a_silos_own_way_to_write_it_is_read(engine: Engine) -> None:
    said = [
        event(user="ann", traits={"birthday": "03/02/1984"}),
        event(user="bob", traits={"birth_date": "1984-02-03"}),
        event(user="cid", traits={"birthday": "in spring", "firstName": "Cid"}),
    ]
    told = told_of_persons(staged(engine, said))
    born = [one(told, value=user)["birth_date"] for user in ("ann", "bob", "cid")]
    assert born == [date(1984, 2, 3), date(1984, 2, 3), None]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1))
def test_any_text_can_be_read(engine: Engine, values: list[str]) -> None:
    assert len(dates(engine, *values)) == len(values)
