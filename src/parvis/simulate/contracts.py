"""What is asked of a simulation, and what it tells when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from parvis.errors import SimulationError
from parvis.simulate.writing import Format

__all__ = ["SimulateOptions", "SimulateReport"]

_MOST_CUSTOMERS = 10_000_000
_MOST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """How large the brand is, and how it is written.

    Parameters
    ----------
    customers
        How many people ever are customers, 1 to ten million.
    days
        How many days are written, from the world's first day on.
    seed
        The same seed gives the same bytes.
    form
        ``native``: each silo's own format; ``parquet``: the bulky silos as Parquet.
    overlay
        ``completejourney``: the customers and orders are those of dunnhumby's Complete
        Journey; what is written is the rest.
    force
        Write into a folder that isn't empty: what stands there is removed first.
    workers
        Processes; 0: one for each core, four at most. Their number changes no byte.
    """

    customers: int = 100_000
    days: int = 365
    seed: int = 7
    form: Format = "native"
    overlay: str = ""
    force: bool = False
    workers: int = 0

    def __post_init__(self) -> None:
        for name, value, most in (
            ("customers", self.customers, _MOST_CUSTOMERS),
            ("days", self.days, _MOST_DAYS),
        ):
            if not 1 <= value <= most:
                raise SimulationError(
                    f"{name} = {value:,}: expected 1 to {most:,}.", f"Choose another --{name}."
                )
        if not 0 <= self.seed < 2**32:
            raise SimulationError(
                f"seed = {self.seed}: expected 0 to {2**32 - 1:,}.", "Choose another --seed."
            )


@dataclass(frozen=True, slots=True)
class SimulateReport:
    """What was written.

    Parameters
    ----------
    folder
        Where.
    events
        Events by silo.
    sales_cents, spend_cents
        Net sales and spending of the whole time.
    wasted_cents
        Of the spending, by channel, what the truth calls wasted.
    seconds
        How long it took.
    zone, currency, as_of
        Of the brand; the day after the last that is written.
    """

    folder: Path
    events: Mapping[str, int] = field(default_factory=dict)
    sales_cents: int = 0
    spend_cents: int = 0
    wasted_cents: Mapping[str, int] = field(default_factory=dict)
    size_bytes: int = 0
    seconds: float = 0.0
    zone: str = "UTC"
    currency: str = "EUR"
    as_of: date = date.min

    @property
    def total(self) -> int:
        """All events."""
        return sum(self.events.values())
