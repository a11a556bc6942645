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
HOUSEHOLD: Final = "household"


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
        one person than any pair; and `household`, the bits of it (negative) that a household's
        likeness takes away.
    """
    plain, kin = _bits(pairs, comparisons, mixture)
    prior = float(np.log2(mixture.prior) - np.log2(1 - mixture.prior - mixture.prior_kin))
    with_plain = pairs.mutate(plain=plain, kin=kin)
    others = ibis.literal(1.0) + ibis.literal(2.0) ** _bounded(with_plain.kin)
    taken = -others.log2()
    weight = with_plain.plain + taken
    odds = with_plain.mutate(weight=weight, household=taken)
    return odds.mutate(probability=1 / (1 + ibis.literal(2.0) ** (-_bounded(odds.weight + prior))))


def _bits(
    pairs: ir.Table, comparisons: Sequence[Comparison], mixture: Mixture
) -> tuple[ir.Value, ir.Value]:
    plain, kin = [], []
    for number, comparison in enumerate(comparisons):
        term = pairs[f"t{number}"].cast("float64")
        for_one = np.log2(mixture.m[number]) - np.log2(mixture.u[number])
        for_kin = np.log2(mixture.kin[number]) - np.log2(mixture.u[number])
        plain += [_by_level(pairs[f"g{number}"], for_one), term]
        if not comparison.is_personal:
            kin += [_by_level(pairs[f"g{number}"], for_kin), term]
    if not mixture.prior_kin or not kin:
        return reduce(add, plain), ibis.literal(-_MOST_BITS)
    strangers = np.log2(1 - mixture.prior - mixture.prior_kin)
    return reduce(add, plain), reduce(add, kin) + float(np.log2(mixture.prior_kin) - strangers)


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
                "column": ibis.literal(HOUSEHOLD),
                "left": ibis.null("string"),
                "right": ibis.null("string"),
                "level": ibis.literal("people of one household are as alike"),
                "weight": both.household.round(2),
            }
        )
    )
    each = ibis.array(said).filter(
        lambda s: (s["level"] != "unknown") & ((s["column"] != HOUSEHOLD) | (s["weight"] < -0.1))
    )
    return both.select(
        "left", "right", "probability", "weight", "band", evidence=each.cast("json").cast("string")
    )


def _shown(value: ir.Value) -> ir.StringValue:
    if value.type().is_array():
        return value.cast("array<string>").join(", ")
    return value.cast("string")
