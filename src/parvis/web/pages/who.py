"""Who a customer is: the identifiers, what ties them, and why two are one or are not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from parvis.identity.contracts import Explanation, Identifier
from parvis.trust.api import Role
from parvis.web.charts.drawing import NARROW_PX
from parvis.web.charts.ties import Node, Strand, Tree, draw_tree, grown
from parvis.web.language import Language
from parvis.web.language.identity_words import (
    GUARDS,
    RULES,
    WHY_NOT,
    count_of_kind,
    kind_name,
)
from parvis.web.language.words import word
from parvis.web.pages.identity import desk_of
from parvis.web.queries.customers import one_customer
from parvis.web.queries.identity import (
    MOST_IDENTIFIERS,
    Held,
    Tie,
    find_identifier,
    held_by,
    kinds_of,
    ties_of,
)
from parvis.web.queries.identity_history import heir_of
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Member, Visit

__all__ = ["Who", "moved_to", "who_is", "who_pages"]

who_pages = APIRouter(include_in_schema=False)

_DRAWN: Final = 40
_BEYOND: Final = 8
_WIDE_PX: Final = 760
_RECORDS: Final = ("user_id", "contact_id")
_TABLE_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Who:
    """A customer's identifiers as the page shows them.

    Parameters
    ----------
    total
        How many there are.
    root
        The one after which the customer is called.
    held
        Those that are listed.
    ties
        The evidence that is listed, the strongest first.
    more_ties
        How much more there is.
    wide, narrow
        The drawing for a wide page, and for a phone.
    title
        What the drawing says.
    """

    total: int
    root: Held
    held: tuple[Held, ...]
    ties: tuple[Tie, ...]
    more_ties: int
    wide: Markup
    narrow: Markup
    title: str


def who_is(shelf: Shelf, customer_id: str, language: Language) -> Who | None:
    """Gather what ties a customer's identifiers; null where nothing is known of any."""
    held = held_by(shelf, customer_id)
    if not held:
        return None
    ties, kinds = ties_of(shelf, customer_id), kinds_of(shelf, customer_id)
    tree = _tree(held, ties, language)
    more = _more(tree, held, kinds, language)
    total = sum(kinds.values())
    title = language.say_n(
        "%(n)s identifier makes this customer",
        "%(n)s identifiers make this customer",
        total,
    )
    return Who(
        total,
        held[0],
        held,
        ties[:_TABLE_ROWS],
        len(ties) - len(ties[:_TABLE_ROWS]),
        draw_tree(tree, title, more, _WIDE_PX),
        draw_tree(tree, title, more, NARROW_PX),
        title,
    )


def _tree(held: tuple[Held, ...], ties: tuple[Tie, ...], language: Language) -> Tree:
    own = {(h.kind, h.compared) for h in held}
    nodes = {
        (h.kind, h.compared): Node(
            (h.kind, h.compared), kind_name(h.kind, language), h.kind in _RECORDS, h.is_shared
        )
        for h in reversed(held)
    }
    beyond = 0
    for tie in ties:
        for end in ((tie.left_kind, tie.left_value), (tie.right_kind, tie.right_value)):
            if end not in nodes and tie.other is not None and beyond < _BEYOND:
                beyond += 1
                name = kind_name(end[0], language)
                nodes[end] = Node(end, name, end[0] in _RECORDS, is_cut=True)
    strands = [_strand(t, language) for t in ties]
    # the most telling first: as the customer is called, then by rank; others' come last
    first = [nodes[k] for k in dict.fromkeys((h.kind, h.compared) for h in held)]
    rest = [n for k, n in nodes.items() if k not in own]
    root = first[0]
    if root.is_cut:
        # a shared identifier that stands alone is still where the drawing begins
        first[0] = Node(root.key, root.kind, root.is_record)
    return grown(root.key, [*first[: _DRAWN - len(rest)], *rest, *first[_DRAWN - len(rest) :]],
                 strands, _DRAWN)  # fmt: skip


