"""Which customers, in which order, as it stands in an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from parvis.web.queries.paging import address, asked, is_day, page_number

__all__ = ["NO_VALUE", "SORTS", "CustomerFilter"]

#: In an address: those of whom it isn't known.
NO_VALUE: Final = "unknown"

#: By what customers can be sorted, and the columns that it means.
SORTS: Final[dict[str, tuple[str, ...]]] = {
    "customer": ("display_name", "id_length", "user_id"),
    "rfm_segment": ("rfm_segment",),
    "last_order_on": ("last_order_on",),
    "frequency": ("frequency",),
    "monetary": ("monetary",),
    "average_basket": ("average_basket",),
    "purchase_interval_days": ("purchase_interval_days",),
    "is_overdue": ("is_overdue", "recency_days"),
    "coupon_share": ("coupon_share",),
    "favourite_category": ("favourite_category",),
    "age_band": ("age_band",),
    "last_channel": ("last_channel",),
    "first_order_on": ("first_order_on",),
}

_DEFAULT_SORT: Final = "-monetary"


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers, in which order; as it stands in the address.

    Parameters
    ----------
    q
        Part of a name or of any identifier.
    segment, age, channel
        A value, or ``unknown``.
    overdue
        ``yes``, ``no`` or ``unknown`` (can't tell).
    cohort
        A month such as ``2017-01``, or ``unknown`` (never ordered).
    known
        ``yes``: known by an identifier that a silo gave; ``no``: not yet.
    since, until
        Days (ISO) between which the first order lies, both in it; in the address ``from``
        and ``to``.
    sort
        One of `SORTS`, `-` before it for downwards.
    """

    q: str = ""
    segment: str = ""
    overdue: str = ""
    age: str = ""
    channel: str = ""
    cohort: str = ""
    known: str = ""
    since: str = ""
    until: str = ""
    sort: str = _DEFAULT_SORT
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> CustomerFilter:
        """Read an address; what it can't mean is left out."""
        text = {n: asked(query, n) for n in cls.__slots__ if n != "page"}
        if text["sort"].removeprefix("-") not in SORTS:
            text["sort"] = _DEFAULT_SORT
        for name in ("overdue", "known"):
            if text[name] not in {"yes", "no", NO_VALUE}:
                text[name] = ""
        for name in ("since", "until"):
            text[name] = text[name] if is_day(text[name]) else ""
        if text["cohort"] != NO_VALUE and not re.fullmatch(
            r"\d{4}-(0[1-9]|1[0-2])", text["cohort"]
        ):
            text["cohort"] = ""
        return cls(**text, page=page_number(query))

    def address(self, **changes: Any) -> str:
        """Return the query string of this view, or of one beside it."""
        return address(replace(self, **{"page": 1, **changes}), CustomerFilter())

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves anybody out."""
        names = (n for n in self.__slots__ if n not in {"sort", "page"})
        return any(getattr(self, n) for n in names)
