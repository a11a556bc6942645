"""One page for the board: what is wasted, on a sheet of paper."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.language import Language
from parvis.web.language.measure_words import verdict_name
from parvis.web.pages.waste_told import waste_advice, waste_rows, waste_sums, waste_title
from parvis.web.queries.measured import Measured, measured
from parvis.web.visit import Member, Visit

__all__ = ["board_pages"]

board_pages = APIRouter(include_in_schema=False)

#: A4 in points, and where the bars of the last column are.
_WIDE: Final = 595
_HIGH: Final = 842
_BARS: Final = (390.0, 549.0)
_MOST_ROWS: Final = 14
_MOST_ADVICE: Final = 6
_MOST_TESTS: Final = 3


@board_pages.get("/waste.pdf")
def save_board_page(visit: Member) -> Response:
    """Give the page as a PDF."""
    found = measured(visit.shelf)
    if found is None or not found.is_published:
        raise HTTPException(404, visit.language.say("Nothing is measured that may be shown."))
    known = found
    key = ("board page", visit.language.code)
    content = visit.shelf.kept(key, lambda: _pdf(visit, known))
    day = f"-{visit.shelf.situation.day}" if visit.shelf.situation.day else ""
    headers = {"Content-Disposition": f'attachment; filename="waste{day}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _pdf(visit: Visit, found: Measured) -> bytes:
    # a tenth of a second of imports that no other page needs
    import vl_convert

    renderer = visit.request.app.state.renderer
    situation = visit.shelf.situation
    told = _sheet(found, situation.currency, visit.language)
    svg = renderer.text(
        "board_sheet.html",
        visit.language,
        situation=situation,
        found=found,
        wide=_WIDE,
        high=_HIGH,
        simulated=bool(situation.simulated),
        workspace=visit.reader.workspace.settings.workspace.name,
        **told,
    )
    return bytes(vl_convert.svg_to_pdf(svg))


def _sheet(found: Measured, currency: str, language: Language) -> dict[str, Any]:
    """Compute what stands on the sheet, and where."""
    sums = waste_sums(found)
    fmt = language.formats
    rows = waste_rows(found)[:_MOST_ROWS]
    ends = [r["marginal_high"] for r in rows if r["marginal_high"] is not None]
    even = None if found.margin is None else 1 / found.margin
    top = min(max([*ends, even or 0.0, 1.0]), 4 * (even or 2.0))
    left, right = _BARS

    def place(value: float) -> float:
        return float(left + (right - left) * min(value, top) / top)

    tests = sorted(found.tests.values(), key=lambda t: t["cost"] - t["worth"])[:_MOST_TESTS]
    return {
        "title": textwrap.wrap(waste_title(found, sums, currency, language), 52)[:3],
        "period": fmt.period(found.first, found.last) if found.first and found.last else "",
        "sums": sums,
        "rows": [
            {
                "channel": r["channel"],
                "verdict": verdict_name(r["verdict"], language),
                "kind": r["verdict"],
                "spent": fmt.number(r["spent"]),
                "wasted": None if r["wasted"] is None
                else f"{fmt.number(r['wasted_low'])} – {fmt.number(r['wasted_high'])}",
                "from_x": None if r["marginal_low"] is None else place(r["marginal_low"]),
                "to_x": None if r["marginal_high"] is None else place(r["marginal_high"]),
            }
            for r in rows
        ],
        "even_x": None if even is None else place(even),
        "even": None if even is None else fmt.number(even, 2),
        "bars": _BARS,
        "top": fmt.number(top, 1),
        "advice": [
            textwrap.wrap(a["text"], 92)
            for a in waste_advice(found, currency, language)[:_MOST_ADVICE]
        ],
        "tests": [
            textwrap.wrap(
                _test_words(t, currency, language), 92
            )
            for t in tests
        ],
    }  # fmt: skip


def _test_words(test: Mapping[str, Any], currency: str, language: Language) -> str:
    """Say what to try, and what knowing is worth."""
    fmt, say = language.formats, language.say
    told = {
        "channel": test["channel"],
        "places": ", ".join(test["places"]),
        "weeks": fmt.number(test["weeks"]),
        "worth": fmt.money(test["worth"], currency, 0),
    }
    if not test["factor"]:
        return say(
            "%(channel)s: no budget in %(places)s for %(weeks)s weeks; knowing is expected to "
            "bring %(worth)s a year",
            **told,
        )
    return say(
        "%(channel)s: %(factor)s times the budget in %(places)s for %(weeks)s weeks; "
        "knowing is expected to bring %(worth)s a year",
        factor=fmt.number(test["factor"]),
        **told,
    )
