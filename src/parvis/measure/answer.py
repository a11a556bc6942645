"""From figures to an answer: what each channel brought, or why that can't be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.measure.curves import SCALES, ResponseCurves, interval
from parvis.measure.experiments.contracts import Finding
from parvis.measure.ledger.verdict import judge
from parvis.measure.mix.calibration import calibration
from parvis.measure.mix.contracts import MixData
from parvis.measure.mix.demand import Demand, demand_in
from parvis.measure.mix.diagnosis import diagnose, kept_places
from parvis.measure.mix.fitting import MixFit, default_priors, fit_mix
from parvis.measure.mix.panel import Panel, panel_of
from parvis.measure.mix.response import response_curves
from parvis.measure.mix.sampler import SamplerOptions
from parvis.measure.problems import NothingToMeasure, Problem, problem

__all__ = ["Answer", "answer", "with_demand"]

Floats = NDArray[np.float64]

#: What is believed of returns before anything is seen: half are below the first, and they differ
#: by the second. (Meridian believes 1.2 and 2.5.)
_ROAS: Final = (1.2, 3.0)
#: Chains that differ more than this don't agree.
_MOST_R_HAT: Final = 1.03
_LEAST_DRAWS: Final = 200
#: More walks than this part that left the density's shape: it is too sharp to be followed.
_MOST_LOST: Final = 0.01
_KEPT_DRAWS: Final = 200
_OPTIONS: Final = SamplerOptions(chains=24, warm_up=120, draws=120)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found.

    Parameters
    ----------
    state
        ``published``, or ``refused``: there is no answer, or none that may be shown.
    problems
        What stands in the way, whether of all or of a part.
    ledger, response
        Rows of the tables.
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
    """

    state: Literal["published", "refused"]
    problems: tuple[Problem, ...]
    ledger: tuple[Mapping[str, Any], ...]
    response: tuple[Mapping[str, Any], ...]
    kpi: pa.Table
    first_day: date | None
    last_day: date | None
    places: int
    placed: float
    checks: Mapping[str, Any]


def answer(
    kpi: pa.Table,
    unrated: Sequence[Mapping[str, Any]],
    margin: float | None,
    findings: Sequence[Finding] = (),
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
    """
    problems = _of_money(unrated, margin)
    try:
        panel = panel_of(kpi)
    except NothingToMeasure as error:
        problems.append(error.problem)
        return _refused(kpi, problems, None)
    data, told = kept_places(panel.data)
    problems += [*told, *diagnose(data)]
    if any(p.blocks for p in problems):
        return _refused(kpi, problems, panel)
    used = data.spend.sum(axis=(0, 1)) > 0
    data = replace(
        data,
        spend=data.spend[:, :, used],
        channels=tuple(c for c, is_in in zip(data.channels, used, strict=True) if is_in),
    )
    learnt = calibration(findings, data)
    demand = demand_in(data.spend, learnt.changed)
    link: Literal["added", "multiplied"] = "multiplied" if data.outcome.min() > 0 else "added"
    fitted = with_demand(data, demand)
    fit = fit_mix(fitted, replace(default_priors(data, _ROAS), link=link), learnt.tests, _OPTIONS)
    checks = {**_checks(fit, demand), "experiments": list(learnt.notes)}
    bad = _of_fit(fit)
    if bad:
        return replace(_refused(kpi, [*problems, *bad], panel), checks=checks)
    curves = response_curves(fit, margin or 1.0)
    return Answer(
        state="published",
        problems=tuple(problems),
        ledger=tuple(_ledger(curves, panel, problems, data.channels, margin)),
        response=tuple(_response(curves)),
        kpi=kpi,
        first_day=panel.first_day,
        last_day=panel.last_day,
        places=data.outcome.shape[1],
        placed=panel.placed,
        checks=checks,
    )


def with_demand(data: MixData, demand: Demand) -> MixData:
    """Set what budgets tell of demand beside the other controls."""
    names, columns = list(data.control_names), [data.controls]
    if len(demand.whole):
        names.append("demand")
        whole = np.repeat(demand.whole[:, None], data.outcome.shape[1], axis=1)
        columns.append(whole[:, :, None])
    if demand.local.size:
        names.append("local demand")
        columns.append(demand.local[:, :, None])
    return replace(data, control_names=tuple(names), controls=np.concatenate(columns, axis=2))


def _refused(kpi: pa.Table, problems: Sequence[Problem], panel: Panel | None) -> Answer:
    return Answer(
        state="refused",
        problems=tuple(problems),
        ledger=(),
        response=(),
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
    if not worst <= _MOST_R_HAT:
        said.append(problem("chains", blocks=True, r_hat=worst, most=_MOST_R_HAT))
    if not fewest >= _LEAST_DRAWS:
        said.append(problem("draws", blocks=True, draws=round(fewest), least=_LEAST_DRAWS))
    if lost > _MOST_LOST:
        said.append(problem("lost", blocks=True, percent=round(100 * lost)))
    return said


def _checks(fit: MixFit, demand: Demand) -> dict[str, Any]:
    theta = fit.draws.flat
    return {
        "r_hat": float(np.nanmax(fit.r_hat)),
        "effective": float(np.nanmin(fit.effective)),
        "diverged": fit.draws.diverged,
        "accepted": fit.draws.accepted,
        "noise": float(np.exp(theta[:, -1]).mean()),
        "follows": {
            name: None if np.isnan(part) else round(float(part), 3)
            for name, part in zip(fit.data.channels, demand.follows, strict=True)
        },
    }


def _ledger(
    curves: ResponseCurves,
    panel: Panel,
    problems: Sequence[Problem],
    channels: tuple[str, ...],
    margin: float | None,
) -> list[dict[str, Any]]:
    rows = []
    for at, judged in enumerate(judge(curves)):
        untold = [p for p in problems if p.kind in ("once", "constant", "alike")]
        why = next((p.what for p in untold if channels[at] in p.channels), None)
        hidden = any(p.kind in ("once", "constant") and channels[at] in p.channels for p in untold)
        told: dict[str, Any] = {
            "channel": channels[at],
            "starts_on": panel.first_day,
            "ends_on": panel.last_day,
            "spent": judged.spent,
            "verdict": judged.verdict,
            "why": why,
            "margin": margin,
        }
        of_returns = {
            name: getattr(judged, name)
            for name in ("returned", "returned_low", "returned_high", "marginal", "marginal_low",
                         "marginal_high")
        }  # fmt: skip
        of_profit = {
            name: getattr(judged, name)
            for name in ("below", "wasted", "wasted_low", "wasted_high", "best_scale", "regret")
        }
        if margin is None:
            of_profit = dict.fromkeys(of_profit)
            told["verdict"] = "can't tell"
        if hidden:
            of_returns, of_profit = dict.fromkeys(of_returns), dict.fromkeys(of_profit)
            told["verdict"] = "can't tell"
        rows.append(told | of_returns | of_profit)
    return rows


def _response(curves: ResponseCurves) -> list[dict[str, Any]]:
    returned = curves.returned
    picked = returned[:: max(len(returned) // _KEPT_DRAWS, 1)][:_KEPT_DRAWS]
    low, high = interval(returned)
    return [
        {
            "channel": name,
            "scale": float(scale),
            "spend": float(scale * curves.spend[at]),
            "mean": float(returned[:, at, number].mean()),
            "low": float(low[at, number]),
            "high": float(high[at, number]),
            "draws": picked[:, at, number].astype(float).tolist(),
        }
        for at, name in enumerate(curves.channels)
        for number, scale in enumerate(SCALES)
    ]
