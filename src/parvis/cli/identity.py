"""`parvis identity`: who is who, why, since when, and how well it is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from parvis.cli.building import build_with_progress, show_match
from parvis.cli.console import WorkspaceOption, console, opened
from parvis.cli.deciding import add_deciding
from parvis.cli.identifiers import named, normal_form, told, told_step
from parvis.errors import IdentityError
from parvis.identity import api as identity
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace

__all__ = ["identity_app"]

identity_app = typer.Typer(
    help="Who is who: why identifiers are one customer, and what people decide.",
    no_args_is_help=True,
)

_Identifier = Annotated[
    str, typer.Argument(help="KIND:VALUE, as a silo writes it.", metavar="KIND:VALUE")
]
_SHOWN = 20


@identity_app.command()
def match(
    no_build: Annotated[
        bool, typer.Option("--no-build", help="Only note what is found; a later build joins it.")
    ] = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Compare people whom silos know apart, now, and join those that surely are one."""
    with opened(workspace) as shop:
        with console.status("Comparing people …"):
            found = identity.match(shop)
        show_match(found)
        _show_model(found.model)
        if found.reason or not (found.new or found.gone):
            return
        if no_build:
            console.print("`parvis build`, or the worker, joins what surely is one.", markup=False)
            return
        before = _customers(shop.engine)
        done = build_with_progress(shop, match=False)
        console.print(
            f"Built in {done.seconds:.1f} s: {before:,} → {_customers(shop.engine):,} customers."
        )


def _show_model(model: dict[str, Any]) -> None:
    if model.get("reason"):
        return
    columns = ", ".join(str(c["name"]) for c in model.get("columns", ()))
    console.print(f"Compared by: {columns or 'nothing'}.", markup=False)
    rules = [" and ".join(r["keys"]) for r in model.get("rules", ())]
    console.print(
        f"Looked at {model.get('pairs', 0):,} pairs: "
        + (f"those that agree on {'; or on '.join(rules)}." if rules else "each with each."),
        markup=False,
    )
    console.print(
        f"Joined from a probability of {model.get('merge_from', 1):.3f} on, shown to somebody "
        f"from {model.get('review_from', 1):.3f} on."
    )


def _customers(engine: Engine) -> int:
    owners = engine.table("identities")
    return int(engine.rows(owners.agg(n=owners.customer_id.nunique()))[0]["n"])


@identity_app.command()
def explain(left: _Identifier, right: _Identifier, workspace: WorkspaceOption = Path()) -> None:
    """Tell by which chain of evidence two identifiers are one customer, or why they aren't."""
    with opened(workspace) as shop:
        ends = normal_form(shop, left), normal_form(shop, right)
        engine = shop.engine.session()
        try:
            found = identity.explain(engine, *ends)
            unknown = [told(e) for e in ends if not identity.history(engine, *e)]
        finally:
            engine.close()
    _show_explanation(found, unknown)


def _show_explanation(found: identity.Explanation, unknown: list[str]) -> None:
    left, right = told(found.left), told(found.right)
    if found.why_not == "unknown":
        console.print(f"No event carries {' nor '.join(unknown)}.", markup=False)
        return
    if found.same and not found.steps:
        console.print(f"Both are {left}.", markup=False)
        return
    if found.same:
        console.print(f"{left} and {right} are one customer:", markup=False)
    else:
        console.print(f"{left} and {right} are two customers. {_why_not(found)}", markup=False)
    for place, step in enumerate(found.steps, start=1):
        console.print(f"{place}. {told(step.left)} – {told(step.right)}", markup=False)
        console.print(f"   {told_step(step)}", markup=False, style="dim")


def _why_not(found: identity.Explanation) -> str:
    if found.why_not == "apart":
        return "A person decided to keep them apart:"
    if found.why_not == "guard":
        return "What ties them was stopped:"
    if found.why_not == "too_unlike":
        return f"Compared, they are one with a probability of {found.probability:.2f}: too little."
    return "Nothing ties them."


@identity_app.command()
def whose(
    identifiers: Annotated[
        list[str], typer.Argument(help="KIND:VALUE, one or several.", metavar="KIND:VALUE…")
    ],
    workspace: WorkspaceOption = Path(),
) -> None:
    """Tell whose identifiers are, as whoever receives an event would be told."""
    with opened(workspace) as shop:
        found = identity.Resolver(shop).resolve([named(i) for i in identifiers])
    console.print(_whose(found), markup=False)
    for finding in found.findings:
        end = told((finding.kind, finding.value))
        console.print(f"  {end}: {_finding(finding)}", markup=False)


def _whose(found: identity.Resolution) -> str:
    by = f", by {told((found.by.kind, found.by.value))}" if found.by else ""
    known = "known to a silo" if found.is_known else "not known by name to any silo"
    if found.status == "found":
        return f"Customer {found.customer_id}, {known}{by}."
    if found.status == "new":
        return f"Nobody's so far; the next build would call them {found.customer_id}{by}."
    if found.status == "ambiguous":
        best = f"customer {found.customer_id}{by}" if found.customer_id else "nobody decides"
        return f"They contradict each other; the strongest says: {best}."
    return "None of them tells whose it is."


