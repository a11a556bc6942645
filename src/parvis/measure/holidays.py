"""Public holidays, as figures that a mix reads beside prices and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["HOLIDAYS", "with_holidays"]

#: The control's name in `kpi`.
HOLIDAYS = "holidays"


def with_holidays(kpi: pa.Table, country: str) -> pa.Table:
    """Add the public holidays of a country to the figures of a time.

    Parameters
    ----------
    kpi
        Rows of `kpi`.
    country
        Two letters. One whose holidays aren't known adds nothing.

    Returns
    -------
    pa.Table
        Rows of `kpi`, with one for each holiday between the first and the last day.
    """
    if not len(kpi):
        return kpi
    first, last = pc.min(kpi["day"]).as_py(), pc.max(kpi["day"]).as_py()
    rows = [
        {"day": day, "geography": "", "kind": "control", "name": HOLIDAYS, "value": 1.0}
        for day in _holidays(country, first, last)
    ]
    return pa.concat_tables([kpi, pa.Table.from_pylist(rows, kpi.schema)]) if rows else kpi


def _holidays(country: str, first: date, last: date) -> Sequence[date]:
    # a tenth of a second of imports that nothing else needs
    import holidays

    try:
        found: Any = holidays.country_holidays(country, years=range(first.year, last.year + 1))
    except NotImplementedError:
        return ()
    return sorted(day for day in found if first <= day <= last)
