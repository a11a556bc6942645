"""From figures to an answer: what each channel brought, or why that can't be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.errors import NothingToMeasure
from parvis.measure.curves import ResponseCurves
from parvis.measure.experiments.contracts import Finding
from parvis.measure.ledger import rows
from parvis.measure.ledger.settle import suggest_test
from parvis.measure.ledger.verdict import judge
from parvis.measure.mix.calibration import Calibration, calibration
from parvis.measure.mix.contracts import MixData, MixPriors
from parvis.measure.mix.demand import Demand, demand_columns, demand_in
from parvis.measure.mix.design import design_of
from parvis.measure.mix.diagnosis import diagnose, kept_places
from parvis.measure.mix.fitting import MixFit, default_priors, fit_mix
from parvis.measure.mix.opening import joined_where_sparse
from parvis.measure.mix.outlook import lengthened, outlook
from parvis.measure.mix.panel import Panel, panel_of
from parvis.measure.mix.response import response_in
from parvis.measure.mix.sampler import SamplerOptions
from parvis.measure.mix.trust import Backtest, Predictive, backtest, learned, predictive
from parvis.measure.mix.weeks import week_parts
from parvis.measure.problems import Problem, problem

__all__ = ["FIT_LIMITS", "Answer", "FitLimits", "answer", "with_demand"]

Floats = NDArray[np.float64]

#: What is believed of returns before anything is seen: half are below the first, and they differ
#: by the second. (Meridian believes 1.2 and 2.5.)
_ROAS: Final = (1.2, 3.0)
#: More walks than this part that left the density's shape: it is too sharp to be followed.
_MOST_LOST: Final = 0.01
#: The ends of an interval are told to a few per cent by so many.
_CURVE_DRAWS: Final = 1200
_OPTIONS: Final = SamplerOptions(chains=24, warm_up=150, draws=200)


@dataclass(frozen=True, slots=True)
class FitLimits:
    """What a fit must keep to be shown.

    Parameters
    ----------
    r_hat
        Chains that differ more don't agree.
    draws
        Independent draws of the worst quantity, at least.
    inside
        The part of weeks and places that lie where nine in ten drawn again do, at least.
    """

    r_hat: float = 1.03
    draws: int = 200
    inside: float = 0.8


FIT_LIMITS: Final = FitLimits()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Parameters
    ----------
    state
        ``published``, or ``refused``: there is no answer, or none that may be shown.
    problems
        What stands in the way, whether of all or of a part.
    kpi
        The figures that were read.
    first_day, last_day
        The time it is about; null: nothing could be read.
    places
        How many places were told apart.
    placed
        The part of sales whose place is known.
    checks
        How good the fit is, as numbers.
    ledger, ledger_parts, response, contributions, suggested_tests
        Rows of the tables.
    """

    state: Literal["published", "refused"]
    problems: tuple[Problem, ...]
    kpi: pa.Table
    first_day: date | None
    last_day: date | None
    places: int
    placed: float
    checks: Mapping[str, Any]
    ledger: Sequence[Mapping[str, Any]] = ()
    ledger_parts: Sequence[Mapping[str, Any]] = ()
    response: Sequence[Mapping[str, Any]] = ()
    contributions: Sequence[Mapping[str, Any]] = ()
    suggested_tests: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class _Trust:
    """What speaks for a fit and against it."""

    drawn: Predictive
    held: Backtest
    told: Mapping[str, Any] = field(default_factory=dict)


def answer(
    kpi: pa.Table,
    unrated: Sequence[Mapping[str, Any]],
    margin: float | None,
    findings: Sequence[Finding] = (),
    campaigns: Sequence[Mapping[str, Any]] = (),
    period_days: int = 7,
) -> Answer:
    """Tell what each channel brought, or why that can't be told.

    Parameters
    ----------
    kpi
        Rows of `kpi`.
    unrated
        Spending in a currency without a rate: `currency`, `amount`, `rows`.
    margin
        Of each euro of sales, what is left before advertising; null: not told.
    findings
        What experiments found; those that can be tied to spending are observations.
    campaigns
        What campaigns cost, and which sales touches credit them with; see `campaign_rows`.
    period_days
        7: the mix is by week; 1: by day.
    """
    from threadpoolctl import threadpool_limits

    # these matrices are small: threads wait for each other for longer than they compute
    with threadpool_limits(1):
        return _answer(kpi, unrated, margin, findings, campaigns, period_days)


