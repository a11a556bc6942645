"""What a careful person writes by hand with Splink, and with recordlinkage, for each data set.

The models follow the worked examples of both projects' documentation, tuned as their guides
advise. None sees a label; besides the threshold 0.5 the best of all thresholds is told, which
only somebody with labels could choose.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pandas as pd

from bench.linkage_data import Measured, Reference, closed, score

__all__ = ["PeerResult", "by_recordlinkage", "by_splink"]

_THRESHOLDS: Final = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999)


@dataclass(frozen=True)
class PeerResult:
    """A peer's figures: as its author would run it, and at the best threshold with hindsight."""

    usual: Measured
    best: Measured
    best_how: str


@dataclass(frozen=True)
class _Hand:
    comparisons: list[Any]
    blocking: list[Any]
    sure: list[Any]
    recall: float
    training: list[Any]


def _person() -> _Hand:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import block_on

    email = cl.CustomComparison(
        output_column_name="email",
        comparison_levels=[
            cll.NullLevel("email"),
            cll.ExactMatchLevel("email", term_frequency_adjustments=True),
            cll.DamerauLevenshteinLevel("email", 2),
            cll.CustomLevel("split_part(email_l, '@', 1) = split_part(email_r, '@', 1)"),
            cll.JaroWinklerLevel("email", 0.88),
            cll.ElseLevel(),
        ],
    )
    city = cl.CustomComparison(
        output_column_name="city",
        comparison_levels=[
            cll.NullLevel("city"),
            cll.ExactMatchLevel("city", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("city", 0.88),
            cll.ElseLevel(),
        ],
    )
    return _Hand(
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            city,
            email,
        ],
        blocking=[
            block_on("first_name", "surname"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("email"),
            block_on("dob"),
            block_on("first_name", "city"),
            block_on("surname", "city"),
            block_on("substr(first_name, 1, 3)", "substr(surname, 1, 4)"),
            block_on("split_part(email, '@', 1)"),
            "l.first_name = r.surname AND l.surname = r.first_name",
        ],
        sure=[
            block_on("first_name", "surname", "dob"),
            block_on("email"),
            (
                "l.first_name = r.first_name AND l.dob = r.dob "
                "AND levenshtein(l.surname, r.surname) <= 2"
            ),
        ],
        recall=0.7,
        training=[block_on("first_name", "surname"), block_on("dob"), block_on("email")],
    )


def _febrl() -> _Hand:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import block_on

    born = cl.CustomComparison(
        output_column_name="date_of_birth",
        comparison_levels=[
            cll.NullLevel("date_of_birth"),
            cll.ExactMatchLevel("date_of_birth"),
            cll.DamerauLevenshteinLevel("date_of_birth", 1),
            cll.DamerauLevenshteinLevel("date_of_birth", 2),
            cll.ElseLevel(),
        ],
    )
    return _Hand(
        comparisons=[
            cl.ForenameSurnameComparison("given_name", "surname"),
            born,
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address_1", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.JaroWinklerAtThresholds("address_2", [0.92, 0.8]),
            cl.JaroWinklerAtThresholds("suburb", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            cl.ExactMatch("state").configure(term_frequency_adjustments=True),
        ],
        blocking=[
            block_on("given_name", "surname"),
            block_on("date_of_birth"),
            block_on("postcode", "street_number"),
            block_on("given_name", "postcode"),
            block_on("surname", "postcode"),
            block_on("given_name", "suburb"),
            block_on("surname", "suburb"),
            block_on("address_1"),
            block_on("address_2", "suburb"),
            block_on("state", "substr(date_of_birth, 1, 6)"),
            "l.given_name = r.surname AND l.surname = r.given_name",
        ],
        sure=[
            block_on("given_name", "surname", "date_of_birth"),
            block_on("given_name", "date_of_birth", "postcode"),
            block_on("surname", "date_of_birth", "postcode"),
            block_on("given_name", "surname", "address_1"),
        ],
        recall=0.8,
        training=[
            block_on("date_of_birth"),
            block_on("given_name", "surname"),
            block_on("postcode", "suburb"),
        ],
    )


def _papers() -> _Hand:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import block_on

    title = cl.CustomComparison(
        output_column_name="title",
        comparison_levels=[
            cll.NullLevel("title"),
            cll.ExactMatchLevel("title"),
            cll.CustomLevel("levenshtein(title_l, title_r) <= 0.1 * length(title_l)"),
            cll.JaccardLevel("title", 0.9),
            cll.JaroWinklerLevel("title", 0.9),
            cll.JaroWinklerLevel("title", 0.8),
            cll.ElseLevel(),
        ],
    )
    authors = cl.CustomComparison(
        output_column_name="author_names",
        comparison_levels=[
            cll.NullLevel("author_names"),
            cll.CustomLevel("list_sort(author_names_l) = list_sort(author_names_r)"),
            cll.CustomLevel(
                "len(list_intersect(author_names_l, author_names_r)) >= "
                "0.5 * least(len(author_names_l), len(author_names_r))"
            ),
            cll.ArrayIntersectLevel("author_names", 1),
            cll.ElseLevel(),
        ],
    )
    return _Hand(
        comparisons=[title, authors, cl.ExactMatch("year"), cl.ExactMatch("venue")],
        blocking=[
            block_on("title"),
            block_on("substr(title, 1, 10)"),
            block_on("author_names[1]", "year"),
            block_on("author_names[-1]", "year"),
            block_on("year", "substr(title, 1, 3)"),
            block_on("right(title, 15)"),
        ],
        sure=[block_on("title", "year"), "l.title = r.title AND l.authors = r.authors"],
        recall=0.85,
        training=[block_on("title"), block_on("year", "author_names[1]")],
    )


_HANDS: Final[dict[str, Callable[[], _Hand]]] = {
    "fake_1000": _person,
    "fake_20000": _person,
    "dblp_acm": _papers,
    "febrl3": _febrl,
    "febrl4": _febrl,
}


def _clean(reference: Reference) -> pd.DataFrame:
    """Prepare records as the guides advise: lower case, no white space around, empty is null."""
    table = reference.records.copy()
    for column in table.columns.difference(["record", "source"]):
        table[column] = table[column].str.lower().str.strip().replace("", None)
    if "authors" in table:
        table["title"] = table.title.str.replace(r"[^\w]+", " ", regex=True).str.strip()
        table["author_names"] = table.authors.map(
            lambda a: [n.split()[-1] for n in a.split(",") if n.split()] if a == a and a else None
        )
        table["venue"] = table.venue.map(_VENUES.get)
    return table.rename(columns={"record": "unique_id", "source": "source_dataset"})


#: The one thing that a person knows and the data don't tell: which names of venues are one.
_VENUES: Final = {
    "sigmod conference": "sigmod",
    "international conference on management of data": "sigmod",
    "vldb": "vldb",
    "very large data bases": "vldb",
    "sigmod record": "record",
    "acm sigmod record": "record",
    "vldb j.": "journal",
    "the vldb journal — the international journal on very large data bases": "journal",
    "the vldb journal &mdash; the international journal on very large data bases": "journal",
    "acm trans. database syst.": "tods",
    "acm transactions on database systems (tods)": "tods",
    "acm transactions on database systems": "tods",
}


def by_splink(reference: Reference) -> PeerResult:
    """Link by a Splink model written by hand."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    hand = _HANDS[reference.name]()
    table = _clean(reference)
    two = reference.between is not None
    api = DuckDBAPI(duckdb.connect())
    parts = [p for _, p in table.groupby("source_dataset")] if two else [table]
    frames = [api.register(p, dataset_display_name=f"part_{i}") for i, p in enumerate(parts)]
    settings = SettingsCreator(
        link_type="link_only" if two else "dedupe_only",
        comparisons=hand.comparisons,
        blocking_rules_to_generate_predictions=hand.blocking,
        retain_matching_columns=False,
    )
    linker = Linker(frames if two else frames[0], settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(hand.sure, recall=hand.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for rule in hand.training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01, warning_mode="never")
    pairs = found.as_pandas_dataframe()  # type: ignore[no-untyped-call]
    ends = [tuple(p) for p in pairs[["unique_id_l", "unique_id_r"]].itertuples(index=False)]
    return _best(reference, ends, pairs.match_probability, closing=not two)


def _best(
    reference: Reference,
    ends: list[tuple[str, str]],
    probability: pd.Series[float],
    *,
    closing: bool,
) -> PeerResult:
    def results() -> Iterator[tuple[str, Measured]]:
        for threshold in _THRESHOLDS:
            kept = [e for e, p in zip(ends, probability, strict=True) if p >= threshold]
            yield f"{threshold:g}", score(kept, reference)
            if closing:
                yield f"{threshold:g}, clustered", score(closed(_components(kept)), reference)

    each = dict(results())
    how = max(each, key=lambda h: each[h].f1)
    usual = max((h for h in each if h.split(",")[0] == "0.5"), key=lambda h: each[h].f1)
    return PeerResult(each[usual], each[how], how)


def _components(pairs: list[tuple[str, str]]) -> list[list[str]]:
    parent: dict[str, str] = {}

    def root(x: str) -> str:
        parent.setdefault(x, x)
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in pairs:
        parent[root(a)] = root(b)
    groups: dict[str, list[str]] = {}
    for x in list(parent):
        groups.setdefault(root(x), []).append(x)
    return list(groups.values())


def by_recordlinkage(reference: Reference) -> PeerResult:
    """Link by recordlinkage as its guide does FEBRL; a sum of agreements, or ECM."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _by_recordlinkage(reference)


def _by_recordlinkage(reference: Reference) -> PeerResult:
    import recordlinkage

    table = _clean(reference).set_index("unique_id")
    parts = [p for _, p in table.groupby("source_dataset")] if reference.between else [table]
    index = recordlinkage.Index()
    for column in ("given_name", "surname", "date_of_birth", "postcode", "address_1"):
        index.block(column)
    candidates = index.index(*parts)
    compare = recordlinkage.Compare()
    for column in ("given_name", "surname", "address_1", "address_2", "suburb"):
        compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    compare.string("date_of_birth", "date_of_birth", "damerau_levenshtein", 0.8, label="born")
    for column in ("street_number", "postcode", "state"):
        compare.exact(column, column, label=column)
    features = compare.compute(candidates, *parts)
    results = {
        f"{least} of 9 agree": score(features.index[features.sum(axis=1) >= least], reference)
        for least in (3, 4, 5, 6)
    }
    learnt = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(features)
    results["ECM"] = score(learnt, reference)
    how = max(results, key=lambda h: results[h].f1)
    return PeerResult(results["4 of 9 agree"], results[how], how)
