"""What was known of customers on the eve of a campaign, and what they did in it, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

__all__ = ["LEAST_HISTORY_DAYS", "MOST_HISTORY_DAYS", "CouponFacts", "Span"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: What was known of a customer is read from so many days before, at least and at most.
LEAST_HISTORY_DAYS: Final = 56
MOST_HISTORY_DAYS: Final = 182
_MONTH: Final = 28
#: A demographic figure is used if at least this part of customers has it.
_LEAST_TOLD: Final = 0.1
#: Another campaign is a figure of its own if at least so many got it, and so many didn't.
_LEAST_OTHER: Final = 15
#: A customer who didn't come in the days looked at was last there longer ago than all of them.
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first up to and without the last, counted from 1970-01-01."""

    first: int
    last: int

    @classmethod
    def of(cls, starts_on: date, ends_on: date) -> Span:
        """Return the days from one to another, both included."""
        return cls((starts_on - _EPOCH).days, (ends_on - _EPOCH).days + 1)

    def before(self, days: int) -> Span:
        """Return so many days just before it."""
        return Span(self.first - days, self.first)

    @property
    def days(self) -> int:
        """How many days it has."""
        return self.last - self.first

    def overlaps(self, other: Span) -> bool:
        """Whether both have a day."""
        return self.first < other.last and other.first < self.last


class _Sums:
    """Amounts of customers by day, summed over any days."""

    def __init__(self, who: NDArray[np.int64], day: NDArray[np.int64], people: int) -> None:
        self._order = np.argsort(day, kind="stable")
        self._day = day[self._order]
        self.who = who[self._order]
        self._people = people

    def within(self, span: Span) -> slice:
        """Return which rows are of those days."""
        low, high = np.searchsorted(self._day, [span.first, span.last])
        return slice(int(low), int(high))

    def sum(self, amounts: Floats, span: Span) -> Floats:
        """Sum amounts (in the order in which they were given) up over days, by customer."""
        part = self.within(span)
        many = np.bincount(self.who[part], amounts[self._order[part]], minlength=self._people)
        return np.asarray(many, np.float64)

    def last(self, span: Span) -> Floats:
        """Return each customer's last day in those; one before the first if there is none."""
        part = self.within(span)
        found = np.full(self._people, float(span.first - 1))
        np.maximum.at(found, self.who[part], self._day[part].astype(float))
        return found


