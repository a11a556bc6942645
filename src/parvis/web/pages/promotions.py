"""Which coupons went to people who would have bought anyway, and what showing products did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.charts.drawing import Figure
from parvis.web.charts.measure import Range, ranges_figure
from parvis.web.charts.promotions import balance_figure, overlap_figure
from parvis.web.language import Language
from parvis.web.language.promotion_words import (
    CAMPAIGN_VERDICTS,
    CAMPAIGN_WHY,
    SHOWN_VERDICTS,
    SPOTS,
    WAYS,
)
from parvis.web.language.words import soften, word
from parvis.web.pages.csv import csv_response
from parvis.web.pages.shown import evidence_address
from parvis.web.queries.paging import PAGE_ROWS
from parvis.web.queries.promoted import Promoted, coupon_lines, promoted
from parvis.web.render import render
from parvis.web.visit import Editor, Member

__all__ = ["promotions_pages"]

promotions_pages = APIRouter(include_in_schema=False)

Row = Mapping[str, Any]

_ENDS: Final = 5
_COUPON_COLUMNS: Final = (
    "campaign", "kind", "starts_on", "ends_on", "seen_until", "method", "sent", "others",
    "compared_sent", "compared_others", "coupons", "products", "redeemers", "redemptions",
    "redeemed_sales", "redeemed_discount", "known_discount", "same_discount", "effect",
    "effect_low", "effect_high", "basket", "basket_low", "basket_high", "anyway_low",
    "anyway_high", "verdict", "why",
)  # fmt: skip
_SHOWN_COLUMNS: Final = (
    "way", "spot", "level", "name", "label", "products", "shown", "units", "raw", "raw_low",
    "raw_high", "same_price", "same_price_low", "same_price_high", "effect", "effect_low",
    "effect_high", "false_share", "verdict", "why",
)  # fmt: skip


@promotions_pages.get("/promotions")
def show_promotions(visit: Member) -> Response:
    """Show the campaigns, and what displays and mailers did."""
    shelf, language = visit.shelf, visit.language
    found = promoted(shelf)
    return render(
        visit,
        "promotions.html",
        situation=shelf.situation,
        found=found,
        title=_title(found, language),
        sections=shelf.kept(("promotions page", language.code), lambda: _sections(found, language)),
        cut=_of_mailers(found, "cut"),
        names=_Names(language),
        behind=evidence_address,
    )


@promotions_pages.get("/promotions.csv")
def download_campaigns(visit: Editor) -> Response:
    """Give the campaigns as a file."""
    return _file(visit, "promotions", promoted(visit.shelf).campaigns, _COUPON_COLUMNS)


@promotions_pages.get("/promotions/shown.csv")
def download_shown(visit: Editor) -> Response:
    """Give what displays and mailers did as a file."""
    return _file(visit, "shown", promoted(visit.shelf).shown, _SHOWN_COLUMNS)


@promotions_pages.get("/promotions/{campaign}")
def show_campaign(visit: Member, campaign: str, page: int = 1) -> Response:
    """Show what one campaign's verdict stands on."""
    shelf, language = visit.shelf, visit.language
    row = promoted(shelf).campaign(campaign)
    if row is None:
        raise HTTPException(404, language.say("There is no such campaign."))
    skip = PAGE_ROWS * (max(page, 1) - 1)
    lines, total = coupon_lines(shelf, campaign, skip)
    figures = [
        f
        for f in (
            _checks_figure(row, shelf.situation.currency, language),
            overlap_figure(row["checks"], language),
            balance_figure(row["checks"], language),
        )
        if f is not None
    ]
    return render(
        visit,
        "promotion.html",
        situation=shelf.situation,
        row=row,
        checks=row["checks"],
        figures=figures,
        lines=lines,
        total=total,
        page=max(page, 1),
        pages=-(-total // PAGE_ROWS),
        names=_Names(language),
    )


class _Names:
    """The words for what is told by a code."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def verdict(self, code: str) -> str:
        """Name a campaign's verdict."""
        return word(CAMPAIGN_VERDICTS, code, self._language)

    def why(self, code: str | None) -> str:
        """Tell why."""
        return word(CAMPAIGN_WHY, code, self._language)

    def shown(self, code: str) -> str:
        """Name the verdict on a way of showing."""
        return word(SHOWN_VERDICTS, code, self._language)

    def spot(self, code: str) -> str:
        """Name where something was shown."""
        return word(SPOTS, code, self._language)

    def way(self, code: str) -> str:
        """Name a way of showing."""
        return word(WAYS, code, self._language)


def _title(found: Promoted, language: Language) -> str:
    say, fmt = language.say, language.formats
    many = len(found.campaigns)
    counts = {
        "all": fmt.number(many),
        "worked": fmt.number(found.count("worked")),
        "anyway": fmt.number(found.count("bought anyway")),
        "unpaid": fmt.number(found.count("didn't pay")),
        "untold": fmt.number(found.count("can't tell")),
    }
    if many and found.count("can't tell") == many:
        return language.say_n(
            "Of %(n)s coupon campaign it can't be told what it changed",
            "Of none of %(n)s coupon campaigns can it be told what it changed",
            many,
        )
    if many:
        return say(
            "Of %(all)s coupon campaigns %(worked)s worked, %(anyway)s went to people who would "
            "have bought anyway, %(unpaid)s didn't pay, and of %(untold)s it can't be told",
            **counts,
        )
    whole = next((r for r in found.level("display", "all") if r["effect"] is not None), None)
    if whole is not None:
        return say(
            "Products on display sold %(low)s to %(high)s times as many units",
            low=fmt.number(whole["effect_low"], 2),
            high=fmt.number(whole["effect_high"], 2),
        )
    return say("Nothing is known of coupons and promotions yet")


def _sections(found: Promoted, language: Language) -> list[dict[str, Any]]:
    return [_section(found, way, language) for way in WAYS if found.level(way, "all")]


def _section(found: Promoted, way: str, language: Language) -> dict[str, Any]:
    """Lay out what one way of showing did."""
    say, fmt, names = language.say, language.formats, _Names(language)
    whole = found.level(way, "all")[0]
    products = [r for r in found.level(way, "product") if r["effect"] is not None]
    products.sort(key=lambda r: -float(r["effect"]))
    sure = [r for r in products if r["verdict"] in ("sold more", "sold less")]
    ends = sure[:_ENDS] + [r for r in products[-_ENDS:] if r not in sure[:_ENDS]]
    titles = {
        "display": say("On display, products sold %(low)s to %(high)s times as many units"),
        "mailer": say("In the mailer, products sold %(low)s to %(high)s times as many units"),
    }
    told = whole["effect"] is not None
    title = (
        titles[way]
        % {"low": fmt.number(whole["effect_low"], 2), "high": fmt.number(whole["effect_high"], 2)}
        if told
        else say("What it did can't be told")
    )
    return {
        "way": way,
        "title": title,
        "whole": whole,
        "figures": _drawn(found, way, language),
        "untold": [(names.spot(r["spot"]), evidence_address(r))
                   for r in found.level(way, "all", spots=True) if r["effect"] is None],
        "products": ends,
        "sure": len(sure),
        "many": len(products),
    }  # fmt: skip


def _drawn(found: Promoted, way: str, language: Language) -> list[Figure]:
    say, names = language.say, _Names(language)
    spots = [r for r in found.level(way, "all", spots=True) if r["effect"] is not None]
    kinds = [r for r in found.level(way, "category") if r["effect"] is not None]
    unit = say("Times as many units as without; the line is what each interval holds")
    line = (1.0, say("Dashed: as many as without."))
    where = {"display": say("By where in the shop"), "mailer": say("By where in the mailer")}
    drawn = []
    for rows, title, head in (
        (spots, where[way], say("Where")),
        (kinds, say("By category, the largest effects first"), say("Category")),
    ):
        ranges = [
            Range(
                names.spot(r["spot"]) if r["spot"] else soften(r["label"]),
                r["effect"],
                r["effect_low"],
                r["effect_high"],
                evidence_address(r),
            )
            for r in sorted(rows, key=lambda r: -float(r["effect"]))
        ]
        figure = ranges_figure(ranges, (title, unit, head), language, line=line)
        if figure is not None:
            drawn.append(figure)
    return drawn


def _checks_figure(row: Row, currency: str, language: Language) -> Figure | None:
    """Draw what those who got it bought more: then, and where nothing changed."""
    checks, say = row["checks"], language.say
    if "seen" not in checks:
        return None
    told = (
        (say("in the campaign"), "seen", False),
        (say("long before it"), "placebo", True),
        (say("never a coupon"), "control", True),
    )
    ranges = [
        Range(name, checks[key][0], checks[key][1], checks[key][2], is_other=other)
        for name, key, other in told
    ]
    title = (
        say("Where nothing can have changed, something did: the comparison is refused")
        if row["why"] in ("placebo", "control")
        else say("Where nothing can have changed, nothing is seen")
    )
    unit = say(
        "What those who got it bought more than those like them, each, in %(unit)s: of its "
        "products then and long before, and of goods that never had a coupon",
        unit=language.formats.symbol(currency),
    )
    line = (0.0, say("Dashed: no difference."))
    return ranges_figure(ranges, (title, unit, say("What")), language, line=line)


def _of_mailers(found: Promoted, name: str) -> float | None:
    rows = found.level("mailer", "all")
    return rows[0]["checks"].get(name) if rows else None


def _file(visit: Editor, name: str, rows: Sequence[Row], columns: Sequence[str]) -> Response:
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "promotions.exported",
        actor=visit.user.login,
        subject=name,
        detail=f"{len(rows)} rows",
        address=visit.address,
    )
    told = [SimpleNamespace(**r) for r in rows]
    return csv_response(name, visit.shelf.situation, told, columns)
