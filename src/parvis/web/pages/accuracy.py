"""How often what reads texts is right, measured on a sample that the team labels unseen."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from parvis.errors import ListeningError
from parvis.listen import api as listen
from parvis.web.charts.calibration import calibration_figure
from parvis.web.label_desk import SENTIMENT
from parvis.web.pages.conversations import noted
from parvis.web.pages.masking import text_for
from parvis.web.pages.text_cards import label_desk
from parvis.web.queries.sample import languages_read, next_text, sampled
from parvis.web.queries.text_filter import TextFilter
from parvis.web.queries.texts import counts_of, one_text
from parvis.web.render import render
from parvis.web.visit import Editor, Member

__all__ = ["accuracy_pages"]

accuracy_pages = APIRouter(include_in_schema=False)

Told = Annotated[str, Form()]
_SEE_OTHER: Final = 303
_PATH: Final = "/conversations/accuracy"


@accuracy_pages.get(_PATH)
def show_accuracy(
    visit: Member, language: str = "", after: str = "", done: str = "", undo: str = ""
) -> Response:
    """Show how often labels are right, and the next text to label.

    Parameters
    ----------
    language
        In which a text is drawn; the one with the fewest labels unless given.
    after
        The key of the text that was drawn last.
    done, undo
        The text that was labelled last, and its label.
    """
    shelf, told = visit.shelf, label_desk(visit).told(visit.shelf)
    spoken, found = languages_read(shelf), sampled(shelf, told)
    labelled = {s.language: s.labelled for s in found}
    chosen = language if language in spoken else ""
    drawn_in = chosen or min(spoken, key=lambda x: labelled.get(x, 0), default="")
    text = next_text(shelf, told, drawn_in, after[:40]) if drawn_in else None
    whole = found[-1] if found else None
    return render(
        visit,
        "accuracy.html",
        situation=shelf.situation,
        spoken=spoken,
        chosen=chosen,
        text=text,
        title=text_for(visit, text.title) if text else "",
        shown=text_for(visit, text.text) if text else "",
        sampled=found,
        whole=whole,
        chart=calibration_figure(whole.told, visit.language) if whole and whole.told else None,
        enough=listen.ENOUGH,
        done=done if undo and one_text(shelf, done) is not None else "",
        undo=undo,
        simulated=shelf.situation.simulated.intersection(
            counts_of(shelf, TextFilter()).by["source"]
        ),
    )


@accuracy_pages.post(_PATH)
def label_unseen(visit: Editor, text: Told, value: Told, language: Told = "") -> Response:
    """Keep what somebody says of a text that was drawn, and draw the next."""
    assert visit.user is not None  # noqa: S101
    shelf = visit.shelf
    found = one_text(shelf, text)
    if found is None:
        return RedirectResponse(_PATH, _SEE_OTHER)
    told = {"language": language, "after": found.text_key}
    if value != "skip":
        try:
            made = label_desk(visit).say(
                found, SENTIMENT, value, visit.user.login, purpose="sample"
            )
        except ListeningError as error:
            raise HTTPException(400, error.what) from error
        noted(visit, found, f"sample: {made.subject} = {made.value}")
        told |= {"done": found.text_id, "undo": made.label_id}
    query = urlencode({k: v for k, v in told.items() if v})
    return RedirectResponse(f"{_PATH}?{query}", _SEE_OTHER)
