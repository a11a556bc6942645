"""What goes into the search for records that are alike, and what comes out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from parvis.errors import MatchingError

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "KINDS",
    "PLACE_KINDS",
    "Alike",
    "AlikeModel",
    "AlikeRules",
    "Column",
    "Field",
    "Kind",
    "Rule",
]

Kind = Literal[
    "given_name",
    "surname",
    "full_name",
    "date",
    "email",
    "phone",
    "handle",
    "postal_code",
    "address",
    "city",
    "number",
    "text",
    "names",
    "emails",
    "phones",
    "handles",
]

#: What a column of records can hold; `emails`, `phones` and `handles` are lists.
KINDS: Final = get_args(Kind)

#: The kinds that say where somebody lives.
PLACE_KINDS: Final = frozenset({"address", "postal_code", "city"})


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the records that tells who somebody (or something) is.

    Parameters
    ----------
    name
        The column.
    kind
        What it holds: how it is normalised, compared and blocked on follows from it.

    Raises
    ------
    MatchingError
        There is no such kind.

    Examples
    --------
    >>> Field("firstname", "given_name").kind
    'given_name'
    """

    name: str
    kind: Kind

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise MatchingError(
                f"The field {self.name!r} has the kind {self.kind!r}, which isn't known.",
                f"Choose one of {', '.join(KINDS)}.",
            )


@dataclass(frozen=True, slots=True)
class AlikeRules:
    """How sure a pair must be, and how much may be spent on finding it.

    Parameters
    ----------
    merge
        The precision expected of all pairs in the band `merge`, together.
    merge_floor
        A pair less probable than this is never in the band `merge`.
    review
        From this probability on, what isn't merged is put before a person.
    pairs_per_record
        How many pairs may be compared for each record, on average.
    least_pairs
        So many pairs are always affordable, however few the records.
    one_to_one
        Whether a record has at most one partner in the other source; None: the data tell.
        Only with two sources.
    seed
        What drawing at random begins with.
    """

    merge: float = 0.99
    merge_floor: float = 0.9
    review: float = 0.5
    pairs_per_record: int = 40
    least_pairs: int = 1_000_000
    one_to_one: bool | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        for name in ("merge", "merge_floor", "review"):
            value = getattr(self, name)
            if not 0 < value <= 1:
                raise MatchingError(
                    f"{name} is {value}, which is no probability.",
                    "Give a number above 0, up to 1.",
                )


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of blocking: records that agree on all of its keys are compared.

    Parameters
    ----------
    keys
        In words, what they agree on.
    pairs
        How many pairs of records do (those of other rules included).
    """

    keys: tuple[str, ...]
    pairs: int


@dataclass(frozen=True, slots=True)
class Column:
    """How a field was compared, and what each degree of likeness weighs.

    Parameters
    ----------
    name, kind
        The field.
    levels
        Degrees of likeness in words, from the strongest on.
    m
        How often pairs that are one person show each.
    u
        How often pairs of strangers show each.
    """

    name: str
    kind: str
    levels: tuple[str, ...]
    m: tuple[float, ...]
    u: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AlikeModel:
    """What was chosen, and why there is nothing where nothing was found.

    Parameters
    ----------
    records
        How many were compared.
    pairs
        How many pairs were weighed.
    rules
        The rules of blocking; empty where each was compared with each.
    columns
        The fields as they were compared.
    prior
        The share of all possible pairs that are one person.
    lookalikes
        The shares that could be mistaken for one person: by name, `household`, `twins`,
        `namesakes` and `neighbours`, where the records tell of them.
    merge_from, review_from
        The probabilities at which the bands begin.
    one_to_one
        Whether a record was given at most one partner.
    reason
        Why nothing could be compared; empty where it could.
    """

    records: int = 0
    pairs: int = 0
    rules: tuple[Rule, ...] = ()
    columns: tuple[Column, ...] = ()
    prior: float = 0.0
    lookalikes: tuple[tuple[str, float], ...] = ()
    merge_from: float = 1.0
    review_from: float = 1.0
    one_to_one: bool = False
    reason: str = ""

    def to_json(self) -> str:
        """Write the model as JSON."""
        return json.dumps(asdict(self))

    def __str__(self) -> str:
        if self.reason:
            return f"Nothing compared: {self.reason}"
        lines = [
            f"{self.records:,} records, {self.pairs:,} pairs weighed",
            f"one pair in {1 / self.prior:,.0f} is one person"
            if self.prior
            else "no pair is alike",
            f"merged from {self.merge_from:.3f}, reviewed from {self.review_from:.3f}",
        ]
        lines += [f"  block on {' and '.join(r.keys)}: {r.pairs:,} pairs" for r in self.rules]
        for column in self.columns:
            lines.append(f"  {column.name} ({column.kind})")
            lines += [
                f"    {words}: m {m:.4f}, u {u:.3g}"
                for words, m, u in zip(column.levels, column.m, column.u, strict=True)
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Alike:
    """Pairs of records that are alike, and how they were found.

    Parameters
    ----------
    pairs
        `left`, `right` (record keys), `probability`, `weight` (bits), `band` (merge or
        review), `evidence` (JSON: a list of column, left, right, level, weight). Staged: it
        lives as long as the engine.
    groups
        `record`, `group` (the key of one of its records): the records that belong together
        when all pairs are seen at once, those below the band `merge` included. Staged.
    model
        What was chosen.
    """

    pairs: ir.Table
    groups: ir.Table
    model: AlikeModel = field(default_factory=AlikeModel)
