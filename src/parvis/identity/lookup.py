"""Identifiers and their customers in memory: 25 bytes each, found in microseconds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import ibis
import numpy as np
import pyarrow as pa

from parvis.errors import LakeError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

__all__ = ["Entry", "Lookup", "key_column", "key_of", "keyed"]

_KNOWN: Final = 1
_SHARED: Final = 2
_CUSTOMER_SIGNS: Final = 16
_KEY_SIGNS: Final = 32
#: Between kind and identifier: in no identifier that can be compared.
_BETWEEN: Final = "\x1f"

_DIGITS: Final = np.full(256, 255, np.uint8)
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)


class Entry(NamedTuple):
    """What is known of an identifier."""

    customer_id: str
    is_known: bool
    is_shared: bool


def key_of(kind: str, normal: str) -> int:
    """Return the number of 128 bits by which an identifier is found."""
    text = f"{kind}{_BETWEEN}{normal}".encode()
    return int.from_bytes(hashlib.md5(text, usedforsecurity=False).digest(), "big")


def keyed(identities: ir.Table) -> ir.Table:
    """Take from rows of `identities` what a lookup keeps.

    Returns
    -------
    ir.Table
        `key` (128 bits in hexadecimal), `customer_id`, `is_known`, `is_shared`; of identifiers
        that can't be compared, nothing.
    """
    rows = identities.filter(identities.normal.notnull())
    return rows.select(
        "customer_id",
        "is_known",
        "is_shared",
        key=key_column(rows.kind, rows.normal),
    )


def key_column(kind: ir.Value, normal: ir.Value) -> ir.StringValue:
    """Return the keys of identifiers in hexadecimal: `key_of` for whole columns."""
    return (kind + ibis.literal(_BETWEEN) + normal).hexdigest("md5")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Sorted keys, and beside them the customers; and what changed since.

    It is never changed, so that any number of threads can read it; `updated` makes a new one
    that shares the arrays.

    Parameters
    ----------
    upper, lower
        The halves of the keys; shape (n,), ordered by the upper one.
    customers
        The customers' ids as numbers; shape (n,).
    flags
        Bit 0: known; bit 1: shared; shape (n,).
    newer
        What holds instead for some keys; None: it is an identifier no longer.
    """

    upper: NDArray[np.uint64]
    lower: NDArray[np.uint64]
    customers: NDArray[np.uint64]
    flags: NDArray[np.uint8]
    newer: Mapping[int, Entry | None]

    @classmethod
    def of(cls, batches: Iterable[pa.RecordBatch], count: int) -> Self:
        """Make one of what `keyed` gives, piece by piece.

        Parameters
        ----------
        batches
            The rows.
        count
            How many they are: room for them is made once, and nothing is held twice.

        Raises
        ------
        LakeError
            A customer's id isn't what a build writes.
        """
        upper, lower, customers = (np.empty(count, np.uint64) for _ in range(3))
        flags, filled = np.empty(count, np.uint8), 0
        for batch in batches:
            here = slice(filled, filled := filled + batch.num_rows)
            keys = _numbers(batch["key"], _KEY_SIGNS)
            upper[here], lower[here] = keys[:, 0], keys[:, 1]
            customers[here] = _numbers(batch["customer_id"], _CUSTOMER_SIGNS)[:, 0]
            flags[here] = _bits(batch["is_known"]) * _KNOWN + _bits(batch["is_shared"]) * _SHARED
        order = upper.argsort().astype(np.uint32)
        for column in (upper, lower, customers, flags):
            column[:] = column[order]
        return cls(upper, lower, customers, flags, {})

    def __len__(self) -> int:
        return len(self.upper)

    @property
    def size_bytes(self) -> int:
        """What the arrays take."""
        return sum(a.nbytes for a in (self.upper, self.lower, self.customers, self.flags))

    def find(self, kind: str, normal: str) -> Entry | None:
        """Return what is known of an identifier; None: it was never seen."""
        return self.at(key_of(kind, normal))

    def at(self, key: int) -> Entry | None:
        """Return what is known of the identifier with a key."""
        if key in self.newer:
            return self.newer[key]
        upper, lower = key >> 64, key & 0xFFFF_FFFF_FFFF_FFFF
        place = int(self.upper.searchsorted(np.uint64(upper)))
        while place < len(self.upper) and int(self.upper[place]) == upper:
            if int(self.lower[place]) == lower:
                flags = int(self.flags[place])
                return Entry(
                    f"{int(self.customers[place]):016x}",
                    bool(flags & _KNOWN),
                    bool(flags & _SHARED),
                )
            place += 1
        return None

    def updated(self, touched: Iterable[str], rows: Iterable[pa.RecordBatch]) -> Lookup:
        """Return a lookup in which some identifiers are as they are now.

        Parameters
        ----------
        touched
            Their keys in hexadecimal.
        rows
            What `keyed` gives of them now.
        """
        now: dict[int, Entry | None] = dict.fromkeys(int(k, 16) for k in touched)
        for batch in rows:
            columns = (batch[c].to_pylist() for c in _COLUMNS)
            for key, *entry in zip(*columns, strict=True):
                now[int(key, 16)] = Entry(*entry)
        return Lookup(self.upper, self.lower, self.customers, self.flags, {**self.newer, **now})


_COLUMNS: Final = ("key", "customer_id", "is_known", "is_shared")


def _bits(flags: pa.Array) -> NDArray[np.uint8]:
    return np.asarray(flags.to_numpy(zero_copy_only=False)).astype(np.uint8)


def _numbers(texts: pa.Array, signs: int) -> NDArray[np.uint64]:
    """Read hexadecimal numbers of a fixed length; shape (n, signs / 16)."""
    wide = texts.cast(pa.large_string())
    offsets = np.frombuffer(wide.buffers()[1], np.int64)[wide.offset :][: len(wide) + 1]
    if wide.null_count or (np.diff(offsets) != signs).any():
        raise _not_written_by_a_build(texts, signs)
    data = np.frombuffer(wide.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    digits = _DIGITS[data]
    if (digits == 255).any():
        raise _not_written_by_a_build(texts, signs)
    digits = digits.reshape(-1, 2)
    packed = (digits[:, 0] << 4) | digits[:, 1]
    return packed.view(">u8").astype(np.uint64).reshape(len(texts), signs // 16)


def _not_written_by_a_build(texts: pa.Array, signs: int) -> LakeError:
    found = next((t for t in texts.to_pylist() if not t or len(t) != signs), texts[0].as_py())
    return LakeError(
        f"The table identities names a customer {found!r}; expected {signs} hexadecimal digits.",
        "Compute it anew with `parvis build --full`.",
    )
