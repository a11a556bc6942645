"""Numbers and dates are read back exactly as they were written, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.connect.files.date_formats import order_of
from parvis.connect.files.dates import date_choices, date_reason, date_text, judge_dates
from parvis.connect.files.functions import coalesced
from parvis.connect.files.numbers import Notation, judge_numbers, number_reason, written_number
from parvis.connect.files.patterns import (
    date_patterns,
    number_pattern,
    number_patterns,
    number_text,
    pattern_of,
)
from parvis.lake.ducklake import DuckLake

AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.dates(date(1971, 1, 1), date(2037, 12, 31))


def french(amount: Decimal) -> str:
    """Write as in French: narrow no-break spaces and a comma."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace(".", ",")


def english(amount: Decimal) -> str:
    """Write as in English."""
    return f"{amount:,.2f}"


def german(amount: Decimal) -> str:
    """Write as in German: points and a comma."""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def swiss(amount: Decimal) -> str:
    """Write as in Switzerland: apostrophes and a point."""
    return f"CHF {amount:,.2f}".replace(",", "’")


def read_numbers(
    engine: DuckLake, texts: list[str], notation: Notation = ""
) -> list[tuple[Decimal | None, str | None]]:
    """Read numbers as an import does."""
    table = _column(engine, texts)
    text = number_text(table.x)
    reading = judge_numbers(number_patterns(text), notation)
    pattern = number_pattern(text)
    number = written_number(text, pattern, reading).try_cast("decimal(18, 4)")
    return _read(table, number, number_reason(text, pattern, number, reading))


def read_dates(
    engine: DuckLake, texts: list[str], order: str = "", zone: str = "UTC"
) -> list[tuple[datetime | None, str | None]]:
    """Read dates as an import does, with months as words where the first value has letters."""
    table = _column(engine, texts)
    text = date_text(table.x, months=any(len(w) > 2 and w.isalpha() for w in texts[0].split()))
    reading = judge_dates(date_patterns(text), order_of(order))
    pattern = pattern_of(text)
    choices = date_choices(text, pattern, reading, zone)
    moment = coalesced(choices, "timestamp('UTC')")
    return _read(table, moment, date_reason(text, pattern, choices, reading))


def _column(engine: DuckLake, texts: list[str]) -> ir.Table:
    rows = [{"n": i, "x": t} for i, t in enumerate(texts)]
    return engine.stage_rows(rows, {"n": "int64", "x": "string"})


def _read(table: ir.Table, value: ir.Value, reason: ir.Value) -> list[tuple[Any, str | None]]:
    told = table.select(
        "n", v=ibis.ifelse(reason.isnull(), value, ibis.null(value.type())), r=reason
    )
    return [(r["v"], r["r"]) for r in told.order_by("n").to_pyarrow().to_pylist()]


@settings(max_examples=25)
@given(
    amounts=st.lists(AMOUNTS, min_size=1, max_size=30),
    write=st.sampled_from([french, english, german, swiss]),
)
def test_amounts_in_any_notation_are_read_back(
    engine: DuckLake, amounts: list[Decimal], write: Callable[[Decimal], str]
) -> None:
    read = read_numbers(engine, [write(a) for a in amounts])
    assert read == [(a, None) for a in amounts]


@settings(max_examples=25)
@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=30), choice=st.randoms())
def test_amounts_in_mixed_notations_are_read_right_or_not_at_all(
    engine: DuckLake, amounts: list[Decimal], choice: Random
) -> None:
    texts = [choice.choice([french, english, german])(a) for a in amounts]
    for amount, (value, reason) in zip(amounts, read_numbers(engine, texts), strict=True):
        assert value == amount or reason == "ambiguous_number"


@settings(max_examples=25)
@given(
    days=st.lists(DAYS, min_size=1, max_size=30),
    form=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%Y"]),
)
def test_dates_in_one_format_are_read_right_or_called_ambiguous(
    engine: DuckLake, days: list[date], form: str
) -> None:
    read = read_dates(engine, [d.strftime(form) for d in days])
    told = any(d.day > 12 for d in days)
    for day, (value, reason) in zip(days, read, strict=True):
        if reason is None:
            assert value is not None
            assert value.date() == day
        else:
            assert reason == "ambiguous_date"
            assert not told or "%y" in form


