"""`parvis experiment`: what was tried, what it showed, and what a test would see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.connect.experiments.api import import_experiments
from parvis.connect.silo import Silo
from parvis.errors import FileUnreadable, MeasureError
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from parvis.work.experimenting import note_found, shown_of

__all__ = ["experiment_app"]

experiment_app = typer.Typer(
    help="Experiments: who was left out, which cities were changed, what that showed.",
    no_args_is_help=True,
)

_Json = Annotated[bool, typer.Option("--json", help="Write JSON, for another program.")]
_Channel = Annotated[str | None, typer.Option(help="The channel that it changes.")]
_Starts = Annotated[str | None, typer.Option("--starts", help="Its first day, YYYY-MM-DD.")]
_Ends = Annotated[str | None, typer.Option("--ends", help="Its last day, YYYY-MM-DD.")]
_Hypothesis = Annotated[str | None, typer.Option(help="What is to be found out, in your words.")]
_Share = Annotated[
    float | None, typer.Option(help="Of a holdout: the planned share left out, such as 0.2.")
]
_Covers = Annotated[
    float | None,
    typer.Option(
        help="Of a holdout: which part of all whom the channel reaches is in the lots; 1: all."
    ),
]
_LeftOut = Annotated[str | None, typer.Option(help="Of a holdout: the variation that is left out.")]
_Cities = Annotated[str, typer.Option(help="Names, with commas between.")]
_WEEK: Final = 7


@experiment_app.command("list")
def list_command(workspace: WorkspaceOption = Path(), as_json: _Json = False) -> None:
    """List all experiments, and what they showed when they were last measured."""
    with opened(workspace) as shop:
        note_found(shop)
        plans = experiments.plans_of(shop.engine)
        shown = shown_of(shop.engine)
        today = shop.today()
    if as_json:
        typer.echo(_as_json([_told(p, shown.get(p.experiment_id, []), today) for p in plans]))
        return
    if not plans:
        console.print(
            "There are no experiments yet. Holdouts appear by themselves from Experiment Viewed "
            "events; tell of tests in cities: parvis experiment import PLAN.csv, or parvis "
            "experiment add.",
            markup=False,
        )
        return
    table = Table(show_edge=False, pad_edge=False)
    for name in ("experiment", "channel", "days", "state", "sales"):
        table.add_column(name)
    for plan in plans:
        rows = shown.get(plan.experiment_id, [])
        table.add_row(
            plan.experiment_id,
            plan.channel or "not told",
            f"{plan.starts_on or '?'} to {plan.ends_on or '?'}",
            plan.state(today),
            _sales(rows),
        )
    console.print(table)
    if not shown:
        console.print("Nothing was measured yet: parvis measure")


@experiment_app.command()
def show(experiment_id: str, workspace: WorkspaceOption = Path(), as_json: _Json = False) -> None:
    """Show one experiment: its design, what each method found, and what stands in the way."""
    with opened(workspace) as shop:
        note_found(shop)
        plan = _plan(shop.engine, experiment_id)
        rows = shown_of(shop.engine).get(plan.experiment_id, [])
        today = shop.today()
        currency = shop.settings.money.currency
    if as_json:
        typer.echo(_as_json(_told(plan, rows, today)))
        return
    console.print(f"{plan.name}: {_design(plan)}, {plan.state(today)}", markup=False)
    if plan.hypothesis:
        console.print(plan.hypothesis, markup=False)
    if not rows:
        console.print("Nothing was measured yet: parvis measure")
        return
    told = [r for r in rows if r["method"] != "none"]
    if told:
        _show_rows(told, currency)
    else:
        console.print("It tells nothing yet.")
    for problem in rows[0]["problems"]:
        console.print(f"\n{'!' if problem['blocks'] else '·'} {problem['what']}", markup=False)
        console.print(f"  {problem['next_step']}", markup=False)


@experiment_app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    channel: Annotated[str, typer.Option(help="The channel whose budget is changed.")],
    cities: _Cities,
    starts: Annotated[str, typer.Option(help="Its first day, YYYY-MM-DD.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days it lasts.")],
    budget: Annotated[float, typer.Option(help="Times the usual budget; 0: none.")],
    hypothesis: _Hypothesis = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Tell of a test in cities."""
    first = _day(starts)
    assert first is not None  # noqa: S101
    plan = experiments.Plan(
        experiment_id=experiments.plan_id(name),
        name=name,
        kind="cities",
        channel=channel,
        hypothesis=hypothesis,
        starts_on=first,
        ends_on=_last(first, days),
        cities=tuple(c.strip() for c in cities.split(",") if c.strip()),
        budget=budget,
    )
    with opened(workspace) as shop:
        if any(p.experiment_id == plan.experiment_id for p in experiments.plans_of(shop.engine)):
            raise MeasureError(
                f"There is an experiment {plan.experiment_id} already.",
                f"Call this one otherwise, or: parvis experiment describe {plan.experiment_id}",
            )
        _put(shop, plan)
    console.print(f"{plan.experiment_id} is kept. `parvis measure` tells what it shows.")