class CouponFacts:
    """All that campaigns are judged by.

    Parameters
    ----------
    by_day
        Rows of `bought_by_day`.
    of_campaigns
        Rows of `bought_of_campaigns`.
    sent
        Rows of `received`.
    told
        Rows of `told_of`.
    """

    def __init__(
        self,
        by_day: pa.Table,
        of_campaigns: pa.Table,
        sent: pa.Table,
        told: pa.Table,
        spans: Mapping[str, Span],
    ) -> None:
        self.customers: list[str] = sorted(pc.unique(by_day["customer_id"]).to_pylist())
        self._index = pa.array(self.customers, pa.string())
        self.spans = dict(spans)
        who, day = self._who(by_day), _days(by_day)
        self._sums = _Sums(who, day, len(self.customers))
        self._amounts = {n: _floats(by_day, n) for n in ("sales", "orders", "discount",
                                                        "coupon_discount", "beyond")}  # fmt: skip
        self._own: dict[str, tuple[_Sums, Floats]] = {}
        listed = pa.array(list(self.spans), pa.string())
        which = pc.index_in(of_campaigns["campaign"].combine_chunks(), listed).fill_null(-1)
        of_which = which.to_numpy(zero_copy_only=False)
        own_who, own_day = self._who(of_campaigns), _days(of_campaigns)
        own_sales = _floats(of_campaigns, "sales")
        for number, name in enumerate(self.spans):
            picked = np.flatnonzero(of_which == number)
            sums = _Sums(own_who[picked], own_day[picked], len(self.customers))
            self._own[name] = (sums, own_sales[picked])
        self._got = self._lists(sent)
        self._told = self._numbers(told)
        self.first_day = int(day.min()) if len(day) else 0
        self.last_day = int(day.max()) if len(day) else 0
        first = np.full(len(self.customers), np.iinfo(np.int64).max)
        np.minimum.at(first, who, day)
        self.known_from = first

    def got(self, campaign: str) -> Bools:
        """Tell who got a campaign. Shape (customers,)."""
        return self._got.get(campaign, np.zeros(len(self.customers), bool))

    def marked(self, customer_ids: Sequence[str]) -> Bools:
        """Tell who is in a list. Shape (customers,)."""
        found = np.zeros(len(self.customers), bool)
        at = pc.index_in(pa.array(customer_ids, pa.string()), self._index)
        found[at.drop_null().to_numpy()] = True
        return found

    def places(self, customer_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return where customers are; -1: they never bought."""
        at = pc.index_in(pa.array(customer_ids, pa.string()), self._index).fill_null(-1)
        return np.asarray(at.to_numpy(zero_copy_only=False), np.int64)

    def sales(self, span: Span) -> Floats:
        """Sum up what each customer bought. Shape (customers,)."""
        return self._sums.sum(self._amounts["sales"], span)

    def own_sales(self, campaign: str, span: Span) -> Floats:
        """Sum up what each bought of a campaign's products. Shape (customers,)."""
        sums, amounts = self._own[campaign]
        return sums.sum(amounts, span)

    def beyond(self, span: Span) -> Floats:
        """Sum up what each bought where no campaign ever had a coupon. Shape (customers,)."""
        return self._sums.sum(self._amounts["beyond"], span)

    def concurrent(self, campaign: str, span: Span) -> list[str]:
        """List the other campaigns whose coupons were good on any of those days."""
        return sorted(
            n for n, other in self.spans.items() if n != campaign and other.overlaps(span)
        )

    def before(self, campaign: str, at: Span, history_days: int) -> tuple[Floats, tuple[str, ...]]:
        """Tell what was known of each customer on the eve of some days.

        Parameters
        ----------
        campaign
            Of whose products.
        at
            The days.
        history_days
            From how many days before it is read.

        Returns
        -------
        tuple
            (customers, figures), and what each is.
        """
        far, near = at.before(history_days), at.before(_MONTH)
        older = near.before(_MONTH)
        oldest = Span(far.first, older.first)
        sums, amounts = self._sums, self._amounts
        lately, earlier = sums.sum(amounts["sales"], near), sums.sum(amounts["sales"], older)
        own = self.own_sales(campaign, far)
        long_ago = sums.sum(amounts["sales"], oldest)
        all_ = lately + earlier + long_ago
        orders = sums.sum(amounts["orders"], far)
        used = sums.sum(amounts["coupon_discount"], far)
        columns = {
            "spent in the last 4 weeks": np.sqrt(np.maximum(lately, 0)),
            "spent in the 4 weeks before": np.sqrt(np.maximum(earlier, 0)),
            "spent before that": np.sqrt(np.maximum(long_ago, 0)),
            "spent in all": all_,
            "orders in the last 4 weeks": np.sqrt(sums.sum(amounts["orders"], near)),
            "orders before that": np.sqrt(orders),
            "days since the last order": at.first - sums.last(far),
            "spent on its products, last 4 weeks": np.sqrt(
                np.maximum(self.own_sales(campaign, near), 0)
            ),
            "spent on its products, 4 weeks before": np.sqrt(
                np.maximum(self.own_sales(campaign, older), 0)
            ),
            "spent on its products in all": np.sqrt(np.maximum(own, 0)),
            "its products' share": own / np.maximum(all_, 1e-9) * (all_ > 0),
            "taken off by coupons": np.sqrt(np.maximum(used, 0)),
            "share taken off by the shop": _share(sums.sum(amounts["discount"], far), all_),
            "spent where there are no coupons": np.sqrt(
                np.maximum(sums.sum(amounts["beyond"], far), 0)
            ),
            "days known": np.minimum(at.first - self.known_from, history_days).astype(float),
            "campaigns got before": self._before_count(at),
        }
        columns |= self._told
        for name in self.concurrent(campaign, at):
            got = self.got(name)
            if min(int(got.sum()), int((~got).sum())) >= _LEAST_OTHER:
                columns[f"got {name}"] = got.astype(float)
        return np.column_stack(list(columns.values())), tuple(columns)

    def _before_count(self, at: Span) -> Floats:
        count = np.zeros(len(self.customers))
        for name, span in self.spans.items():
            # those that still run have a figure of their own
            if span.first < at.first and not span.overlaps(at):
                count += self.got(name)
        return count

    def _who(self, rows: pa.Table) -> NDArray[np.int64]:
        return self.places(rows["customer_id"].combine_chunks())

    def _lists(self, sent: pa.Table) -> dict[str, Bools]:
        names = np.asarray(sent["campaign"].to_pylist(), dtype=object)
        ids = np.asarray(sent["customer_id"].to_pylist(), dtype=object)
        return {str(n): self.marked(list(ids[names == n])) for n in set(names)}

    def _numbers(self, told: pa.Table) -> dict[str, Floats]:
        """Lay out what silos said of customers; the mean where they said nothing."""
        names = np.asarray(told["name"].to_pylist(), dtype=object)
        who, number = self._who(told), _floats(told, "number")
        found: dict[str, Floats] = {}
        heard = np.zeros(len(self.customers), bool)
        for name in sorted(set(names)):
            rows = np.flatnonzero((names == name) & (who >= 0))
            if len(rows) < _LEAST_TOLD * len(self.customers):
                continue
            values = np.full(len(self.customers), float(np.mean(number[rows])))
            values[who[rows]] = number[rows]
            heard[who[rows]] = True
            found[f"told: {name}"] = values
        if found:
            found["told anything"] = heard.astype(float)
        return found

    @cached_property
    def people(self) -> int:
        """How many customers ever bought."""
        return len(self.customers)


def _share(part: Floats, rest: Floats) -> Floats:
    whole = part + rest
    found: Floats = np.where(whole > 0, part / np.maximum(whole, 1e-9), 0.0)
    return found


def _days(rows: pa.Table) -> NDArray[np.int64]:
    return np.asarray(rows["day"].combine_chunks().cast(pa.int32()).to_numpy(), np.int64)


def _floats(rows: pa.Table, name: str) -> Floats:
    return np.asarray(
        rows[name].combine_chunks().cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64
    )
