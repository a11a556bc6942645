"""Moments as documents of the web state them (RFC 3339, ISO 8601), and those that can't be."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import ibis

from parvis.connect.files.quarantine import fault
from parvis.lake.functions import moment

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["EARLIEST", "date_faults", "date_reason", "read_moment", "stated_moment"]

#: Before that nobody posted, mailed or reviewed anything on the web.
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=1)
_OFFSET: Final = r"(?:[zZ]|[+-]\d{2}:?\d{2})$"
_FORM: Final = r"^\s*\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|\s*$)"


def stated_moment(text: ir.StringValue, zone: str) -> ir.TimestampValue:
    """Read a column of RFC 3339 dates; null where one isn't. Without an offset, `zone` holds."""
    dated = ibis.ifelse(text.re_search(_FORM), text.strip(), ibis.null("string"))
    exact = ibis.ifelse(dated.re_search(_OFFSET), dated, ibis.null("string"))
    local = ibis.ifelse(exact.isnull(), dated, ibis.null("string"))
    return ibis.coalesce(
        exact.try_cast("timestamp('UTC')"), moment(local.try_cast("timestamp"), zone)
    )


def date_faults(
    stated: ir.StringValue, at: ir.TimestampValue, now: datetime, field: str
) -> list[ir.Value]:
    """Name what is wrong with dates: not one, before 1990, or more than a day ahead of now."""
    early = ibis.literal(EARLIEST, "timestamp('UTC')")
    late = ibis.literal(now + _AHEAD, "timestamp('UTC')")
    return [
        fault(stated.notnull() & at.isnull(), "not_a_date", field, stated),
        fault(at < early, "before_1990", field, stated),
        fault(at > late, "in_the_future", field, stated),
    ]


def read_moment(text: str, zone: str) -> datetime | None:
    """Read one date: RFC 3339 or ISO 8601, else RFC 5322 as in mails; None where it isn't one.

    Examples
    --------
    >>> read_moment("2025-03-04T10:11:12+01:00", "UTC")
    datetime.datetime(2025, 3, 4, 9, 11, 12, tzinfo=datetime.timezone.utc)
    >>> read_moment("Tue, 4 Mar 2025 10:11:12 +0100", "UTC")
    datetime.datetime(2025, 3, 4, 9, 11, 12, tzinfo=datetime.timezone.utc)
    """
    told = text.strip()
    try:
        if re.match(r"\d{4}-?\d{2}", told):
            found = datetime.fromisoformat(told)
        else:
            found = email.utils.parsedate_to_datetime(told)
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(zone))
        return found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def date_reason(at: datetime | None, now: datetime) -> str:
    """Say in a code what is wrong with a moment that was stated; empty where nothing is."""
    if at is None:
        return "not_a_date"
    if at < EARLIEST:
        return "before_1990"
    return "in_the_future" if at > now + _AHEAD else ""
