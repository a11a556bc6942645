"""What is wasted: the ledger, and of each channel all that its verdict stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.charts.drawing import Figure
from parvis.web.charts.measure import Range, curve_figure, ranges_figure
from parvis.web.language import Language
from parvis.web.language.measure_words import (
    DIFFERENCES,
    METHODS,
    VERDICT_MEANINGS,
    method_name,
    problem_words,
)
from parvis.web.language.words import word
from parvis.web.pages.csv import rows_response
from parvis.web.pages.waste_told import (
    told_problems,
    waste_advice,
    waste_rows,
    waste_sums,
    waste_title,
)
from parvis.web.queries.measured import Measured, all_spend_rows, measured, spend_rows
from parvis.web.queries.paging import PAGE_ROWS, Page, page_number
from parvis.web.render import render
from parvis.web.visit import Editor, Member, Visit

__all__ = ["waste_pages"]

waste_pages = APIRouter(include_in_schema=False)

Row = Mapping[str, Any]
_LEDGER_COLUMNS: Final = (
    "channel", "starts_on", "ends_on", "spent", "returned", "returned_low", "returned_high",
    "marginal", "marginal_low", "marginal_high", "below", "wasted", "wasted_low", "wasted_high",
    "best_scale", "regret", "verdict", "margin",
)  # fmt: skip
_SPEND_COLUMNS: Final = (
    "day", "source", "channel", "campaign", "geography", "amount", "currency", "impressions",
    "clicks",
)  # fmt: skip


@waste_pages.get("/waste")
def show_waste(visit: Member) -> Response:
    """Show the ledger."""
    shelf = visit.shelf
    found = measured(shelf)
    return render(
        visit,
        "waste.html",
        situation=shelf.situation,
        found=found,
        problems=[] if found is None else told_problems(found, visit.language),
        page=None if found is None or not found.is_published else _first(visit, found),
    )


@waste_pages.get("/waste.csv")
def save_ledger(visit: Editor) -> Response:
    """Give the ledger as a file."""
    found = measured(visit.shelf)
    rows = [] if found is None else list(found.ledger)
    return rows_response("ledger", visit.shelf.situation, rows, _LEDGER_COLUMNS)


@waste_pages.get("/waste/{channel:path}/spend.csv")
def save_spending(visit: Editor, channel: str) -> Response:
    """Give all rows of a channel's spending as a file."""
    rows = all_spend_rows(visit.shelf, channel)
    return rows_response("spending", visit.shelf.situation, rows, _SPEND_COLUMNS)


@waste_pages.get("/waste/{channel:path}")
def show_channel(visit: Member, channel: str) -> Response:
    """Show what a verdict stands on."""
    shelf, language = visit.shelf, visit.language
    found = measured(shelf)
    row = None if found is None else found.row(channel)
    if found is None or row is None:
        raise HTTPException(404, language.say("Nothing is measured of such a channel."))
    number = page_number(visit.request.query_params)
    rows, total = spend_rows(shelf, channel, (number - 1) * PAGE_ROWS)
    return render(
        visit,
        "waste_channel.html",
        situation=shelf.situation,
        found=found,
        row=row,
        title=_channel_title(row, language),
        meaning=word(VERDICT_MEANINGS, row["verdict"], language),
        figures=shelf.kept(
            ("channel figures", channel, language.code),
            lambda: _channel_figures(found, row, shelf.situation.currency, language),
        ),
        reasons=[
            language.say(DIFFERENCES[code], part=language.formats.percent(found.follows(channel)))
            for code in found.differences(row)
        ],
        why=_why(found, channel, language),
        experiments=[n for n in found.checks.get("experiments", ()) if n.get("channel") == channel],
        test=found.tests.get(channel),
        learned=(found.checks.get("learned") or {}).get(channel),
        quarters=[p for p in found.parts if p["channel"] == channel and p["kind"] == "quarter"],
        campaigns=sorted(
            (p for p in found.parts if p["channel"] == channel and p["kind"] == "campaign"),
            key=lambda p: -p["spent"],
        ),
        page=Page(tuple(rows), number, total),
        wanted=_At(),
    )


class _At:
    """The address of a page of rows."""

    def address(self, page: int = 1) -> str:
        return f"page={page}"


def _first(visit: Visit, found: Measured) -> dict[str, Any]:
    language, currency = visit.language, visit.shelf.situation.currency
    key = ("waste page", language.code)
    return visit.shelf.kept(key, lambda: _page(found, currency, language))


def _page(found: Measured, currency: str, language: Language) -> dict[str, Any]:
    sums = waste_sums(found)
    return {
        "title": waste_title(found, sums, currency, language),
        "sums": sums,
        "rows": waste_rows(found),
        "advice": waste_advice(found, currency, language),
        "quarters": _quarter_table(found),
        "chart": _ledger_figure(found, language),
        "period": language.formats.period(found.first, found.last)
        if found.first and found.last
        else "",
    }


