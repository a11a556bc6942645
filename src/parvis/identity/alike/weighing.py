"""Weigh pairs by what was learnt, and say in words what spoke for and against them. Pure Ibis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Final

import ibis
import numpy as np

from parvis.identity.alike.contracts import Field
from parvis.identity.alike.likeness import Comparison
from parvis.identity.alike.mixture import Floats, Mixture

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["explained", "weighed"]

_MOST_BITS: Final = 60.0
#: Stands in the place of a column where it is said that others are as alike.
LOOKALIKES: Final = "lookalikes"


def weighed(pairs: ir.Table, comparisons: Sequence[Comparison], mixture: Mixture) -> ir.Table:
    """Add `probability` and `weight` to compared pairs.

    Parameters
    ----------
    pairs
        As `compared_pairs` returns them.
    comparisons
        How they were compared.
    mixture
        What was learnt.

    Returns
    -------
    ir.Table
        The pairs with `probability`; `weight`, in bits, by which the pair is likelier to be
        one person than any pair; and `lookalikes`, the bits of it (negative) that are taken
        away because households and neighbours are as alike.
    """
    plain, lookalikes = _bits(pairs, comparisons, mixture)
    prior = float(np.log2(mixture.prior) - np.log2(mixture.prior_of_strangers))
    summed = pairs.mutate(plain=plain, **lookalikes)
    others = [ibis.literal(2.0) ** _bounded(summed[name]) for name in lookalikes]
    taken = -reduce(add, others, ibis.literal(1.0)).log2()
    odds = summed.mutate(weight=summed.plain + taken, lookalikes=taken)
    return odds.mutate(probability=1 / (1 + ibis.literal(2.0) ** (-_bounded(odds.weight + prior))))


def _bits(
    pairs: ir.Table, comparisons: Sequence[Comparison], mixture: Mixture
) -> tuple[ir.Value, dict[str, ir.Value]]:
    """Return the bits for one person, and for lookalikes of each kind, against strangers."""

    def bits(number: int, shares: Floats) -> ir.Value:
        ratio = np.log2(shares) - np.log2(mixture.u[number])
        return _by_level(pairs[f"g{number}"], ratio) + pairs[f"t{number}"].cast("float64")

    every = range(len(comparisons))
    found = {}
    for kind in mixture.lookalikes:
        alike = [bits(i, kind.shares[i]) for i in every if kind.follows[i] != "stranger"]
        prior = float(np.log2(kind.prior) - np.log2(mixture.prior_of_strangers))
        found[f"is_{kind.name}"] = reduce(add, alike) + prior
    return reduce(add, [bits(i, mixture.m[i]) for i in every]), found


def _bounded(bits: ir.Value) -> ir.Value:
    return bits.clip(-_MOST_BITS, _MOST_BITS)


def _by_level(level: ir.Value, bits: Floats) -> ir.Value:
    return ibis.cases(*((level == k, float(b)) for k, b in enumerate(bits, 1)), else_=0.0)


def explained(
    pairs: ir.Table,
    records: ir.Table,
    fields: Sequence[Field],
    comparisons: Sequence[Comparison],
    mixture: Mixture,
) -> ir.Table:
    """Say of each pair what spoke for and against it.

    Parameters
    ----------
    pairs
        Weighed pairs with their `band`.
    records
        `unique_id`, `record` and the fields, as they were given.
    fields
        Which columns of the records the comparisons speak of.
    comparisons
        How they were compared.
    mixture
        What was learnt.

    Returns
    -------
    ir.Table
        `left`, `right`, `probability`, `weight`, `band`, `evidence`.
    """
    names = [f.name for f in fields]
    left = records.select(
        l="unique_id", left="record", **{f"l_{i}": _shown(records[n]) for i, n in enumerate(names)}
    )
    right = records.select(
        r="unique_id", right="record", **{f"r_{i}": _shown(records[n]) for i, n in enumerate(names)}
    )
    both = pairs.inner_join(left, "l").inner_join(right, "r")
    said = []
    for i, comparison in enumerate(comparisons):
        bits = np.log2(mixture.m[i]) - np.log2(mixture.u[i])
        level = both[f"g{i}"]
        said.append(
            ibis.struct(
                {
                    "column": ibis.literal(comparison.name),
                    "left": both[f"l_{i}"],
                    "right": both[f"r_{i}"],
                    "level": ibis.cases(
                        *((level == k, x.words) for k, x in enumerate(comparison.levels, 1)),
                        else_="unknown",
                    ),
                    "weight": (_by_level(level, bits) + both[f"t{i}"].cast("float64")).round(2),
                }
            )
        )
    said.append(
        ibis.struct(
            {
                "column": ibis.literal(LOOKALIKES),
                "left": ibis.null("string"),
                "right": ibis.null("string"),
                "level": ibis.literal("others are as alike: a household, neighbours or namesakes"),
                "weight": both.lookalikes.round(2),
            }
        )
    )
    each = ibis.array(said).filter(
        lambda s: (s["level"] != "unknown") & ((s["column"] != LOOKALIKES) | (s["weight"] < -0.1))
    )
    return both.select(
        "left", "right", "probability", "weight", "band", evidence=each.cast("json").cast("string")
    )


def _shown(value: ir.Value) -> ir.StringValue:
    if value.type().is_array():
        return value.cast("array<string>").join(", ")
    return value.cast("string")
