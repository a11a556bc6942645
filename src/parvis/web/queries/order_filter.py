"""Which orders, in which sequence, as it stands in an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from parvis.web.queries.paging import address, asked, is_day, page_number

__all__ = ["CHOICES", "SORTS", "OrderFilter"]

#: The filters that are one of a few words.
CHOICES: Final = {"coupon": ("yes", "no"), "rate": ("none", "known"), "kept": ("yes", "no")}

#: By what orders can be sorted, and the columns that it means.
SORTS: Final[dict[str, tuple[str, ...]]] = {
    "date": ("ordered_at",),
    "order": ("order_id",),
    "customer": ("display_name", "user_id"),
    "sales": ("net_base",),
    "lines": ("lines",),
    "channel": ("channel",),
    "status": ("status",),
}

_DEFAULT_SORT: Final = "-date"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders, in which order; as it stands in the address.

    Parameters
    ----------
    since, until
        Days (ISO), both in it; in the address ``from`` and ``to``.
    coupon
        ``yes``: with a coupon; ``no``: without.
    rate
        ``none``: only orders in a currency that has no rate; ``known``: only the others.
    kept
        ``yes``: neither cancelled nor wholly refunded.
    """

    q: str = ""
    since: str = ""
    until: str = ""
    customer: str = ""
    category: str = ""
    coupon: str = ""
    rate: str = ""
    kept: str = ""
    sort: str = _DEFAULT_SORT
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> OrderFilter:
        """Read an address; what it can't mean is left out."""
        text = {n: asked(query, n) for n in cls.__slots__ if n != "page"}
        for name in ("since", "until"):
            text[name] = text[name] if is_day(text[name]) else ""
        for name, known in CHOICES.items():
            if text[name] not in known:
                text[name] = ""
        if text["sort"].removeprefix("-") not in SORTS:
            text["sort"] = _DEFAULT_SORT
        return cls(**text, page=page_number(query))

    def address(self, **changes: Any) -> str:
        """Return the query string of this view, or of one beside it."""
        return address(replace(self, **{"page": 1, **changes}), OrderFilter())

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves any out."""
        return any(getattr(self, n) for n in self.__slots__ if n not in {"sort", "page"})