def _quarter_table(found: Measured) -> dict[str, Any]:
    rows = [p for p in found.parts if p["kind"] == "quarter"]
    names = sorted({p["name"] for p in rows})
    by_place = {(p["channel"], p["name"]): p for p in rows}
    channels = [r["channel"] for r in found.ledger]
    return {
        "names": names,
        "rows": [(c, [by_place.get((c, n)) for n in names]) for c in channels],
    }


def _ledger_figure(found: Measured, language: Language) -> Figure | None:
    say, fmt = language.say, language.formats
    rows = [
        Range(r["channel"], r["marginal"], r["marginal_low"], r["marginal_high"],
              f"/waste/{r['channel']}")
        for r in sorted(found.told, key=lambda r: -(r["marginal"] or 0))
    ]  # fmt: skip
    line = None
    if found.margin is not None:
        even = 1 / found.margin
        text = say(
            "Dashed: %(even)s, where the last euro pays for itself at a margin of %(margin)s.",
            even=fmt.number(even, 2),
            margin=fmt.percent(found.margin),
        )
        line = (even, text)
        paid = [r.name for r in rows if r.low > even]
        not_paid = [r.name for r in rows if r.high < even]
        title = _even_title(paid, not_paid, language)
    else:
        title = say("What the last euro of each channel made")
    unit = say("Sales made by the last euro spent; each line holds the truth nine times in ten")
    return ranges_figure(rows, (title, unit, say("Channel")), language, line=line)


def _even_title(paid: Sequence[str], not_paid: Sequence[str], language: Language) -> str:
    say = language.say
    if paid and not_paid:
        return say(
            "The last euro paid in %(paid)s, and not in %(lost)s",
            paid=", ".join(paid),
            lost=", ".join(not_paid),
        )
    if not_paid:
        return say("The last euro didn't pay in %(lost)s", lost=", ".join(not_paid))
    if paid:
        return say("The last euro paid in %(paid)s", paid=", ".join(paid))
    return say("Of no channel it is sure whether its last euro paid")


def _channel_title(row: Row, language: Language) -> str:
    say, channel = language.say, row["channel"]
    titles = {
        "stop": say(
            "Stop %(channel)s: almost surely even its first euros didn't pay", channel=channel
        ),
        "cut": say("Cut %(channel)s: almost surely its last euros didn't pay", channel=channel),
        "raise": say("Raise %(channel)s: almost surely its last euro paid", channel=channel),
        "hold": say(
            "%(channel)s can go on: its last euro brings about what it costs", channel=channel
        ),
    }
    return titles.get(
        row["verdict"],
        say("Whether %(channel)s pays can't be told from what is known", channel=channel),
    )


def _why(found: Measured, channel: str, language: Language) -> list[tuple[str, str]]:
    return [problem_words(p, language) for p in found.problems if channel in p.get("channels", ())]


def _channel_figures(found: Measured, row: Row, currency: str, language: Language) -> list[Figure]:
    say = language.say
    figures: list[Figure | None] = []
    channel = row["channel"]
    if found.curves is not None and row["returned"] is not None:
        note = say("Dashed: where sales just pay for the spending, margin included.")
        title = say("More spending brings less for each euro: the curve bends")
        at = found.curves.channels.index(channel)
        spent = found.spent.get(row["channel"], ())
        figures.append(curve_figure(found.curves, at, spent, (title, note), currency, language))
    figures.append(_methods_figure(found, row, language))
    quarters = [p for p in found.parts if p["channel"] == channel and p["kind"] == "quarter"]
    ranges = [
        Range(
            language.formats.quarter(p["name"]),
            None,
            p["returned_low"] / p["spent"],
            p["returned_high"] / p["spent"],
        )
        for p in quarters
        if p["returned_low"] is not None
    ]
    if len(ranges) > 1:
        figures.append(
            ranges_figure(
                ranges,
                (say("What it brought, quarter by quarter"), say("Sales for each euro spent"),
                 say("Quarter")),
                language,
            )
        )  # fmt: skip
    return [f for f in figures if f is not None]


def _methods_figure(found: Measured, row: Row, language: Language) -> Figure | None:
    say, spent = language.say, row["spent"]
    if spent <= 0:
        return None
    rows = [
        Range(method_name(c["method"], language), c["value"] / spent, c["value_low"] / spent,
              c["value_high"] / spent, "/journeys", is_other=True)
        for c in sorted(found.credits, key=lambda c: list(METHODS).index(c["method"]))
        if c["channel"] == row["channel"]
    ]  # fmt: skip
    if row["returned"] is not None:
        rows.append(
            Range(method_name("mix", language), row["returned"] / spent,
                  row["returned_low"] / spent, row["returned_high"] / spent, "/mix")
        )  # fmt: skip
    if len(rows) < 2:
        return None
    words = (
        say("What each method says it brought"),
        say("Sales for each euro spent"),
        say("Method"),
    )
    note = say("Paler: journeys, which don't know what would have come anyway.")
    return ranges_figure(rows, words, language, note=note, name_px=196)
