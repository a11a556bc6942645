"""What was tried: experiments, what they showed, and what they tell the mix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Form
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from parvis.errors import MeasureError
from parvis.measure.api import experiments
from parvis.web.charts.drawing import Figure
from parvis.web.charts.experiments import (
    cities_figure,
    methods_figure,
    moved_figure,
    weeks_figure,
)
from parvis.web.experiment_desk import ExperimentDesk
from parvis.web.language import Language
from parvis.web.language.experiment_words import (
    FEATURES,
    METHODS,
    STATES,
    bounds_of,
    design_words,
    problem_told,
    reason_words,
    refusal_words,
    result_words,
    title_words,
)
from parvis.web.language.words import word
from parvis.web.queries.experiments import Seen, experiments_seen
from parvis.web.render import render
from parvis.web.shelf import Shelf
from parvis.web.visit import Editor, Member, Visit

__all__ = ["experiments_pages"]

experiments_pages = APIRouter(include_in_schema=False)

Told = Annotated[str, Form()]
_SEE_OTHER: Final = 303
_PATH: Final = "/experiments"
_LONGEST: Final = 400


@experiments_pages.get(_PATH)
def show_experiments(visit: Member) -> Response:
    """List all experiments."""
    return _list(visit)


def _list(visit: Visit, refused: MeasureError | None = None, asked: Any = None) -> Response:
    shelf = visit.shelf
    seen = experiments_seen(shelf, _desk(visit).told_since(shelf))
    rows = [_row(one, shelf, visit.language) for one in seen]
    channels, cities = _choices(visit)
    return render(
        visit,
        "experiments.html",
        status=200 if refused is None else 422,
        situation=shelf.situation,
        rows=rows,
        sure=sum(r["is_sure"] for r in rows),
        running=sum(r["seen"].state == "running" for r in rows),
        channels=channels,
        cities=cities,
        refused=None if refused is None else refusal_words(refused, visit.language),
        asked=asked or {},
    )


def _row(one: Seen, shelf: Shelf, language: Language) -> dict[str, Any]:
    best = one.best
    bounds = bounds_of(best)
    sure = bounds is not None and (bounds[0] > 0 or bounds[1] < 0)
    return {
        "seen": one,
        "href": f"{_PATH}/{quote(one.plan.experiment_id, safe='')}",
        "design": design_words(one.plan, language),
        "state": word(STATES, one.state, language),
        "result": result_words(best, shelf.situation.currency, language),
        "is_sure": sure and not one.is_blocked,
        "problems": [(*problem_told(p, language), p["blocks"]) for p in one.problems],
    }


@experiments_pages.get(_PATH + "/{experiment_id:path}")
def show_experiment(visit: Member, experiment_id: str) -> Response:
    """Show one experiment."""
    return _one(visit, experiment_id)


def _one(
    visit: Visit,
    experiment_id: str,
    refused: MeasureError | None = None,
    asked: Mapping[str, str] | None = None,
) -> Response:
    shelf, language = visit.shelf, visit.language
    every = experiments_seen(shelf, _desk(visit).told_since(shelf))
    one = next((s for s in every if s.plan.experiment_id == experiment_id), None)
    if one is None:
        raise HTTPException(404)
    currency = shelf.situation.currency
    channels, _ = _choices(visit)
    key = ("experiment", experiment_id, language.code, one.measured_at)
    return render(
        visit,
        "experiment.html",
        status=200 if refused is None else 422,
        situation=shelf.situation,
        row=_row(one, shelf, language),
        title=title_words(one.plan, one.best, one.is_blocked, currency, language),
        figures=shelf.kept(key, lambda: _figures(one, currency, language)),
        methods=[(r, word(METHODS, r["method"], language)) for r in _sorted(one)],
        moved=_moved(one, currency, language),
        reason=reason_words(one.note["reason"], language) if one.note else "",
        channels=channels,
        refused=None if refused is None else refusal_words(refused, language),
        said=_said(one.plan) if asked is None else asked,
    )


def _said(plan: experiments.Plan) -> dict[str, str]:
    """Return what is told of an experiment, as the form has it."""
    return {
        "channel": plan.channel or "",
        "starts": str(plan.starts_on or ""),
        "ends": str(plan.ends_on or ""),
        "share": _percent(plan.share),
        "covers": _percent(plan.covers),
        "left_out": plan.left_out or "",
        "hypothesis": plan.hypothesis or "",
    }


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:g}"


def _sorted(one: Seen) -> list[Mapping[str, Any]]:
    return sorted(one.rows, key=lambda r: (r["metric"] != "sales", r["method"]))


def _figures(one: Seen, currency: str, language: Language) -> list[Figure]:
    best = one.best
    figures = [methods_figure(one.rows, language)]
    if best is not None:
        draw = cities_figure if one.plan.kind == "cities" else weeks_figure
        figures.append(draw(best, currency, language))
    return [f for f in figures if f is not None]


def _moved(one: Seen, currency: str, language: Language) -> dict[str, Any] | None:
    best = one.best
    moved = best["detail"].get("moved") if best is not None else None
    if not moved:
        return None
    return {
        "figure": moved_figure(moved, currency, language),
        "told": moved,
        "best": [{**b, "name": word(FEATURES, b["feature"], language)} for b in moved["best"]],
    }


def _choices(visit: Visit) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the channels and cities that can be told of."""
    shelf = visit.shelf
    return shelf.kept(
        "experiment choices",
        lambda: shelf.apart(
            lambda engine: (
                experiments.known_channels(engine),
                experiments.known_cities(engine),
            )
        ),
    )


