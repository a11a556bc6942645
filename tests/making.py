"""Small factories: a workspace, an event, an order, and how they get into the lake."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from parvis.connect.landing import Arrival, ImportReport, land
from parvis.domain.settings import IdentitySettings, default_toml
from parvis.identity import api as identity
from parvis.lake.ducklake import DuckLake
from parvis.lake.migrations import apply_migrations
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

Row = dict[str, Any]

_numbers = itertools.count(1)
_templates: dict[tuple[Any, ...], Path] = {}

DERIVED = tuple(t.name for t in TABLES.values() if t.kind == "derived")


def moment(text: str | datetime) -> datetime:
    """Read a moment; without a zone it is UTC."""
    if isinstance(text, datetime):
        return text
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def event(
    name: str | None = None,
    at: str | datetime = "2026-03-02T12:00",
    *,
    user: str | None = None,
    cookie: str | None = None,
    received: str | datetime | None = None,
    also: Iterable[tuple[str, str]] = (),
    properties: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    traits: Mapping[str, str] | None = None,
    **columns: Any,
) -> Row:
    """Make one row of `events`; a user decides whose it is, then the cookie, then `also`."""
    known = [("user_id", user)] if user is not None else []
    known += [("anonymous_id", cookie)] if cookie is not None else []
    occurred = moment(at)
    row: Row = dict.fromkeys(TABLES["events"].ibis)
    row |= {
        "message_id": f"m{next(_numbers):06}",
        "source": "shop",
        "type": "track" if name else "identify",
        "name": name,
        "occurred_at": occurred,
        "received_at": moment(received) if received is not None else occurred,
        "user_id": user,
        "anonymous_id": cookie,
        "identifiers": [{"kind": k, "value": v} for k, v in [*known, *also]],
        "properties": json.dumps(dict(properties)) if properties is not None else None,
        "context": json.dumps(dict(context)) if context is not None else None,
        "traits": list(traits.items()) if traits is not None else None,
    }
    unknown = set(columns) - set(row)
    assert not unknown, f"events have no {unknown}"
    return row | columns


def products(lines: Iterable[Any]) -> list[Row]:
    """Make an order's products from (product, amount) or (product, amount, category)."""
    empty = dict.fromkeys(
        [
            "product_id",
            "sku",
            "name",
            "category",
            "brand",
            "variant",
            "price",
            "quantity",
            "amount",
            "discount",
            "coupon_discount",
        ]
    )
    return [
        empty
        | {
            "product_id": line[0],
            "name": line[0],
            "amount": None if line[1] is None else Decimal(str(line[1])),
            "quantity": Decimal(1),
            "category": line[2] if len(line) > 2 else None,
        }
        for line in lines
    ]


def order(
    order_id: str | None,
    at: str | datetime = "2026-03-02T12:00",
    *,
    user: str | None = "ann",
    lines: Sequence[Any] = (("tea", 10),),
    amount: float | str | None = None,
    name: str = "Order Completed",
    properties: Mapping[str, Any] | None = None,
    **more: Any,
) -> Row:
    """Make an order (or, by `name`, an update, a refund, a cancellation)."""
    told = {"order_id": order_id} if order_id is not None else {}
    return event(
        name,
        at,
        user=user,
        products=products(lines) if lines else None,
        amount=None if amount is None else Decimal(str(amount)),
        properties={**told, **(properties or {})},
        **more,
    )


def page(url: str = "/", at: str | datetime = "2026-03-02T12:00", **more: Any) -> Row:
    """Make a page view."""
    more = {"type": "page", "cookie": "c1", "source": "web"} | more
    told = {"url": url, **(more.pop("properties", None) or {})}
    return event("Page Viewed", at, properties=told, **more)


def made_workspace(
    folder: Path,
    *,
    zone: str = "UTC",
    currency: str = "EUR",
    as_of: str = "2026-07-01",
    encrypted: bool = False,
    rates: Iterable[tuple[str, str, str]] = (),
    more: str = "",
) -> Workspace:
    """Make an empty workspace; rates are (currency, from, rate), `more` is TOML to add."""
    if encrypted:
        Workspace.create(folder, name="test", zone=zone)
    else:
        # made once and copied: making one takes longer than most tests
        if "plain" not in _templates:
            home = Path(tempfile.mkdtemp(prefix="parvis-template-")) / "plain"
            _make_plain(home)
            _templates["plain"] = home
        shutil.copytree(_templates["plain"], folder)
    text = (folder / "parvis.toml").read_text("utf-8")
    text = re.sub(r'zone = "[^"]*"', f'zone = "{zone}"', text)
    text = re.sub(r'(?m)^currency = "[^"]*"', f'currency = "{currency}"', text)
    when = '"today"' if as_of == "today" else as_of
    text = re.sub(r"(?m)^as_of = \S+", f"as_of = {when}", text)
    # few rows: handing them from core to core takes longer than computing them
    text = re.sub(r"(?m)^threads = \d+", "threads = 1", text)
    for unit, since, rate in rates:
        text += f'\n[[money.rates]]\ncurrency = "{unit}"\nfrom = {since}\nrate = {rate}\n'
    (folder / "parvis.toml").write_text(text + more, "utf-8")
    return Workspace.open(folder)