def _answer(
    kpi: pa.Table,
    unrated: Sequence[Mapping[str, Any]],
    margin: float | None,
    findings: Sequence[Finding],
    campaigns: Sequence[Mapping[str, Any]],
    period_days: int,
) -> Answer:
    problems = _of_money(unrated, margin)
    try:
        panel = panel_of(kpi, period_days=period_days)
    except NothingToMeasure as error:
        problems.append(problem(error.kind, blocks=True))
        return _refused(kpi, problems, None)
    data, told = kept_places(panel.data)
    data, sparse = joined_where_sparse(data)
    problems += [*told, *sparse, *diagnose(data)]
    if any(p.blocks for p in problems):
        return _refused(kpi, problems, panel)
    data = _used(data)
    learnt = calibration(findings, data)
    demand = demand_in(data.spend, learnt.changed)
    sold = data.outcome[data.is_open].min() > 0
    link: Literal["added", "multiplied"] = "multiplied" if sold else "added"
    fitted = with_demand(data, demand)
    priors = replace(default_priors(data, _ROAS), link=link)
    longer = lengthened(fitted)
    whole = design_of(longer, priors)
    fit = fit_mix(fitted, priors, learnt.tests, _OPTIONS, whole.before(fitted.outcome.size))
    bad = _of_fit(fit)
    checks = _checks(fit, demand, learnt)
    if bad:
        return replace(_refused(kpi, [*problems, *bad], panel), checks=checks)
    trust = _trusted(fit, priors, learnt)
    checks |= trust.told
    bad = _of_trust(trust)
    if bad:
        return replace(_refused(kpi, [*problems, *bad], panel), checks=checks)
    quarters = rows.quarters_of(fit.data)
    curves, *by_quarter = response_in(
        fit,
        margin or 1.0,
        [slice(None), *(time for _, time, _, _ in quarters)],
        _CURVE_DRAWS,
    )
    days = (panel.first_day, panel.last_day)
    ledger = rows.ledger_rows(judge(curves), days, problems, margin)
    return Answer(
        state="published",
        problems=tuple(problems),
        kpi=kpi,
        first_day=panel.first_day,
        last_day=panel.last_day,
        places=data.outcome.shape[1],
        placed=panel.placed,
        checks=checks,
        ledger=ledger,
        ledger_parts=[
            *rows.quarter_rows(by_quarter, quarters, problems, margin),
            *rows.campaign_rows(ledger, campaigns, margin),
        ],
        response=rows.response_rows(curves),
        contributions=[
            *_weeks(fit, trust),
            *_ahead(data, outlook(fit, longer, whole)),
        ],
        suggested_tests=_suggested(fit, curves, ledger) if margin else [],
    )


def _used(data: MixData) -> MixData:
    used = data.spend.sum(axis=(0, 1)) > 0
    return replace(
        data,
        spend=data.spend[:, :, used],
        channels=tuple(c for c, is_in in zip(data.channels, used, strict=True) if is_in),
    )


def _trusted(fit: MixFit, priors: MixPriors, learnt: Calibration) -> _Trust:
    drawn = predictive(fit)
    held = backtest(fit.data, priors, learnt.tests)
    known = learned(fit, priors)
    names = fit.data.channels
    told = {
        "predictive": {"inside": round(drawn.inside, 4)},
        "backtest": {
            "weeks": held.weeks, "inside": held.inside, "error": held.error,
            "naive_error": held.naive_error, "real": float(held.real.sum()),
            "expected": float(held.expected.sum()),
        },
        "learned": {
            name: {key: round(float(values[at]), 4) for key, values in asdict(known).items()}
            for at, name in enumerate(names)
        },
    }  # fmt: skip
    return _Trust(drawn, held, told)


