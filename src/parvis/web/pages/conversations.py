"""What people say: the list, a conversation, and labels that the team corrects in one key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from parvis.errors import ListeningError
from parvis.web.label_desk import COMPLAINT, SENTIMENT
from parvis.web.pages.csv import csv_response
from parvis.web.pages.masking import may_see_personal_data
from parvis.web.pages.text_cards import card_of, cards_of, label_desk
from parvis.web.queries.customers import one_customer
from parvis.web.queries.text_filter import TextFilter
from parvis.web.queries.texts import (
    THREAD_ROWS,
    Text,
    all_texts,
    counts_of,
    find_texts,
    one_text,
    thread_of,
)
from parvis.web.render import customer_label, render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member, Visit, local_path

__all__ = ["conversations_pages", "in_order", "noted"]

conversations_pages = APIRouter(include_in_schema=False)

Told = Annotated[str, Form()]
_SEE_OTHER: Final = 303
_DEEPEST: Final = 6
_FILE_COLUMNS: Final = (
    "text_id", "source", "kind", "channel", "occurred_at", "author_kind", "author", "author_name",
    "customer_id", "who", "thread_id", "reply_to", "url", "title", "rating", "text", "language",
    "sentiment", "confidence", "emotion", "corrected_by", "topic", "answered",
)  # fmt: skip


@conversations_pages.get("/conversations")
def show_conversations(visit: Member) -> Response:
    """Show a page of a view of the texts."""
    shelf, wanted = visit.shelf, TextFilter.of(visit.request.query_params)
    page, counts = find_texts(shelf, wanted, masked=not may_see_personal_data(visit))
    owner = ""
    if wanted.customer:
        profile = one_customer(shelf, wanted.customer)
        owner = customer_label(profile, visit.language) if profile else wanted.customer
    moods = counts.by["sentiment"]
    response = render(
        visit,
        "conversations.html",
        situation=shelf.situation,
        wanted=wanted,
        page=page,
        counts=counts,
        cards=cards_of(visit, page.rows),
        owner=owner,
        read=sum(moods.get(m, 0) for m in ("negative", "neutral", "positive")),
        simulated=_simulated(shelf, counts.by["source"]),
        csv_address="/conversations.csv?" + wanted.address(),
    )
    if visit.is_fragment:
        address = wanted.address(page=page.number)
        response.headers["HX-Push-Url"] = "/conversations" + (f"?{address}" if address else "")
    return response


def _simulated(shelf: Shelf, sources: Iterable[str]) -> frozenset[str]:
    return shelf.situation.simulated.intersection(sources)


@conversations_pages.get("/conversations.csv")
def download_texts(visit: Editor) -> Response:
    """Give all texts of a view as a file."""
    shelf, wanted = visit.shelf, TextFilter.of(visit.request.query_params)
    rows = all_texts(shelf, wanted)
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "conversations.exported",
        actor=visit.user.login,
        subject=wanted.address() or "all",
        detail=f"{len(rows)} rows",
        address=visit.address,
    )
    return csv_response("conversations", shelf.situation, rows, _FILE_COLUMNS)


@conversations_pages.post("/conversations/labels")
def label(
    visit: Editor, text: Told, subject: Told = "", value: Told = "", take_back: Told = "",
    depth: Annotated[int, Form(ge=0, le=_DEEPEST)] = 0, main: Told = "",
    back: Told = "/conversations",
) -> Response:  # fmt: skip
    """Say what a text is, or take it back; show the text as it is read then.

    Parameters
    ----------
    subject, value
        What it is of, and what is right; in one, with ``=`` between, as a button says it.
    take_back
        The label that is to be taken back.
    depth, main
        How the text stood in its conversation.
    """
    found = _text(visit, text)
    if not subject:
        subject, _, value = value.partition("=")
    try:
        if take_back:
            made = label_desk(visit).take_back(visit.shelf, found, take_back, _login(visit))
        else:
            made = label_desk(visit).say(found, subject, value, _login(visit))
    except ListeningError as error:
        raise HTTPException(400, error.what) from error
    noted(visit, found, f"{made.subject} = {made.value}")
    if visit.is_fragment:
        card = card_of(visit, found, depth=depth)
        situation = visit.shelf.situation
        here = local_path(back)
        return render(visit, "text.html", situation=situation, c=card, main=bool(main), here=here)
    return RedirectResponse(local_path(back), _SEE_OTHER)


def noted(visit: Visit, text: Text, detail: str) -> None:
    """Write into the audit who labelled what."""
    visit.access.audit.note(
        "text.labelled",
        actor=_login(visit),
        subject=text.text_id[:200],
        detail=detail,
        address=visit.address,
    )


def _login(visit: Visit) -> str:
    assert visit.user is not None  # noqa: S101
    return visit.user.login


def _text(visit: Visit, text_id: str) -> Text:
    found = one_text(visit.shelf, text_id)
    if found is None:
        raise HTTPException(
            404,
            visit.language.say(
                "There is no such text; whoever wrote it may have deleted it, or its account."
            ),
        )
    return found


@conversations_pages.get("/conversations/{text_id:path}")
def show_thread(visit: Member, text_id: str) -> Response:
    """Show a text in its conversation, with the customer beside it."""
    shelf = visit.shelf
    text = _text(visit, text_id)
    rows, depths = in_order(thread_of(shelf, text))
    if all(r.text_id != text.text_id for r in rows):
        rows = (*rows, text)
    card = card_of(visit, text)
    profile = one_customer(shelf, text.customer_id) if text.customer_id else None
    complaints = 0
    if text.customer_id:
        open_ones = TextFilter(customer=text.customer_id, intent="complaint", unanswered="yes")
        complaints = counts_of(shelf, open_ones).total
    return render(
        visit,
        "thread.html",
        situation=shelf.situation,
        card=card,
        cards=cards_of(visit, rows, depths),
        is_cut=len(rows) >= THREAD_ROWS,
        profile=profile,
        complaints=complaints,
        subjects=(SENTIMENT, COMPLAINT),
        simulated=_simulated(shelf, {r.source for r in rows}),
    )


def in_order(texts: tuple[Text, ...]) -> tuple[tuple[Text, ...], dict[str, int]]:
    """Put a conversation in order: each text under the one it answers, the oldest first.

    Returns
    -------
    tuple
        The texts, and how deep each stands, by text id; at most six deep.
    """
    known = {t.text_id for t in texts}
    answers: dict[str | None, list[Text]] = {}
    for text in texts:
        to = text.reply_to if text.reply_to in known and text.reply_to != text.text_id else None
        answers.setdefault(to, []).append(text)
    ordered: list[Text] = []
    depths: dict[str, int] = {}
    waiting = [(text, 0) for text in reversed(answers.get(None, []))]
    while waiting:
        text, depth = waiting.pop()
        if text.text_id in depths:
            continue
        depths[text.text_id] = min(depth, _DEEPEST)
        ordered.append(text)
        waiting += [(t, depth + 1) for t in reversed(answers.get(text.text_id, []))]
    # texts that answer each other in a circle have no beginning
    left = [t for t in texts if t.text_id not in depths]
    return (*ordered, *left), depths