def forget_templates() -> None:
    """Remove the workspaces that others were copied from."""
    for home in _templates.values():
        shutil.rmtree(home.parent, ignore_errors=True)
    _templates.clear()


def _make_plain(folder: Path) -> None:
    text = default_toml("test", "UTC", "EUR", "today", "en")
    with contextlib.closing(DuckLake.create(folder / "lake", encrypted=False)) as lake:
        apply_migrations(lake)
        lake.back_up_catalog()
    (folder / "parvis.toml").write_text(
        text.replace("encrypted = true", "encrypted = false"), "utf-8"
    )


def change_settings(workspace: Workspace, *changes: tuple[str, str]) -> Workspace:
    """Edit `parvis.toml` (old text, new text) and open the workspace again."""
    path = workspace.files.settings
    text = path.read_text("utf-8")
    for old, new in changes:
        assert old in text, f"{old!r} isn't in {path}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    workspace.close()
    return Workspace.open(workspace.files.folder)


def speak_of(workspace: Workspace, day: str | date) -> Workspace:
    """Set the date up to which the tables speak."""
    text = workspace.files.settings.read_text("utf-8")
    found = re.search(r"(?m)^as_of = \S+", text)
    assert found
    return change_settings(workspace, (found.group(), f"as_of = {day}"))


def staged(engine: Engine, rows: Iterable[Row], table: str = "events") -> ir.Table:
    """Bring rows of Python values to the engine, in the shape of a table."""
    schema = TABLES[table].ibis
    plain = {c: "string" if t.is_json() else t for c, t in schema.items()}
    whole = [dict.fromkeys(schema) | r for r in rows]
    brought = engine.stage_rows(whole, plain)
    return brought.mutate(
        **{c: brought[c].cast("json") for c, t in schema.items() if t.is_json()}
    ).select(*schema)


def owners_of(engine: Engine, events: ir.Table) -> ir.Table:
    """Compute whose each identifier of events is, by the usual rules and nobody's decisions."""
    found = identity.resolve_events(
        engine,
        events,
        staged(engine, [], "identity_matches"),
        staged(engine, [], "identity_decisions"),
        IdentitySettings(),
    )
    return found.identities


def put(workspace: Workspace, events: Iterable[Row], **arrival: Any) -> ImportReport:
    """Land events."""
    given = list(events)
    coming = Arrival(**({"source": "test", "kind": "events", "rows_read": len(given)} | arrival))
    return land(workspace, coming, events=staged(workspace.engine, given))


def rows(table: ir.Table, *order: str) -> list[Row]:
    """Return a table's rows by some columns' values (by all, as text, where none is named)."""
    found = table.to_pyarrow().to_pylist()
    if order:
        return sorted(found, key=lambda r: [(r[c] is not None, r[c]) for c in order])
    return sorted(found, key=repr)


def one(table: ir.Table, **where: Any) -> Row:
    """Return the one row with these values."""
    found = [r for r in table.to_pyarrow().to_pylist() if all(r[k] == v for k, v in where.items())]
    assert len(found) == 1, f"{len(found)} rows with {where}"
    return found[0]


def built(workspace: Workspace) -> dict[str, list[Row]]:
    """Return all rows of all tables that a build makes."""
    return {name: rows(workspace.table(name)) for name in DERIVED}


def days_after(day: str, count: int) -> str:
    """Return a later day."""
    return (date.fromisoformat(day) + timedelta(count)).isoformat()


def run_python(code: str, *args: object, env: Mapping[str, str] | None = None) -> str:
    """Run Python code in a process of its own and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, args)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **(env or {})},
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start_python(code: str, *args: object) -> subprocess.Popen[str]:
    """Start Python code in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )


def only(table: ir.Table, column: str) -> list[Any]:
    """Return the values of one column, sorted."""
    return sorted(table.select(column).to_pyarrow().column(0).to_pylist(), key=repr)


__all__ = [name for name in dir() if not name.startswith("_")]
ibis.options.interactive = False
