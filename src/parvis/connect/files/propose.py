"""The mapping of a file: saved or guessed, corrected by the user, and checked to be enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from parvis.connect.files.contracts import FieldRead, FileMapping, ImportOptions, Kind
from parvis.connect.files.fields import field_of, fields_of
from parvis.connect.files.guess import guess
from parvis.connect.files.handles import HANDLES
from parvis.connect.files.mapping import checked_columns, load_mapping, overridden
from parvis.connect.files.reading import Contents
from parvis.errors import MappingError

__all__ = ["Proposal", "propose"]

_SAMPLE: Final = 1000
#: Of each of these groups a file needs one field.
_ONE_OF: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    "orders": (("order_id",), ("occurred_at",), ("total", "amount", "price")),
    "customers": (("user_id", "email", "phone", "anonymous_id", *HANDLES),),
    "spend": (("day",), ("channel",), ("amount",)),
    "events": (
        ("occurred_at", "received_at", "original_timestamp"),
        ("name", "type"),
    ),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping that is enough for its kind, and what was settled on the way."""

    mapping: FileMapping
    notes: tuple[str, ...] = ()


def propose(contents: Contents, kind: Kind, options: ImportOptions) -> Proposal:
    """Find the mapping of a file.

    Raises
    ------
    MappingError
        A field that is needed wasn't found, or a column could be one of two.
    """
    columns = contents.shape.columns
    samples = _samples(contents)
    notes: tuple[str, ...] = ()
    if options.mapping_file is not None:
        mapping = load_mapping(options.mapping_file, kind)
        told = frozenset(r.field for r in mapping.reads)
    else:
        mapping, told = guess(kind, columns, samples), frozenset[str]()
    guessed = mapping
    mapping = checked_columns(overridden(mapping, options.overrides), columns)
    told |= {r.field for r in mapping.reads if guessed.read_of(r.field) != r}
    left_out = {o.partition("=")[0].rstrip(":").strip() for o in options.overrides} - {
        r.field for r in mapping.reads
    }
    _enough(mapping, contents)
    _no_double_names(mapping, contents, told)
    if kind == "orders":
        mapping, notes = _line_or_order(contents, mapping, told | left_out, samples)
    return Proposal(mapping, notes)


def _samples(contents: Contents) -> dict[str, list[str]]:
    table = contents.rows.limit(_SAMPLE).to_pyarrow()
    return {
        name: [v for v in table.column(f"c{i}").to_pylist() if v is not None][:200]
        for i, name in enumerate(contents.shape.columns)
    }


def _enough(mapping: FileMapping, contents: Contents) -> None:
    shape = contents.shape
    for group in _ONE_OF[mapping.kind]:
        if mapping.has(*group):
            continue
        needed = " or ".join(f"{n} ({field_of(mapping.kind, n).meaning})" for n in group)
        has = ", ".join(shape.columns[:30]) + (", …" if len(shape.columns) > 30 else "")
        single = (
            f" It has a single column at {shape.delimiter!r}: is that the right --delimiter?"
            if shape.format == "csv" and len(shape.columns) == 1
            else ""
        )
        raise MappingError(
            f"No column of {shape.path.name} could be taken for {needed}. It has: {has}.{single}",
            f"Say which it is: --set {group[0]}='COLUMN'"
            + ("" if field_of(mapping.kind, group[0]).read_as in ("moment", "day")
               else f", or one value for all rows: --set {group[0]}:=VALUE")
            + ".",
        )  # fmt: skip


def _no_double_names(mapping: FileMapping, contents: Contents, told: frozenset[str]) -> None:
    """Ask which of two columns of the same name is meant, where the user didn't say."""
    double = {d.casefold(): d for d in contents.shape.duplicates}
    for read in mapping.reads:
        name = (read.column or "").casefold()
        if name in double and read.field not in told:
            places = [
                (place, c)
                for place, c in enumerate(contents.shape.columns, 1)
                if c.casefold() == name or c.casefold().startswith(f"{name} (")
            ]
            raise MappingError(
                f"The header has {read.column!r} more than once (columns "
                f"{' and '.join(str(p) for p, _ in places)}), and {read.field} would be read "
                "from one of them.",
                "Say which: " + " or ".join(f"--set {read.field}={c!r}" for _, c in places) + ".",
            )


def _line_or_order(
    contents: Contents,
    mapping: FileMapping,
    told: frozenset[str],
    samples: Mapping[str, Sequence[str]],
) -> tuple[FileMapping, tuple[str, ...]]:
    """Tell an order's total, repeated on each of its lines, from the amounts of the lines."""
    order = mapping.read_of("order_id")
    if order is None or order.column is None or order.path:
        return mapping, ()
    total, amount = mapping.read_of("total"), mapping.read_of("amount")
    if total is not None and total.column and "total" not in told:
        orders, differing = _differing(contents, order, total)
        if differing * 2 > orders:
            if amount is not None or "amount" in told:
                return replace(mapping, reads=tuple(r for r in mapping.reads if r != total)), ()
            moved = FieldRead("amount", column=total.column)
            reads = tuple(moved if r == total else r for r in mapping.reads)
            place = {name: i for i, name in enumerate(fields_of("orders"))}
            return (
                replace(mapping, reads=tuple(sorted(reads, key=lambda r: place[r.field]))),
                (f"{total.column!r} differs between lines of one order: it is the line's amount.",),
            )
    if amount is not None and amount.column and total is None and not told & {"amount", "total"}:
        orders, differing = _differing(contents, order, amount)
        if orders and not differing and not _is_product(mapping, samples):
            raise MappingError(
                f"{amount.column!r} is the same on all lines of each order: it may be the amount "
                "of a line, or the whole order's, repeated. Taking one for the other would give "
                "wrong sums.",
                f"Say which: --set total={amount.column!r} or --set amount={amount.column!r}.",
            )
    return mapping, ()


def _differing(contents: Contents, order: FieldRead, read: FieldRead) -> tuple[int, int]:
    """Count orders of several lines, and those in which a column differs between lines."""
    rows = contents.rows.select(
        order=contents.column(order.column or ""), value=contents.column(read.column or "")
    )
    rows = rows.filter(rows.order.notnull() & rows.value.notnull())
    grouped = rows.group_by("order").agg(
        n=rows.count(), low=rows.value.min(), high=rows.value.max()
    )
    several = grouped.filter(grouped.n > 1)
    found = several.agg(orders=several.count(), differing=(several.low != several.high).sum())
    row = found.to_pyarrow().to_pylist()[0]
    return int(row["orders"]), int(row["differing"] or 0)


def _is_product(mapping: FileMapping, samples: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether amounts are price times quantity in most of the first rows."""
    reads = [mapping.read_of(n) for n in ("price", "quantity", "amount")]
    lists = [samples.get(r.column or "", ()) if r else () for r in reads]
    if not all(lists) or len({len(v) for v in lists}) != 1:
        return False
    met = 0
    for texts in zip(*lists, strict=True):
        try:
            price, quantity, amount = (float(t.replace(",", ".").replace(" ", "")) for t in texts)
        except ValueError:
            continue
        met += abs(price * quantity - amount) < 0.011
    return met * 2 > len(lists[0])
