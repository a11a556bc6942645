"""The API's addresses of what marketing achieved: `/api/v1/ledger` and `/api/v1/credits`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from parvis.web.api.access import State
from parvis.web.queries.measured import measured

__all__ = ["measuring_api"]

measuring_api = APIRouter(tags=["measuring"])

Verdict = Literal["stop", "cut", "hold", "raise", "can't tell"]
_Null = "Null: can't be told."


class ProblemOut(BaseModel):
    """What stands in the way of an answer, or limits it."""

    kind: str
    what: str
    next_step: str
    blocks: Annotated[bool, Field(description="Nothing can be told; else only a part can't.")]
    channels: list[str]


class LedgerRow(BaseModel):
    """What a channel cost and brought, in the workspace's currency; 90 % intervals."""

    channel: str
    starts_on: date
    ends_on: date
    spent: float
    returned_low: Annotated[float | None, Field(description=f"Sales it made. {_Null}")]
    returned_high: float | None
    marginal_low: Annotated[float | None, Field(description="Sales its last unit of money made.")]
    marginal_high: float | None
    below: Annotated[
        float | None, Field(description="Probability that the last unit of money didn't pay.")
    ]
    wasted_low: Annotated[
        float | None, Field(description="Profit that spending less would have left.")
    ]
    wasted_high: float | None
    verdict: Verdict
    why: Annotated[str | None, Field(description="What stands in the way of telling.")]


class PartRow(BaseModel):
    """A quarter or a campaign of a channel."""

    channel: str
    kind: Literal["quarter", "campaign"]
    name: str
    starts_on: date
    ends_on: date
    spent: float
    returned_low: float | None
    returned_high: float | None
    wasted_low: float | None
    wasted_high: float | None
    verdict: Verdict


class SuggestedTestOut(BaseModel):
    """The test in cities that would tell most of a channel for its price."""

    channel: str
    places: list[str]
    weeks: int
    factor: Annotated[float, Field(description="Times the usual budget; 0: none.")]
    cost: float
    worth: Annotated[float, Field(description="Profit a year that knowing is expected to add.")]
    settles: Annotated[float, Field(description="Probability of a verdict after it.")]


class LedgerOut(BaseModel):
    """The last measuring; null `measured_at`: nobody measured yet."""

    measured_at: datetime | None
    is_published: bool
    currency: str
    margin: float | None
    problems: list[ProblemOut]
    rows: list[LedgerRow]
    parts: list[PartRow]
    suggested_tests: list[SuggestedTestOut]


class CreditRow(BaseModel):
    """What a method of attribution gives a channel; 90 % intervals."""

    method: str
    channel: str
    conversions: float
    low: float
    high: float
    value: float
    value_low: float
    value_high: float


class CreditsOut(BaseModel):
    """All methods side by side; each sums to the orders after a touch."""

    rows: list[CreditRow]


@measuring_api.get("/ledger")
def ledger(shelf: State) -> LedgerOut:
    """Tell what is wasted, how sure that is, and what would settle the rest."""
    found = measured(shelf)
    currency = shelf.situation.currency
    if found is None:
        return LedgerOut(
            measured_at=None, is_published=False, currency=currency, margin=None, problems=[],
            rows=[], parts=[], suggested_tests=[],
        )  # fmt: skip
    return LedgerOut(
        measured_at=found.measured_at,
        is_published=found.is_published,
        currency=currency,
        margin=found.margin,
        problems=[ProblemOut(**_only(p, ProblemOut)) for p in found.problems],
        rows=[LedgerRow(**_only(r, LedgerRow)) for r in found.ledger],
        parts=[PartRow(**_only(p, PartRow)) for p in found.parts],
        suggested_tests=[
            SuggestedTestOut(**_only(t, SuggestedTestOut)) for t in found.tests.values()
        ],
    )


@measuring_api.get("/credits")
def credits_(shelf: State) -> CreditsOut:
    """Tell whom each method of attribution credits."""
    found = measured(shelf)
    rows = () if found is None else found.credits
    return CreditsOut(rows=[CreditRow(**_only(r, CreditRow)) for r in rows])


def _only(row: Any, model: type[BaseModel]) -> dict[str, Any]:
    return {name: row[name] for name in model.model_fields}
