"""What the API answers, as JSON. Amounts are texts: a float would lose cents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "ChangeOut",
    "CustomerOut",
    "CustomerPage",
    "EventOut",
    "EventPage",
    "EvidencePage",
    "Failure",
    "FigureOut",
    "Health",
    "LineOut",
    "Listed",
    "OrderDetail",
    "OrderOut",
    "OrderPage",
    "OverviewOut",
    "ProfileOut",
    "ProvenanceOut",
    "ReadinessOut",
    "SiloOut",
]

R = TypeVar("R")


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class Failure(_Out):
    """What went wrong, and what to do."""

    error: str
    next_step: str = ""


class Health(_Out):
    """Whether the pages can be served."""

    status: Annotated[str, Field(description="ok, or what is wrong")]
    version: str
    data_version: int | None = None
    as_of: datetime | None = None


class Listed(_Out, Generic[R]):
    """A page of a list.

    `as_of` is the moment up to which the tables speak; null: nothing is built yet.
    """

    as_of: datetime | None
    total: int
    page: int
    pages: int
    rows: list[R]


class CustomerOut(_Out):
    """A customer. Null means that it can't be told, never 0."""

    customer_id: str
    is_known: bool
    user_id: str | None
    display_name: str | None
    rfm_segment: str | None
    first_order_on: date | None
    last_order_on: date | None
    recency_days: int | None
    frequency: Annotated[int, Field(description="orders kept")]
    monetary: Annotated[Decimal, Field(description="net sales in the workspace's currency")]
    unconverted_orders: Annotated[int, Field(description="orders without a rate, in no sum")]
    average_basket: Decimal | None
    purchase_interval_days: float | None
    usual_longest_gap_days: float | None
    is_overdue: Annotated[bool | None, Field(description="null: fewer than four intervals")]
    favourite_category: str | None
    coupon_share: float | None
    age_band: str | None
    last_channel: str | None
    cohort: date | None
    events: int


class CustomerPage(Listed[CustomerOut]):
    """A page of customers, and what the whole view adds up to."""

    currency: str
    orders: int
    sales: Decimal
    unconverted_orders: int
    overdue: int


class ProvenanceOut(_Out):
    """The events behind a trait."""

    events: int
    sources: list[str]
    first_at: datetime | None
    last_at: datetime | None


class ProfileOut(_Out):
    """A customer: every trait, and for each where it comes from."""

    as_of: datetime | None
    currency: str
    customer_id: str
    traits: dict[str, Any]
    provenance: dict[str, ProvenanceOut]


class EventOut(_Out):
    """One thing that happened."""

    message_id: str
    source: str
    type: str
    name: str | None
    occurred_at: datetime
    received_at: datetime
    is_dated: Annotated[bool, Field(description="false: the silo doesn't say when")]
    is_timed: Annotated[bool, Field(description="false: the day is known, not the time")]
    channel: str | None
    campaign: str | None
    device: str | None
    amount: Decimal | None
    currency: str | None
    text: str | None
    order_id: str | None
    properties: dict[str, Any]
    traits: dict[str, str | None]


class EventPage(Listed[EventOut]):
    """A page of events, newest first."""


class EvidencePage(Listed[EventOut]):
    """The events behind a trait."""

    trait: str


class OrderOut(_Out):
    """An order as it stands."""

    source: str
    order_id: str
    customer_id: str
    ordered_at: datetime
    ordered_on: date
    status: str
    currency: str | None
    gross_amount: Decimal
    refunded_amount: Decimal
    net_amount: Decimal
    net_base: Annotated[
        Decimal | None, Field(description="in the workspace's currency; null: no rate is known")
    ]
    discount: Decimal
    coupon_discount: Decimal
    lines: int
    channel: str | None
    campaign: str | None
    message_id: str


class OrderPage(Listed[OrderOut]):
    """A page of orders, and what the whole view adds up to."""

    currency: str
    customers: int
    sales: Decimal
    unconverted_orders: int
    unconverted_currencies: list[str]


class LineOut(_Out):
    """A line of an order."""

    line_number: int
    product_id: str | None
    name: str | None
    category: str | None
    brand: str | None
    quantity: Decimal | None
    currency: str | None
    net_amount: Decimal
    refunded_amount: Decimal


class OrderDetail(_Out):
    """An order with its lines."""

    order: OrderOut
    lines: list[LineOut]


class FigureOut(_Out):
    """A figure of the last period beside the one before; the interval holds in nine of ten."""

    name: str
    unit: str
    value: float | None
    previous: float | None
    change_low: float | None
    change_high: float | None


class ChangeOut(_Out):
    """A category that sold more or less than chance explains."""

    subject: str
    value: float
    previous: float
    change_low: float
    change_high: float


class PeriodOut(_Out):
    """Days, both in it."""

    first: date
    last: date


class OverviewOut(_Out):
    """The first page."""

    as_of: date
    currency: str
    period: PeriodOut
    previous: PeriodOut
    figures: list[FigureOut]
    changes: list[ChangeOut]
    weekly_sales: list[dict[str, Any]]
    segments: list[dict[str, Any]]
    newcomers: list[dict[str, Any]]
    coupon_weeks: list[dict[str, Any]]
    unconverted: list[dict[str, Any]]


class SiloOut(_Out):
    """A source and what it brought."""

    source: str
    events: int
    kinds: list[tuple[str, int]]
    first_at: datetime | None
    last_at: datetime | None
    imported_at: datetime | None
    customers: int
    customer_share: float | None
    volume: list[tuple[date, int]]
    quarantined: int
    is_simulated: Annotated[bool, Field(description="its rows are made up")]
    description: str


class ReadinessOut(_Out):
    """How much of one kind of data is joined to a known customer."""

    subject: str
    unit: str
    total: float
    joined: float
    share: Annotated[float | None, Field(description="null: there is nothing yet")]
    unconverted: Annotated[int, Field(description="rows of spend without a rate, in no sum")]
