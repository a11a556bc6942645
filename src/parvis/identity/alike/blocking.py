"""Choose, from the data, which records are worth comparing.

Candidates are all keys and pairs of keys of different fields. A sample of pairs that are
surely alike (they agree on two candidates that share no field) shows what each would find; and
counting shows what it costs. Rules are taken greedily, most found for the cost first. A pair
that is found already counts again for each field that all rules so far need to find it and this
one doesn't: whichever field is wrong or missing, another rule shall find the pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.identity.alike.contracts import AlikeRules
from parvis.identity.alike.contracts import Rule as RuleOfModel
from parvis.identity.alike.prepare import Key

if TYPE_CHECKING:
    from parvis.lake.engine import Linkage

__all__ = ["Blocking", "choose_blocking"]

_SEEDS: Final = 20_000
_SEED_RULES: Final = 40
_SEED_RULES_ALIKE: Final = 3
_MOST_RULES: Final = 16


@dataclass(frozen=True, slots=True)
class _Candidate:
    keys: tuple[Key, ...]
    pairs: int

    @property
    def causes(self) -> frozenset[int]:
        return frozenset(k.cause for k in self.keys)


@dataclass(frozen=True, slots=True)
class Blocking:
    """The rules that were chosen.

    Parameters
    ----------
    rules
        For the reader.
    for_splink
        For Splink, which wants them as conditions.
    likely
        How many pairs are surely alike, at least.
    """

    rules: tuple[RuleOfModel, ...]
    for_splink: tuple[Any, ...]
    likely: int


def choose_blocking(
    linkage: Linkage,
    tables: Sequence[str],
    keys: Sequence[Key],
    crossed: tuple[str, str] | None,
    rules: AlikeRules,
) -> Blocking:
    """Choose rules of blocking within the budget.

    Parameters
    ----------
    linkage
        Where the records lie.
    tables
        The prepared records: one table, or two of which records are compared crosswise.
    keys
        What can be blocked on.
    crossed
        The columns of given name and surname, where there are both.
    rules
        The budget.
    """
    sizes = [int(linkage.numbers(f"SELECT count(*) FROM {t}")[0][0]) for t in tables]  # noqa: S608
    possible = sizes[0] * (sizes[0] - 1) // 2 if len(sizes) == 1 else sizes[0] * sizes[1]
    budget = max(rules.least_pairs, rules.pairs_per_record * sum(sizes))
    candidates = _counted(linkage, tables, keys, budget)
    seeds, likely = _seeds(linkage, tables, candidates, sum(sizes))
    if possible <= budget or not candidates:
        return Blocking((), ("1=1",), likely)
    agree = _agreement(linkage, tables, keys, seeds)
    chosen = _greedy(candidates, agree, budget, sum(sizes))
    for_splink: list[Any] = [_for_splink(c) for c in chosen]
    told = [RuleOfModel(tuple(k.words for k in c.keys), c.pairs) for c in chosen]
    if crossed:
        given, last = crossed
        for_splink.append(f'l."{given}" = r."{last}" AND l."{last}" = r."{given}"')
        told.append(RuleOfModel(("first and last name, changed places",), 0))
    return Blocking(tuple(told), tuple(for_splink), likely)


def _counted(
    linkage: Linkage, tables: Sequence[str], keys: Sequence[Key], budget: int
) -> list[_Candidate]:
    singles = {key.column: _count(linkage, tables, (key,)) for key in keys}
    found = [
        _Candidate((key,), singles[key.column]) for key in keys if 0 < singles[key.column] <= budget
    ]
    for one, other in combinations(keys, 2):
        if one.field == other.field or (one.is_list and other.is_list):
            continue
        # what is selective alone gains nothing by a second condition
        if min(singles[one.column], singles[other.column]) <= budget // 20:
            continue
        pairs = _count(linkage, tables, (one, other))
        if 0 < pairs <= budget // 2:
            found.append(_Candidate((one, other), pairs))
    return found


def _rows(table: str, keys: Sequence[Key]) -> str:
    lists = [k.column for k in keys if k.is_list]
    plain = [k.column for k in keys if not k.is_list]
    chosen = [f"unnest({c}) AS {c}" for c in lists] + plain
    known = " AND ".join(f"{k.column} IS NOT NULL" for k in keys)
    return f"SELECT unique_id, {', '.join(chosen)} FROM {table} WHERE {known}"  # noqa: S608


def _count(linkage: Linkage, tables: Sequence[str], keys: Sequence[Key]) -> int:
    by = ", ".join(k.column for k in keys)
    counts = [
        f"(SELECT {by}, count(*) AS n FROM ({_rows(t, keys)}) GROUP BY ALL)"  # noqa: S608
        for t in tables
    ]
    if len(counts) == 1:
        query = f"SELECT sum(n * (n - 1) // 2) FROM {counts[0]}"  # noqa: S608
    else:
        query = f"SELECT sum(a.n * b.n) FROM {counts[0]} AS a JOIN {counts[1]} AS b USING ({by})"  # noqa: S608
    return int(linkage.numbers(query)[0][0] or 0)


def _joined(tables: Sequence[str], keys: Sequence[Key], limit: int) -> str:
    left, right = tables[0], tables[-1]
    order = "a.unique_id < b.unique_id" if len(tables) == 1 else "true"
    by = ", ".join(k.column for k in keys)
    return (
        f"(SELECT a.unique_id AS l, b.unique_id AS r FROM ({_rows(left, keys)}) AS a "  # noqa: S608
        f"JOIN ({_rows(right, keys)}) AS b USING ({by}) WHERE {order} "
        f"ORDER BY hash(a.unique_id, b.unique_id), 1, 2 LIMIT {limit})"
    )


def _seeds(
    linkage: Linkage, tables: Sequence[str], candidates: Sequence[_Candidate], records: int
) -> tuple[list[tuple[int, int]], int]:
    """Return a sample of pairs that two unrelated candidates find, and how many there are."""
    selective = _varied([c for c in candidates if c.pairs <= 3 * records])
    if len(selective) < 2:
        return [], 0
    each = " UNION ALL ".join(
        f"SELECT DISTINCT {number} AS rule, l, r FROM {_joined(tables, c.keys, 3 * records)}"  # noqa: S608
        for number, c in enumerate(selective)
    )
    found = linkage.numbers(
        f"SELECT l, r, bit_or(1::BIGINT << rule) FROM ({each}) GROUP BY l, r "  # noqa: S608
        "HAVING count(*) > 1 ORDER BY hash(l, r), l, r"
    )
    apart = [
        sum(1 << j for j, d in enumerate(selective) if not (c.causes & d.causes)) for c in selective
    ]
    sure: dict[int, bool] = {}
    seeds = []
    for left, right, rules in found:
        if rules not in sure:
            sure[rules] = any(rules >> i & 1 and rules & apart[i] for i in range(len(selective)))
        if sure[rules]:
            seeds.append((int(left), int(right)))
    return seeds[:_SEEDS], len(seeds)


def _varied(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Choose rules that find many pairs, few of each kind."""
    chosen: list[_Candidate] = []
    taken: Counter[frozenset[int]] = Counter()
    for candidate in sorted(candidates, key=lambda c: -c.pairs):
        if taken[candidate.causes] < _SEED_RULES_ALIKE and len(chosen) < _SEED_RULES:
            taken[candidate.causes] += 1
            chosen.append(candidate)
    return chosen


