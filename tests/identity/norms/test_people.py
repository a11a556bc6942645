"""Names, addresses and birth dates of one person, written differently, are one text."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.identity.norms import birth_date, person_name, postal_address
from parvis.lake.engine import Engine
from tests.making import rows


def addresses(engine: Engine, *values: str) -> set[tuple[str | None, str | None]]:
    table = engine.stage_rows([{"text": v} for v in values], {"text": "string"})
    told = rows(table.select(told=postal_address(table.text)))
    return {(r["told"]["house"], r["told"]["street"]) for r in told}


def names(engine: Engine, *values: str) -> set[str | None]:
    table = engine.stage_rows([{"text": v} for v in values], {"text": "string"})
    return {r["told"] for r in rows(table.select(told=person_name(table.text)))}


def dates(engine: Engine, *values: str) -> list[date | None]:
    table = engine.stage_rows(
        [{"n": n, "text": v} for n, v in enumerate(values)], {"n": "int64", "text": "string"}
    )
    return [r["told"] for r in rows(table.select("n", told=birth_date(table.text)), "n")]


@pytest.mark.parametrize(
    ("spellings", "told"),
    [
        (
            ["12 bis, av. du Gal. Leclerc", "12bis avenue du Général Leclerc",
             "12 BIS AVE GENERAL LECLERC"],
            ("12bis", "avenue general leclerc"),
        ),
        (["3, bd St-Michel", "3 Boulevard Saint Michel"], ("3", "boulevard saint michel")),
        (["7 r. Ste Anne", "7 RUE SAINTE-ANNE"], ("7", "rue sainte anne")),
        (["5 ch. de l’Église", "5, Chemin de l'Eglise"], ("5", "chemin eglise")),
        (["221B Baker St", "221b, Baker Street"], ("221b", "baker street")),
        (["Hauptstr. 12", "Hauptstraße 12"], ("12", "hauptstrasse")),
        (["La Ferme"], (None, "ferme")),
        (["", "—"], (None, None)),
    ],
)  # fmt: skip
def test_an_address(
    engine: Engine, spellings: list[str], told: tuple[str | None, str | None]
) -> None:
    assert addresses(engine, *spellings) == {told}


def test_neighbours_stay_apart(engine: Engine) -> None:
    assert (
        len(addresses(engine, "1 rue Basse", "2 rue Basse", "1 rue Haute", "1 bis rue Basse")) == 4
    )


@pytest.mark.parametrize(
    ("spellings", "told"),
    [
        (["Le Gall", "LE GALL", "Legall", "le-gall"], "legall"),
        (["d’Artagnan", "D'Artagnan", "Dartagnan"], "dartagnan"),
        (["de La Tour", "De la tour", "Delatour"], "delatour"),
        (["Martin-Durand", "Martin Durand "], "martin durand"),
        (["O'Connor", "OConnor"], "oconnor"),
        (["Lebœuf", "Leboeuf"], "leboeuf"),
        (["Élodie", "ELODIE"], "elodie"),
        (["St-Clair", "Saint Clair"], "saintclair"),
        (["", "42", "?"], None),
    ],
)
def test_a_name(engine: Engine, spellings: list[str], told: str | None) -> None:
    assert names(engine, *spellings) == {told}


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


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1))
def test_any_text_can_be_read(engine: Engine, values: list[str]) -> None:
    assert addresses(engine, *values)
    told = names(engine, *values)
    assert names(engine, *(n or "" for n in told)) == told
    assert len(dates(engine, *values)) == len(values)