@experiment_app.command()
def describe(
    experiment_id: str,
    channel: _Channel = None,
    starts: _Starts = None,
    ends: _Ends = None,
    hypothesis: _Hypothesis = None,
    share: _Share = None,
    covers: _Covers = None,
    left_out: _LeftOut = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Say what an experiment is about: its channel, days, hypothesis, and how it was designed."""
    told: dict[str, Any] = {
        "channel": channel,
        "starts_on": _day(starts),
        "ends_on": _day(ends),
        "hypothesis": hypothesis,
        "share": share,
        "covers": covers,
        "left_out": left_out,
    }
    told = {k: v for k, v in told.items() if v is not None}
    if not told:
        raise MeasureError(
            "Nothing is said of it.",
            "Say --channel, --starts, --ends, --hypothesis, --share, --covers or --left-out.",
        )
    with opened(workspace) as shop:
        note_found(shop)
        plan = _plan(shop.engine, experiment_id)
        if plan.kind == "cities" and {"share", "covers", "left_out"} & set(told):
            raise MeasureError(
                f"{plan.name} is a test in cities: nobody is left out of it by name.",
                "Leave --share, --covers and --left-out away.",
            )
        if channel is not None:
            told["channel_by"] = "told"
        _put(shop, replace(plan, **told))
    console.print(f"{plan.experiment_id} is kept. `parvis measure` tells what it shows.")


@experiment_app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(help="CSV: name, channel, cities with |, starts_on, days, budget.")
    ],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Bring in what the team wrote down of its experiments."""
    if not file.is_file():
        raise FileUnreadable(f"{file} isn't a file.", "Give a CSV file, a line an experiment.")
    silo = Silo("experiments", (file.resolve(),), file.resolve().parent)
    with opened(workspace) as shop:
        report = import_experiments(shop, silo)
    console.print(
        f"{report.rows_read} read, {report.added} added, {report.known} known, "
        f"{report.quarantined} set aside."
    )
    if report.quarantined:
        console.print("See why: `parvis import quarantine --source experiments`", markup=False)
        raise typer.Exit(1)


@experiment_app.command()
def power(
    cities: _Cities,
    weeks: Annotated[int, typer.Option(min=1, max=26, help="How long the test lasts.")],
    chance: Annotated[
        float, typer.Option("--power", help="How often the lift is to be seen.")
    ] = 0.8,
    workspace: WorkspaceOption = Path(),
    as_json: _Json = False,
) -> None:
    """Tell the smallest lift that a test in these cities would see; by the past, before it runs."""
    wanted = tuple(c.strip() for c in cities.split(",") if c.strip())
    if not 0 < chance < 1:
        raise MeasureError(f"A power of {chance}.", "Expected a part between 0 and 1, such as 0.8.")
    with opened(workspace) as shop:
        found, sales = _power(shop, wanted, weeks, chance)
        currency = shop.settings.money.currency
    lift = None if found.lift is None else round(found.lift, 3)
    told = {
        "cities": wanted,
        "weeks": weeks,
        "power": chance,
        "lift": lift,
        "usual": round(found.usual * _WEEK * len(wanted), 2),
        "by_chance": round(found.by_chance, 3),
        "moments": found.moments,
    }
    if as_json:
        typer.echo(_as_json(told))
        return
    if lift is None:
        console.print(
            f"Not even a change by a half of {', '.join(wanted)}'s sales would be seen "
            f"{chance:.0%} of the time in {weeks} weeks. Take more cities, or more weeks.",
            markup=False,
        )
    else:
        console.print(
            f"A change of sales by {lift:.1%} (of {told['usual']:,.0f} {currency} a week) would be "
            f"seen {chance:.0%} of the time in {weeks} weeks.",
            markup=False,
        )
    console.print(
        f"Tried at {found.moments} moments of the past, with {sales} other cities; where nothing "
        f"was changed, something was seen {found.by_chance:.0%} of the time (10% are to be "
        "expected).",
        markup=False,
    )


def _power(
    shop: Workspace, wanted: tuple[str, ...], weeks: int, chance: float
) -> tuple[experiments.Power, int]:
    sales = experiments.past_by_city(shop.engine, wanted)
    if sales is None:
        raise MeasureError("There are no orders.", "Import orders, and customers with their city.")
    plans = [p for p in experiments.plans_of(shop.engine) if p.kind == "cities"]
    laid = experiments.past_panel(sales, wanted, plans)
    found = experiments.city_power(laid.outcome, laid.treated, weeks, power=chance)
    return found, int((~laid.treated).sum())


def _plan(engine: Engine, experiment_id: str) -> experiments.Plan:
    plans = experiments.plans_of(engine)
    for plan in plans:
        if plan.experiment_id == experiment_id:
            return plan
    known = ", ".join(p.experiment_id for p in plans) or "none"
    raise MeasureError(f"There is no experiment {experiment_id!r}.", f"Known: {known}.")


def _put(shop: Workspace, plan: experiments.Plan) -> None:
    engine = shop.engine
    plan = experiments.checked(
        plan, experiments.known_channels(engine), experiments.known_cities(engine)
    )
    engine.atomically(lambda: experiments.put_plan(engine, plan, "command line", datetime.now(UTC)))
    engine.back_up_catalog()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise MeasureError(f"{text!r} is no day.", "Write it as 2026-03-31.") from None


def _last(first: date, days: int) -> date:
    try:
        return experiments.last_day(first, days)
    except OverflowError:
        raise MeasureError(f"{first} is too late to begin.", "Look at the year.") from None


def _design(plan: experiments.Plan) -> str:
    days = f"{plan.starts_on or '?'} to {plan.ends_on or '?'}"
    channel = plan.channel or "a channel that isn't told"
    if plan.kind == "cities":
        return f"{plan.budget:g} times {channel} in {', '.join(plan.cities)}, {days}"
    share = "some" if plan.share is None else f"{plan.share:.0%} of"
    return f"{share} people left out of {channel}, {days}"


def _sales(rows: list[dict[str, Any]]) -> str:
    best = _best(rows)
    if best is None:
        return "can't tell" if rows else "not measured"
    blocked = any(p["blocks"] for p in best["problems"])
    if best["lift_low"] is None or best["lift_high"] is None:
        return "can't tell"
    told = f"{best['lift_low']:+.1%} to {best['lift_high']:+.1%}"
    return f"{told} (not to be used)" if blocked else told


def _best(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    by_method = {r["method"]: r for r in rows if r["metric"] == "sales"}
    return next(
        (by_method[m] for m in ("synthetic", "cuped", "difference") if m in by_method), None
    )


def _show_rows(rows: list[dict[str, Any]], currency: str) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("of", "method"):
        table.add_column(name)
    for name in ("lift", "in all", "looked at daily", "p"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in sorted(rows, key=lambda r: (r["metric"] != "sales", r["method"])):
        table.add_row(
            f"sales, {currency}" if row["metric"] == "sales" else row["metric"],
            row["method"],
            _range(row, "lift", "+.1%"),
            _range(row, "incremental", ",.0f"),
            _range(row, "always", "+.2f"),
            np.format_float_positional(row["p_value"], precision=3, fractional=True),
        )
    console.print(table)
    console.print(f"Seen until {rows[0]['seen_on']}. Each range holds the truth nine times in ten.")


def _range(row: Mapping[str, Any], name: str, how: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    if low is None and high is None:
        return ""
    told = ["…" if v is None else format(float(v), how) for v in (low, high)]
    return f"{told[0]} to {told[1]}"


def _told(plan: experiments.Plan, rows: list[dict[str, Any]], today: date) -> dict[str, Any]:
    row = experiments.row_of(plan, "", None)
    row |= {"design": json.loads(row["design"]), "state": plan.state(today)}
    del row["told_by"], row["told_at"]
    columns = ("experiment_id", "problems", "state")
    return row | {
        "problems": rows[0]["problems"] if rows else [],
        "results": [
            {k: v for k, v in r.items() if k not in columns} for r in rows if r["method"] != "none"
        ],
    }


def _as_json(told: Any) -> str:
    return json.dumps(told, default=str, indent=1, ensure_ascii=False)
