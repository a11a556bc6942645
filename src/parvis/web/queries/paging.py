"""One page of a long list, and how a view stands in an address."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

import ibis.expr.types as ir

__all__ = ["PAGE_ROWS", "Page", "address", "asked", "is_day", "ordered", "page_number"]

R = TypeVar("R")

PAGE_ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some rows, and how many there are in all.

    Parameters
    ----------
    number
        The page, from 1.
    total
        Rows on all pages.
    """

    rows: tuple[R, ...]
    number: int
    total: int
    size: int = PAGE_ROWS

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, math.ceil(self.total / self.size))

    @property
    def first(self) -> int:
        """The place of the first row, from 1."""
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return min(self.number * self.size, self.total)


def ordered(table: ir.Table, sort: str, columns: dict[str, tuple[str, ...]], key: str) -> ir.Table:
    """Order a table by a column named in the address, `-` before it for downwards.

    What isn't known comes last both ways, and equal rows keep one order.
    """
    downwards, name = sort.startswith("-"), sort.removeprefix("-")
    by: list[Any] = []
    for column in columns[name]:
        value = table[column]
        by.append(value.desc(nulls_first=False) if downwards else value.asc(nulls_first=False))
    return table.order_by(*by, table[key])


# `from` can't be a name in Python
_IN_ADDRESS: Final = {"since": "from", "until": "to"}


def asked(query: Mapping[str, str], name: str) -> str:
    """Take one word of an address."""
    return query.get(_IN_ADDRESS.get(name, name), "").strip()[:200]


def page_number(query: Mapping[str, str]) -> int:
    """Take the page of an address; the first, where it says none."""
    page = query.get("page", "")
    return int(page) if re.fullmatch(r"[1-9][0-9]{0,5}", page) else 1


def is_day(text: str) -> bool:
    """Tell whether a text is a day such as 2026-11-22."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def address(view: Any, plain: Any) -> str:
    """Return the query string of a view: what differs from the plain one."""
    told = {f.name: getattr(view, f.name) for f in fields(view)}
    return urlencode({_IN_ADDRESS.get(n, n): v for n, v in told.items() if v != getattr(plain, n)})
