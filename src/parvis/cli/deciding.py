"""`parvis identity merge`, `part`, `withdraw`, `decide`: what people decide of who is who."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from parvis.cli.console import WorkspaceOption, console, opened
from parvis.cli.identifiers import By, Yes, named, show_preview, told, who_decides
from parvis.errors import FileUnreadable
from parvis.identity import api as identity
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace

__all__ = ["add_deciding"]

_One = Annotated[str, typer.Argument(help="KIND:VALUE, as a silo writes it.", metavar="KIND:VALUE")]
_Note = Annotated[str, typer.Option(help="Why, in your words.")]
_SHOWN = 20


def add_deciding(app: typer.Typer) -> None:
    """Add the commands by which people decide."""
    for command in (merge, part, withdraw, decide, decisions, preview):
        app.command(command.__name__)(command)


def _command(verdict: Literal["merge", "part"], sentence: str) -> Callable[..., None]:
    """Make the command of one verdict; both take the same options."""

    def run(
        left: _One,
        right: _One,
        note: _Note = "",
        by: By = "",
        yes: Yes = False,
        workspace: WorkspaceOption = Path(),
    ) -> None:
        with opened(workspace) as shop:
            _decide(shop, verdict, (left, right), (who_decides(by), note), yes)

    run.__name__ = verdict
    run.__doc__ = sentence
    return run


merge = _command("merge", "Decide that two identifiers are one person's; shown before it is asked.")
part = _command("part", "Decide that two identifiers are two persons', whatever ties them.")


def _decide(
    shop: Workspace,
    verdict: Literal["merge", "part"],
    ends: tuple[str, str],
    signed: tuple[str, str],
    yes: bool,
) -> None:
    left, right = identity.pair_of(shop, named(ends[0]), named(ends[1]))
    what = "one person" if verdict == "merge" else "two persons"
    console.print(f"{told(left)} and {told(right)}: {what}.", markup=False)
    by, note = signed
    _show_what_changes(shop, [(verdict, left, right)], ())
    if _agreed("Decide so?", yes):
        made = identity.decide(shop, verdict, left, right, by, note)
        _recorded(f"Decided by {by}; take it back with `parvis identity withdraw {made}`.")


def withdraw(
    decision: Annotated[str, typer.Argument(help="Its id in `parvis identity decisions`.")],
    note: _Note = "",
    by: By = "",
    yes: Yes = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Take a decision back: everything will be as if it had never been made."""
    with opened(workspace) as shop:
        who = who_decides(by)
        identity.decision_named(shop, decision)
        _show_what_changes(shop, (), [decision])
        if _agreed("Take it back?", yes):
            identity.withdraw(shop, decision, who, note)
            _recorded(f"Taken back by {who}.")


def decide(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV: left_kind, left_value, right_kind, right_value, verdict, note.",
            metavar="FILE",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would happen; record nothing.")
    ] = False,
    refused_to: Annotated[
        Path | None,
        typer.Option("--refused", help="Write the rows here that are refused, with the reasons."),
    ] = None,
    by: By = "",
    yes: Yes = False,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Take over a file of decisions; rows that aren't clear are refused, the rest counts."""
    with opened(workspace) as shop:
        who = who_decides(by)
        taken, refused = identity.read_decisions(shop, file)
        _show_refused(refused)
        if refused_to is not None and refused:
            _write_refused(refused_to, refused)
        if not taken:
            console.print("No row can be taken over; nothing is recorded.")
            raise typer.Exit(1 if refused else 0)
        count = f"{len(taken):,} decision{'s' if len(taken) > 1 else ''}"
        console.print(f"{count} can be taken over.")
        _show_what_changes(shop, [(p.verdict, p.left, p.right) for p in taken], ())
        if dry_run:
            console.print("A dry run: nothing is recorded.")
        elif _agreed("Take them over?", yes):
            identity.take_over(shop, taken, who)
            _recorded(f"{len(taken):,} taken over in the name of {who}.")


