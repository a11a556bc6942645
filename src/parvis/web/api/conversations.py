"""The API's addresses of what people say, under `/api/v1/conversations`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from parvis.errors import ListeningError
from parvis.trust.api import Access, Role, User
from parvis.web.api.access import Asker, Decider, State
from parvis.web.api.models import Listed
from parvis.web.api.requests import Day, PageNumber
from parvis.web.api.requests import Text as Words
from parvis.web.label_desk import LabelDesk, Said, said_in
from parvis.web.pages.masking import masked_text
from parvis.web.pages.text_cards import read_in
from parvis.web.queries.text_filter import TextFilter
from parvis.web.queries.texts import Text, find_texts, one_text
from parvis.web.shelf import Shelf

__all__ = ["conversations_api"]

conversations_api = APIRouter(prefix="/conversations", tags=["conversations"])


def _labels(request: Request) -> LabelDesk:
    return request.app.state.labels  # type: ignore[no-any-return]


_Labels = Annotated[LabelDesk, Depends(_labels)]


class TextQuery(BaseModel):
    """Which texts; the same words as in the page's address."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    q: Annotated[Words, Field(description="Words that it has, in any order.")] = ""
    sentiment: Literal["", "negative", "neutral", "positive", "unread"] = ""
    intent: Literal["", "complaint", "question", "purchase", "praise", "leaving", "spam"] = ""
    emotion: Literal["", "anger", "joy", "optimism", "sadness"] = ""
    language: Annotated[Words, Field(description="ISO 639-1")] = ""
    channel: Words = ""
    source: Annotated[Words, Field(description="The silo.")] = ""
    kind: Literal["", "post", "comment", "review", "mail", "message", "article"] = ""
    topic: Annotated[Words, Field(description="A topic_id.")] = ""
    name: Annotated[Words, Field(description="A brand or product that it names.")] = ""
    who: Annotated[
        Literal["", "customer", "stranger", "brand"],
        Field(description="Empty: customers and strangers."),
    ] = ""
    customer: Annotated[Words, Field(description="A customer_id.")] = ""
    rating: Literal["", "low", "middle", "high"] = ""
    unanswered: Annotated[
        Literal["", "yes"],
        Field(description="The brand wrote nothing in the conversation after it."),
    ] = ""
    doubtful: Annotated[
        Literal["", "yes"], Field(description="More probably wrong than right.")
    ] = ""
    copy_of: Annotated[
        Words, Field(alias="copy", description="A copy_of: texts that are copies of one another.")
    ] = ""
    picture: Annotated[
        Words, Field(description="A look_id: texts with pictures that look alike.")
    ] = ""
    since: Annotated[Day, Field(alias="from", description="From this day.")] = ""
    until: Annotated[Day, Field(alias="to", description="Up to this day.")] = ""
    page: PageNumber = 1

    def wanted(self) -> TextFilter:
        """Return it as the questions know it."""
        told = self.model_dump()
        return TextFilter(copy=told.pop("copy_of"), **told)


class PictureOut(BaseModel):
    """A picture that a text shows; the small one is at `/pictures/{picture_id}`."""

    picture_id: str
    look_id: Annotated[str, Field(description="that of the first one that looks like it")]
    alt: Annotated[str | None, Field(description="what its author says it shows")]
    text: Annotated[str | None, Field(description="what can be read in it")]
    width: int
    height: int
    colours: list[dict[str, str | float]]
    texts: Annotated[int, Field(description="how many texts show one that looks like it")]


class TextOut(BaseModel):
    """A text as it stands. Null means that it can't be told.

    Personal data in texts is replaced by its kind for viewers.
    """

    text_id: str
    source: str
    kind: str
    channel: str | None
    occurred_at: datetime
    author_kind: str | None
    author: str | None
    author_name: str | None
    customer_id: str | None
    who: Annotated[str, Field(description="customer, stranger or brand")]
    thread_id: str | None
    reply_to: str | None
    url: str | None
    title: str | None
    rating: Annotated[float | None, Field(description="0 the worst, 1 the best")]
    text: str
    language: str | None
    sentiment: Annotated[str | None, Field(description="what the team says, else the model")]
    confidence: Annotated[float | None, Field(description="null: the team says it")]
    is_sure: Annotated[bool, Field(description="false: can't tell")]
    by: Annotated[str | None, Field(description="who of the team said the sentiment")]
    emotion: str | None
    intents: tuple[str, ...]
    names: list[str]
    topic_id: str | None
    topic: str | None
    answered: bool
    copy_of: Annotated[str | None, Field(description="the first of its copies; null: too short")]
    copies: Annotated[int, Field(description="how many there are, itself counted")]
    pictures: list[PictureOut]


class LabelIn(BaseModel):
    """What a text is, or the label that is to be taken back."""

    model_config = ConfigDict(extra="forbid")

    subject: Annotated[str, Field(description="sentiment or intent:complaint")] = ""
    value: Annotated[str, Field(description="negative, neutral, positive; or yes, no")] = ""
    take_back: Annotated[str, Field(description="A label_id.")] = ""


class LabelOut(BaseModel):
    """The label that was written, and the text as it is read then."""

    label_id: str
    row: TextOut


@conversations_api.get("")
def get_conversations(
    shelf: State, user: Asker, labels: _Labels, query: Annotated[TextQuery, Query()]
) -> Listed[TextOut]:
    """List texts, the newest first; the same filters as the page's."""
    found, _ = find_texts(shelf, query.wanted(), masked=not user.role.may(Role.EDITOR))
    told = labels.told(shelf)
    return Listed[TextOut](
        as_of=shelf.situation.as_of,
        total=found.total,
        page=found.number,
        pages=found.pages,
        rows=[_out(shelf, user, t, said_in(told, t.text_key)) for t in found.rows],
    )


@conversations_api.post("/{text_id:path}/labels", status_code=201)
def post_label(
    request: Request, shelf: State, user: Decider, labels: _Labels, text_id: str, told: LabelIn
) -> LabelOut:
    """Say what a text is, or take a label back (editors only); the next build follows."""
    text = one_text(shelf, text_id)
    if text is None:
        raise HTTPException(404, f"There is no text {text_id[:200]!r}.")
    try:
        if told.take_back:
            made = labels.take_back(shelf, text, told.take_back, user.login)
        else:
            made = labels.say(text, told.subject, told.value, user.login)
    except ListeningError as error:
        raise HTTPException(422, f"{error.what} {error.next_step}") from error
    access: Access = request.app.state.access
    access.audit.note(
        "text.labelled",
        actor=user.login,
        subject=text_id[:200],
        detail=f"{made.subject} = {made.value}",
        address=request.client.host if request.client else "?",
    )
    return LabelOut(
        label_id=made.label_id, row=_out(shelf, user, text, labels.of(shelf, text.text_key))
    )


def _out(shelf: Shelf, user: User, text: Text, said: Said) -> TextOut:
    country = shelf.workspace.settings.identity.country

    def shown(words: str) -> str:
        return words if user.role.may(Role.EDITOR) else masked_text(words, country)

    row: dict[str, Any] = {name: getattr(text, name) for name in Text.__slots__}
    row |= {n: v for n, v in read_in(text, said).items() if n != "complaint_by"}
    row["names"] = [e["name"] for e in text.entities or ()]
    row["text"] = shown(text.text)
    row["pictures"] = [
        {**p, **{n: shown(p[n]) if p[n] else None for n in ("alt", "text")}}
        for p in text.shown or ()
    ]
    row["title"] = shown(text.title) if text.title else text.title
    return TextOut(**{name: row[name] for name in TextOut.model_fields})
