"""Who is who: twenty million links, new events among ten million identifiers, and the truth."""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.identity_data import links_of, pairs_found, put_links
from bench.measure import Row, parvis, percentile
from parvis.identity import api as identity
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace

__all__ = ["measure_brand", "measure_histories", "measure_links", "measure_new_events"]

_LINKS = 20_000_000
_IDENTIFIERS = 10_000_000
_NEW_EVENTS = 10_000
_HISTORIES = 1000
_RUNS = 3


def _workspace(folder: Path, memory_gib: int) -> Workspace:
    Workspace.create(folder).close()
    settings = folder / "parvis.toml"
    text = settings.read_text("utf-8").replace("memory_gib = 2 ", f"memory_gib = {memory_gib} ")
    settings.write_text(text, "utf-8")
    return Workspace.open(folder)


def measure_links(scratch: Path) -> list[Row]:
    """Compute customers from twenty million links, beside igraph on the same links."""
    parquet = scratch / "links.parquet"
    links_of(parquet, _LINKS)
    folder = scratch / "links"
    with _workspace(folder, 6) as shop:
        put_links(shop, parquet)
    ours, peers = [], []
    for _ in range(_RUNS):
        # each in a process of its own, one after the other, so that both meet the same machine
        ours.append(_timed("bench.identity_data", "customers", str(folder)))
        peers.append(_timed("bench.identity_peer", str(parquet)))
    shutil.rmtree(folder)
    parquet.unlink()
    seconds, customers = _median(ours)
    of_peer, components = _median(peers)
    if customers != components:
        raise RuntimeError(f"{customers} customers here, {components} components in igraph")
    return [
        Row(
            f"{_LINKS // 10**6} M links to {customers:,} customers, from nothing", seconds, "s", 60
        ),
        Row("  igraph, with its loading", of_peer, "s", float("inf")),
        Row("  ours, relative to igraph", seconds / of_peer, "×", 0.5),
    ]


