"""Find records that are alike, without labels: prepare, block, compare, learn, weigh, settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis
import numpy as np
import pyarrow as pa

from parvis.errors import MatchingError
from parvis.identity.alike.blocking import choose_blocking
from parvis.identity.alike.contracts import Alike, AlikeModel, AlikeRules, Column, Field
from parvis.identity.alike.likeness import Comparison, comparisons_of
from parvis.identity.alike.mixture import Mixture, learn, starting
from parvis.identity.alike.pairs import ComparedRecords, compared_pairs, patterns_of, random_pairs
from parvis.identity.alike.prepare import prepare
from parvis.identity.alike.settle import grouped, is_one_to_one, merge_threshold, partners
from parvis.identity.alike.weighing import explained, weighed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Linkage

__all__ = ["find_alike"]

_LEAST_RECORDS: Final = 50
_LEAST_FILLED: Final = 0.005
_WORTH_SETTLING: Final = 0.02
#: What the rules that find sure pairs are taken to find of all.
_SEED_RECALL: Final = 0.6

_ROUNDS_OF_PARTNERS: Final = 1

_SCHEMA: Final = {
    "left": "string",
    "right": "string",
    "probability": "float64",
    "weight": "float64",
    "band": "string",
    "evidence": "string",
}


@dataclass(frozen=True)
class _Settled:
    bands: ir.Table
    groups: ir.Table
    merge_from: float


def find_alike(
    linkage: Linkage,
    records: ir.Table,
    fields: Sequence[Field],
    rules: AlikeRules | None = None,
    *,
    link_only_between: str | None = None,
    known: str | None = None,
) -> Alike:
    """Find which records are alike, and say how surely and why.

    Nothing is to be configured and no labels are needed: rules of blocking are chosen from the
    data, and what each degree of likeness weighs is learnt from them.

    Parameters
    ----------
    linkage
        `engine.linkage()`.
    records
        One row a record: `record` (its key, unique) and the fields.
    fields
        What to compare; fields that are hardly filled are left out.
    rules
        How sure a pair must be, and what may be spent.
    link_only_between
        A column with two values, the sources; only records of different sources are compared.
    known
        A column: records that have the same value in it are one person for sure. They teach
        what one person's records look like, and are not returned.

    Returns
    -------
    Alike
        Pairs with `left` before `right` in the order of the keys (or of the sources).

    Raises
    ------
    MatchingError
        A column is missing, or there aren't two sources.

    References
    ----------
    Linacre, R., et al. (2022). Splink: Free software for probabilistic record linkage at scale.
    *International Journal of Population Data Science*, 7(3).
    https://doi.org/10.23889/ijpds.v7i3.1794

    Examples
    --------
    >>> fields = [Field("first_name", "given_name"), Field("born", "date")]  # doctest: +SKIP
    >>> with engine.linkage() as linkage:                                    # doctest: +SKIP
    ...     alike = find_alike(linkage, people, fields)
    """
    rules = rules or AlikeRules()
    also = [c for c in (link_only_between, known) if c is not None]
    missing = [c for c in ("record", *(f.name for f in fields), *also) if c not in records.columns]
    if missing:
        raise MatchingError(
            f"The records have no column {', '.join(map(repr, missing))}; "
            f"they have {', '.join(records.columns)}.",
            "Name fields that are there; the key of a record is the column `record`.",
        )
    kept = list(dict.fromkeys(["record", *(f.name for f in fields), *also]))
    first = [records[link_only_between]] if link_only_between else []
    order = ibis.window(order_by=[*first, records.record])
    numbered = linkage.stage(
        records.select(*kept).mutate(
            record=records.record.cast("string"), unique_id=ibis.row_number().over(order)
        )
    )
    return _found(linkage, numbered, fields, rules, link_only_between, known)


def _found(
    linkage: Linkage,
    numbered: ir.Table,
    fields: Sequence[Field],
    rules: AlikeRules,
    between: str | None,
    known: str | None,
) -> Alike:
    total, usable, filled = _usable(linkage, numbered, fields)
    if total < _LEAST_RECORDS:
        return _nothing(linkage, total, f"{total} records are too few, {_LEAST_RECORDS} needed")
    if not usable:
        return _nothing(linkage, total, "no field is filled often enough, or all are equal")
    prepared = prepare(numbered, usable, also=[between] if between else [])
    whole = linkage.stage(prepared.records)
    tables = _sides(linkage, whole, between)
    comparisons = comparisons_of(usable)
    compared = ComparedRecords(
        tables=tables,
        comparisons=comparisons,
        sizes=tuple(_size(linkage, t) for t in tables),
        filled=tuple(filled),
        seed=rules.seed,
    )
    blocking = choose_blocking(
        linkage, [t.op().name for t in tables], prepared.keys, _crossed(usable), rules
    )
    population = random_pairs(linkage, compared)
    prior = max(blocking.likely, 1) / _SEED_RECALL / compared.possible
    prior = float(np.clip(prior, 1e-9, 0.1))
    pairs = compared_pairs(linkage, compared, population, blocking, prior)
    sure = numbered.select("unique_id", known=numbered[known]) if known else None
    patterns = patterns_of(linkage, pairs, comparisons, sure)
    if not len(patterns.counts):
        return _nothing(linkage, total, "no two records agree on anything")
    said = float(patterns.counts[patterns.known].sum())
    doubtful = max(prior - said / compared.possible, 0.2 * prior)
    start = starting(comparisons, population, doubtful)
    mixture = learn(patterns, comparisons, start, population)
    scored = linkage.stage(weighed(pairs, comparisons, mixture))
    one_each = between is not None and _is_one_to_one(linkage, scored, rules)
    for _ in range(_ROUNDS_OF_PARTNERS if one_each else 0):
        # a record's second best isn't one with it: what is learnt from the best alone is sharper
        best = scored.semi_join(_partners(linkage, scored), ["l", "r"])
        patterns_of_best = patterns_of(linkage, best, comparisons, sure)
        mixture = learn(patterns_of_best, comparisons, mixture, population)
        scored = linkage.stage(weighed(pairs, comparisons, mixture))
    settled = _settled(linkage, scored, rules, one_each)
    banded = scored.inner_join(settled.bands, ["l", "r"])
    if sure is not None:
        banded = _doubtful(banded, sure)
    result = linkage.keep(explained(banded, numbered, usable, comparisons, mixture))
    model = AlikeModel(
        records=total,
        pairs=int(patterns.counts.sum()),
        rules=blocking.rules,
        columns=_columns(comparisons, mixture),
        prior=mixture.prior,
        lookalikes=tuple((x.name, x.prior) for x in mixture.lookalikes),
        merge_from=settled.merge_from,
        review_from=rules.review,
        one_to_one=one_each,
    )
    return Alike(result, _groups(linkage, numbered, settled), model)


def _nothing(linkage: Linkage, records: int, reason: str) -> Alike:
    return Alike(
        linkage.keep_rows([], _SCHEMA),
        linkage.keep_rows([], {"record": "string", "group": "string"}),
        AlikeModel(records=records, reason=reason),
    )


def _groups(linkage: Linkage, numbered: ir.Table, settled: _Settled) -> ir.Table:
    keys = numbered.select(record_number=numbered.unique_id, record=numbered.record)
    names = numbered.select(group_number=numbered.unique_id, group=numbered.record)
    named = settled.groups.inner_join(keys, "record_number").inner_join(names, "group_number")
    return linkage.keep(named.select("record", "group"))


def _size(linkage: Linkage, table: ir.Table) -> int:
    return int(linkage.numbers(f"SELECT count(*) FROM {table.op().name}")[0][0])  # noqa: S608


def _usable(
    linkage: Linkage, numbered: ir.Table, fields: Sequence[Field]
) -> tuple[int, list[Field], list[float]]:
    """Return how many records there are, the fields that tell, and how often both are known."""
    counts = {"total": numbered.count()}
    for i, f in enumerate(fields):
        value = numbered[f.name]
        there = value.notnull()
        if value.type().is_array():
            there &= value.length() > 0
        counts |= {f"filled_{i}": there.sum(), f"values_{i}": value.nunique()}
    found = linkage.arrow(numbered.aggregate(**counts)).to_pylist()[0]
    total = int(found["total"])
    usable, filled = [], []
    for i, f in enumerate(fields):
        share = int(found[f"filled_{i}"] or 0) / max(total, 1)
        if share >= _LEAST_FILLED and found[f"values_{i}"] > 1:
            usable.append(f)
            filled.append(share**2)
    return total, usable, filled


def _sides(linkage: Linkage, whole: ir.Table, between: str | None) -> tuple[ir.Table, ...]:
    if between is None:
        return (whole,)
    values = linkage.arrow(whole.select(between).distinct().order_by(between))[between].to_pylist()
    if len(values) != 2 or None in values:
        raise MatchingError(
            f"The column {between!r} holds {len(values)} sources: {values[:5]}.",
            "Give records of exactly two sources, each named in every record.",
        )
    return tuple(linkage.stage(whole.filter(whole[between] == v).drop(between)) for v in values)


def _crossed(fields: Sequence[Field]) -> tuple[str, str] | None:
    given = [f"f{i}" for i, f in enumerate(fields) if f.kind == "given_name"]
    last = [f"f{i}" for i, f in enumerate(fields) if f.kind == "surname"]
    return (given[0], last[0]) if len(given) == len(last) == 1 else None


def _settled(linkage: Linkage, scored: ir.Table, rules: AlikeRules, one_each: bool) -> _Settled:
    """Settle pairs among each other and give each its band."""
    worth = scored.filter(scored.probability >= _WORTH_SETTLING)
    found = linkage.arrow(worth.select("l", "r", "probability").order_by("l", "r"))
    left, right = found["l"].to_numpy(), found["r"].to_numpy()
    probability = found["probability"].to_numpy()
    if one_each:
        together = partners(left, right, probability) & (probability >= rules.review)
        group = dict(zip(right[together].tolist(), left[together].tolist(), strict=True))
        group |= {record: record for record in left[together].tolist()}
    else:
        both = grouped(left, right, probability)
        together, group = both.together, both.group
    merge_from = merge_threshold(probability[together], rules.merge, rules.merge_floor)
    merged = together & (probability >= merge_from)
    kept = merged | ((probability >= rules.review) & (together | (not one_each)))
    bands = {
        "l": left[kept],
        "r": right[kept],
        "band": np.where(merged[kept], "merge", "review").astype(str),
    }
    numbers = {
        "record_number": pa.array(list(group.keys()), "int64"),
        "group_number": pa.array(list(group.values()), "int64"),
    }
    return _Settled(
        linkage.stage_arrow(pa.table(bands)),
        linkage.stage_arrow(pa.table(numbers)),
        merge_from,
    )


def _is_one_to_one(linkage: Linkage, scored: ir.Table, rules: AlikeRules) -> bool:
    if rules.one_to_one is not None:
        return rules.one_to_one
    likely = scored.filter(scored.probability >= _WORTH_SETTLING)
    found = linkage.arrow(likely.select("l", "r", "probability", "weight").order_by("l", "r"))
    left, right, probability, weight = (c.to_numpy() for c in found.columns)
    return is_one_to_one(left, right, probability, weight)


def _partners(linkage: Linkage, scored: ir.Table) -> ir.Table:
    """Return the pairs in which each is the other's best."""
    likely = scored.filter(scored.probability >= _WORTH_SETTLING)
    found = linkage.arrow(likely.select("l", "r", "probability").order_by("l", "r"))
    left, right = found["l"].to_numpy(), found["r"].to_numpy()
    chosen = partners(left, right, found["probability"].to_numpy())
    return linkage.stage_arrow(pa.table({"l": left[chosen], "r": right[chosen]}))


def _doubtful(pairs: ir.Table, sure: ir.Table) -> ir.Table:
    """Leave out pairs that are one person for sure."""
    left = sure.select(l=sure.unique_id, l_known=sure.known)
    right = sure.select(r=sure.unique_id, r_known=sure.known)
    both = pairs.left_join(left, "l").left_join(right, "r")
    return both.filter(~(both.l_known == both.r_known).fill_null(False)).drop("l_known", "r_known")


def _columns(comparisons: Sequence[Comparison], mixture: Mixture) -> tuple[Column, ...]:
    return tuple(
        Column(
            name=c.name,
            kind=c.kind,
            levels=tuple(x.words for x in c.levels),
            m=tuple(mixture.m[i].tolist()),
            u=tuple(mixture.u[i].tolist()),
        )
        for i, c in enumerate(comparisons)
    )
