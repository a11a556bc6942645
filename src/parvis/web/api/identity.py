"""The API's addresses of who is who, under `/api/v1/identity/`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException

from parvis.identity.api import MEANINGS, SIZES, NormRules, norm_of
from parvis.identity.contracts import Identifier
from parvis.trust.api import Access
from parvis.web.api.access import Decider, Decisions, PageNumber, State
from parvis.web.api.identity_models import (
    ChangeRow,
    ChangesPage,
    CustomerIdentity,
    DecisionIn,
    DecisionOut,
    DoubtOut,
    ExplanationOut,
    HealthOut,
    HeldOut,
    IdentifierIn,
    PreviewIn,
    PreviewOut,
    ReportOut,
    ResolutionOut,
    ResolveIn,
    ReviewPage,
    StepOut,
    TieOut,
    end_of,
)
from parvis.web.pages.identity_health import report_at, the_health
from parvis.web.queries.identity import doubts, held_by, kinds_of, queue, ties_of
from parvis.web.queries.identity_history import changes_of, reports
from parvis.web.shelf import Shelf

__all__ = ["identity_api"]

identity_api = APIRouter(prefix="/identity", tags=["identity"])

_Word = Annotated[str, Query(min_length=1, max_length=20_000)]


@identity_api.get("/review")
def get_review(shelf: State, desk: Decisions, page: PageNumber = 1) -> ReviewPage:
    """List the pairs of customers that a person should decide, the most valuable first."""
    found, settled = doubts(shelf, page), desk.settled(shelf.version)
    return ReviewPage(
        as_of=shelf.situation.as_of,
        total=found.total,
        page=found.number,
        pages=found.pages,
        skipped=queue(shelf).skipped,
        rows=[DoubtOut.model_validate(d) for d in found.rows if d.pair not in settled],
    )


@identity_api.get("/explain")
def get_explanation(
    shelf: State, desk: Decisions, left_kind: _Word, left_value: _Word, right_kind: _Word,
    right_value: _Word,
) -> ExplanationOut:  # fmt: skip
    """Tell by which evidence two identifiers are one customer, or why they aren't."""
    left, right = (
        _normal(shelf, kind, value)
        for kind, value in ((left_kind, left_value), (right_kind, right_value))
    )
    told = desk.explain(left, right)
    steps = [
        StepOut(
            **{
                **asdict(s),
                "left": end_of(s.left),
                "right": end_of(s.right),
                "said": list(s.said),
            }
        )
        for s in told.steps
    ]
    return ExplanationOut(
        left=end_of(left),
        right=end_of(right),
        same=told.same,
        steps=steps,
        why_not=told.why_not,
        probability=told.probability,
    )


@identity_api.get("/customers/{customer_id}")
def get_identity(shelf: State, customer_id: str) -> CustomerIdentity:
    """List a customer's identifiers and what ties them."""
    held = held_by(shelf, customer_id)
    if not held:
        raise HTTPException(404, f"There is no customer {customer_id[:40]!r}.")
    kinds = kinds_of(shelf, customer_id)
    return CustomerIdentity(
        as_of=shelf.situation.as_of,
        customer_id=customer_id,
        total=sum(kinds.values()),
        kinds=kinds,
        identifiers=[HeldOut.model_validate(h) for h in held],
        ties=[TieOut.model_validate(t) for t in ties_of(shelf, customer_id)],
    )


@identity_api.post("/decisions", status_code=201)
def post_decision(
    request: Request, user: Decider, desk: Decisions, told: DecisionIn
) -> DecisionOut:
    """Record a decision (editors only); the tables follow with the next build."""
    if told.verdict == "withdraw":
        if not told.withdraws:
            raise HTTPException(422, "withdraws is missing: the decision_id to take back.")
        made = desk.withdraw(told.withdraws, user.login)
        detail = f"withdraw: {told.withdraws}"
    else:
        if told.left is None or told.right is None:
            raise HTTPException(422, "left and right are missing: kind and value of each.")
        left, right = _pair(told.left), _pair(told.right)
        made = desk.decide(told.verdict, left, right, user.login, told.note)
        detail = f"{told.verdict}: {left[0]} {left[1][:80]}, {right[0]} {right[1][:80]}"
    access: Access = request.app.state.access
    address = request.client.host if request.client else "?"
    access.audit.note(
        "identity.decided", actor=user.login, subject=made, detail=detail, address=address
    )
    return DecisionOut(decision_id=made)


@identity_api.post("/preview")
def post_preview(shelf: State, desk: Decisions, told: PreviewIn) -> PreviewOut:
    """Tell what a decision would change, without making it."""
    left, right = (_normal(shelf, e.kind, e.value) for e in (told.left, told.right))
    return PreviewOut.model_validate(desk.preview(told.verdict, left, right))


@identity_api.get("/health")
def get_health(shelf: State) -> HealthOut:
    """Tell how large customers are, and signs that too much or too little was joined."""
    told = asdict(the_health(shelf))
    told["sizes"] = list(zip(SIZES, told["sizes"], strict=True))
    return HealthOut(as_of=shelf.situation.as_of, to_decide=queue(shelf).pairs, **told)


@identity_api.get("/changes")
def get_changes(shelf: State) -> list[ReportOut]:
    """List what the last hundred builds changed of who is who, the newest first."""
    return [ReportOut.model_validate(r) for r in reports(shelf)]


@identity_api.get("/changes/{built_at}")
def get_change(shelf: State, built_at: str, page: PageNumber = 1) -> ChangesPage:
    """List the identifiers that one build brought to other customers."""
    report = report_at(shelf, built_at)
    if report is None:
        raise HTTPException(404, f"No build of {built_at[:40]!r} moved identifiers.")
    found = changes_of(shelf, report, page)
    return ChangesPage(
        as_of=shelf.situation.as_of,
        total=found.total,
        page=found.number,
        pages=found.pages,
        report=ReportOut.model_validate(report),
        rows=[ChangeRow.model_validate(c) for c in found.rows],
    )


@identity_api.post("/resolve")
def post_resolve(desk: Decisions, told: ResolveIn) -> ResolutionOut:
    """Say at once whose identifiers are, for whoever answers a customer."""
    return ResolutionOut.model_validate(desk.resolve([_pair(i) for i in told.identifiers]))


def _pair(told: IdentifierIn) -> Identifier:
    return told.kind, told.value


def _normal(shelf: Shelf, kind: str, value: str) -> Identifier:
    """Return an identifier as it is compared."""
    norm = norm_of(kind, value, NormRules.of(shelf.workspace.settings.identity))
    if norm.normal is None:
        meaning = MEANINGS.get(norm.problem or "", norm.problem or "")
        raise HTTPException(422, f"The {kind[:40]} {value[:80]!r} can't be compared: {meaning}.")
    return kind, norm.normal
