"""A slip of the keys agrees; another name, or another date, doesn't."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.identity.norms.names import COMMON_NAMES
from parvis.identity.norms.words import birth_dates_agree, first_names_agree, is_one_slip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoé", "ZOE"),
        ("Jean-Pierre", "Jean Pierre"),
        ("Jean-Pierre", "JEANPIERRE"),
        ("Jean-Pierre", "Jean"),
        ("Jean-Pierre", "J.-P."),
        ("Jean-Pierre", "Jean P"),
        ("Mme Sylvie", "Sylvie"),
        ("A", "Anne"),
        ("Bob", "Robert"),
        ("Bill", "Will"),
        ("Manu", "Emmanuelle"),
        ("Sara", "Sarah"),
        ("Catherine", "Katherine"),
        ("Alxandre", "Alexandre"),
        ("Alexandr", "Alexandre"),
        ("Margerite", "Marguerite"),
        ("Silvain", "Sylvain"),
        ("Sophei", "Sophie"),
        ("", "Anne"),
        ("?", "Anne"),
        ("Ивáн", "Иван"),
    ],
)
def test_one_name_written_differently(one: str, other: str) -> None:
    assert first_names_agree(one, other)
    assert first_names_agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Louis", "Louise"),
        ("Carla", "Clara"),
        ("Alice", "Aline"),
        ("Michel", "Michèle"),
        ("René", "Renée"),
        ("Daniel", "Danielle"),
        ("Paul", "Paula"),
        ("Maria", "Marie"),
        ("Jean", "Jeanne"),
        ("Jean-Pierre", "Jean-Paul"),
        ("Anne", "Marie"),
        ("Léo", "Léa"),
        ("Tim", "Tom"),
        ("B", "Anne"),
        ("Ilyas", "Ilyasa"),
        ("Zorana", "Zorano"),
        ("Jean-Marie", "Marie"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert not first_names_agree(one, other)
    assert not first_names_agree(other, one)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_agrees_with_itself_and_either_way(one: str, other: str) -> None:
    assert first_names_agree(one, one)
    assert first_names_agree(one, other) == first_names_agree(other, one)


@given(st.data())
def test_one_slip_is_one_change(data: st.DataObject) -> None:
    text = data.draw(st.text("abc", min_size=2, max_size=8))
    at = data.draw(st.integers(0, len(text) - 2))
    sign = data.draw(st.sampled_from("abcz"))
    changed = [
        text[:at] + text[at + 1 :],
        text[:at] + sign + text[at:],
        text[:at] + sign + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    ]
    for other in changed:
        assert is_one_slip(text, other)
        assert is_one_slip(other, text)
    assert not is_one_slip(text, text + "zz")
    assert not is_one_slip("z" + text + "z", text)


def test_names_are_listed_as_they_are_compared() -> None:
    assert all(n.isascii() and n.islower() and n.isalpha() for n in COMMON_NAMES)


BORN = date(1978, 3, 14)


@pytest.mark.parametrize(
    "other",
    [
        date(1978, 3, 15),
        date(1978, 3, 24),
        date(1979, 3, 14),
        date(1968, 3, 14),
        date(1987, 3, 14),
        date(2078, 3, 14),
        date(1978, 1, 1),
        date(1900, 1, 1),
        date(1970, 1, 1),
    ],
)
def test_one_date_written_differently(other: date) -> None:
    assert birth_dates_agree(BORN, other)
    assert birth_dates_agree(other, BORN)


@pytest.mark.parametrize(
    "other", [date(1978, 4, 15), date(1952, 11, 30), date(1991, 3, 14), date(2001, 1, 1)]
)
def test_two_dates(other: date) -> None:
    assert not birth_dates_agree(BORN, other)
    assert not birth_dates_agree(other, BORN)


@given(st.dates(), st.dates())
def test_dates_agree_either_way(one: date, other: date) -> None:
    assert birth_dates_agree(one, one)
    assert birth_dates_agree(one, other) == birth_dates_agree(other, one)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1920, 2020))
def test_a_day_for_a_month_agrees(month: int, day: int, year: int) -> None:
    assert birth_dates_agree(date(year, month, day), date(year, day, month))
