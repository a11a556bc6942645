"""The formats in which a date can be written, and what proves which number is the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from parvis.connect.files.patterns import Pattern

__all__ = ["DateFormat", "Order", "formats_of", "order_of"]

Order = Literal["dmy", "mdy", "ymd", ""]

#: A wrong value here and there must not make a whole column doubtful.
_STRAY: Final = 0.01

_TIME: Final = re.compile(
    r"(?P<gap>[Tt]|,? +|, ?|_| à | at | - )(?P<hour>9{1,2})(?P<colon>[:hH])(?P<minute>99)"
    r"(?P<second>:99)?(?P<fraction>[.,]9{1,9})?(?P<half> ?[AaPp]\.?[Mm]\.?)?"
    r"(?P<zone> ?[Zz]| ?UTC| ?GMT| ?utc| ?gmt| ?[+-]99:?99| ?[+-]99)?$"
)
_NUMERIC: Final = re.compile(r"^(9{1,4})([-/. ])(9{1,2})\2(9{1,4})")
_DAY_WORD: Final = re.compile(r"^(9{1,2})(\W{1,3})m99(\W{1,3})(9{4}|99)(?!9)")
_WORD_DAY: Final = re.compile(r"^m99(\W{1,3})(9{1,2})(\W{1,3})(9{4})(?!9)")
_YEAR_WORD: Final = re.compile(r"^(9{4})(\W{1,3})m99(\W{1,3})(9{1,2})(?!9)")


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way to write a moment.

    Parameters
    ----------
    kind
        ``clock``: a strptime format without zone; ``zoned``: with an offset; ``utc``: in
        UTC; ``excel``: days since 1899-12-30; ``epoch``: seconds, or a part of them.
    format
        The strptime format; for ``epoch`` the microseconds of one unit.
    shown
        As people write it: ``DD/MM/YYYY``.
    patterns
        The patterns that are read so.
    """

    kind: Literal["clock", "zoned", "utc", "excel", "epoch"]
    format: str
    shown: str
    patterns: tuple[str, ...] = ()


def order_of(date_format: str) -> Order:
    """Tell the order of day, month and year from a format such as ``DD/MM/YYYY`` or ``%d/%m/%y``.

    Returns
    -------
    str
        ``dmy``, ``mdy``, ``ymd``; empty where it is none of them.
    """
    text = date_format.replace("%d", "D").replace("%m", "M").replace("%Y", "Y").replace("%y", "Y")
    text = re.split(r"[ T]", text.strip())[0].upper().replace("J", "D").replace("A", "Y")
    letters = "".join(dict.fromkeys(c for c in text if c in "DMY"))
    found: dict[str, Order] = {"DMY": "dmy", "MDY": "mdy", "YMD": "ymd"}
    return found.get(letters, "")


def formats_of(
    pattern: Pattern, patterns: Sequence[Pattern], order: Order
) -> list[DateFormat] | None:
    """Return the formats of a pattern.

    Parameters
    ----------
    pattern
        One way in which values are written.
    patterns
        All of the column: they may prove what this one leaves open.
    order
        What the user said; empty: nothing.

    Returns
    -------
    list or None
        None fits, one, or two (each value then tells); None: nothing tells day from month.
    """
    text = pattern.text
    digits = _digits(text)
    if digits:
        return [digits]
    worded = _with_word(text)
    if worded:
        end, form, shown = worded
        return _timed(text[end:], form, shown)
    match = _NUMERIC.match(text)
    if match is None:
        return []
    first, sign, _, third = match.groups()
    rest = text[match.end() :]
    if len(first) >= 3 or len(third) == 1 or len(third) == 3:
        if len(first) != 4 or len(third) > 2:
            return []
        return _timed(rest, f"%Y{sign}%m{sign}%d", f"YYYY{sign}MM{sign}DD")
    year, shown = _year(third), _shown(third)
    by_order = {
        "dmy": (f"%d{sign}%m{sign}{year}", f"DD{sign}MM{sign}{shown}"),
        "mdy": (f"%m{sign}%d{sign}{year}", f"MM{sign}DD{sign}{shown}"),
        "ymd": (f"%y{sign}%m{sign}%d", f"YY{sign}MM{sign}DD"),
    }
    chosen = (order,) if order else _orders(sign, len(third), patterns)
    if chosen is None:
        return None
    # a format that the user gave for four-digit years says nothing of YY-MM-DD
    return [
        f
        for o in chosen
        for f in _timed(rest, *by_order[o])
        if not (o == "ymd" and len(third) == 4)
    ]


