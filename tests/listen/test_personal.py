import time

import pytest

from parvis.listen.personal import masked, personal_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Écrivez à ana@exemple.fr ou au 06 39 98 12 34.", "Écrivez à [email] ou au [phone]."),
        ("mon IBAN FR76 3000 6000 0112 3456 7890 189 merci", "mon IBAN [iban] merci"),
        ("DE89370400440532013000", "[iban]"),
        ("carte 4111 1111 1111 1111", "carte [card]"),
        ("sécu 1 84 12 76 451 089 46", "sécu [social_security_number]"),
        ("au 12 bis rue des Lilas, 75011 Paris, vite", "au [address], vite"),
        ("I live at 221 Baker Street, London NW1 6XE.", "I live at [address]."),
    ],
)
def test_personal_data_is_found_and_masked(text: str, expected: str) -> None:
    assert masked(text, personal_data(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "IBAN FR76 3000 6000 0112 3456 7890 188",  # the check digits are wrong
        "carte 4111 1111 1111 1112",
        "sécu 1 84 12 76 451 089 47",
        "commande 1234567890123456",
        "le 12 mai 2024 à 14h30, 45,90 €",
        "12 rues piétonnes",
    ],
)
def test_numbers_that_check_as_nothing_are_left(text: str) -> None:
    assert personal_data(text) == []


@pytest.mark.parametrize(
    "text", ["1" * 2000, "1 " * 1000, "a@" * 1000, "FR76" * 500, "9 rue a " * 250]
)
def test_no_text_takes_long(text: str) -> None:
    start = time.perf_counter()
    personal_data(text)
    assert time.perf_counter() - start < 2