def _timed(*module: str) -> tuple[float, int]:
    answer = subprocess.run(
        [sys.executable, "-m", *module], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise RuntimeError(answer.stderr)
    seconds, groups = answer.stdout.split()[-2:]
    return float(seconds), int(groups)


def _median(runs: list[tuple[float, int]]) -> tuple[float, int]:
    return statistics.median(s for s, _ in runs), runs[0][1]


def measure_new_events(scratch: Path) -> list[Row]:
    """Bring new events among ten million known identifiers, and resolve some at once."""
    folder = scratch / "known"
    parquet = scratch / "known.parquet"
    # five identifiers for every four links
    links_of(parquet, _IDENTIFIERS * 4 // 5)
    seconds, concerned = [], 0
    with _workspace(folder, 4) as shop:
        put_links(shop, parquet)
        build_identity(shop)
        for turn in range(_RUNS):
            _put_events(shop, _new_events(turn))
            report = build_identity(shop)
            seconds.append(report[0])
            concerned = report[1]
        answers = _resolve_times(shop)
    shutil.rmtree(folder)
    parquet.unlink()
    many = f"{_NEW_EVENTS:,} new events into {_IDENTIFIERS // 10**6} M known identifiers"
    return [
        Row(many, statistics.median(seconds), "s", 5),
        Row("  identifiers computed again, for each new event", concerned / _NEW_EVENTS, "", 12),
        Row("resolve(), 95th percentile", percentile(answers, 0.95) * 1000, "ms", 5),
        Row("  median", percentile(answers, 0.5) * 1000, "ms", 5),
    ]


def build_identity(shop: Workspace) -> tuple[float, int]:
    """Build the tables of who is who alone.

    Returns
    -------
    tuple
        Seconds, and how many identifiers were computed again.
    """
    from parvis.lake.build import run_build
    from parvis.work.identity import IDENTITY_STEPS, note_changes

    touched = 0

    def count(engine: Any, written: Any, plan: Any) -> None:
        nonlocal touched
        if "identities" in written:
            done = written["identities"]
            touched = done.added + done.removed
        note_changes(engine, written, plan)

    began = time.perf_counter()
    run_build(shop, IDENTITY_STEPS, lambda _engine, _settings: None, after=count)
    return time.perf_counter() - began, touched


def _new_events(turn: int) -> list[dict[str, Any]]:
    """Page views of known people, in known and new browsers, and some new people."""
    rng = random.Random(turn)
    people = _IDENTIFIERS // 5
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=turn)
    rows = []
    for number in range(_NEW_EVENTS):
        person = rng.randrange(people + people // 50)
        user = f"C{person:09}"
        known = [{"kind": "user_id", "value": user}]
        if number % 3:
            known.append({"kind": "anonymous_id", "value": f"new-{turn}-{number}"})
        else:
            known.append({"kind": "email", "value": f"user{person}@mail{person % 97}.example"})
        row: dict[str, Any] = dict.fromkeys(TABLES["events"].ibis)
        row |= {
            "message_id": f"new-{turn}-{number}",
            "source": "web",
            "type": "page",
            "occurred_at": at,
            "received_at": at,
            "user_id": user,
            "identifiers": known,
        }
        rows.append(row)
    return rows


def _put_events(shop: Workspace, rows: list[dict[str, Any]]) -> None:
    engine = shop.engine.session()
    schema = dict(TABLES["events"].ibis.items())
    engine.append("events", engine.stage_rows(rows, schema))
    engine.close()


def _resolve_times(shop: Workspace) -> list[float]:
    resolver = identity.Resolver(shop)
    resolver.refresh()
    rng = random.Random(7)
    people = _IDENTIFIERS // 5
    times = []
    for number in range(5000):
        person = rng.randrange(people)
        asked = [
            ("anonymous_id", f"never-seen-{number}"),
            ("email", f"User{person}@Mail{person % 97}.example"),
            ("user_id", f"C{person:09}"),
        ]
        began = time.perf_counter()
        found = resolver.resolve(asked)
        times.append(time.perf_counter() - began)
        if found.customer_id is None:
            raise RuntimeError(f"{asked} wasn't found")
    return times


def measure_histories(scratch: Path) -> list[Row]:
    """Merge two customers and part them again, in random histories: nothing may stay."""
    rng = random.Random(11)
    differ, largest = 0, 0.0
    with _workspace(scratch / "histories", 2) as shop:
        for _ in range(_HISTORIES):
            began = time.perf_counter()
            differ += not _is_restored(shop, rng)
            largest = max(largest, time.perf_counter() - began)
    shutil.rmtree(scratch / "histories")
    return [Row(f"{_HISTORIES:,} histories merged, then parted: states that differ", differ, "", 0)]


def _is_restored(shop: Workspace, rng: random.Random) -> bool:
    engine = shop.engine.session()
    try:
        events = _random_events(engine, rng)
        before = _resolved(engine, shop, events, [])
        names = sorted({(r[0], r[2]) for r in before if r[2]})
        left, right = rng.sample(names, 2)
        earlier = [
            (rng.choice(["merge", "part"]), *rng.sample(names, 2)) for _ in range(rng.randrange(3))
        ]
        was = _resolved(engine, shop, events, earlier)
        whose = {(r[0], r[2]): r[3] for r in was}
        if whose[left] == whose[right]:
            return True
        merged = _resolved(engine, shop, events, [*earlier, ("merge", left, right)])
        joined = {(r[0], r[2]): r[3] for r in merged}
        if joined[left] != joined[right]:
            return False
        parted = [*earlier, ("merge", left, right), ("part", left, right)]
        return _resolved(engine, shop, events, parted) == was
    finally:
        engine.close()


def _random_events(engine: Any, rng: random.Random) -> Any:
    values = [("user_id", f"u{i}") for i in range(4)] + [
        ("anonymous_id", f"c{i}") for i in range(5)
    ]
    values += [("email", f"someone{i}@mail.example") for i in range(4)]
    values += [("phone", f"+3363998{i:04}") for i in range(3)]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    rows = []
    for number in range(rng.randrange(4, 18)):
        known = rng.sample(values, rng.randrange(1, 4))
        row: dict[str, Any] = dict.fromkeys(TABLES["events"].ibis)
        row |= {
            "message_id": f"m{number}",
            "source": "web",
            "type": "alias" if rng.random() < 0.1 else "track",
            "occurred_at": at + timedelta(hours=rng.randrange(500)),
            "received_at": at + timedelta(hours=rng.randrange(500)),
            "identifiers": [{"kind": k, "value": v} for k, v in known],
        }
        rows.append(row)
    return engine.stage_rows(rows, dict(TABLES["events"].ibis.items()))


def _resolved(engine: Any, shop: Workspace, events: Any, decisions: list[Any]) -> list[Any]:
    rows = [
        {
            "decision_id": f"{place:05}",
            "verdict": verdict,
            "left_kind": left[0],
            "left_value": left[1],
            "right_kind": right[0],
            "right_value": right[1],
            "decided_at": datetime(2026, 4, 1, tzinfo=UTC),
            "decided_by": "bench",
        }
        for place, (verdict, left, right) in enumerate(decisions)
    ]
    made = engine.stage_rows(rows, dict(TABLES["identity_decisions"].ibis.items()))
    found = identity.resolve_events(
        engine, events, engine.table("identity_matches"), made, shop.settings.identity
    )
    columns = ("kind", "value", "normal", "customer_id", "since", "is_known", "is_shared", "claims")
    return sorted((tuple(r[c] for c in columns) for r in engine.rows(found.identities)), key=repr)


def measure_brand(scratch: Path) -> list[Row]:
    """Hold the customers of a simulated brand, from all its silos, to the truth."""
    brand, folder = scratch / "true-brand", scratch / "true-shop"
    parvis("simulate", str(brand), "--customers", "100000", "--days", "365")
    parvis("init", str(folder), "--zone", "Europe/Paris", "--as-of", "2026-01-01")
    parvis("import", "folder", str(brand), "--workspace", str(folder))
    with Workspace.open(folder) as shop:
        seconds, _ = build_identity(shop)
        began = time.perf_counter()
        identity.match(shop)
        matching = time.perf_counter() - began
        build_identity(shop)
        found = pairs_found(shop, brand / "truth")
    for gone in (brand, folder):
        shutil.rmtree(gone)
    return [
        Row("brand of 100,000 customers: pairs that are wrong", found.wrong, "", 0.005),
        Row("  pairs that are missed", found.missed, "", 0.05),
        Row("  the same without browsers: wrong", found.wrong_of_people, "", 0.005),
        Row("  missed", found.missed_of_people, "", 1),
        Row("  identifiers of the largest customer", found.largest, "", 1000),
        Row("  seconds for its customers, from nothing", seconds, "s", 120),
        Row("  seconds to look for who is alike", matching, "s", 120),
    ]
