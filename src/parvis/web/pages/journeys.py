"""What came before orders: the ways people took, and whom each method credits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from parvis.web.language import Language
from parvis.web.language.measure_words import DIFFERENCES, METHODS, method_name
from parvis.web.pages.csv import rows_response
from parvis.web.queries.measured import Measured, measured
from parvis.web.render import render
from parvis.web.visit import Editor, Member

__all__ = ["journeys_pages"]

journeys_pages = APIRouter(include_in_schema=False)

_COLUMNS = (
    "method", "channel", "conversions", "low", "high", "value", "value_low", "value_high",
    "removal",
)  # fmt: skip


@journeys_pages.get("/journeys")
def show_journeys(visit: Member) -> Response:
    """Show the ways to orders."""
    shelf, language = visit.shelf, visit.language
    found = measured(shelf)
    page = None
    if found is not None and found.credits:
        page = _page(found, language, visit.request.query_params.get("by", "value"))
    return render(visit, "journeys.html", situation=shelf.situation, found=found, page=page)


@journeys_pages.get("/journeys.csv")
def save_credits(visit: Editor) -> Response:
    """Give what methods credit as a file."""
    found = measured(visit.shelf)
    rows: Sequence[Mapping[str, Any]] = () if found is None else found.credits
    return rows_response("credits", visit.shelf.situation, rows, _COLUMNS)


def _page(found: Measured, language: Language, by: str) -> dict[str, Any]:
    say, fmt = language.say, language.formats
    by = by if by in {"value", "orders"} else "value"
    told = found.checks.get("journeys") or {}
    digital = told.get("digital") or {}
    keys = ("value", "value_low", "value_high") if by == "value" else ("conversions", "low", "high")
    methods = [m for m in METHODS if any(c["method"] == m for c in found.credits)]
    total = sum(c[keys[0]] for c in found.credits if c["method"] == methods[0])
    by_place = {(c["channel"], c["method"]): c for c in found.credits}
    channels = sorted(
        {c["channel"] for c in found.credits},
        key=lambda name: -by_place[name, methods[-1]][keys[0]],
    )
    ledger = {r["channel"]: r for r in found.ledger}
    return {
        "title": _title(digital, language),
        "journeys": told.get("journeys", 0),
        "digital": digital,
        "routes": told.get("routes") or [],
        "by": by,
        # as the accounts call them: like this they stand in the ledger
        "paid": set(ledger),
        "methods": [(m, method_name(m, language)) for m in methods],
        "total": total,
        "rows": [
            {
                "channel": name,
                "row": ledger.get(name),
                "cells": [
                    tuple(by_place[name, m][k] / total if total else None for k in keys)
                    for m in methods
                ],
                "reasons": _reasons(found, ledger.get(name), name, language),
            }
            for name in channels
        ],
        "spread": _spread(by_place, channels, methods, keys[0], total, fmt, say),
    }


def _title(digital: Mapping[str, int], language: Language) -> str:
    say, fmt = language.say, language.formats
    if not digital.get("buyers"):
        return say("Nobody bought yet after meeting the brand")
    return say(
        "%(share)s of first purchases followed a digital experience",
        share=fmt.percent(digital["first_digital"] / digital["buyers"]),
    )


def _spread(
    by_place: Mapping[tuple[str, str], Mapping[str, Any]],
    channels: Sequence[str],
    methods: Sequence[str],
    key: str,
    total: float,
    fmt: Any,
    say: Any,
) -> str:
    """Tell on which channel methods disagree most."""
    if not total or len(methods) < 2:
        return ""

    def ends(name: str) -> tuple[float, float]:
        shares = [by_place[name, m][key] / total for m in methods]
        return min(shares), max(shares)

    worst = max(channels, key=lambda name: ends(name)[1] - ends(name)[0])
    low, high = ends(worst)
    return str(
        say(
            "The methods disagree most on %(channel)s: it is credited with %(low)s to %(high)s.",
            channel=worst,
            low=fmt.percent(low),
            high=fmt.percent(high),
        )
    )


def _reasons(
    found: Measured, row: Mapping[str, Any] | None, channel: str, language: Language
) -> list[str]:
    if row is None:
        return []
    part = language.formats.percent(found.follows(channel))
    return [
        language.say(DIFFERENCES[code], part=part)
        for code in found.differences(row)
        if code != "agree"
    ]
