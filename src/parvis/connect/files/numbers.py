"""Numbers as people write them: decimal comma or point, thousands, currency, brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import ibis

from parvis.connect.files.patterns import Pattern

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "Notation",
    "NumberReading",
    "currency_of",
    "judge_numbers",
    "may_be",
    "notation_of",
    "number_reason",
    "written_number",
]

Notation = Literal["point", "comma", "mixed", ""]

_MOST: Final = 10**13
_MANY_DIGITS: Final = r"9(?:[ .,']?9){13}"

_SYMBOLS: Final = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₺": "TRY", "zł": "PLN", "Kč": "CZK",
    "₪": "ILS", "₩": "KRW", "฿": "THB", "₫": "VND", "₴": "UAH", "R$": "BRL", "US$": "USD",
    "CA$": "CAD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD", "€uro": "EUR", "euros": "EUR",
    "euro": "EUR", "CHF": "CHF",
}  # fmt: skip
#: Signs that several currencies share; they don't contradict any of them.
_SHARED: Final = {
    "$": "USD CAD AUD NZD HKD SGD MXN ARS CLP COP",
    "¥": "JPY CNY",
    "kr": "SEK NOK DKK ISK",
    "Fr.": "CHF",
}
_CURRENCY: Final = (
    "(?:[A-Z]{3}|"
    + "|".join(re.escape(s) for s in sorted([*_SYMBOLS, *_SHARED], key=len, reverse=True))
    + ")"
)
_WHOLE: Final = re.compile(
    rf"^(?P<open>\()?(?P<sign>[+-])?\s*(?P<before>{_CURRENCY})?\s*(?P<sign2>[+-])?\s*"
    rf"(?P<body>[9.,][9.,' ]*?(?:[eE][+-]?9+)?)\s*(?P<after>{_CURRENCY})?"
    r"\s*(?P<trail>-)?(?(open)\))$"
)


@dataclass(frozen=True, slots=True)
class NumberReading:
    """How the numbers of a column are written.

    Parameters
    ----------
    notation
        ``point`` or ``comma``: the decimal sign; ``mixed`` where rows differ; empty where
        no row tells (whole numbers).
    point, comma
        The patterns that are read with that decimal sign.
    ambiguous
        Patterns such as ``9,999`` that could be either, where nothing tells.
    negative
        Patterns with brackets or a minus at the end.
    currencies
        For a sign or code of a currency, the patterns that carry it.
    ambiguous_rows, rows
        How many values are ambiguous, of how many.
    example
        An ambiguous value.
    """

    notation: Notation = ""
    point: tuple[str, ...] = ()
    comma: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    currencies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ambiguous_rows: int = 0
    rows: int = 0
    example: str = ""

    @property
    def how(self) -> str:
        """Say in words how the numbers are read."""
        words = {"point": "decimal point", "comma": "decimal comma", "mixed": "point and comma"}
        return words.get(self.notation, "whole numbers")


def _body(text: str, zero: bool) -> str:
    """Tell by which decimal sign a pattern is written: point, comma, plain, either or none."""
    if re.fullmatch(r"9{1,3}(?P<gap>[ '])999(?:(?P=gap)999)*(?:[.,]9*)?", text):
        text = text.replace(" ", "").replace("'", "")
        if "," in text or "." in text:
            return "comma" if "," in text else "point"
        return "plain"
    if " " in text or "'" in text:
        return "none"
    if re.fullmatch(r"9+", text):
        return "plain"
    if re.fullmatch(r"9+(\.9+)?[eE][+-]?9+", text):
        return "point"
    for sign, other, name, inverse in ((".", ",", "point", "comma"), (",", ".", "comma", "point")):
        s, o = re.escape(sign), re.escape(other)
        if re.fullmatch(rf"9{{1,3}}{s}999", text):
            return name if zero else "either"
        if re.fullmatch(rf"9*{s}9+|9+{s}", text):
            return name
        if re.fullmatch(rf"9{{1,3}}({o}999)+{s}9*", text):
            return name
        if re.fullmatch(rf"9{{1,3}}({s}999){{2,}}", text):
            return inverse
    return "none"


def _judged(pattern: Pattern) -> tuple[str, str, bool]:
    zero = pattern.text.startswith("0|")
    match = _WHOLE.match(pattern.text.removeprefix("0|"))
    if match is None or (match["before"] and match["after"]):
        return "none", "", False
    negative = bool(match["open"] or match["trail"])
    if (negative and (match["sign"] or match["sign2"])) or (match["sign"] and match["sign2"]):
        return "none", "", False
    return _body(match["body"], zero), match["before"] or match["after"] or "", negative


def notation_of(columns: Sequence[Sequence[Pattern]]) -> Notation:
    """Tell which decimal sign a file's numbers use, from all its columns of numbers."""
    counts = {"point": 0, "comma": 0}
    for patterns in columns:
        for pattern in patterns:
            name = _judged(pattern)[0]
            if name in counts:
                counts[name] += pattern.rows
    if counts["point"] and counts["comma"]:
        return "mixed"
    return "point" if counts["point"] else "comma" if counts["comma"] else ""


