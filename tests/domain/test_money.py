"""Amounts keep their currency."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parvis.domain.money import Money, checked_currency, total
from parvis.errors import CurrencyMismatch, UnknownCurrency

RATES = {"USD": Decimal("0.9"), "GBP": Decimal("1.15")}
amounts = st.builds(
    Money,
    st.decimals(-(10**9), 10**9, places=4),
    st.sampled_from(["EUR", *RATES]),
)


@given(st.lists(amounts), st.randoms(use_true_random=False))
def test_a_sum_does_not_depend_on_the_order(given_: list[Money], chance: random.Random) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert total(shuffled, "EUR", RATES) == total(given_, "EUR", RATES)
    by_hand = sum((m.amount * RATES.get(m.currency, 1) for m in given_), Decimal(0))
    assert total(given_, "EUR", RATES) == Money(by_hand, "EUR")


@given(st.lists(amounts, min_size=1))
def test_mixing_without_a_rate_raises(given_: list[Money]) -> None:
    foreign = [*given_, Money(Decimal(1), "JPY")]
    with pytest.raises(CurrencyMismatch, match="JPY"):
        total(foreign, "EUR", RATES)


def test_adding_two_currencies_raises_and_says_what_to_do() -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        Money(Decimal(1), "EUR") + Money(Decimal(2), "USD")
    assert "2 USD" in str(caught.value)
    assert "[[money.rates]]" in caught.value.next_step


def test_a_rate_for_the_currency_itself_is_not_applied() -> None:
    assert total([Money(Decimal(2), "EUR")], "EUR", {"EUR": Decimal(5)}).amount == 2


@pytest.mark.parametrize(("code", "clean"), [("eur", "EUR"), (" usd ", "USD")])
def test_a_code_is_cleaned(code: str, clean: str) -> None:
    assert checked_currency(code) == clean


@pytest.mark.parametrize("code", ["", "EURO", "ZZZ", "€"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency, match="not a currency"):
        checked_currency(code)
