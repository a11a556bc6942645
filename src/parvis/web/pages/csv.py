"""A view as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from starlette.responses import Response

from parvis.web.shelf import Situation

__all__ = ["csv_response", "rows_response"]

# a spreadsheet takes a text that begins so for a formula, and runs it
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_response(
    name: str, situation: Situation, rows: Iterable[Any], columns: Sequence[str]
) -> Response:
    """Answer with a file: UTF-8, commas, one header, figures as in the API."""
    return rows_response(
        name, situation, ({c: getattr(row, c) for c in columns} for row in rows), columns
    )


def rows_response(
    name: str, situation: Situation, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]
) -> Response:
    """Answer with a file of rows by column; see `csv_response`."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_plain(row[c]) for c in columns)
    day = f"-{situation.day}" if situation.day else ""
    headers = {"Content-Disposition": f'attachment; filename="{name}{day}.csv"'}
    # the mark tells spreadsheets that it is UTF-8
    return Response("\ufeff" + out.getvalue(), 200, headers, media_type="text/csv; charset=utf-8")


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