def _with_word(text: str) -> tuple[int, str, str] | None:
    """Return where a date with its month in words ends, its format, and how it is shown."""
    match = _DAY_WORD.match(text)
    if match:
        form = f"%d{match[2]}m%m{match[3]}{_year(match[4])}"
        return match.end(), form, f"D Month {_shown(match[4])}"
    match = _WORD_DAY.match(text)
    if match:
        return match.end(), f"m%m{match[1]}%d{match[3]}%Y", "Month D YYYY"
    match = _YEAR_WORD.match(text)
    if match:
        return match.end(), f"%Y{match[2]}m%m{match[3]}%d", "YYYY Month D"
    return None


def _orders(sign: str, year_digits: int, patterns: Sequence[Pattern]) -> tuple[Order, ...] | None:
    """Weigh the evidence of all values that are written with the same sign between numbers."""
    if sign == ".":
        # with dots the day comes first wherever this is in use
        return ("dmy",)
    like = [
        p for p in patterns
        if (m := _NUMERIC.match(p.text))
        and m[2] == sign
        and len(m[1]) <= 2
        and len(m[4]) == year_digits
    ]  # fmt: skip
    if year_digits == 2 and any(p.first_over_31 for p in like):
        return ("ymd",)
    day_first = sum(p.first_over_12 for p in like)
    month_first = sum(p.second_over_12 for p in like)
    if year_digits == 2 and not month_first and sign == "-":
        # 24-03-05: the year may come first
        return None
    if day_first and month_first:
        if month_first < day_first * _STRAY:
            return ("dmy",)
        if day_first < month_first * _STRAY:
            return ("mdy",)
        return ("dmy", "mdy")
    return ("dmy",) if day_first else ("mdy",) if month_first else None


def _digits(text: str) -> DateFormat | None:
    whole, _, part = text.partition(".")
    if not re.fullmatch(r"9+", whole) or (part and not re.fullmatch(r"9+", part)):
        return None
    if len(whole) == 5:
        return DateFormat("excel", "", "Excel day number")
    if len(whole) == 10:
        return DateFormat("epoch", "1000000", "seconds since 1970")
    if part:
        return None
    known = {
        8: DateFormat("clock", "%Y%m%d", "YYYYMMDD"),
        13: DateFormat("epoch", "1000", "milliseconds since 1970"),
        14: DateFormat("clock", "%Y%m%d%H%M%S", "YYYYMMDDHHMMSS"),
        16: DateFormat("epoch", "1", "microseconds since 1970"),
    }
    return known.get(len(whole))


def _timed(rest: str, day: str, shown: str) -> list[DateFormat]:
    """Add the time of day to a format; nothing where what follows the date isn't one."""
    if not rest.strip():
        return [DateFormat("clock", day + rest, shown)]
    match = _TIME.match(rest)
    if match is None:
        return []
    hour = "%I" if match["half"] else "%H"
    time = f"{match['gap']}{hour}{match['colon']}%M"
    if match["second"]:
        time += ":%S"
    if match["fraction"]:
        # nanoseconds where there are more than six digits
        time += match["fraction"][0] + ("%f" if len(match["fraction"]) <= 7 else "%n")
    if match["half"]:
        space = " " if match["half"].startswith(" ") else ""
        if "." in match["half"]:
            return []
        time += space + "%p"
    told = (
        shown + " HH:MM" + (":SS" if match["second"] else "") + (" am/pm" if match["half"] else "")
    )
    zone = match["zone"] or ""
    if not zone:
        return [DateFormat("clock", day + time, told)]
    if zone.strip()[0] in "+-":
        space = " " if zone.startswith(" ") else ""
        return [DateFormat("zoned", day + time + space + "%z", told + " +HH:MM")]
    return [DateFormat("utc", day + time + zone, told + " UTC")]


def _year(digits: str) -> str:
    return "%Y" if len(digits) == 4 else "%y"


def _shown(digits: str) -> str:
    return "YYYY" if len(digits) == 4 else "YY"