@settings(max_examples=15)
@given(
    days=st.lists(DAYS, min_size=1, max_size=20),
    form=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d/%m/%y", "%y-%m-%d"]),
)
def test_a_format_that_is_told_is_read_exactly(
    engine: DuckLake, days: list[date], form: str
) -> None:
    read = read_dates(engine, [d.strftime(form) for d in days], form)
    assert [v.date() for v, _ in read if v] == days


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-15T10:00:00Z", datetime(2024, 3, 15, 10, tzinfo=UTC)),
        ("2024-03-15T10:00:00.123456+02:00", datetime(2024, 3, 15, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2024-03-15 10:00:00 UTC", datetime(2024, 3, 15, 10, tzinfo=UTC)),
        ("2024-03-15 10:00", datetime(2024, 3, 15, 9, tzinfo=UTC)),
        ("2024-03-15", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("15/03/2024 10h30", datetime(2024, 3, 15, 9, 30, tzinfo=UTC)),
        ("15/03/2024 à 10:30", datetime(2024, 3, 15, 9, 30, tzinfo=UTC)),
        ("3/15/2024 9:05 PM", datetime(2024, 3, 15, 20, 5, tzinfo=UTC)),
        ("15.3.24", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("vendredi 15 mars 2024", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("1er août 2024", datetime(2024, 7, 31, 22, tzinfo=UTC)),
        ("15-Mar-24", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("Mar 15, 2024", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("Fri, 15 Mar 2024 10:00:00 +0000", datetime(2024, 3, 15, 10, tzinfo=UTC)),
        ("20240315", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("1710496800", datetime(2024, 3, 15, 10, tzinfo=UTC)),
        ("1710496800000", datetime(2024, 3, 15, 10, tzinfo=UTC)),
        ("45366", datetime(2024, 3, 14, 23, tzinfo=UTC)),
        ("45366.5", datetime(2024, 3, 15, 11, tzinfo=UTC)),
    ],
)
def test_ways_to_write_a_moment(engine: DuckLake, text: str, moment: datetime) -> None:
    months = any(
        len(w) > 2 and w.strip(",").isalpha() and w != "UTC" for w in text.replace("-", " ").split()
    )
    table = _column(engine, [text])
    plain = date_text(table.x, months)
    reading = judge_dates(date_patterns(plain))
    choices = date_choices(plain, pattern_of(plain), reading, "Europe/Paris")
    reason = date_reason(plain, pattern_of(plain), choices, reading)
    assert _read(table, coalesced(choices, "timestamp('UTC')"), reason) == [(moment, None)]


@pytest.mark.parametrize("text", ["2024-02-30", "32/01/2024", "2024", "10:00", "1/2", "2024-13-01"])
def test_what_is_no_date(engine: DuckLake, text: str) -> None:
    assert read_dates(engine, [text]) in ([(None, "not_a_date")], [(None, "ambiguous_date")])


def test_a_typing_error_does_not_make_a_column_doubtful(engine: DuckLake) -> None:
    days = [date(2024, 1, 1) + timedelta(days=i) for i in range(200)]
    texts = [d.strftime("%d/%m/%Y") for d in days]
    read = read_dates(engine, [*texts, "01/25/2024"])
    assert [v.date() if v else None for v, _ in read] == [*days, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e3", 1000), ("1.5E-2", Decimal("0.015")), ("(12.50)", Decimal("-12.5")),
        ("12.50-", Decimal("-12.5")), ("−3,20", Decimal("-3.2")), ("+4", 4),
        ("$1,234.50", Decimal("1234.5")),
        ("12,50 EUR", Decimal("12.5")), ("0,125", Decimal("0.125")), (",5", Decimal("0.5")),
        ("1'234.5", Decimal("1234.5")), ("1 234 567", 1234567),
    ],
)  # fmt: skip
def test_ways_to_write_a_number(engine: DuckLake, text: str, value: object) -> None:
    assert read_numbers(engine, [text]) == [(value, None)]


@pytest.mark.parametrize(
    "text", ["1,23,4", "12 50", "1.2.3", "--3", "5 %", "1e", "", "NaN", "Infinity", "0x10", "€ 5 €"]
)
def test_what_is_no_number(engine: DuckLake, text: str) -> None:
    assert read_numbers(engine, [text]) == [(None, "not_a_number")]


def test_a_thousand_or_little_more_than_one_is_not_guessed(engine: DuckLake) -> None:
    assert read_numbers(engine, ["1,234"]) == [(None, "ambiguous_number")]
    assert read_numbers(engine, ["1,234", "0,5"])[0] == (Decimal("1.234"), None)
    assert read_numbers(engine, ["1,234", "0.5"])[0] == (Decimal(1234), None)
    assert read_numbers(engine, ["1,234"], "comma") == [(Decimal("1.234"), None)]
