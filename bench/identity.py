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

from bench.identity_data import as_if_built, links_of, pairs_found, put_links
from bench.measure import Row, parvis, percentile
from parvis.identity import api as identity
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace

__all__ = ["measure_brand", "measure_histories", "measure_links", "measure_new_events"]

_LINKS = 20_000_000
_IDENTIFIERS = 10_000_000
_NEW_EVENTS = 10_000
_HISTORIES = 1050
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
        as_if_built(shop)
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
        Row("  rows of identities written, for each new event", concerned / _NEW_EVENTS, "", 3),
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
    """Merge two customers and part them again, in random histories: nothing may stay.

    The histories have nothing to do with each other, so all are computed at once.
    """
    rng = random.Random(11)
    histories = [_History(f"h{number}", rng) for number in range(_HISTORIES)]
    with _workspace(scratch / "histories", 2) as shop:
        was = _states(shop, histories, lambda h: h.earlier)
        chosen = [h for h in histories if h.choose(was[h.name], rng)]
        merged = _states(shop, chosen, lambda h: [*h.earlier, ("merge", *h.pair)])
        parted = _states(
            shop, chosen, lambda h: [*h.earlier, ("merge", *h.pair), ("part", *reversed(h.pair))]
        )
    shutil.rmtree(scratch / "histories")
    joined = sum(len({r[3] for r in merged[h.name] if (r[0], r[2]) in h.pair}) == 1 for h in chosen)
    differ = sum(parted[h.name] != was[h.name] for h in chosen)
    return [
        Row(f"{len(chosen):,} histories merged, then parted: states that differ", differ, "", 0),
        Row("  merges that joined nobody", len(chosen) - joined, "", 0),
    ]


class _History:
    """What happened to a handful of people, and what somebody decided of them."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.name = name
        self.values = [("user_id", f"{name}-u{i}") for i in range(4)]
        self.values += [("anonymous_id", f"{name}-c{i}") for i in range(5)]
        self.values += [("email", f"{name}-{i}@mail.example") for i in range(4)]
        self.values += [("device_id", f"{name.upper()}-SN{i}") for i in range(2)]
        self.events = [self._event(number, rng) for number in range(rng.randrange(6, 20))]
        self.earlier = [
            (rng.choice(["merge", "part"]), *rng.sample(self.values, 2))
            for _ in range(rng.randrange(3))
        ]
        self.pair: tuple[Any, ...] = ()

    def _event(self, number: int, rng: random.Random) -> dict[str, Any]:
        at = datetime(2026, 3, 1, tzinfo=UTC)
        row: dict[str, Any] = dict.fromkeys(TABLES["events"].ibis)
        known = rng.sample(self.values, rng.randrange(1, 4))
        return row | {
            "message_id": f"{self.name}-{number}",
            "source": "web",
            "type": "alias" if rng.random() < 0.1 else "track",
            "occurred_at": at + timedelta(hours=rng.randrange(500)),
            "received_at": at + timedelta(hours=rng.randrange(500)),
            "identifiers": [{"kind": k, "value": v} for k, v in known],
        }

    def choose(self, state: list[Any], rng: random.Random) -> bool:
        """Choose two identifiers of two customers; tell whether there are any."""
        whose = {(r[0], r[2]): r[3] for r in state if r[2]}
        decided = {frozenset(d[1:]) for d in self.earlier}
        pairs = [
            (one, other)
            for one in whose
            for other in whose
            if whose[one] != whose[other] and frozenset((one, other)) not in decided
        ]
        if pairs:
            self.pair = rng.choice(sorted(pairs))
        return bool(pairs)


def _states(shop: Workspace, histories: list[_History], decided: Any) -> dict[str, list[Any]]:
    engine = shop.engine.session()
    events = [e for h in histories for e in h.events]
    rows = [
        {
            "decision_id": f"{place:03}",
            "verdict": verdict,
            "left_kind": left[0],
            "left_value": left[1],
            "right_kind": right[0],
            "right_value": right[1],
            "decided_at": datetime(2026, 4, 1, tzinfo=UTC),
            "decided_by": "bench",
        }
        for h in histories
        for place, (verdict, left, right) in enumerate(decided(h))
    ]
    for number, row in enumerate(rows):
        row["decision_id"] = f"{row['decision_id']}-{number:06}"
    found = identity.resolve_events(
        engine,
        engine.stage_rows(events, dict(TABLES["events"].ibis.items())),
        engine.table("identity_matches"),
        engine.stage_rows(rows, dict(TABLES["identity_decisions"].ibis.items())),
        shop.settings.identity,
    )
    states: dict[str, list[Any]] = {h.name: [] for h in histories}
    columns = ("kind", "value", "normal", "customer_id", "since", "is_known", "is_shared", "claims")
    for row in engine.rows(found.identities):
        name = row["value"].lower().split("-")[0]
        states[name].append(tuple(row[c] for c in columns))
    engine.close()
    return {name: sorted(state, key=repr) for name, state in states.items()}


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