def _finding(finding: identity.Finding) -> str:
    if finding.says == "customer":
        return f"customer {finding.customer_id}"
    if finding.says == "shared":
        return "several persons use it"
    if finding.says == "new":
        return "never seen"
    return identity.MEANINGS.get(finding.problem or "", finding.problem or "")


@identity_app.command()
def changes(
    of: Annotated[
        str,
        typer.Option("--of", help="One identifier: whose it was, and when.", metavar="KIND:VALUE"),
    ] = "",
    at: Annotated[
        str, typer.Option("--at", help="What changed on that day; with --of, whose it was then.")
    ] = "",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Tell which builds gave identifiers to other customers, why, and what went with them."""
    with opened(workspace) as shop:
        day = _day(at) if at else None
        if of:
            _show_history(shop, of, day)
        else:
            _show_reports(shop, day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise IdentityError(f"--at {text!r} is no date.", "Write it as 2026-03-31.") from error


def _show_history(shop: Workspace, text: str, day: date | None) -> None:
    kind, value = named(text)
    norm = identity.norm_of(kind, value, identity.NormRules.of(shop.settings.identity))
    owners = identity.history(shop.engine, kind, norm.normal or value)
    end = told((kind, norm.normal or value))
    if not owners:
        console.print(f"No event carries {end}.", markup=False)
        return
    if day is not None:
        last = shop.beginning_of(day + timedelta(days=1)) - timedelta(microseconds=1)
        owner = identity.owner_at(shop.engine, kind, norm.normal or value, last)
        said = f"customer {owner}'s" if owner else "nobody's yet: no event had carried it"
        console.print(f"At the end of {day} {end} was {said}.", markup=False)
        return
    for owned in owners:
        until = _at(shop, owned.until) if owned.until else "today"
        why = f" ({owned.why})" if owned.why else ""
        console.print(
            f"{_at(shop, owned.since)} – {until}: customer {owned.customer_id}{why}", markup=False
        )


def _at(shop: Workspace, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(shop.zone)):%Y-%m-%d %H:%M}"


def _show_reports(shop: Workspace, day: date | None) -> None:
    engine = shop.engine
    reports = engine.table("identity_reports")
    if day is not None:
        begin, end = (shop.beginning_of(day + timedelta(days=n)) for n in (0, 1))
        reports = reports.filter(reports.built_at >= begin, reports.built_at < end)
    rows = engine.rows(reports.order_by(reports.built_at.desc()).limit(_SHOWN))
    if not rows:
        console.print("No identifier came to another customer" + (f" on {day}." if day else "."))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("when")
    for column in ("identifiers", "customers", "orders", "sales", "largest"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    for row in rows:
        table.add_row(
            _at(shop, row["built_at"]), f"{row['identifiers']:,}",
            f"{row['customers_before']:,} → {row['customers_after']:,}", f"{row['orders']:,}",
            f"{row['sales']:,.2f}", f"{row['largest']:,}", escape(row["why"]),
        )  # fmt: skip
    console.print(table)
    console.print(
        "One identifier's history: `parvis identity changes --of KIND:VALUE`.", markup=False
    )


@identity_app.command()
def health(workspace: WorkspaceOption = Path()) -> None:
    """Look for signs that identifiers were joined too freely, or too little."""
    with opened(workspace) as shop:
        engine = shop.engine.session()
        try:
            found = identity.health(engine, shop.settings.identity, shop.zone)
        finally:
            engine.close()
    console.print(
        f"{found.identifiers:,} identifiers of {found.customers:,} customers; "
        f"{found.shared_identifiers:,} are shared by several persons and join nobody."
    )
    _show_sizes(found)
    console.print(
        f"{found.orders_of_unknown:,} of {found.orders:,} orders are of nobody whom a silo knows."
    )
    signs = {
        "customers of whom silos tell several birth dates (joined too freely?)": "birth_dates",
        "addresses and numbers that silos tell of several customers (too little?)": "apart",
        "groups that guards have cut into several customers": "cut_components",
    }
    for words, name in signs.items():
        console.print(f"{found.totals[name]:,} {words}")
    for row in found.near_limits:
        what = row["kind"] or "identifiers"
        console.print(
            f"  customer {row['customer_id']}: {row['held']:,} × {what}; at most {row['most']:,}",
            markup=False,
        )
    for row in found.unusable:
        meaning = identity.MEANINGS.get(row["problem"], row["problem"])
        console.print(
            f"  {row['identifiers']:,} × {row['kind']} join nothing: {meaning}", markup=False
        )


def _show_sizes(found: identity.Health) -> None:
    table = Table("identifiers of a customer", "customers", box=None, pad_edge=False)
    bounds = [*identity.SIZES, None]
    for place, count in enumerate(found.sizes):
        if count:
            begin, end = bounds[place], bounds[place + 1]
            one = end is not None and begin == end - 1
            label = (
                f"{begin}" if one else f"{begin} and more" if end is None else f"{begin}–{end - 1}"
            )
            table.add_row(label, f"{count:,}")
    console.print(table)


add_deciding(identity_app)
