"""What is said: how much, of what, how well, which days stand out, and alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from starlette.responses import RedirectResponse, Response

from parvis.listen.api import Net, net_sentiment
from parvis.web.charts.drawing import Figure
from parvis.web.charts.said import (
    NetRow,
    ShareRow,
    net_figure,
    share_figure,
    texts_link,
    volume_figure,
)
from parvis.web.language import Language
from parvis.web.language.words import ASPECTS, word
from parvis.web.pages.alerting import shown_alerts
from parvis.web.pages.masking import may_see_personal_data, text_for
from parvis.web.pages.peak_days import shown_peak
from parvis.web.pages.voices import language_name
from parvis.web.queries.going_round import (
    FEWEST_PEOPLE,
    GoesRound,
    pictures_round,
    texts_round,
)
from parvis.web.queries.paging import is_day
from parvis.web.queries.said import (
    Group,
    Topic,
    by_day,
    grouped,
    last_days_peaks,
    made_of,
    named,
    said_days,
)
from parvis.web.queries.said import topics as all_topics
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.topic_desk import TopicDesk
from parvis.web.visit import Editor, Member, Visit, local_path

__all__ = ["TopicsView", "first_topics", "topics_pages"]

topics_pages = APIRouter(include_in_schema=False)

Text = Annotated[str, Form()]
_DAYS: Final = 28
#: More days than these are drawn by week, unless asked otherwise.
_BY_DAY: Final = 120
_MOST_PEAKS: Final = 6
_SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class TopicsView:
    """Which days, and by day or week; as it stands in the address."""

    first: date
    last: date
    by: str

    @classmethod
    def of(cls, query: Mapping[str, str], known: tuple[date, date]) -> TopicsView:
        """Read an address; the four weeks up to the last text, where it says nothing."""
        last = _day(query.get("to", ""), known[1])
        first = _day(query.get("from", ""), last - timedelta(_DAYS - 1))
        first = min(first, last)
        days = (last - first).days + 1
        by = query.get("by", "")
        if by not in {"day", "week"}:
            by = "day" if days <= _BY_DAY else "week"
        return cls(first, last, by)

    def address(self, **changes: Any) -> str:
        """Return the query string of this view, or of one beside it."""
        view = replace(self, **changes)
        return urlencode({"from": view.first, "to": view.last, "by": view.by})


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if is_day(text) else otherwise


@topics_pages.get("/topics")
def show_topics(visit: Member) -> Response:
    """Show what is said in a period."""
    shelf = visit.shelf
    known = said_days(shelf)
    if known is None:
        return render(visit, "topics.html", situation=shelf.situation, page=None)
    view = TopicsView.of(visit.request.query_params, known)
    topics = _desk(visit).topics(shelf)
    page = _kept("page", _page, shelf, view, topics, visit.language)
    # charts of a period that nobody asked for before take a second: they follow the page
    usual = view == TopicsView.of({}, known)
    figures = _kept("figures", _figures, shelf, view, topics, visit.language) if usual else None
    return render(
        visit,
        "topics.html",
        situation=shelf.situation,
        page=page,
        figures=figures,
        view=view,
        known=known,
        periods=_periods(view, known, visit.language),
        peaks=[shown_peak(visit, day, peak, topics) for day, peak in page["peaks"][:_MOST_PEAKS]],
        alerts=shown_alerts(shelf, visit.language, topics),
        subjects=sorted({t.parent for t in topics.values() if t.parent}),
        fewest=FEWEST_PEOPLE,
        **_going_round(visit, view),
    )


def _going_round(visit: Visit, view: TopicsView) -> dict[str, Any]:
    """Compute what goes round in a period, as who asks may see it."""
    shelf = visit.shelf
    zone = ZoneInfo(shelf.situation.zone)
    asked = (("round_texts", "copy", texts_round), ("round_pictures", "picture", pictures_round))
    return {
        name: [
            {
                "it": it,
                "text": text_for(visit, it.text),
                "href": texts_link(view.first, view.last, **{filtered: it.key}),
                "is_held_back": it.is_personal and not may_see_personal_data(visit),
                "first": it.first_at.astimezone(zone).date(),
                "last": it.last_at.astimezone(zone).date(),
            }
            for it in _round(shelf, name, look, view)
        ]
        for name, filtered, look in asked
    }


def _round(
    shelf: Shelf, name: str, look: Callable[[Shelf, date, date], tuple[GoesRound, ...]],
    view: TopicsView,
) -> tuple[GoesRound, ...]:  # fmt: skip
    return shelf.kept((name, view.first, view.last), lambda: look(shelf, view.first, view.last))


@topics_pages.get("/topics/charts")
def show_charts(visit: Member) -> Response:
    """Show the charts of a period."""
    shelf = visit.shelf
    known = said_days(shelf)
    view = None if known is None else TopicsView.of(visit.request.query_params, known)
    topics = _desk(visit).topics(shelf)
    figures = (
        () if view is None else _kept("figures", _figures, shelf, view, topics, visit.language)
    )
    return render(visit, "topics_charts.html", figures=figures)


def first_topics(shelf: Shelf, language: Language) -> None:
    """Compute what most see of the topics."""
    known = said_days(shelf)
    if known is not None:
        view = TopicsView.of({}, known)
        for name, make in (("page", _page), ("figures", _figures)):
            _kept(name, make, shelf, view, all_topics(shelf), language)
        _round(shelf, "round_texts", texts_round, view)
        _round(shelf, "round_pictures", pictures_round, view)
        for day, _ in last_days_peaks(shelf, view.first, view.last)[:_MOST_PEAKS]:
            made_of(shelf, day)


_Make = Callable[[Shelf, TopicsView, Mapping[str, Topic], Language], Any]


def _kept(
    name: str, make: _Make, shelf: Shelf, view: TopicsView, topics: Mapping[str, Topic],
    language: Language,
) -> Any:  # fmt: skip
    told = tuple((t.topic_id, t.called, t.parent) for t in topics.values())
    key = ("topics", name, view, told, language.code)
    return shelf.kept(key, lambda: make(shelf, view, topics, language))


def _desk(visit: Visit) -> TopicDesk:
    return visit.request.app.state.topic_desk  # type: ignore[no-any-return]


@topics_pages.post("/topics/{topic_id}")
def call_topic(
    visit: Editor, topic_id: str, label: Text = "", parent: Text = "", back: Text = "/topics"
) -> Response:
    """Name a topic, and put it under a subject."""
    _desk(visit).call(topic_id, label, parent)
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "topic.named",
        actor=visit.user.login,
        subject=topic_id[:80],
        detail=f"{label[:80]}; {parent[:80]}",
        address=visit.address,
    )
    return RedirectResponse(local_path(back) + "#topics", _SEE_OTHER)


def _periods(
    view: TopicsView, known: tuple[date, date], language: Language
) -> list[tuple[str, str, bool]]:
    last = known[1]
    spans = (
        (language.say("4 weeks"), last - timedelta(27)),
        (language.say("12 weeks"), last - timedelta(83)),
        (language.say("a year"), last - timedelta(363)),
    )
    found = []
    for name, first in spans:
        by = "day" if (last - first).days < _BY_DAY else "week"
        chosen = TopicsView(first, last, by)
        found.append((name, chosen.address(), (view.first, view.last) == (first, last)))
    return found


def _page(
    shelf: Shelf, view: TopicsView, topics: Mapping[str, Topic], language: Language
) -> dict[str, Any]:
    """Compute what everybody sees of a period."""
    first, last = view.first, view.last
    whole = _whole(shelf, view)
    length = (last - first).days + 1
    before = sum(n for _, n in by_day(shelf, first - timedelta(length), first - timedelta(1)))
    net = _net(whole)
    about = grouped(shelf, "topic_id", first, last)
    return {
        "title": _title(whole, before, net, language),
        "whole": whole,
        "net": net,
        "peaks": last_days_peaks(shelf, first, last),
        "topics": _topic_rows(about, topics, view),
        "period": language.formats.period(first, last),
        "unit": language.say("Net sentiment, %%") % {},
    }


def _whole(shelf: Shelf, view: TopicsView) -> Group:
    every = grouped(shelf, "all", view.first, view.last)
    return every[0] if every else Group("all", 0, 0, 0, 0)


def _figures(
    shelf: Shelf, view: TopicsView, topics: Mapping[str, Topic], language: Language
) -> list[Figure]:
    """Draw a period."""
    first, last = view.first, view.last
    names = named(shelf, first, last)
    found = last_days_peaks(shelf, first, last)
    days = by_day(shelf, first, last)
    figures: list[Figure | None] = [
        volume_figure(days, found, view.by, lambda a, b: texts_link(a, b), language),
        share_figure(_voice(names, first, last), language),
    ]
    net = _net(_whole(shelf, view))
    if net is not None:
        about = grouped(shelf, "topic_id", first, last)
        figures += _nets(shelf, view, (topics, about, names), net, language)
    return [f for f in figures if f is not None]


def _title(whole: Group, before: int, net: Net | None, language: Language) -> str:
    fmt, say = language.formats, language.say
    texts = language.say_n("%(n)s text", "%(n)s texts", whole.texts)
    if before:
        change = whole.texts / before - 1
        more = say("%(by)s more", by=fmt.percent(change)) if change >= 0 else say(
            "%(by)s fewer", by=fmt.percent(-change))  # fmt: skip
        texts = say("%(texts)s, %(more)s than in the days before", texts=texts, more=more)
    if net is None:
        return texts
    if net.low > 0:
        return say("%(texts)s; more of them good than bad", texts=texts)
    if net.high < 0:
        return say("%(texts)s; more of them bad than good", texts=texts)
    return say("%(texts)s; good and bad are even", texts=texts)


def _net(group: Group) -> Net | None:
    return net_sentiment(group.positive, group.negative, group.read)


def _voice(names: Mapping[str, list[Group]], first: date, last: date) -> list[ShareRow]:
    return [
        ShareRow(g.key or "", g.texts, texts_link(first, last, name=g.key), kind == "brand")
        for kind in ("brand", "competitor")
        for g in names.get(kind, [])
    ]


def _nets(
    shelf: Shelf,
    view: TopicsView,
    said: tuple[Mapping[str, Topic], list[Group], Mapping[str, list[Group]]],
    whole: Net,
    language: Language,
) -> list[Figure | None]:
    topics, about, names = said
    first, last, say = view.first, view.last, language.say

    def rows(groups: list[Group], name: Any, filtered: str) -> list[NetRow]:
        return [
            NetRow(name(g.key), net, texts_link(first, last, **{filtered: g.key}))
            for g in groups
            if g.key is not None and (net := _net(g)) is not None
        ]

    def topic_name(key: str) -> str:
        return topics[key].called if key in topics else key

    def aspect_name(key: str) -> str:
        return word(ASPECTS, key, language)

    told = (
        (rows(about, topic_name, "topic"), say("By topic"), say("Topic")),
        (rows(names["product"], str, "name"), say("By product"), say("Product")),
        (rows(names["aspect"], aspect_name, "name"), say("By aspect"), say("Aspect")),
        (
            rows(grouped(shelf, "language", first, last),
                 lambda k: language_name(k, language), "language"),
            say("By language"), say("Language"),
        ),
        (rows(grouped(shelf, "source", first, last), str, "source"), say("By source"),
         say("Source")),
    )  # fmt: skip
    unit = say("net sentiment: positive less negative texts, in percent of those read")
    colon = language.formats.colon
    return [
        net_figure(found, whole, f"{name}{colon} {unit}", head, language)
        for found, name, head in told
        if len(found) > 1
    ]


def _topic_rows(
    about: list[Group], topics: Mapping[str, Topic], view: TopicsView
) -> list[dict[str, Any]]:
    counts = {g.key: g for g in about}
    rows: list[dict[str, Any]] = []
    for topic in topics.values():
        group = counts.get(topic.topic_id) or Group(topic.topic_id, 0, 0, 0, 0)
        rows.append(
            {
                "topic": topic,
                "group": group,
                "net": _net(group),
                "href": texts_link(view.first, view.last, topic=topic.topic_id),
            }
        )
    # those under one subject stand together, the others by what is said of them
    by_subject: dict[str, int] = {}
    for row in rows:
        parent = row["topic"].parent
        if parent:
            by_subject[parent] = by_subject.get(parent, 0) + row["group"].texts
    return sorted(
        rows,
        key=lambda r: (
            -by_subject.get(r["topic"].parent or "", r["group"].texts),
            r["topic"].parent or "",
            -r["group"].texts,
            r["topic"].topic_id,
        ),
    )
