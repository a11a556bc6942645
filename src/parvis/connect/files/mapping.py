"""A mapping as TOML, and as words on the command line."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from parvis.connect.files.contracts import FieldRead, FileMapping, Kind
from parvis.connect.files.dates import DateReading
from parvis.connect.files.fields import fields_of
from parvis.connect.files.numbers import NumberReading
from parvis.errors import MappingError

__all__ = ["checked_columns", "load_mapping", "mapping_toml", "overridden"]

_SETTINGS = ("currency", "zone", "date_format", "decimal")


def mapping_toml(mapping: FileMapping) -> str:
    """Write a mapping as TOML, to be read again by `load_mapping`."""
    lines = [
        "# Which column of the file is read as which field.",
        f"# Use it again: parvis import {mapping.kind} FILE --mapping THIS.toml",
        f"kind = {json.dumps(mapping.kind)}",
    ]
    settled = _settled(mapping)
    for name in _SETTINGS:
        value = getattr(mapping, name) or settled.get(name, "")
        if value:
            lines.append(f"{name} = {_quoted(value)}")
    lines += ["", "[fields]"]
    known = fields_of(mapping.kind)
    for read in mapping.reads:
        if read.value is not None:
            told = f"{{ value = {_quoted(read.value)} }}"
        elif read.path:
            told = f"{{ column = {_quoted(read.column or '')}, path = {_quoted(read.path)} }}"
        else:
            told = _quoted(read.column or "")
        lines.append(f"{_quoted(read.field)} = {told}  # {known[read.field].meaning}")
    return "\n".join(lines) + "\n"


def _settled(mapping: FileMapping) -> dict[str, str]:
    """Say what the file's values proved, so that a few of its rows alone are read the same way."""
    orders = {r.reading.order for r in mapping.reads if isinstance(r.reading, DateReading)} - {""}
    signs = {r.reading.notation for r in mapping.reads if isinstance(r.reading, NumberReading)}
    signs -= {""}
    told = {}
    if len(orders) == 1:
        told["date_format"] = {"dmy": "DD/MM/YYYY", "mdy": "MM/DD/YYYY"}[orders.pop()]
    if len(signs) == 1 and signs < {"point", "comma"}:
        told["decimal"] = signs.pop()
    return told


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def load_mapping(path: Path, kind: Kind) -> FileMapping:
    """Read a mapping that was saved.

    Raises
    ------
    MappingError
        It is missing, not TOML, for another kind of file, or names an unknown field.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise MappingError(
            f"There is no mapping {path}.", "Write one with --save-mapping."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(
            f"{path} is not valid TOML: {error}.", "Mend that line, or write it again."
        ) from error
    if data.get("kind", kind) != kind:
        raise MappingError(
            f"{path} is a mapping for {data['kind']}, not for {kind}.",
            f"Run `parvis import {data['kind']}`, or choose another mapping.",
        )
    unknown = set(data) - {"kind", "fields", *_SETTINGS}
    if unknown:
        raise MappingError(
            f"{path}: {min(unknown)!r} is not a key of a mapping.",
            f"Known are kind, {', '.join(_SETTINGS)} and the section [fields].",
        )
    fields = data.get("fields", {})
    if not isinstance(fields, dict):
        raise MappingError(
            f"{path}: [fields] must be a section.", "Write [fields] on its own line."
        )
    reads = tuple(_read(path, kind, str(name), told) for name, told in fields.items())
    return FileMapping(kind, reads, **{n: str(data.get(n, "")) for n in _SETTINGS})


def _read(path: Path, kind: Kind, name: str, told: Any) -> FieldRead:
    _known(kind, name)
    if isinstance(told, str):
        return FieldRead(name, column=told)
    if isinstance(told, dict) and set(told) == {"value"}:
        return FieldRead(name, value=str(told["value"]))
    if isinstance(told, dict) and set(told) == {"column", "path"}:
        return FieldRead(name, column=str(told["column"]), path=str(told["path"]))
    raise MappingError(
        f"{path}: {name} = {told!r}; expected a column's name, "
        '{ value = "…" } or { column = "…", path = "…" }.',
        "Correct the line.",
    )


def _known(kind: Kind, name: str) -> None:
    known = fields_of(kind)
    if name not in known:
        near = difflib.get_close_matches(name, known, 3, 0.5)
        raise MappingError(
            f"{name!r} is not a field of {kind}.",
            f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}.",
        )


def overridden(mapping: FileMapping, overrides: Sequence[str]) -> FileMapping:
    """Apply ``field=column``, ``field=column#path``, ``field:=value`` and ``field=``.

    Raises
    ------
    MappingError
        One of them can't be understood.
    """
    reads = {r.field: r for r in mapping.reads}
    for text in overrides:
        name, sign, told = text.partition("=")
        constant = name.endswith(":")
        name, told = name.rstrip(":").strip(), told.strip()
        if not sign:
            raise MappingError(
                f"--set {text!r} can't be understood.",
                "Write field=column, field:=value (the same for all rows) or field= (leave out).",
            )
        _known(mapping.kind, name)
        if constant:
            read = FieldRead(name, value=told)
        elif not told:
            reads.pop(name, None)
            continue
        else:
            column, _, path = (
                told.partition("#") if "#[" in told or "#." in told else (told, "", "")
            )
            read = FieldRead(name, column=column, path=path.lstrip(".") or None)
            # the column was asked for here: nothing that was guessed may keep it
            reads = {k: r for k, r in reads.items() if r.column != column or r.path or path}
        reads[name] = read
    order = {name: i for i, name in enumerate(fields_of(mapping.kind))}
    return replace(mapping, reads=tuple(sorted(reads.values(), key=lambda r: order[r.field])))


def checked_columns(mapping: FileMapping, columns: Sequence[str]) -> FileMapping:
    """Make sure that the columns exist; their names may differ in capitals and spaces.

    Raises
    ------
    MappingError
        A column isn't in the file; the message names the nearest.
    """
    plain = {" ".join(c.split()).casefold(): c for c in reversed(columns)}
    reads = []
    for read in mapping.reads:
        column = read.column
        if column is not None and column not in columns:
            same = plain.get(" ".join(column.split()).casefold())
            if same is None:
                near = difflib.get_close_matches(column, columns, 3, 0.5)
                raise MappingError(
                    f"The file has no column {column!r} (for {read.field}).",
                    f"Did you mean {' or '.join(map(repr, near))}?"
                    if near
                    else f"It has: {', '.join(columns[:30])}{', …' if len(columns) > 30 else ''}.",
                )
            column = same
        reads.append(replace(read, column=column))
    return replace(mapping, reads=tuple(reads))
