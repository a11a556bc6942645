"""Who speaks: the list of voices, and one voice with what its texts led to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from babel import Locale
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from parvis.web.language import Language
from parvis.web.language.words import CHANNELS, STANCES, word
from parvis.web.pages.csv import csv_response
from parvis.web.pages.masking import may_see_personal_data, text_for
from parvis.web.queries.customer_filter import NO_VALUE
from parvis.web.queries.voices import (
    MOST_TEXTS,
    Voice,
    VoiceFilter,
    all_voices,
    find_voices,
    one_voice,
    texts_of,
    voice_choices,
)
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member, Visit

__all__ = ["language_name", "voice_label", "voices_pages"]

voices_pages = APIRouter(include_in_schema=False)

_FILE_COLUMNS: Final = (
    "author_kind", "author", "name", "handle", "channel", "language", "customer_id",
    "is_customer", "stance", "net_sentiment", "texts", "read", "positive", "negative",
    "replies", "shares", "likes", "people", "influence", "first_at", "last_at",
)  # fmt: skip
#: Kinds of identifiers that reach a person by themselves.
_PRIVATE: Final = {"email", "phone"}


@voices_pages.get("/voices")
def show_voices(visit: Member) -> Response:
    """Show a page of a view of the voices."""
    shelf, wanted = visit.shelf, VoiceFilter.of(visit.request.query_params)
    page, totals = find_voices(shelf, wanted)
    response = render(
        visit,
        "voices.html",
        situation=shelf.situation,
        wanted=wanted,
        page=page,
        totals=totals,
        choices=_choices(shelf, visit.language),
        label=lambda voice: voice_label(visit, voice),
        csv_address="/voices.csv?" + wanted.address(),
    )
    if visit.is_fragment:
        address = wanted.address(page=page.number)
        response.headers["HX-Push-Url"] = "/voices" + (f"?{address}" if address else "")
    return response


@voices_pages.get("/voices.csv")
def download_voices(visit: Editor) -> Response:
    """Give all voices of a view as a file."""
    shelf, wanted = visit.shelf, VoiceFilter.of(visit.request.query_params)
    rows = all_voices(shelf, wanted)
    assert visit.user is not None  # noqa: S101
    visit.access.audit.note(
        "voices.exported",
        actor=visit.user.login,
        subject=wanted.address() or "all",
        detail=f"{len(rows)} rows",
        address=visit.address,
    )
    return csv_response("voices", shelf.situation, rows, _FILE_COLUMNS)


@voices_pages.get("/voices/{kind}/{voice_id}")
def show_voice(visit: Member, kind: str, voice_id: str, sort: str = "") -> Response:
    """Show one voice."""
    shelf = visit.shelf
    voice = one_voice(shelf, kind, voice_id)
    if voice is None:
        raise HTTPException(404, visit.language.say("There is no such voice."))
    newest = sort == "newest"
    texts = [
        replace(t, text=text_for(visit, t.text), title=text_for(visit, t.title))
        for t in texts_of(shelf, voice, newest=newest)
    ]
    return render(
        visit,
        "voice.html",
        situation=shelf.situation,
        voice=voice,
        name=voice_label(visit, voice),
        identifier=_identifier(visit, voice),
        language_said=language_name(voice.language, visit.language),
        texts=texts,
        newest=newest,
        most=MOST_TEXTS,
        simulated=shelf.situation.simulated & {t.source for t in texts},
    )


def _identifier(visit: Visit, voice: Voice) -> str:
    if voice.author_kind in _PRIVATE and not may_see_personal_data(visit):
        return f"[{voice.author_kind}]"
    return voice.author


def voice_label(visit: Visit, voice: Voice) -> str:
    """Call a voice by its name, else by what its network calls it."""
    return voice.name or voice.handle or _identifier(visit, voice)


def language_name(code: str | None, language: Language) -> str:
    """Name the language of a text in the language of the page."""
    if not code:
        return language.say("can't tell")
    return str(Locale(language.code).languages.get(code, code))


def _choices(shelf: Shelf, language: Language) -> list[dict[str, Any]]:
    found, say = voice_choices(shelf), language.say

    def options(name: str, named: Any) -> list[tuple[str, str, int]]:
        return [
            (NO_VALUE, say("can't tell"), n) if value is None else (*named(value), n)
            for value, n in found[name]
        ]

    known = {True: ("yes", say("customer")), False: ("no", say("stranger"))}
    told = (
        ("stance", say("Stance"), lambda v: (v, word(STANCES, v, language))),
        ("channel", say("Channel"), lambda v: (v, word(CHANNELS, v, language))),
        ("customer", say("Who"), known.__getitem__),
        ("language", say("Language"), lambda v: (v, language_name(v, language))),
    )
    return [{"name": n, "label": label, "options": options(n, f)} for n, label, f in told]
