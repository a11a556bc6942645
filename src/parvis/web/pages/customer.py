"""A customer: a sentence, traits with where they come from, and everything they did."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.profile.api import TRAITS
from parvis.web.charts.bars import Bar, by_period, small_bars
from parvis.web.charts.drawing import NARROW_PX, Cell, ChartTable, Figure
from parvis.web.language import Language
from parvis.web.language.formats import CANNOT_TELL
from parvis.web.language.words import SEGMENTS, channel_name, soften, word
from parvis.web.pages.identity import decision_of
from parvis.web.pages.masking import text_for
from parvis.web.pages.text_cards import cards_of
from parvis.web.pages.who import moved_to, who_is
from parvis.web.queries.customers import one_customer
from parvis.web.queries.events import TRAIT_NAMES, Provenance, provenance, timeline
from parvis.web.queries.orders import customer_orders
from parvis.web.queries.paging import page_number
from parvis.web.queries.texts_of_customer import of_customer, stance_of
from parvis.web.render import render
from parvis.web.shelf import Shelf, Situation
from parvis.web.visit import Member

__all__ = ["customer_pages", "shown_value"]

customer_pages = APIRouter(include_in_schema=False)

# shown as a trait of its own already
_SAID_ABOVE: Final = {
    "age_band", "ageBand", "name", "fullName", "full_name", "firstName", "first_name",
    "lastName", "last_name",
}  # fmt: skip

#: The last texts of a customer; the list has all.
_TEXTS: Final = 5

_WIDE_PX: Final = 640
_HEIGHT_PX: Final = 112


@customer_pages.get("/customers/{customer_id}")
def show_customer(
    visit: Member, customer_id: str, trait: str = "", done: str = "", said: str = ""
) -> Response:
    """Show a customer; in htmx, another page of the timeline."""
    shelf, language = visit.shelf, visit.language
    trait = trait if trait in TRAIT_NAMES else ""
    number = page_number(visit.request.query_params)
    if visit.is_fragment:
        behind, profile = None, None
        events = timeline(shelf, customer_id, trait, number)
    else:
        profile = one_customer(shelf, customer_id)
        if profile is None:
            moved = moved_to(shelf, customer_id)
            if moved is not None:
                return moved
            raise HTTPException(
                404, language.say("There is no customer %(id)s.", id=customer_id[:40])
            )
        behind = provenance(shelf, customer_id, has_visits=profile["sessions"] > 0)
        total = behind[trait].events if trait else profile["events"]
        events = timeline(shelf, customer_id, trait, number, total)
    shown = (replace(e, text=text_for(visit, e.text)) if e.text else e for e in events.rows)
    events = replace(events, rows=tuple(shown))
    told: dict[str, Any] = {
        "situation": shelf.situation,
        "customer_id": customer_id,
        "trait": trait,
        "events": events,
        "profile": profile,
    }
    if profile is not None and behind is not None:
        told["headline"] = _headline(profile, shelf.situation, language)
        told["groups"] = _groups(profile, behind, shelf.situation, language)
        told["chart"] = _figure(shelf, customer_id, language)
        told["who"] = who_is(shelf, customer_id, language)
        told["said"], told["done"] = said, decision_of(visit, done)
        told["said_texts"] = cards_of(visit, of_customer(shelf, customer_id, _TEXTS))
        told["stance"] = stance_of(shelf, customer_id)
    return render(visit, "customer.html", **told)


def _headline(profile: dict[str, Any], situation: Situation, language: Language) -> str:
    """Say in a sentence or two who this is."""
    fmt, say = language.formats, language.say
    if not profile["frequency"]:
        told = say("Has never ordered")
        return f"{told}; " + language.say_n(
            "%(n)s event so far", "%(n)s events so far", profile["events"]
        )
    orders = language.say_n("%(n)s order", "%(n)s orders", profile["frequency"])
    spent = fmt.money(profile["monetary"], situation.currency, 0)
    text = say("%(orders)s for %(spent)s", orders=orders, spent=spent)
    if profile["purchase_interval_days"] is not None:
        every = profile["purchase_interval_days"]
        text += ", " + language.say_n(
            "about every day", "about every %(n)s days", max(1, round(every))
        )
    recency = profile["recency_days"]
    if recency == 0:
        last = say("the last one today")
    else:
        last = language.say_n("the last one %(n)s day ago", "the last one %(n)s days ago", recency)
    text += "; " + last
    if profile["is_overdue"]:
        text += ", " + say("overdue")
    return text


def _groups(
    profile: dict[str, Any],
    behind: dict[str, Provenance],
    situation: Situation,
    language: Language,
) -> list[dict[str, Any]]:
    """Put the traits under their headings, each with where it comes from."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for trait in TRAITS:
        origin = behind[trait.name]
        if trait.name == "attributes" or not (origin.events or profile.get(trait.name)):
            continue
        groups.setdefault(trait.group, []).append(
            {
                "name": trait.name,
                "value": shown_value(trait.name, trait.unit, profile, situation, language),
                "why": _why_not(trait.name, profile, language),
                "origin": origin,
            }
        )
    behind_person = {behind[t].events for t in ("age_band", "display_name")}
    told = [
        {"name": name, "traits": traits, "origin": _common(traits), "told": ()}
        for name, traits in groups.items()
        if name != "person"
    ]
    said = [a for a in profile["attributes"] if a.name not in _SAID_ABOVE]
    if said or any(behind_person):
        person = groups.get("person", [])
        origin = behind["attributes"]
        told.append({"name": "person", "traits": person, "origin": origin, "told": said})
    return told


