"""What the API says of who is who, and what it is asked, as JSON."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from parvis.web.api.models import Listed

__all__ = [
    "ChangeRow",
    "ChangesPage",
    "CustomerIdentity",
    "DecisionIn",
    "DecisionOut",
    "DoubtOut",
    "ExplanationOut",
    "HealthOut",
    "HeldOut",
    "IdentifierIn",
    "PreviewIn",
    "PreviewOut",
    "ReportOut",
    "ResolutionOut",
    "ResolveIn",
    "ReviewPage",
    "StepOut",
    "TieOut",
    "end_of",
]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IdentifierIn(_In):
    """An identifier."""

    kind: Annotated[str, Field(min_length=1, max_length=200)]
    value: Annotated[str, Field(max_length=20_000)]


class IdentifierOut(_Out):
    """An identifier, as it is compared."""

    kind: str
    value: str


def end_of(pair: tuple[str, str]) -> IdentifierOut:
    """Write an identifier."""
    return IdentifierOut(kind=pair[0], value=pair[1])


class DoubtOut(_Out):
    """A pair of customers that may be one."""

    place: int
    pair: str
    left_kind: str
    left_value: str
    right_kind: str
    right_value: str
    customer_left: str
    customer_right: str
    name_left: str | None
    name_right: str | None
    reason: Annotated[str, Field(description="alike, limit, size, conflict or merge_refused")]
    detail: str
    probability: Annotated[float | None, Field(description="null: no model compared them")]
    weight: Annotated[float, Field(description="bits of evidence")]
    evidence: list[dict[str, Any]]
    orders_at_stake: int
    sales_at_stake: Decimal
    skipped_as: Annotated[str | None, Field(description="the decision; null: not skipped")]


class ReviewPage(Listed[DoubtOut]):
    """A page of the pairs to decide, the most valuable first."""

    skipped: int


class StepOut(_Out):
    """One piece of evidence between two identifiers."""

    left: IdentifierOut
    right: IdentifierOut
    rule: Annotated[str, Field(description="same_event, alias, alike or merge")]
    strength: Annotated[float, Field(description="bits; 0 for a decision")]
    first_at: datetime | None
    message_id: str
    source: str
    events: int
    said: list[dict[str, Any]]
    stopped: Annotated[str, Field(description="the guard that stopped it; empty: it counts")]
    detail: str


class ExplanationOut(_Out):
    """Why two identifiers are one customer, or why not."""

    left: IdentifierOut
    right: IdentifierOut
    same: bool
    steps: list[StepOut]
    why_not: Annotated[
        str, Field(description="guard, apart, too_unlike, no_evidence or unknown; empty: same")
    ]
    probability: float | None


class HeldOut(_Out):
    """An identifier of a customer."""

    kind: str
    value: str
    normal: Annotated[str | None, Field(description="as it is compared; null: it can't be")]
    is_shared: bool
    claims: Annotated[int, Field(description="with how many known persons it was seen")]
    problem: str | None
    first_at: datetime
    last_at: datetime
    events: int


class TieOut(_Out):
    """A piece of evidence on a customer's identifiers."""

    left_kind: str
    left_value: str
    right_kind: str
    right_value: str
    rule: str
    strength: float
    message_id: str
    source: str
    first_at: datetime
    last_at: datetime
    events: int
    stopped: str | None
    other: Annotated[str | None, Field(description="the customer at the far end, if another")]


class CustomerIdentity(_Out):
    """A customer's identifiers and what ties them, the strongest evidence first."""

    as_of: datetime | None
    customer_id: str
    total: Annotated[int, Field(description="identifiers; at most 200 are listed")]
    kinds: dict[str, int]
    identifiers: list[HeldOut]
    ties: Annotated[list[TieOut], Field(description="at most 400")]


class PreviewIn(_In):
    """A decision that is thought of."""

    verdict: Literal["merge", "part"]
    left: IdentifierIn
    right: IdentifierIn


class DecisionIn(_In):
    """A decision on two identifiers, or the withdrawal of one."""

    verdict: Literal["merge", "part", "skip", "withdraw"]
    left: IdentifierIn | None = None
    right: IdentifierIn | None = None
    note: Annotated[str, Field(max_length=2000)] = ""
    withdraws: Annotated[
        str | None, Field(max_length=100, description="the decision to take back")
    ] = None


class DecisionOut(_Out):
    """What was recorded; the tables follow with the next build."""

    decision_id: str


class PreviewOut(_Out):
    """What a decision would change."""

    identifiers: int
    customers_before: int
    customers_after: int
    gone: int
    new: int
    largest_before: int
    largest_after: int
    orders: int
    sales: Decimal
    examples: list[tuple[str, str, str, str]]


class HealthOut(_Out):
    """Sizes of customers, and signs that too much or too little was joined."""

    as_of: datetime | None
    identifiers: int
    customers: int
    sizes: Annotated[list[tuple[int, int]], Field(description="from how many, customers")]
    largest: list[dict[str, Any]]
    singletons: list[dict[str, Any]]
    near_limits: list[dict[str, Any]]
    cut_components: list[dict[str, Any]]
    birth_dates: list[dict[str, Any]]
    apart: list[dict[str, Any]]
    totals: dict[str, int]
    orders: int
    orders_of_unknown: int
    unusable: list[dict[str, Any]]
    shared: list[dict[str, Any]]
    shared_identifiers: int
    to_decide: int


class ReportOut(_Out):
    """What one build changed of who is who."""

    built_at: datetime
    why: str
    identifiers: int
    customers_before: int
    customers_after: int
    orders: int
    sales: Decimal
    largest: int


class ChangeRow(_Out):
    """An identifier that came to another customer."""

    kind: str
    value: str
    customer_before: str
    customer_after: str


class ChangesPage(Listed[ChangeRow]):
    """A page of the identifiers that one build moved."""

    report: ReportOut


class ResolveIn(_In):
    """Identifiers of one person, as silos write them."""

    identifiers: Annotated[list[IdentifierIn], Field(min_length=1, max_length=100)]


class FindingOut(_Out):
    """What one identifier says."""

    kind: str
    value: str
    normal: str | None
    says: Annotated[str, Field(description="customer, shared, new or unusable")]
    customer_id: str | None
    is_known: bool
    problem: str | None


class ResolutionOut(_Out):
    """Whose identifiers are."""

    status: Annotated[str, Field(description="found, new, ambiguous or unusable")]
    customer_id: str | None
    is_known: bool
    by: FindingOut | None
    findings: list[FindingOut]
