"""Days that stand out, in words: how far from usual, and which topics, voices and texts did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from parvis.listen.api import Peak
from parvis.web.charts.said import texts_link
from parvis.web.pages.masking import text_for
from parvis.web.queries.said import Topic, made_of
from parvis.web.queries.voices import voice_named
from parvis.web.visit import Visit

__all__ = ["shown_peak"]


def shown_peak(visit: Visit, day: date, peak: Peak, topics: Mapping[str, Topic]) -> dict[str, Any]:
    """Put a day that stands out into words: against what is usual, and what made it.

    Parameters
    ----------
    topics
        What each is called.
    """
    shelf, language = visit.shelf, visit.language
    made, fmt, say = made_of(shelf, day), language.formats, language.say
    words = {"day": fmt.date(day), "texts": fmt.number(peak.count), "usual": fmt.number(peak.usual)}
    loud = peak.deviations > 0
    if loud:
        title = say("%(day)s: %(texts)s texts where %(usual)s are usual", **words)
    else:
        title = say("%(day)s: only %(texts)s texts where %(usual)s are usual", **words)
    reasons = []
    for one in made.topics if loud else ():
        name = topics[one.key].called if one.key in topics else one.key
        reasons.append(
            {
                "text": say(
                    "“%(what)s”: %(share)s of the day's texts, usually %(usual)s",
                    what=name,
                    share=fmt.percent(one.share),
                    usual=fmt.percent(one.usual_share),
                ),
                "href": texts_link(day, day, topic=one.key),
            }
        )
    for one in made.authors if loud else ():
        kind, _, author = one.key.partition("\x1f")
        voice = voice_named(shelf, kind, author)
        if voice is None:
            continue
        reasons.append(
            {
                "text": language.say_n(
                    "%(name)s wrote %(n)s text of that day",
                    "%(name)s wrote %(n)s texts of that day",
                    one.on_day,
                    name=voice.name or voice.handle or say("Somebody"),
                ),
                "href": f"/voices/{voice.author_kind}/{voice.voice_id}",
            }
        )
    texts = [{**t, "text": text_for(visit, t["text"])} for t in made.texts] if loud else []
    return {
        "title": title, "loud": loud, "reasons": reasons, "texts": texts,
        "href": texts_link(day, day),
    }  # fmt: skip
