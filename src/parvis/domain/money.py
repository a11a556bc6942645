"""Amounts that keep their currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.numbers import list_currencies

from parvis.errors import CurrencyMismatch, UnknownCurrency

__all__ = ["ExchangeRate", "Money", "checked_currency", "total"]


def checked_currency(code: str) -> str:
    """Return an ISO 4217 code in capitals, or say that it isn't one.

    Raises
    ------
    UnknownCurrency
        The code isn't in the list of currencies.

    Examples
    --------
    >>> checked_currency("eur")
    'EUR'
    """
    capital = code.strip().upper()
    if capital not in list_currencies():
        raise UnknownCurrency(
            f"{code!r} is not a currency.",
            "Give a code of three letters (ISO 4217), such as EUR, USD or GBP.",
        )
    return capital


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency.

    Examples
    --------
    >>> Money(Decimal("12.50"), "EUR") + Money(Decimal("0.50"), "EUR")
    Money(amount=Decimal('13.00'), currency='EUR')
    """

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"{self.amount} {self.currency} and {other.amount} {other.currency} "
                "can't be added without an exchange rate.",
                f"Add a rate for {other.currency} under [[money.rates]] in parvis.toml.",
            )
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in the base currency, from a day on."""

    currency: str
    valid_from: date
    rate: Decimal


def total(amounts: Iterable[Money], currency: str, rates: Mapping[str, Decimal]) -> Money:
    """Add up amounts of several currencies in one.

    Parameters
    ----------
    amounts
        What to add up.
    currency
        The currency of the result.
    rates
        For each other currency, the worth of one unit in `currency`.

    Raises
    ------
    CurrencyMismatch
        An amount is in a currency that has no rate.

    Examples
    --------
    >>> total([Money(Decimal(2), "EUR"), Money(Decimal(3), "USD")], "EUR", {"USD": Decimal("0.9")})
    Money(amount=Decimal('4.7'), currency='EUR')
    """
    result = Money(Decimal(0), currency)
    for money in amounts:
        rate = rates.get(money.currency)
        if rate is not None and money.currency != currency:
            result += Money(money.amount * rate, currency)
        else:
            result += money
    return result