@experiments_pages.post(_PATH)
def add_test(
    visit: Editor,
    name: Told = "",
    channel: Told = "",
    cities: Told = "",
    starts: Told = "",
    days: Told = "",
    budget: Told = "",
    hypothesis: Told = "",
) -> Response:
    """Keep a test in cities that somebody tells of."""
    asked = {"name": name, "channel": channel, "cities": cities, "starts": starts, "days": days,
             "budget": budget, "hypothesis": hypothesis}  # fmt: skip
    assert visit.user is not None  # noqa: S101
    say = visit.language.say
    try:
        first, count = _day(starts, say), _whole(days, say)
        plan = experiments.Plan(
            experiment_id=experiments.plan_id(name),
            name=" ".join(name.split()),
            kind="cities",
            channel=channel or None,
            hypothesis=hypothesis.strip()[:_LONGEST] or None,
            starts_on=first,
            ends_on=None if first is None or count is None else _last(first, count, say),
            cities=tuple(c.strip() for c in cities.split(",") if c.strip()),
            budget=_number(budget, say),
        )
        plan = _desk(visit).add(plan, visit.user.login)
    except MeasureError as error:
        return _list(visit, error, asked)
    _note(visit, "experiment.added", plan)
    return RedirectResponse(f"{_PATH}/{quote(plan.experiment_id, safe='')}", _SEE_OTHER)


@experiments_pages.post(_PATH + "/{experiment_id:path}")
def describe_experiment(
    visit: Editor,
    experiment_id: str,
    channel: Told = "",
    starts: Told = "",
    ends: Told = "",
    hypothesis: Told = "",
    share: Told = "",
    covers: Told = "",
    left_out: Told = "",
    kind: Told = "",
) -> Response:
    """Say what an experiment is about; what is left empty isn't told."""
    asked = {"channel": channel, "starts": starts, "ends": ends, "hypothesis": hypothesis,
             "share": share, "covers": covers, "left_out": left_out}  # fmt: skip
    assert visit.user is not None  # noqa: S101
    say = visit.language.say
    try:
        told: dict[str, Any] = {
            "channel": channel or None,
            "starts_on": _day(starts, say),
            "ends_on": _day(ends, say),
            "hypothesis": hypothesis.strip()[:_LONGEST] or None,
            "channel_by": "told",
        }
        if kind == "holdout":
            told |= {"share": _part(share, say), "covers": _part(covers, say)}
            told |= {"left_out": left_out.strip()[:80] or None}
        plan = _desk(visit).describe(experiment_id, visit.user.login, **told)
    except MeasureError as error:
        return _one(visit, experiment_id, error, asked)
    _note(visit, "experiment.described", plan)
    return RedirectResponse(f"{_PATH}/{quote(plan.experiment_id, safe='')}", _SEE_OTHER)


def _note(visit: Visit, action: str, plan: experiments.Plan) -> None:
    assert visit.user is not None  # noqa: S101
    told = f"{plan.channel}; {plan.starts_on} to {plan.ends_on}; {', '.join(plan.cities)}"
    visit.access.audit.note(
        action,
        actor=visit.user.login,
        subject=plan.experiment_id[:80],
        detail=told[:_LONGEST],
        address=visit.address,
    )


def _desk(visit: Visit) -> ExperimentDesk:
    return visit.request.app.state.experiment_desk  # type: ignore[no-any-return]


_Say = Callable[..., str]


def _day(text: str, say: _Say) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MeasureError(
            say("“%(told)s” is no day.", told=text[:40]), say("Write it as 2026-03-31.")
        ) from None


def _last(first: date, days: int, say: _Say) -> date:
    try:
        return experiments.last_day(first, days)
    except OverflowError:
        raise MeasureError(
            say("%(day)s is too late to begin.", day=first), say("Look at the year.")
        ) from None


def _whole(text: str, say: _Say) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text[:9]) <= _LONGEST:
        raise MeasureError(
            say("“%(told)s” is no number of days.", told=text[:40]),
            say("Expected 1 to %(most)s.", most=_LONGEST),
        )
    return int(text)


def _number(text: str, say: _Say) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise MeasureError(
            say("“%(told)s” is no number.", told=text[:40]), say("Expected one such as 0 or 2.")
        ) from None


def _part(text: str, say: _Say) -> float | None:
    """Read a part in percent."""
    found = _number(text.replace("%", "").strip(), say)
    return None if found is None else found / 100