def _common(traits: list[dict[str, Any]]) -> Provenance | None:
    """Return where all of these traits come from; null where they differ."""
    origins = {t["origin"] for t in traits}
    return origins.pop() if len(origins) == 1 and len(traits) > 1 else None


def shown_value(
    name: str, unit: str, profile: dict[str, Any], situation: Situation, language: Language
) -> str:
    """Write the value of a trait; what can't be told is never a 0."""
    fmt, value = language.formats, profile.get(name)
    if value is None:
        return CANNOT_TELL
    if name == "cohort":
        return fmt.month(value)
    if name == "rfm_segment":
        return word(SEGMENTS, value, language)
    if name.endswith("_channel"):
        return channel_name(value, language)
    if unit == "flag":
        return language.say("yes") if value else language.say("no")
    if unit == "days":
        digits = 0 if float(value).is_integer() else 1
        return language.say_n("%(n)s day", "%(n)s days", value).replace(
            fmt.number(value), fmt.number(value, digits), 1
        )
    if unit == "money":
        return fmt.money(value, situation.currency)
    writers: dict[str, Any] = {
        "count": fmt.number,
        "share": fmt.percent,
        "seconds": fmt.duration,
        "date": fmt.date,
    }
    if unit == "moment":
        return fmt.day_of(value, situation.zone)
    return writers[unit](value) if unit in writers else soften(str(value))


def _why_not(name: str, profile: dict[str, Any], language: Language) -> str:
    """Say why a trait can't be told."""
    if profile.get(name) is not None:
        return ""
    say = language.say
    if name in {"is_overdue", "usual_longest_gap_days"}:
        return say("Needs at least four intervals between days with an order.")
    if name == "purchase_interval_days":
        return say("Needs orders on at least two days.")
    if name in {"favourite_category", "favourite_category_share"}:
        return say("No line names a category.")
    return say("No event tells it.")


def _figure(shelf: Shelf, customer_id: str, language: Language) -> Figure | None:
    """Draw the orders over time."""
    orders = [o for o in customer_orders(shelf, customer_id) if o["net_base"] is not None]
    day, currency = shelf.situation.day, shelf.situation.currency
    if not orders or day is None:
        return None
    fmt, say = language.formats, language.say
    values = [(o["ordered_on"], float(o["net_base"])) for o in orders]
    sums, kind = by_period(values, min(v[0] for v in values), day - timedelta(1))
    counts = dict(by_period([(v[0], 1.0) for v in values], sums[0][0], sums[-1][0])[0])
    names = {
        "day": say("Net sales per day, %(unit)s", unit=fmt.symbol(currency)),
        "week": say("Net sales per week, %(unit)s", unit=fmt.symbol(currency)),
        "month": say("Net sales per month, %(unit)s", unit=fmt.symbol(currency)),
    }
    bars = [
        Bar(d, v, f"{_period_name(d, kind, language)}: {fmt.money(v, currency)}") for d, v in sums
    ]
    top = max(bars, key=lambda b: b.value)
    bought = sum(1 for _, v in sums if v > 0)
    titles = {
        "day": say("Bought on %(n)s of %(all)s days", n=bought, all=len(sums)),
        "week": say("Bought in %(n)s of %(all)s weeks", n=bought, all=len(sums)),
        "month": say("Bought in %(n)s of %(all)s months", n=bought, all=len(sums)),
    }
    title, most = titles[kind], fmt.money(top.value, currency, 0)
    table = ChartTable(
        (say("From"), names[kind], say("Orders")),
        tuple(
            (
                Cell(_period_name(d, kind, language)),
                Cell(fmt.number(v, 2), _orders_of(customer_id, d, kind)),
                Cell(fmt.number(counts.get(d, 0))),
            )
            for d, v in reversed(sums)
            if counts.get(d)
        ),
    )
    return Figure(
        title,
        names[kind],
        small_bars(bars, title, most, language, _WIDE_PX, _HEIGHT_PX),
        small_bars(bars, title, most, language, NARROW_PX, _HEIGHT_PX),
        table,
    )


def _period_name(day: date, kind: str, language: Language) -> str:
    fmt = language.formats
    return fmt.month(day) if kind == "month" else fmt.date(day)


def _orders_of(customer_id: str, day: date, kind: str) -> str:
    last = day + timedelta({"day": 0, "week": 6, "month": 31}[kind])
    if kind == "month":
        last = last.replace(day=1) - timedelta(1)
    return f"/orders?customer={customer_id}&from={day}&to={last}"