def _agreement(
    linkage: Linkage,
    tables: Sequence[str],
    keys: Sequence[Key],
    seeds: Sequence[tuple[int, int]],
) -> dict[str, NDArray[np.bool_]]:
    """Say of each sample pair on which keys it agrees."""
    if not seeds:
        return {key.column: np.zeros(0, dtype=bool) for key in keys}
    import pyarrow as pa

    left, right = zip(*seeds, strict=True)
    staged = linkage.stage_arrow(pa.table({"l": left, "r": right}))
    tests = [
        f"list_has_any(a.{k.column}, b.{k.column})" if k.is_list else f"a.{k.column} = b.{k.column}"
        for k in keys
    ]
    columns = ", ".join(f"coalesce({test}, false)" for test in tests)
    rows = linkage.numbers(
        f"SELECT {columns} FROM {staged.op().name} AS s "  # noqa: S608
        f"JOIN {tables[0]} AS a ON a.unique_id = s.l JOIN {tables[-1]} AS b ON b.unique_id = s.r"
    )
    found = np.array(rows, dtype=bool)
    return {key.column: found[:, i] for i, key in enumerate(keys)}


def _greedy(
    candidates: Sequence[_Candidate],
    agree: dict[str, NDArray[np.bool_]],
    budget: int,
    records: int,
) -> list[_Candidate]:
    covers = []
    for candidate in candidates:
        together = agree[candidate.keys[0].column]
        for key in candidate.keys[1:]:
            together = together & agree[key.column]
        covers.append(together)
    causes = sorted({cause for c in candidates for cause in c.causes})
    spared = [np.array([cause not in c.causes for cause in causes]) for c in candidates]
    found = np.zeros(len(covers[0]))
    # causes that all rules share that find a pair: any of them going wrong loses it
    needed = np.ones((len(covers[0]), len(causes)), dtype=bool)
    chosen: list[int] = []
    left = budget

    def take(number: int) -> None:
        nonlocal left
        chosen.append(number)
        left -= candidates[number].pairs
        found[covers[number]] += 1
        needed[covers[number]] &= ~spared[number]

    # a key that is selective alone costs next to nothing
    for number, candidate in enumerate(candidates):
        if len(candidate.keys) == 1 and candidate.pairs <= 2 * records:
            take(number)
    while len(chosen) < _MOST_RULES:
        best, most = None, 0.0
        for number, candidate in enumerate(candidates):
            if number in chosen or candidate.pairs > left:
                continue
            mine = covers[number]
            gain = (0.5 ** found[mine]).sum() + (needed[mine] & spared[number]).sum()
            # a fixed cost: each rule is a join of its own
            value = float(gain) / (candidate.pairs + 0.05 * budget)
            if value > most:
                best, most = number, value
        if best is None:
            break
        take(best)
    return [candidates[n] for n in chosen] or sorted(candidates, key=lambda c: c.pairs)[:1]


def _for_splink(candidate: _Candidate) -> Any:
    condition = " AND ".join(f'l."{k.column}" = r."{k.column}"' for k in candidate.keys)
    lists = [k.column for k in candidate.keys if k.is_list]
    if lists:
        return {"blocking_rule": condition, "arrays_to_explode": lists}
    return condition