def decisions(workspace: WorkspaceOption = Path()) -> None:
    """List what people decided, the newest first, and which decisions hold."""
    with opened(workspace) as shop:
        made = identity.decisions_of(shop.engine)
    if not made:
        console.print(
            "Nobody has decided anything yet: `parvis identity merge KIND:VALUE KIND:VALUE`.",
            markup=False,
        )
        return
    for row in made:
        ends = " and ".join(told((row[f"{s}_kind"], row[f"{s}_value"])) for s in ("left", "right"))
        note = f" “{row['note']}”" if row["note"] else ""
        # ids are there to be copied: no line breaks in them
        console.print(f"{row['decision_id']}  {_state(row)}", markup=False, soft_wrap=True)
        console.print(
            f"  {row['verdict']} {ends}, by {row['decided_by']} on "
            f"{row['decided_at']:%Y-%m-%d %H:%M} UTC{note}",
            markup=False,
        )


def _state(row: dict[str, object]) -> str:
    if row["verdict"] == "withdraw":
        return f"takes back {row['withdraws']}"
    if row["verdict"] == "skip":
        return "left for later"
    return "holds" if row["holds"] else "no longer holds"


def preview(workspace: WorkspaceOption = Path()) -> None:
    """Tell what parvis.toml, as it is now, would change of who is who, before a build does it."""
    with opened(workspace) as shop:
        rules = shop.settings.identity
        show_preview(shop, _computed(shop, lambda e: identity.preview_rules(e, rules)))
    console.print(
        "What was compared anew (country, never_alone, blocked) may tie other identifiers too; "
        "merge_precision and review_probability count from the next `parvis identity match` on.",
        style="dim",
        markup=False,
    )


def _show_what_changes(
    shop: Workspace,
    wanted: Sequence[tuple[identity.Verdict, identity.Identifier, identity.Identifier]],
    withdrawn: Sequence[str],
) -> None:
    rules = shop.settings.identity
    show_preview(shop, _computed(shop, lambda e: identity.preview(e, rules, wanted, withdrawn)))


def _computed(shop: Workspace, work: Callable[[Engine], identity.Preview]) -> identity.Preview:
    engine = shop.engine.session()
    try:
        with console.status("Computing what would change …"):
            return work(engine)
    finally:
        engine.close()


def _agreed(question: str, yes: bool) -> bool:
    if yes or typer.confirm(question, default=False):
        return True
    console.print("Nothing is recorded.")
    return False


def _recorded(sentence: str) -> None:
    console.print(sentence, markup=False, soft_wrap=True)
    console.print(
        "The next build follows it: `parvis build`, or the worker by itself.", markup=False
    )


def _show_refused(refused: Sequence[identity.Refused]) -> None:
    if not refused:
        return
    rows = f"{len(refused):,} row{'s' if len(refused) > 1 else ''}"
    console.print(f"[bold]Refused: {rows}[/bold]")
    for row in refused[:_SHOWN]:
        console.print(f"  row {row.row:,}: {row.reason}", markup=False)
    if len(refused) > _SHOWN:
        console.print(f"  … and {len(refused) - _SHOWN:,} more; --refused FILE writes them all")


def _write_refused(path: Path, refused: Sequence[identity.Refused]) -> None:
    # a file that was refused before, and comes again, has such columns already
    own = ("parvis_row", "parvis_reason")
    columns = list(dict.fromkeys(c for r in refused for c in r.values if c not in own))
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*own, *columns], restval="")
            writer.writeheader()
            writer.writerows({**r.values, own[0]: r.row, own[1]: r.reason} for r in refused)
    except OSError as error:
        raise FileUnreadable(
            f"The refused rows can't be written to {path}: {error.strerror}.",
            "Choose another place.",
        ) from error
    console.print(f"They are in {path}, to correct and take over again.", markup=False)
