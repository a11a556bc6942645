"""People with typos, and a little of the reference data where it lies beside the checkout."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

Row = dict[str, Any]
Pairs = set[tuple[str, str]]

BESIDE = Path(__file__).parents[4] / "shared" / "data" / "identity"


def _listed(words: str) -> list[str]:
    return words.split()


FIRST = _listed("anna bruno carla denis elena farid gilda henri irene jonas karim laure")
LAST = _listed("almarte bresson cordier dulac estevan falgues garonne hublot istres")
TOWNS = _listed("arvieux briare cadenet durban embrun")


def typo(draw: np.random.Generator, word: str) -> str:
    at = int(draw.integers(1, len(word)))
    return word[:at] + "aeiou"[int(draw.integers(0, 5))] + word[at + 1 :]


def people(count: int, seed: int = 3) -> list[Row]:
    """Make people of whom half are recorded twice, the second time with a typo."""
    draw = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(count):
        first = FIRST[int(draw.integers(len(FIRST)))]
        last = LAST[int(draw.integers(len(LAST)))] + FIRST[int(draw.integers(len(FIRST)))]
        born = f"{int(draw.integers(1950, 2000))}-{int(draw.integers(1, 13)):02}-"
        row = {
            "record": f"p{number:04}a",
            "first_name": first,
            "last_name": last,
            "born": born + f"{int(draw.integers(1, 29)):02}",
            "town": TOWNS[int(draw.integers(len(TOWNS)))],
            "email": f"{first}.{last}{number}@mail.example",
        }
        rows.append(row)
        if number % 2:
            field = ("first_name", "last_name", "email")[number // 2 % 3]
            rows.append({**row, "record": f"p{number:04}b", field: typo(draw, row[field])})
    return rows


def twice(rows: Iterable[Row]) -> Pairs:
    """Return the pairs of records that are one person."""
    keys = {r["record"] for r in rows}
    return {(k, k[:-1] + "b") for k in keys if k.endswith("a") and k[:-1] + "b" in keys}


def beside(name: str) -> list[Row] | None:
    """Read a reference file, if it is there; empty is null."""
    path = BESIDE / name
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        return [{k: v or None for k, v in row.items()} for row in csv.DictReader(lines)]


def closed(groups: Iterable[Sequence[str]]) -> Pairs:
    """Return all pairs within groups."""
    return {(min(p), max(p)) for group in groups for p in combinations(group, 2)}


def f1(found: Pairs, truth: Pairs) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * len(found & truth) / (len(found) + len(truth))
