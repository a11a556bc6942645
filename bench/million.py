"""A million texts: brought in, built, understood by the fast tier, and built again."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measure import Row, parvis
from parvis.lake.workspace import Workspace
from parvis.work.reading import unread

__all__ = ["measure_million"]

_TEXTS = 1_000_000
_FIRST = 200_000
_AUTHORS = 150_000
_A_FILE = 100_000
_STARTS_ON = datetime(2025, 1, 1, tzinfo=UTC)
_TABLE = (
    'version = 1\n\n[[silo]]\nsource = "bluesky"\nformat = "bluesky"\nfiles = ["posts-*.ndjson"]\n'
)


def measure_million(scratch: Path) -> list[Row]:
    """Time it as commands, one after the other; memory is that of all processes of one."""
    brand, pattern = scratch / "million-brand", scratch / "million-pattern"
    parvis("simulate", str(brand), "--customers", "6000", "--days", "365")
    parvis("init", str(pattern), "--as-of", "2026-01-01")
    parvis("import", "folder", str(brand), "--workspace", str(pattern))
    parvis("build", "--no-match", "--workspace", str(pattern))
    with Workspace.open(pattern) as shop:
        told = shop.engine.arrow(unread(shop.engine, "none").order_by("text_key"))
    said = list(zip(told["text"].to_pylist(), told["lang"].to_pylist(), strict=True))
    for gone in (brand, pattern):
        shutil.rmtree(gone)
    silo, folder = scratch / "million", scratch / "million-shop"
    _write(silo, said)
    parvis("init", str(folder), "--as-of", "2026-01-01")
    where = ("--workspace", str(folder))
    steps = {
        "imported": parvis("import", "folder", str(silo), *where),
        "built": parvis("build", "--no-match", *where),
        "read, the first 200,000": parvis("listen", "read", "--at-most", str(_FIRST), *where),
        "read, the others": parvis("listen", "read", *where),
        "built with what was read": parvis("build", "--no-match", *where),
    }
    with Workspace.open(folder) as shop:
        mentions = shop.engine.table("mentions")
        texts = shop.engine.count(mentions)
        understood = shop.engine.count(mentions.filter(mentions.sentiment.notnull()))
    for gone in (silo, folder):
        shutil.rmtree(gone)
    if (texts, understood) != (_TEXTS, _TEXTS):
        raise AssertionError(f"{texts:,} texts, {understood:,} of them understood")
    first, others = steps["read, the first 200,000"], steps["read, the others"]
    rows = [Row(f"  {name}", s.seconds, "s", float("inf")) for name, s in steps.items()]
    minutes = sum(s.seconds for s in steps.values()) / 60
    return [
        Row("a million texts brought in and understood", minutes, "min", 35),
        *rows,
        Row("  memory, two processes that read", others.peak_gib * 1024, "MB", float("inf")),
        Row("  against that of the first 200,000", others.peak_gib / first.peak_gib, "times", 1.2),
    ]


def _write(silo: Path, said: list[tuple[str, str | None]]) -> None:
    """Write posts as Bluesky's Jetstream tells them, no two of the same words."""
    silo.mkdir()
    (silo / "silos.toml").write_text(_TABLE, "utf-8")
    draw = random.Random(11)
    words = [w for text, _ in said for w in text.split()]
    for start in range(0, _TEXTS, _A_FILE):
        with (silo / f"posts-{start // _A_FILE:02}.ndjson").open("w", encoding="utf-8") as out:
            for number in range(start, start + _A_FILE):
                out.write(_post(number, draw, said, words) + "\n")


def _post(
    number: int, draw: random.Random, said: list[tuple[str, str | None]], words: list[str]
) -> str:
    text, language = draw.choice(said)
    parts = text[:260].split(" ")
    # a word of another text, and a number: the same words are read once
    parts[draw.randrange(len(parts))] = draw.choice(words)
    at = _STARTS_ON + timedelta(seconds=30 * number)
    key = f"{number:013d}"
    return json.dumps(
        {
            "did": f"did:plc:{draw.randrange(_AUTHORS):024x}",
            "time_us": int(at.timestamp() * 1e6),
            "kind": "commit",
            "commit": {
                "rev": key, "operation": "create", "collection": "app.bsky.feed.post",
                "rkey": key,
                "record": {
                    "$type": "app.bsky.feed.post", "createdAt": at.isoformat(),
                    "langs": [language or "en"], "text": f"{' '.join(parts)} {number}",
                },
            },
        },
        ensure_ascii=False,
    )  # fmt: skip
