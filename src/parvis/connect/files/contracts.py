"""What passes between the steps of a file's import; frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from parvis.connect.files.dates import DateReading
from parvis.connect.files.numbers import NumberReading
from parvis.connect.landing import ImportReport

__all__ = [
    "ExampleValue",
    "FieldRead",
    "FileMapping",
    "FileReport",
    "FileShape",
    "ImportOptions",
    "Kind",
    "MappingRow",
    "Preview",
    "QuarantineReason",
]

Kind = Literal["orders", "customers", "spend", "events"]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says about a file; what is left out is guessed.

    Parameters
    ----------
    source
        The silo's name; empty: the kind.
    mapping_file
        A mapping that was saved before.
    overrides
        ``field=column``, ``field:=value`` or ``field=`` (don't read that field).
    currency
        Of amounts that don't name theirs; empty: the workspace's.
    zone
        Of local times; empty: the workspace's.
    date_format
        The order of day, month and year, such as ``DD/MM/YYYY``.
    decimal
        ``comma`` or ``point``, where the numbers themselves don't tell.
    delimiter, encoding
        Of a text file.
    content
        Names of files and what tells their content, noted with the import: so a folder's file
        that didn't change is not read again.
    """

    source: str = ""
    mapping_file: Path | None = None
    overrides: tuple[str, ...] = ()
    currency: str = ""
    zone: str = ""
    date_format: str = ""
    decimal: str = ""
    delimiter: str = ""
    encoding: str = ""
    content: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FileShape:
    """What a file is, before any of its values is understood.

    Parameters
    ----------
    path
        The file that the user named.
    readable
        The same content as the engine can read it (UTF-8, not compressed).
    format
        csv, ndjson or parquet.
    columns
        Names, each unique; a name that occurs twice is told apart by a number.
    duplicates
        The names that occur more than once in the header.
    skip
        Lines before the first row (the header, and a title above it).
    notes
        What a reader should know, in plain sentences.
    """

    path: Path
    readable: Path
    format: Literal["csv", "ndjson", "parquet"]
    columns: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    skip: int = 0
    duplicates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldRead:
    """Where a field comes from: a column (or a place inside its JSON), or one value for all.

    Parameters
    ----------
    field
        The field's name.
    column
        The column's name in the file.
    path
        The place inside a column that holds JSON, such as ``[0].id``.
    value
        The same value for every row, instead of a column.
    reading
        How its dates or numbers are written; known once the whole column was looked at.
    """

    field: str
    column: str | None = None
    path: str | None = None
    value: str | None = None
    reading: DateReading | NumberReading | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """Which column is read as which field, and what holds for the whole file."""

    kind: Kind
    reads: tuple[FieldRead, ...]
    currency: str = ""
    zone: str = ""
    date_format: str = ""
    decimal: str = ""

    def read_of(self, name: str) -> FieldRead | None:
        """Return how a field is read; None where the file doesn't have it."""
        return next((r for r in self.reads if r.field == name), None)

    def has(self, *names: str) -> bool:
        """Tell whether any of these fields is read."""
        return any(r.field in names for r in self.reads)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that are read as a field, whole."""
        return frozenset(r.column for r in self.reads if r.column and not r.path)


@dataclass(frozen=True, slots=True)
class ExampleValue:
    """A value as it stands in the file, and as it is read."""

    raw: str
    read_as: str


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One line of the mapping that is shown."""

    field: str
    column: str
    how: str
    examples: tuple[ExampleValue, ...] = ()


@dataclass(frozen=True, slots=True)
class QuarantineReason:
    """Rows set aside for one reason, with the first few.

    Parameters
    ----------
    code
        The reason as the table `quarantine` keeps it.
    meaning
        In plain words, with what to do.
    rows
        How many.
    examples
        ``(row number, field, value)`` of the first.
    """

    code: str
    meaning: str
    rows: int
    examples: tuple[tuple[int | None, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing is written.

    Parameters
    ----------
    rows_read
        Rows in the file, bad ones included.
    added
        For each kind of event (or ``spend``), how many would be new.
    known
        How many are in already.
    quarantined
        Rows set aside, by reason; those that an earlier import set aside are counted too.
    """

    shape: FileShape
    mapping: FileMapping
    rows: tuple[MappingRow, ...]
    unmapped: tuple[str, ...]
    rows_read: int
    added: dict[str, int] = field(default_factory=dict)
    known: int = 0
    quarantined: tuple[QuarantineReason, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """What an import did, with the preview that led to it."""

    report: ImportReport
    preview: Preview
