"""The wall: new texts on a screen in the hall, live, and what a moderator does with them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse

from parvis.trust.api import Role
from parvis.web.language.words import channel_name
from parvis.web.pages.alerting import shown_alerts
from parvis.web.render import render
from parvis.web.visit import Editor, Member, Visit, session_cookie
from parvis.web.wall.board import STATES, Board, Card, shown
from parvis.web.wall.feed import Feed

__all__ = ["wall_pages"]

wall_pages = APIRouter(include_in_schema=False)

#: Texts on the screen at once.
_MOST: Final = 24
#: A moderator also sees what waits.
_MOST_MODERATED: Final = 60
_LOOK_EVERY_SECONDS: Final = 0.2
#: A proxy must not take a quiet hour for a broken line.
_BEAT_SECONDS: Final = 15.0
#: Whoever is logged out or removed doesn't go on seeing.
_CHECK_SECONDS: Final = 30.0
_MOST_SCREENS: Final = 50
_SEE_OTHER: Final = 303

Text = Annotated[str, Form()]


def _parts(request: Request) -> tuple[Feed, Board]:
    return request.app.state.wall_feed, request.app.state.wall_board


@wall_pages.get("/wall")
def show_wall(visit: Member, moderate: str = "") -> Response:
    """Show the wall, as it is now; the page then follows by itself."""
    _, board = _parts(visit.request)
    moderates = bool(moderate) and visit.may(Role.EDITOR)
    said = board.moderation()
    return render(
        visit,
        "wall.html",
        wall=_wall(visit, moderates=moderates),
        moderates=moderates,
        words=said.words,
    )


@wall_pages.get("/wall/stream")
async def stream_wall(visit: Member, moderate: str = "") -> Response:
    """Send the wall whenever it changes, until the screen goes."""
    app = visit.request.app
    screens = getattr(app.state, "wall_screens", 0)
    if screens >= _MOST_SCREENS:
        raise HTTPException(503, visit.language.say("Too many screens follow the wall."))
    moderates = bool(moderate) and visit.may(Role.EDITOR)
    headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _sent(visit, moderates=moderates), headers=headers, media_type="text/event-stream"
    )


async def _sent(visit: Visit, *, moderates: bool) -> AsyncIterator[str]:
    state = visit.request.app.state
    state.wall_screens = getattr(state, "wall_screens", 0) + 1
    last, beat, check = "", time.monotonic(), time.monotonic()
    try:
        # after a break the browser comes back by itself
        yield "retry: 2000\n\n"
        while True:
            wall = await run_in_threadpool(_wall, visit, moderates=moderates)
            told = json.dumps(wall, ensure_ascii=False)
            now = time.monotonic()
            if told != last:
                last, beat = told, now
                yield f"event: wall\ndata: {told}\n\n"
            elif now - beat > _BEAT_SECONDS:
                beat = now
                yield ": still here\n\n"
            if now - check > _CHECK_SECONDS:
                check = now
                if not await run_in_threadpool(_still_in, visit):
                    yield "event: out\ndata: {}\n\n"
                    return
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
    finally:
        state.wall_screens -= 1


def _still_in(visit: Visit) -> bool:
    request = visit.request
    return visit.access.logins.user(request.cookies.get(session_cookie(request), "")) is not None


def _wall(visit: Visit, *, moderates: bool) -> dict[str, Any]:
    """Say what the screen shows now; the same whoever looks."""
    feed, board = _parts(visit.request)
    said, cards = board.moderation(), feed.cards()
    visible = shown(cards, said, _MOST)
    rows = [_told(visit, card, state) for card, state in visible]
    if moderates:
        on_screen = {card.text_id for card, _ in visible}
        for card in cards[:_MOST_MODERATED]:
            if card.text_id not in on_screen:
                state = said.states.get(card.text_id, "")
                waits = state or "waiting"
                rows.append(_told(visit, card, waits))
    return {"paused": said.paused_at is not None, "alerts": _alerts(visit), "cards": rows}


def _alerts(visit: Visit) -> list[str]:
    """Name the crises that go on, in one line each."""
    # a stream outlasts any one state: it asks for the newest each time
    shelf, language = visit.reader.shelf(), visit.language
    return shelf.kept(
        ("wall alerts", language.code), lambda: [a.title for a in shown_alerts(shelf, language)]
    )


def _told(visit: Visit, card: Card, state: str) -> dict[str, Any]:
    language, zone = visit.language, visit.reader.workspace.settings.time.zone
    moods = {
        "positive": language.say("positive"),
        "negative": language.say("negative"),
        "neutral": language.say("neutral"),
    }
    states = {
        "pinned": language.say("pinned"),
        "hidden": language.say("hidden"),
        "waiting": language.say("waits"),
        "shown": "",
    }
    return {
        "id": card.text_id,
        "text": card.text,
        "when": language.formats.clock(card.occurred_at, zone),
        "day": language.formats.day_of(card.occurred_at, zone),
        "channel": channel_name(card.channel, language) or card.source,
        "mood": card.sentiment or "",
        "mood_said": moods.get(card.sentiment or "", ""),
        "state": state,
        "state_said": states.get(state, ""),
    }


@wall_pages.post("/wall/texts")
def moderate_text(visit: Editor, text_id: Text, state: Text) -> Response:
    """Hide, pin or show a text; ``none`` takes that back."""
    _, board = _parts(visit.request)
    if state != "none" and state not in STATES:
        raise HTTPException(400, visit.language.say("%(what)s isn't a decision.", what=state[:40]))
    assert visit.user is not None  # noqa: S101
    board.say(text_id[:2000], None if state == "none" else state, visit.user.login)  # type: ignore[arg-type]
    _note(visit, f"wall.{state}", text_id)
    return RedirectResponse("/wall?moderate=1", _SEE_OTHER)


@wall_pages.post("/wall/pause")
def pause_wall(visit: Editor, paused: Text) -> Response:
    """Stop and go."""
    _, board = _parts(visit.request)
    assert visit.user is not None  # noqa: S101
    if paused == "yes":
        board.pause(visit.user.login)
    else:
        board.resume()
    _note(visit, "wall.paused" if paused == "yes" else "wall.resumed", "")
    return RedirectResponse("/wall?moderate=1", _SEE_OTHER)


@wall_pages.post("/wall/words")
def set_words(visit: Editor, words: Text = "") -> Response:
    """Replace the list of words; one a line."""
    _, board = _parts(visit.request)
    kept = board.set_words(words[:60_000].splitlines())
    _note(visit, "wall.words", f"{len(kept)}")
    return RedirectResponse("/wall?moderate=1", _SEE_OTHER)


def _note(visit: Visit, action: str, subject: str) -> None:
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        action, actor=visit.user.login, subject=subject[:300], address=visit.address
    )