def _strand(tie: Tie, language: Language) -> Strand:
    fmt = language.formats
    told = word(RULES, tie.rule, language)
    if tie.rule != "merge":
        told += f" · {fmt.number(tie.strength, 1)} bits"
    if tie.events:
        told += f" · {fmt.number(tie.events)} ×"
    if tie.stopped:
        told = f"{word(GUARDS, tie.stopped, language)}{fmt.colon} {told}"
    return Strand(
        (tie.left_kind, tie.left_value),
        (tie.right_kind, tie.right_value),
        1000.0 if tie.rule == "merge" else tie.strength,
        told,
        is_stopped=tie.stopped is not None or tie.other is not None,
    )


def _more(
    tree: Tree, held: tuple[Held, ...], kinds: dict[str, int], language: Language
) -> list[str]:
    """Sum up by kind what isn't drawn."""
    own = {(h.kind, h.compared) for h in held}
    drawn: dict[str, int] = {}
    for node, *_ in tree.rows:
        if node.key in own:
            drawn[node.key[0]] = drawn.get(node.key[0], 0) + 1
    spellings: dict[str, int] = {}
    for kind, _value in own:
        spellings[kind] = spellings.get(kind, 0) + 1
    whole = sum(kinds.values()) <= MOST_IDENTIFIERS
    left = {k: (spellings.get(k, 0) if whole else n) - drawn.get(k, 0) for k, n in kinds.items()}
    return ["+" + count_of_kind(k, n, language) for k, n in left.items() if n > 0]


def moved_to(shelf: Shelf, customer_id: str, suffix: str = "") -> Response | None:
    """Lead from a customer that is gone to who has its identifiers today; null: nobody has."""
    heir = heir_of(shelf, customer_id)
    if heir is None or heir == customer_id:
        return None
    return RedirectResponse(f"/customers/{heir}{suffix}", 303)


@who_pages.get("/customers/{customer_id}/identity")
def show_why(visit: Member, customer_id: str) -> Response:
    """Say why two identifiers, or two customers, are one or are not."""
    shelf, language = visit.shelf, visit.language
    asked = visit.request.query_params.get("with", "").strip()[:600]
    held = held_by(shelf, customer_id)
    profile = one_customer(shelf, customer_id)
    if profile is None or not held:
        moved = moved_to(shelf, customer_id, f"/identity?{visit.request.url.query}")
        if moved is not None:
            return moved
        raise HTTPException(404, language.say("There is no customer %(id)s.", id=customer_id[:40]))
    told: Explanation | None = None
    other, whose = (None, None)
    if asked:
        other, whose = _asked_for(shelf, asked)
        root = (held[0].kind, held[0].compared)
        if other is not None:
            told = _explained(visit, root, other)
    return render(
        visit,
        "why.html",
        situation=shelf.situation,
        customer_id=customer_id,
        profile=profile,
        other_profile=one_customer(shelf, whose) if whose else None,
        root=held[0],
        asked=asked,
        found=other,
        told=told,
        why_not=word(WHY_NOT, told.why_not, language) if told is not None else "",
        may_decide=visit.may(Role.EDITOR),
    )


def _explained(visit: Visit, one: Identifier, other: Identifier) -> Explanation:
    desk = desk_of(visit)
    return visit.shelf.kept(("explained", one, other), lambda: desk.explain(one, other))


def _asked_for(shelf: Shelf, asked: str) -> tuple[Identifier | None, str | None]:
    """Find an identifier by `kind:value`, by its value alone, or by its customer's id."""
    if re.fullmatch(r"[0-9a-f]{16}", asked):
        held = held_by(shelf, asked)
        if held:
            return (held[0].kind, held[0].compared), asked
    found = find_identifier(shelf, asked)
    if found is None:
        return None, None
    return (found["kind"], found["normal"] or found["value"]), found["customer_id"]
