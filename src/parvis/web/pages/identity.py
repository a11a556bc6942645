"""Who is who: the pairs of customers that a person decides, and what guards have stopped."""

from __future__ import annotations

from typing import Annotated, Final, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from parvis.errors import DecisionError
from parvis.trust.api import Role
from parvis.web.desk import Desk, Verdict
from parvis.web.language.identity_words import GUARD_MEANINGS
from parvis.web.pages.pair import the_pair
from parvis.web.queries.identity import doubt_of, doubts, first_doubt, kinds_of, queue, whose
from parvis.web.queries.identity_history import stop_counts, stops
from parvis.web.queries.paging import page_number
from parvis.web.render import render
from parvis.web.visit import Editor, Member, Visit, local_path

__all__ = ["decision_of", "desk_of", "identity_pages"]

identity_pages = APIRouter(include_in_schema=False)

Text = Annotated[str, Form()]
_SEE_OTHER: Final = 303
_VERDICTS: Final = get_args(Verdict)


def desk_of(visit: Visit) -> Desk:
    """Return where decisions are made."""
    return visit.request.app.state.desk  # type: ignore[no-any-return]


@identity_pages.get("/identity")
def show_queue(visit: Member, done: str = "", said: str = "") -> Response:
    """List the pairs of customers that may be one."""
    shelf = visit.shelf
    page = doubts(shelf, page_number(visit.request.query_params))
    settled = desk_of(visit).settled(shelf.version)
    return render(
        visit,
        "identity.html",
        situation=shelf.situation,
        queue=queue(shelf),
        page=page,
        settled=settled,
        done=decision_of(visit, done),
        said=said,
        problem="",
    )


@identity_pages.get("/identity/pairs/{pair}")
def show_pair(visit: Member, pair: str, done: str = "", said: str = "") -> Response:
    """Show two customers side by side."""
    return _shown(visit, pair, done, said)


def _shown(visit: Visit, pair: str, done: str = "", said: str = "", problem: str = "") -> Response:
    shelf, settled = visit.shelf, desk_of(visit).settled(visit.shelf.version)
    doubt = doubt_of(shelf, pair)
    shown = the_pair(shelf, doubt, visit.language) if doubt is not None else None
    if doubt is None or shown is None:
        # it was decided meanwhile, or a build made other customers of the two
        return RedirectResponse("/identity", _SEE_OTHER)
    response = render(
        visit,
        "pair.html",
        400 if problem else 200,
        situation=shelf.situation,
        doubt=doubt,
        pair=shown,
        total=queue(shelf).pairs,
        is_settled=pair in settled,
        before=first_doubt(shelf, settled, doubt.place, -1),
        after=first_doubt(shelf, settled, doubt.place),
        done=decision_of(visit, done),
        said=said,
        problem=problem,
    )
    if visit.is_fragment:
        response.headers["HX-Push-Url"] = f"/identity/pairs/{pair}"
    return response


def decision_of(visit: Visit, decision_id: str) -> str:
    """Return the decision that can be taken back; nothing else is put into the page."""
    plain = decision_id.replace("-", "").replace("T", "")
    return decision_id if plain.isalnum() and visit.may(Role.EDITOR) else ""


@identity_pages.get("/identity/preview")
def show_preview(
    visit: Member, verdict: str, left_kind: str, left_value: str, right_kind: str, right_value: str
) -> Response:
    """Say what a decision would change."""
    chosen = _verdict(visit, verdict)
    ends = ((left_kind, left_value), (right_kind, right_value))
    preview = visit.shelf.kept(
        ("preview", chosen, ends), lambda: desk_of(visit).preview(chosen, *ends)
    )
    shelf = visit.shelf
    found = {w["customer_id"] for w in (whose(shelf, *end) for end in ends) if w is not None}
    return render(
        visit,
        "preview.html",
        situation=shelf.situation,
        preview=preview,
        verdict=chosen,
        together=sum(n for c in found for n in kinds_of(shelf, c).values()),
    )


@identity_pages.post("/identity/decisions")
def decide(
    visit: Editor, verdict: Text, left_kind: Text, left_value: Text, right_kind: Text = "",
    right_value: Text = "", right: Text = "", note: Text = "", pair: Text = "", back: Text = "",
) -> Response:  # fmt: skip
    """Record a decision, and go on to the next pair (or back to where it was made).

    Parameters
    ----------
    right
        Kind and value in one, with a colon between: what a button of a list says.
    """
    if right:
        right_kind, _, right_value = right.partition(":")
    assert visit.user is not None  # noqa: S101
    chosen = _verdict(visit, verdict)
    desk, shelf = desk_of(visit), visit.shelf
    doubt = doubt_of(shelf, pair) if pair else None
    ends = ((left_kind, left_value), (right_kind, right_value))
    try:
        made = desk.decide(chosen, *ends, visit.user.login, note, pair if doubt else "")
    except DecisionError as error:
        if doubt is not None:
            return _shown(visit, pair, problem=error.what)
        raise
    visit.access.audit.note(
        "identity.decided",
        actor=visit.user.login,
        subject=made,
        detail=f"{chosen}: {left_kind} {left_value[:80]}, {right_kind} {right_value[:80]}",
        address=visit.address,
    )
    query = urlencode({"done": made, "said": chosen})
    if back:
        path, _, anchor = local_path(back).partition("#")
        joint = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{joint}{query}#{anchor or 'who'}", _SEE_OTHER)
    after = doubt.place if doubt else 0
    settled = desk.settled(shelf.version)
    following = first_doubt(shelf, settled, after) or first_doubt(shelf, settled)
    target = f"/identity/pairs/{following.pair}" if following else "/identity"
    return RedirectResponse(f"{target}?{query}", _SEE_OTHER)


@identity_pages.post("/identity/withdrawals")
def take_back(visit: Editor, decision: Text, back: Text = "/identity") -> Response:
    """Take a decision back."""
    assert visit.user is not None  # noqa: S101
    desk_of(visit).withdraw(decision, visit.user.login)
    visit.access.audit.note(
        "identity.withdrawn",
        actor=visit.user.login,
        subject=decision[:80],
        detail="",
        address=visit.address,
    )
    path = local_path(back).partition("?")[0]
    return RedirectResponse(f"{path}?said=withdraw", _SEE_OTHER)


@identity_pages.get("/identity/stopped")
def show_stops(visit: Member, guard: str = "") -> Response:
    """List what guards have stopped."""
    shelf = visit.shelf
    counts = {g: stop_counts(shelf).get(g, 0) for g in GUARD_MEANINGS}
    chosen = guard if guard in counts else next((g for g, n in counts.items() if n), "shared")
    page = stops(shelf, chosen, page_number(visit.request.query_params))
    return render(
        visit, "stopped.html", situation=shelf.situation, counts=counts, guard=chosen, page=page
    )


def _verdict(visit: Visit, text: str) -> Verdict:
    if text not in _VERDICTS:
        raise HTTPException(400, visit.language.say("%(what)s isn't a decision.", what=text[:40]))
    return text  # type: ignore[return-value]