def _of_trust(trust: _Trust) -> list[Problem]:
    found = []
    if trust.drawn.inside < FIT_LIMITS.inside:
        found.append(problem("predictive", blocks=True, percent=round(100 * trust.drawn.inside)))
    held = trust.held
    if held.is_refuted:
        found.append(
            problem("backtest", blocks=True, low=held.total_low, high=held.total_high,
                    real=float(held.real.sum()))
        )  # fmt: skip
    return found


def _weeks(fit: MixFit, trust: _Trust) -> list[dict[str, Any]]:
    drawn, held = trust.drawn, trust.held
    found = rows.week_rows(fit.data, week_parts(fit), (drawn.expected, drawn.low, drawn.high))
    data = fit.data
    days = [
        data.day(len(data.outcome) - data.periods_in(held.weeks - n)) for n in range(held.weeks)
    ]
    return found + rows.weeks_of("unseen", "", days, (held.expected, held.low, held.high))


def _ahead(data: MixData, drawn: Floats) -> list[dict[str, Any]]:
    first = data.day(len(data.outcome))
    days = [first + timedelta(weeks=n) for n in range(drawn.shape[1])]
    return rows.weeks_of("outlook", "", days, rows.told(drawn))


def _suggested(
    fit: MixFit, curves: ResponseCurves, ledger: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for at, row in enumerate(ledger):
        test = suggest_test(fit, curves, at) if row["verdict"] == "can't tell" else None
        if test is not None:
            found.append({**asdict(test), "places": list(test.places)})
    return found


def with_demand(data: MixData, demand: Demand) -> MixData:
    """Set what budgets tell of demand beside the other controls."""
    names, columns = demand_columns(demand, data.outcome.shape[1])
    if not names:
        return data
    return replace(
        data,
        control_names=(*data.control_names, *names),
        controls=np.concatenate([data.controls, columns], axis=2),
    )


def _refused(kpi: pa.Table, problems: Sequence[Problem], panel: Panel | None) -> Answer:
    return Answer(
        state="refused",
        problems=tuple(problems),
        kpi=kpi,
        first_day=panel.first_day if panel else None,
        last_day=panel.last_day if panel else None,
        places=panel.data.outcome.shape[1] if panel else 0,
        placed=panel.placed if panel else 0.0,
        checks={},
    )


def _of_money(unrated: Sequence[Mapping[str, Any]], margin: float | None) -> list[Problem]:
    found = [
        problem(
            "currency",
            blocks=True,
            amount=float(row["amount"]),
            currency=row["currency"],
            rows=int(row["rows"]),
        )
        for row in unrated
    ]
    if margin is None:
        found.append(problem("margin"))
    return found


def _of_fit(fit: MixFit) -> list[Problem]:
    worst, fewest = float(np.nanmax(fit.r_hat)), float(np.nanmin(fit.effective))
    walks = fit.draws.theta.shape[0] * fit.draws.theta.shape[1]
    lost = fit.draws.diverged / walks
    said = []
    if not worst <= FIT_LIMITS.r_hat:
        said.append(problem("chains", blocks=True, r_hat=worst, most=FIT_LIMITS.r_hat))
    if not fewest >= FIT_LIMITS.draws:
        said.append(problem("draws", blocks=True, draws=round(fewest), least=FIT_LIMITS.draws))
    if lost > _MOST_LOST:
        said.append(problem("lost", blocks=True, percent=round(100 * lost)))
    return said


def _checks(fit: MixFit, demand: Demand, learnt: Calibration) -> dict[str, Any]:
    theta = fit.draws.flat
    return {
        "r_hat": float(np.nanmax(fit.r_hat)),
        "effective": float(np.nanmin(fit.effective)),
        "diverged": fit.draws.diverged,
        "accepted": fit.draws.accepted,
        "noise": float(np.exp(theta[:, -1]).mean()),
        "period_days": fit.data.period_days,
        "follows": {
            name: None if np.isnan(part) else round(float(part), 3)
            for name, part in zip(fit.data.channels, demand.follows, strict=True)
        },
        "experiments": list(learnt.notes),
    }
