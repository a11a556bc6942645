"""How commands read identifiers, and tell what ties them."""

from __future__ import annotations

import getpass
import json
from datetime import datetime
from typing import Annotated

import typer

from parvis.cli.console import console
from parvis.errors import IdentityError
from parvis.identity import api as identity
from parvis.lake.workspace import Workspace

__all__ = [
    "By",
    "Yes",
    "named",
    "normal_form",
    "on_day",
    "show_preview",
    "told",
    "told_step",
    "who_decides",
]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
By = Annotated[
    str, typer.Option("--by", help="Who decides.", show_default="the name you are logged in by")
]

_SHOWN = 8
_LONGEST = 60


def named(text: str) -> identity.Identifier:
    """Read KIND:VALUE as somebody types it.

    Raises
    ------
    IdentityError
        It names no kind, or no value.

    Examples
    --------
    >>> named("contact_id:crm:K9")
    ('contact_id', 'crm:K9')
    """
    kind, colon, value = text.partition(":")
    if not (colon and kind.strip() and value.strip()):
        raise IdentityError(
            f"{_cut(text)!r} doesn't say what it is.",
            "Write KIND:VALUE, such as email:ann@firm.example or user_id:1042.",
        )
    return kind.strip(), value


def normal_form(workspace: Workspace, text: str) -> identity.Identifier:
    """Read KIND:VALUE and return the identifier as it is compared.

    Raises
    ------
    IdentityError
        It can't be read or compared.
    """
    kind, value = named(text)
    norm = identity.norm_of(kind, value, identity.NormRules.of(workspace.settings.identity))
    if norm.normal is None:
        meaning = identity.MEANINGS.get(norm.problem or "", norm.problem or "")
        raise IdentityError(
            f"The {_cut(kind)} {_cut(value)!r} joins nothing: {meaning}.",
            "Ask about another identifier of the same customer.",
        )
    return kind, norm.normal


def told(end: identity.Identifier) -> str:
    """Write an identifier as it is typed."""
    return f"{end[0]}:{_cut(end[1])}"


def on_day(moment: datetime | None) -> str:
    """Write a day."""
    return f"{moment:%Y-%m-%d}" if moment else "an unknown day"


def who_decides(by: str) -> str:
    """Return who decides: who was named, or who is logged in."""
    if by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise IdentityError(
            "The system doesn't say who you are.", "Say who decides with --by NAME."
        ) from error


def told_step(step: identity.Step) -> str:
    """Tell one piece of evidence in a sentence."""
    sentence = _evidence(step)
    if not step.stopped:
        return sentence
    return f"{sentence} It doesn't count: {_STOPPED.get(step.stopped, step.stopped)}" + (
        f" ({step.detail})." if step.detail else "."
    )


_STOPPED = {
    "shared": "several persons use one of them",
    "limit": "the customer would have too many of one kind",
    "size": "the customer would be too large",
    "conflict": "the silos' books name two people",
    "part": "a person decided to keep them apart",
    "merge_refused": "a later decision outranks it",
}


def _evidence(step: identity.Step) -> str:
    day = on_day(step.first_at)
    if step.rule == "merge":
        made = step.said[0] if step.said else {}
        note = f": “{made['note']}”" if made.get("note") else ""
        return f"{made.get('by') or 'Somebody'} merged them on {day}{note}."
    if step.rule == "alike":
        columns = "; ".join(_column(c) for c in step.said if c.get("level"))
        return f"Compared on {day} they are alike, {_bits(step)}: {columns}."
    times = f"{step.events:,} event{'s' if step.events != 1 else ''}"
    if step.rule == "alias":
        return f"{step.source} stated on {day} that both are one ({times}, {_bits(step)})."
    return f"{times} carried both, first {step.source} on {day} ({_bits(step)})."


def _bits(step: identity.Step) -> str:
    return f"{step.strength:.1f} bits"


def _column(said: dict[str, object]) -> str:
    weight = f"{said.get('weight', 0):+.1f}"
    if said.get("left") is None and said.get("right") is None:
        return f"{said.get('level')} ({weight})"
    both = " / ".join(_cut(_plain(said.get(s))) for s in ("left", "right"))
    return f"{said.get('column')} {both} ({said.get('level')}, {weight})"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "–" if value is None else str(value)


def _cut(text: str) -> str:
    shown = "".join(c if c.isprintable() else "�" for c in text[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def show_preview(workspace: Workspace, preview: identity.Preview) -> None:
    """Say in plain words what a decision or a rule would change."""
    if not preview.identifiers:
        console.print("No identifier would come to another customer.")
        return
    one = preview.identifiers == 1
    console.print(
        f"{preview.identifiers:,} {'identifier' if one else 'identifiers'} would come to another "
        f"customer; {preview.customers_before:,} → {preview.customers_after:,} customers around "
        f"{'it' if one else 'them'} ({preview.gone:,} gone, {preview.new:,} new)."
    )
    console.print(
        f"The largest of them: {preview.largest_before:,} → {preview.largest_after:,} identifiers."
    )
    currency = workspace.settings.money.currency
    console.print(
        f"{preview.orders:,} {'order' if preview.orders == 1 else 'orders'} with "
        f"{preview.sales:,.2f} {currency} of customers that would be gone."
        if preview.orders
        else "No order of a customer that would be gone."
    )
    for kind, value, before, after in preview.examples[:_SHOWN]:
        console.print(f"  {told((kind, value))}: {before} → {after}", markup=False)
    if preview.identifiers > _SHOWN:
        console.print(f"  … and {preview.identifiers - _SHOWN:,} more")
