"""Crisis alerts in words, for every page that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from parvis.web.language import Language
from parvis.web.language.words import channel_name
from parvis.web.queries.said import Alert, Topic, alerts, topics
from parvis.web.shelf import Shelf

__all__ = ["ShownAlert", "shown_alerts"]

#: So long after its last unusual hour an alert is still on the pages.
_SHOWN_FOR: Final = timedelta(days=2)
_MOST: Final = 3
_FIRST: Final = {"all": 0, "word": 1}


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert in words.

    Parameters
    ----------
    title
        Of what, and since when.
    counts
        How many against how many expected, and how probable that is by chance.
    reasons
        What stands out: each a text and where it leads.
    href
        The negative texts of these days.
    """

    title: str
    counts: str
    reasons: tuple[dict[str, str], ...]
    href: str


def shown_alerts(
    shelf: Shelf, language: Language, known: Mapping[str, Topic] | None = None
) -> tuple[ShownAlert, ...]:
    """Put the alerts that go on, or were over less than two days before, into words."""
    until = shelf.situation.as_of
    if until is None:
        return ()
    called = topics(shelf) if known is None else known
    # the newest first, but what concerns all before what concerns a part of it
    found = sorted(alerts(shelf, until - _SHOWN_FOR), key=lambda a: _FIRST.get(a.subject_kind, 2))
    return tuple(_shown(a, shelf, language, called) for a in found[:_MOST])


def _shown(
    alert: Alert, shelf: Shelf, language: Language, called: Mapping[str, Topic]
) -> ShownAlert:
    zone, say, fmt = shelf.situation.zone, language.say, language.formats
    since = fmt.moment(alert.noticed_at, zone)
    subject = _subject(alert.subject_kind, alert.subject, called)
    if subject:
        title = say(
            "Unusually many negative texts on “%(what)s” since %(since)s", what=subject, since=since
        )
    else:
        title = say("Unusually many negative texts since %(since)s", since=since)
    told = {
        "negative": fmt.number(alert.negative),
        "texts": fmt.number(alert.texts),
        "expected": fmt.number(alert.expected, 1 if alert.expected >= 0.1 else 2),
        "hours": _one_in(alert.chance, language),
    }
    if alert.subject_kind == "word":
        counts = say(
            "%(texts)s texts of different conversations had this word within an hour, "
            "%(negative)s of them negative; %(expected)s are usual. "
            "Chance alone would do that in one hour of %(hours)s.",
            **told,
        )
    else:
        counts = say(
            "%(negative)s of %(texts)s texts in the first hour were negative; %(expected)s are "
            "usual. Chance alone would do that in one hour of %(hours)s.",
            **told,
        )
    last = say("The last unusual hour ended on %(at)s.", at=fmt.moment(alert.until_at, zone))
    days = {"from": _day(alert.noticed_at, zone), "to": _day(alert.until_at, zone)}
    filtered = {"topic": "topic", "name": "name", "word": "q"}.get(alert.subject_kind)
    query: dict[str, Any] = {"sentiment": "negative", **days}
    if filtered:
        query[filtered] = alert.subject
    reasons = tuple(_reasons(alert, query, language, called))
    return ShownAlert(title, f"{counts} {last}", reasons, "/conversations?" + urlencode(query))


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _subject(kind: str, subject: str, called: Mapping[str, Topic]) -> str:
    if kind == "topic":
        return called[subject].called if subject in called else subject
    return subject


def _one_in(chance: float, language: Language) -> str:
    hours = 1 / max(chance, 1e-12)
    if hours >= 1e9:
        return language.say("a thousand million")
    # one or two figures: more would claim to know the tail exactly
    digits = len(str(int(hours))) - 2
    rounded = round(hours, -max(digits, 0))
    return language.formats.number(rounded)


def _reasons(
    alert: Alert, query: Mapping[str, Any], language: Language, called: Mapping[str, Topic]
) -> list[dict[str, str]]:
    """Say what stands out: shares of the negative texts in the hour, and usually."""
    fmt, say = language.formats, language.say
    found: list[dict[str, str]] = []
    for part, filtered in (("topics", "topic"), ("names", "name"), ("channels", "channel")):
        for one in list(alert.explanation.get(part) or [])[:2]:
            value = str(one.get("value", ""))
            if value == alert.subject or float(one.get("share", 0)) < 0.1:
                continue
            name = {
                "topic": _subject("topic", value, called),
                "channel": channel_name(value, language),
            }.get(filtered, value)
            text = say(
                "“%(what)s”: %(share)s of the negative texts, usually %(usual)s",
                what=name,
                share=fmt.percent(float(one.get("share", 0))),
                usual=fmt.percent(float(one.get("usual", 0))),
            )
            href = "/conversations?" + urlencode({**query, filtered: value})
            found.append({"text": text, "href": href})
    return found
