"""Let Splink draw pairs at random, block and compare; hand on how alike each pair is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np

from parvis.identity.alike.blocking import Blocking
from parvis.identity.alike.likeness import Comparison
from parvis.identity.alike.mixture import Floats, Patterns, Population, lookalikes_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Linkage

__all__ = ["ComparedRecords", "compared_pairs", "patterns_of", "random_pairs"]

_SAMPLED: Final = 400_000
#: Pairs that look less alike than this (bits, before learning) aren't looked at again.
_LEAST_BITS: Final = -14.0
_TELLS_APART: Final = 1e-3


@dataclass(frozen=True)
class ComparedRecords:
    """Prepared records and how they are compared.

    Parameters
    ----------
    tables
        One staged table, or two of which records are compared crosswise.
    comparisons
        How their fields are compared.
    sizes
        How many records each table has.
    filled
        For each comparison, the share of pairs in which both sides are known.
    seed
        What drawing at random begins with.
    """

    tables: tuple[ir.Table, ...]
    comparisons: tuple[Comparison, ...]
    sizes: tuple[int, ...]
    filled: tuple[float, ...]
    seed: int

    @property
    def possible(self) -> float:
        """How many pairs there are."""
        if len(self.sizes) == 1:
            return self.sizes[0] * (self.sizes[0] - 1) / 2
        return float(self.sizes[0] * self.sizes[1])


def _linker(
    linkage: Linkage,
    records: ComparedRecords,
    comparisons: Sequence[dict[str, Any]],
    rules: Sequence[Any],
    prior: float,
) -> Any:
    from splink import Linker, SettingsCreator

    settings = SettingsCreator(
        link_type="dedupe_only" if len(records.tables) == 1 else "link_only",
        comparisons=list(comparisons),
        blocking_rules_to_generate_predictions=list(rules),
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    frames = [linkage.register(t) for t in records.tables]
    one_or_two = frames[0] if len(frames) == 1 else frames
    return Linker(one_or_two, settings, log_level=None, validate_settings=False)


def random_pairs(linkage: Linkage, records: ComparedRecords) -> Population:
    """Learn from pairs drawn at random how often each level occurs."""
    linker = _linker(linkage, records, [c.for_splink() for c in records.comparisons], ["1=1"], 1e-4)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=float(_SAMPLED - 1), seed=records.seed, min_count_per_level=None, num_chunks=1
    )
    trained = linker.misc.save_model_to_json()["comparisons"]
    sampled = min(records.possible, _SAMPLED)
    shares = []
    for comparison in trained:
        levels = [x for x in comparison["comparison_levels"] if not x.get("is_null_level")]
        found = np.array([_share(x.get("u_probability")) for x in levels])
        # a level that no pair showed: rather half a pair than never
        found = np.maximum(found, 0.5 / sampled)
        shares.append(found / found.sum())
    return Population(records.possible, sampled, tuple(shares), records.filled)


def _share(told: Any) -> float:
    return float(told) if isinstance(told, int | float) else 0.0


def compared_pairs(
    linkage: Linkage,
    records: ComparedRecords,
    population: Population,
    blocking: Blocking,
    prior: float,
) -> ir.Table:
    """Block, compare and keep what may be alike.

    Returns
    -------
    ir.Table
        Staged: `l`, `r` (numbers of records), `g0`, `g1` … the level of each comparison (from
        1 on; 0: unknown), `t0` … the bits that the value's frequency adds.
    """
    parameters = [
        _told_apart(c, shares)
        for c, shares in zip(records.comparisons, population.random, strict=True)
    ]
    described = [c.for_splink(p) for c, p in zip(records.comparisons, parameters, strict=True)]
    linker = _linker(linkage, records, described, blocking.for_splink, prior)
    made = linker.inference.predict(threshold_match_weight=_LEAST_BITS, warning_mode="never")
    found = linkage.read(made)
    levels: dict[str, ir.Value] = {}
    for number, (comparison, mine) in enumerate(zip(records.comparisons, parameters, strict=True)):
        weight = found[f"mw_{comparison.column}"]
        # Splink hands on weights, not levels: each level was given a weight of its own
        levels[f"g{number}"] = ibis.cases(
            *(
                ((weight - float(np.log2(m / u))).abs() < _TELLS_APART / 2, place)
                for place, (m, u) in enumerate(mine, 1)
            ),
            else_=0,
        ).cast("int8")
        if any(level.by_term for level in comparison.levels):
            term = found[f"mw_tf_adj_{comparison.column}"]
            levels[f"t{number}"] = term.cast("float32").fill_null(0)
        else:
            levels[f"t{number}"] = ibis.literal(0, "float32")
    one, other = found.unique_id_l, found.unique_id_r
    staged = linkage.stage(
        found.select(l=ibis.least(one, other), r=ibis.greatest(one, other), **levels)
    )
    made.drop_table_from_database_and_remove_from_cache()
    return staged


def _told_apart(comparison: Comparison, shares: Floats) -> list[tuple[float, float]]:
    """Return (m, u) of each level such that all weights differ, and none is nought."""
    found: list[tuple[float, float]] = []
    weights = [0.0]
    for level, u in zip(comparison.levels, shares, strict=True):
        m, rate = level.m, float(u)
        while any(abs(np.log2(m / rate) - w) < _TELLS_APART for w in weights):
            m *= 1.002
        weights.append(float(np.log2(m / rate)))
        found.append((m, rate))
    return found


def patterns_of(
    linkage: Linkage, pairs: ir.Table, comparisons: Sequence[Comparison], known: ir.Table | None
) -> Patterns:
    """Count pairs by their pattern of likeness.

    Parameters
    ----------
    linkage
        Where they lie.
    pairs
        As `compared_pairs` returns them.
    comparisons
        How they were compared.
    known
        `unique_id` and `known` (a group: its records are one for sure), or null.
    """
    size = len(comparisons)
    terms = {"same": list(range(size))}
    for name, follows in lookalikes_of(comparisons).items():
        terms[name] = [i for i, whose in enumerate(follows) if whose != "stranger"]
    keyed = pairs.mutate(
        known=ibis.literal(False),
        **{f"t_{name}": _sum(pairs, which).round(0) for name, which in terms.items()},
    )
    if known is not None:
        a = known.select(l=known.unique_id, l_known=known.known)
        b = known.select(r=known.unique_id, r_known=known.known)
        keyed = keyed.left_join(a, "l").left_join(b, "r")
        keyed = keyed.mutate(known=(keyed.l_known == keyed.r_known).fill_null(False))
    names = [f"g{i}" for i in range(size)]
    by = [*names, *(f"t_{name}" for name in terms), "known"]
    counted = linkage.arrow(keyed.group_by(by).agg(pairs=keyed.count()).order_by(by))
    columns = [counted[name].to_numpy() for name in names]
    return Patterns(
        levels=np.stack(columns, axis=1).astype(np.int64),
        counts=counted["pairs"].to_numpy().astype(float),
        terms={name: counted[f"t_{name}"].to_numpy().astype(float) for name in terms},
        known=counted["known"].to_numpy(zero_copy_only=False).astype(bool),
    )


def _sum(pairs: ir.Table, which: Sequence[int]) -> ir.Value:
    return reduce(add, [pairs[f"t{i}"] for i in which], ibis.literal(0.0))
