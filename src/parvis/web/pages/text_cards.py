"""A text as pages and API show it: what was read in it, and what the team says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parvis.listen import api as listen
from parvis.web.label_desk import LabelDesk, Said, model_says, said_in
from parvis.web.pages.masking import may_see_personal_data, text_for
from parvis.web.queries.texts import Text
from parvis.web.texts_laid import SURE_FROM
from parvis.web.visit import Visit

__all__ = ["Card", "Picture", "card_of", "cards_of", "label_desk", "read_in"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a text shows.

    Parameters
    ----------
    alt, text
        What its author says of it, and what stands in it; as who asks may see it.
    is_searched
        Text was looked for in it.
    is_held_back
        Personal data stands in it, and who asks may not see that.
    colours
        ``#rrggbb`` and its share of the picture.
    texts
        How many texts show one that looks like it.
    """

    picture_id: str
    look_id: str
    alt: str
    text: str
    is_searched: bool
    is_held_back: bool
    width: int
    height: int
    colours: tuple[tuple[str, float], ...]
    texts: int


def _pictures(visit: Visit, text: Text) -> tuple[Picture, ...]:
    return tuple(
        Picture(
            picture_id=p["picture_id"],
            look_id=p["look_id"],
            alt=text_for(visit, p["alt"]),
            text=text_for(visit, p["text"]),
            is_searched=p["text"] is not None,
            is_held_back=bool(p["personal_data"]) and not may_see_personal_data(visit),
            width=p["width"],
            height=p["height"],
            colours=tuple((c["colour"], c["share"]) for c in p["colours"] or ()),
            texts=p["texts"],
        )
        for p in text.shown or ()
    )


@dataclass(frozen=True, slots=True)
class Card:
    """A text with what is to be said of it.

    Parameters
    ----------
    shown, title
        As who asks may see it.
    sentiment
        What the team says, else what the model found most probable; null: not read.
    confidence
        The probability of that; null where the team says it.
    is_sure
        Whether that is enough to say so.
    by
        Who of the team said what the sentiment is.
    intents
        Kinds, what the team says of complaints among them.
    complaint_by
        Who of the team said whether it is a complaint.
    undo
        The label that can be taken back.
    pictures
        Those that were read, as who asks may see them.
    depth
        How many texts it answers, one after the other, within what is shown.
    """

    text: Text
    shown: str
    title: str
    sentiment: str | None
    confidence: float | None
    is_sure: bool
    by: str | None
    intents: tuple[str, ...]
    complaint_by: str | None
    undo: str
    pictures: tuple[Picture, ...] = ()
    depth: int = 0

    @property
    def anchor(self) -> str:
        """What the text is called within a page."""
        return "t" + hashlib.md5(self.text.text_id.encode(), usedforsecurity=False).hexdigest()[:12]

    @property
    def is_complaint(self) -> bool:
        """Whether it is one, as far as is known."""
        return "complaint" in self.intents


def read_in(text: Text, said: Said) -> dict[str, Any]:
    """Put together what a model read and what the team says: what `Card` says of a label."""
    mood, sure, by = text.sentiment, text.confidence, text.corrected_by
    if said.sentiment is not None:
        taken_back = said.sentiment.value == listen.WITHDRAWN
        given = [p for p in (text.p_negative, text.p_neutral, text.p_positive) if p is not None]
        mood = model_says(text, "sentiment") if taken_back else said.sentiment.value
        by = None if taken_back else said.sentiment.labelled_by
        sure = max(given, default=None) if taken_back else None
    intents = [i["kind"] for i in text.intents or ()]
    complaint_by = None
    if said.complaint is not None:
        taken_back = said.complaint.value == listen.WITHDRAWN
        value = said.complaint.was if taken_back else said.complaint.value
        complaint_by = None if taken_back else said.complaint.labelled_by
        intents = [i for i in intents if i != "complaint"]
        if value == "yes":
            intents.insert(0, "complaint")
    return {
        "sentiment": mood,
        "confidence": None if by else sure,
        "is_sure": bool(by) or (sure is not None and sure >= SURE_FROM),
        "by": by,
        "intents": tuple(intents),
        "complaint_by": complaint_by,
    }


def label_desk(visit: Visit) -> LabelDesk:
    """Return where texts are labelled."""
    return visit.request.app.state.labels  # type: ignore[no-any-return]


def card_of(visit: Visit, text: Text, said: Said | None = None, depth: int = 0) -> Card:
    """Make the card of a text."""
    stands = said if said is not None else label_desk(visit).of(visit.shelf, text.text_key)
    last = stands.last
    return Card(
        text=text,
        shown=text_for(visit, text.text),
        title=text_for(visit, text.title),
        undo=last.label_id if last is not None else "",
        pictures=_pictures(visit, text),
        depth=depth,
        **read_in(text, stands),
    )


def cards_of(
    visit: Visit, texts: Iterable[Text], depths: Mapping[str, int] | None = None
) -> tuple[Card, ...]:
    """Make the cards of texts.

    Parameters
    ----------
    depths
        By text id; zero unless given.
    """
    told = label_desk(visit).told(visit.shelf)
    deep = depths or {}
    return tuple(
        card_of(visit, t, said_in(told, t.text_key), deep.get(t.text_id, 0)) for t in texts
    )
