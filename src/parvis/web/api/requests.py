"""What the API is asked, checked before anything is looked up."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from parvis.web.queries.customer_filter import SORTS as CUSTOMER_SORTS
from parvis.web.queries.customer_filter import CustomerFilter
from parvis.web.queries.order_filter import SORTS as ORDER_SORTS
from parvis.web.queries.order_filter import OrderFilter
from parvis.web.queries.paging import PAGE_ROWS

__all__ = ["CustomerQuery", "OrderQuery", "PageNumber"]

PageNumber = Annotated[int, Field(ge=1, le=10**6, description="From 1.")]
Text = Annotated[str, Field(max_length=200)]
Day = Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$")]


class _Query(BaseModel):
    # a filter that is misspelt must not answer with everybody
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CustomerQuery(_Query):
    """Which customers; the same words as in the page's address."""

    q: Annotated[Text, Field(description="Part of a name or of an identifier.")] = ""
    segment: Annotated[Text, Field(description="An RFM segment, or `unknown`.")] = ""
    overdue: Literal["", "yes", "no", "unknown"] = ""
    age: Text = ""
    channel: Text = ""
    cohort: Annotated[
        str, Field(pattern=r"^(\d{4}-(0[1-9]|1[0-2])|unknown)?$", description="2026-11")
    ] = ""
    known: Literal["", "yes", "no"] = ""
    since: Annotated[Day, Field(alias="from", description="First order from this day.")] = ""
    until: Annotated[Day, Field(alias="to", description="First order up to this day.")] = ""
    sort: Annotated[
        str, Field(pattern=rf"^-?({'|'.join(CUSTOMER_SORTS)})$", description="`-` before: down.")
    ] = "-monetary"
    page: PageNumber = 1
    rows: Annotated[int, Field(ge=1, le=1000, description="Rows on a page.")] = PAGE_ROWS

    def wanted(self) -> CustomerFilter:
        """Return it as the questions know it."""
        return CustomerFilter(**self.model_dump(exclude={"rows"}))


class OrderQuery(_Query):
    """Which orders; the same words as in the page's address."""

    q: Annotated[Text, Field(description="Part of the order's number.")] = ""
    since: Annotated[Day, Field(alias="from", description="From this day.")] = ""
    until: Annotated[Day, Field(alias="to", description="Up to this day.")] = ""
    customer: Text = ""
    category: Text = ""
    coupon: Literal["", "yes", "no"] = ""
    rate: Literal["", "known", "none"] = ""
    kept: Literal["", "yes", "no"] = ""
    sort: Annotated[
        str, Field(pattern=rf"^-?({'|'.join(ORDER_SORTS)})$", description="`-` before: down.")
    ] = "-date"
    page: PageNumber = 1

    def wanted(self) -> OrderFilter:
        """Return it as the questions know it."""
        return OrderFilter(**self.model_dump())
