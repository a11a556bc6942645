"""What identity tells others: explanations, previews, and what became of decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

__all__ = ["Explanation", "Identifier", "Preview", "Refused", "Step"]

#: Kind and normalised value.
Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of evidence between two identifiers.

    Parameters
    ----------
    left, right
        The identifiers, in the order of the path.
    rule
        same_event, alias, alike (a model found them alike) or merge (a person joined them).
    strength
        In bits; 0 for a decision, which no evidence outweighs.
    first_at
        When the two were first seen together, or when it was found or decided.
    message_id, source, events
        The first event that carried both, its silo, and how many did; for what isn't said by
        events, empty and 0.
    said
        For a model: column by column what is alike and the bits; for a decision: who made it,
        and their note.
    stopped
        The guard that keeps this piece from counting; empty: it counts.
    detail
        What that guard found.
    """

    left: Identifier
    right: Identifier
    rule: str
    strength: float
    first_at: datetime | None
    message_id: str
    source: str
    events: int
    said: tuple[dict[str, Any], ...]
    stopped: str
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two identifiers are one customer, or why not.

    Parameters
    ----------
    left, right
        The two.
    same
        Whether they are one customer.
    steps
        The shortest chain of evidence between them; of two as short, the stronger. Where they
        aren't one customer: a chain that a guard broke; empty: nothing ties them.
    why_not
        Empty where they are one; else `guard` (a guard broke the chain), `apart` (a person
        decided so), `too_unlike` (a model compared them, and wasn't sure enough), `no_evidence`,
        or `unknown` (no event carries one of them).
    probability
        What the model found, where it compared the two customers.
    """

    left: Identifier
    right: Identifier
    same: bool
    steps: tuple[Step, ...]
    why_not: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision or a new rule would change, before it does.

    Parameters
    ----------
    identifiers
        How many would come to another customer.
    customers_before, customers_after
        The customers of these identifiers' surroundings, now and then.
    gone, new
        Customers that would no longer be there; that would be new.
    largest_before, largest_after
        Identifiers of the largest of these customers.
    orders, sales
        Orders now told of customers that would be gone, and their net sales in the workspace's
        currency.
    examples
        Some of the identifiers: kind, value, customer before and after.
    """

    identifiers: int
    customers_before: int
    customers_after: int
    gone: int
    new: int
    largest_before: int
    largest_after: int
    orders: int
    sales: Decimal
    examples: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of a file of decisions that was not taken over.

    Parameters
    ----------
    row
        Its number, from 1.
    reason
        Why, in a sentence.
    """

    row: int
    reason: str
    values: dict[str, str]