def judge_numbers(patterns: Sequence[Pattern], file_notation: Notation = "") -> NumberReading:
    """Decide from all values of a column how its numbers are written.

    Parameters
    ----------
    patterns
        The column's patterns.
    file_notation
        What the file's other columns (or the user) say; it settles what this column leaves
        open, never what a value tells by itself.
    """
    judged = [(p, *_judged(p)) for p in patterns]
    own = notation_of([patterns])
    settled = own if own in ("point", "comma") else file_notation if own == "" else ""
    point: list[str] = []
    comma: list[str] = []
    ambiguous: list[str] = []
    negative: list[str] = []
    currencies: dict[str, list[str]] = {}
    open_rows, example = 0, ""
    for pattern, name, currency, is_negative in judged:
        if name == "none":
            continue
        if name == "either":
            name = settled if settled in ("point", "comma") else name
        if name == "either":
            ambiguous.append(pattern.text)
            open_rows += pattern.rows
            example = example or pattern.example
            continue
        (comma if name == "comma" else point).append(pattern.text)
        if is_negative:
            negative.append(pattern.text)
        if currency:
            currencies.setdefault(currency, []).append(pattern.text)
    shown: Notation = own or (settled if settled in ("point", "comma") else "")
    return NumberReading(
        shown,
        tuple(point),
        tuple(comma),
        tuple(ambiguous),
        tuple(negative),
        tuple((c, tuple(p)) for c, p in currencies.items()),
        open_rows,
        sum(p.rows for p in patterns),
        example,
    )


def currency_of(sign: str) -> str:
    """Return the code of a sign; empty where several currencies share it."""
    return "" if sign in _SHARED else _SYMBOLS.get(sign, sign)


def may_be(sign: str, currency: str) -> bool:
    """Tell whether a sign or code can stand for a currency."""
    return currency in _SHARED[sign].split() if sign in _SHARED else currency_of(sign) == currency


def written_number(
    text: ir.StringValue, pattern: ir.StringValue, reading: NumberReading
) -> ir.StringValue:
    """Write numbers with a decimal point and nothing else; null where the pattern isn't read.

    Parameters
    ----------
    text, pattern
        The column after `patterns.number_text`, and its `patterns.number_pattern`.
    """
    bare = text.re_replace(r"[A-Za-z]{2,}\.?|[^0-9.,eE+-]", "")
    branches = []
    if reading.comma:
        branches.append((pattern.isin(reading.comma), bare.replace(".", "").replace(",", ".")))
    if reading.point:
        branches.append((pattern.isin(reading.point), bare.replace(",", "")))
    written = ibis.cases(*branches) if branches else ibis.null("string")
    if reading.negative:
        less = pattern.isin(reading.negative)
        written = ibis.ifelse(less, "-" + written.replace("-", ""), written)
    return written


def number_reason(
    text: ir.StringValue, pattern: ir.StringValue, number: ir.Value, reading: NumberReading
) -> ir.StringValue:
    """Say why a number could not be read; null where it could, or where there is none."""
    return ibis.cases(
        (text.isnull(), ibis.null("string")),
        (pattern.isin(reading.ambiguous or ("∅",)), "ambiguous_number"),
        (number.isnull() & pattern.re_search(_MANY_DIGITS), "too_large"),
        (number.isnull(), "not_a_number"),
        (number.abs() > _MOST, "too_large"),
        else_=ibis.null("string"),
    )
