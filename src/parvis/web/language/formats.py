"""Numbers, amounts and dates as French and English readers write them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_month_names
from babel.numbers import get_currency_precision, get_currency_symbol

__all__ = ["CANNOT_TELL", "NARROW", "Formats"]

#: The narrow no-break space of French typography.
NARROW: Final = "\u202f"

#: Stands where a figure can't be told; never a 0.
CANNOT_TELL: Final = "–"

Number = int | float | Decimal

_LETTERS: Final[tuple[tuple[int, str], ...]] = ((1_000_000, "M"), (1_000, "k"))


class Formats:
    """How one language writes figures.

    Parameters
    ----------
    code
        ``en`` or ``fr``.

    Examples
    --------
    >>> Formats("en").money(1234.5, "USD"), Formats("fr").money(1234.5, "EUR")
    ('$1,234.50', '1\u202f234,50\u202f€')
    >>> from datetime import date
    >>> Formats("en").date(date(2018, 1, 1)), Formats("fr").date(date(2018, 1, 1))
    ('1 Jan 2018', '1er janv. 2018')
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self._french = code == "fr"
        self._months: dict[int, str] = dict(get_month_names("abbreviated", locale=code))
        self._full_months: dict[int, str] = dict(get_month_names("wide", locale=code))
        self._days: dict[int, str] = dict(get_day_names("abbreviated", locale=code))

    # numbers

    def number(self, value: Number | None, digits: int = 0) -> str:
        """Write a number with its thousands apart."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return CANNOT_TELL
        text = f"{value:,.{digits}f}"
        if text.startswith("-"):
            # no "minus nothing", and the sign of typography
            text = text[1:] if not text.strip("-0.,") else "−" + text[1:]
        if self._french:
            return text.translate({ord(","): NARROW, ord("."): ","})
        return text

    def short(self, value: Number | None) -> str:
        """Write a number in a few characters: 57.8 k, 2.21 M."""
        if value is None:
            return CANNOT_TELL
        size = abs(float(value))
        for limit, letter in _LETTERS:
            if size >= limit:
                part = float(value) / limit
                digits = 0 if abs(part) >= 100 else 1 if abs(part) >= 10 else 2
                return f"{self.number(part, digits)}{NARROW}{letter}"
        return self.number(value)

    def percent(self, share: Number | None, digits: int = 0) -> str:
        """Write a share (0 to 1) as a percentage."""
        if share is None:
            return CANNOT_TELL
        value = float(share) * 100
        if 0 < abs(value) < 0.5 and digits == 0:
            digits = 1
        return f"{self.number(value, digits)}{NARROW}%"

    def change(self, share: float | None, digits: int = 0) -> str:
        """Write a relative change with its sign: +3.6 %."""
        if share is None:
            return CANNOT_TELL
        text = self.percent(share, digits)
        return text if share < 0 or not text.strip("0.,%" + NARROW) else f"+{text}"

    # stops

    @property
    def colon(self) -> str:
        """What stands before an explanation; in French after a narrow space."""
        return f"{NARROW}:" if self._french else ":"

    @property
    def semicolon(self) -> str:
        """What stands between two parts of a sentence; in French after a narrow space."""
        return f"{NARROW};" if self._french else ";"

    # money

    def symbol(self, currency: str) -> str:
        """Write a currency: $, €, $US."""
        return get_currency_symbol(currency, self.code).replace("\xa0", NARROW)

    def money(self, value: Number | None, currency: str, digits: int | None = None) -> str:
        """Write an amount with its currency."""
        if value is None:
            return CANNOT_TELL
        places = get_currency_precision(currency) if digits is None else digits
        text, symbol = self.number(value, places), self.symbol(currency)
        if self._french:
            return f"{text}{NARROW}{symbol}"
        sign, bare = ("−", text[1:]) if text.startswith("−") else ("", text)
        gap = NARROW if symbol[-1].isalpha() else ""
        return f"{sign}{symbol}{gap}{bare}"

    # time

    def date(self, day: dt.date | None) -> str:
        """Write a day: 22 Nov 2026."""
        return CANNOT_TELL if day is None else f"{self._day(day)} {day.year}"

    def quarter(self, name: str) -> str:
        """Write a quarter: 2026-Q1; other names as they are."""
        return name.replace("-Q", "-T") if self._french and name[4:6] == "-Q" else name

    def day_month(self, day: dt.date) -> str:
        """Write a day of a year that is known: 22 Nov."""
        return self._day(day)

    def _day(self, day: dt.date) -> str:
        number = "1er" if self._french and day.day == 1 else str(day.day)
        return f"{number} {self._months[day.month]}"

    def weekday(self, day: dt.date) -> str:
        """Write the day of the week, short."""
        return self._days[day.weekday()]

    def month(self, day: dt.date | None) -> str:
        """Write a month: November 2026."""
        return CANNOT_TELL if day is None else f"{self._full_months[day.month]} {day.year}"

    def short_month(self, day: dt.date) -> str:
        """Write a month without its year: Nov."""
        return self._months[day.month]

    def period(self, first: dt.date, last: dt.date) -> str:
        """Write days from one to another, without saying the year twice."""
        if first == last:
            return self.date(first)
        start = self.day_month(first) if first.year == last.year else self.date(first)
        return f"{start} – {self.date(last)}"

    def day_of(self, moment: dt.datetime | None, zone: str) -> str:
        """Write the day that a moment is in a zone."""
        return self.date(None if moment is None else moment.astimezone(ZoneInfo(zone)).date())

    def clock(self, moment: dt.datetime, zone: str) -> str:
        """Write the time of day in a zone: 14:05."""
        return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"

    def moment(self, moment: dt.datetime | None, zone: str) -> str:
        """Write a day and time in a zone: 22 Nov 2026, 14:05."""
        if moment is None:
            return CANNOT_TELL
        local = moment.astimezone(ZoneInfo(zone))
        return f"{self.date(local.date())}, {local:%H:%M}"

    def duration(self, seconds: Number | None) -> str:
        """Write a time span: 2 h 05, 3 min, 40 s."""
        if seconds is None:
            return CANNOT_TELL
        whole = round(seconds)
        if whole < 60:
            return f"{whole}{NARROW}s"
        minutes = round(whole / 60)
        if minutes < 60:
            return f"{minutes}{NARROW}min"
        return f"{minutes // 60}{NARROW}h{NARROW}{minutes % 60:02d}"
