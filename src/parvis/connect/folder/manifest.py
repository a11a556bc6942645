"""Read a folder's `silos.toml`, check it key by key, and find the files it names."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from parvis.connect.files.contracts import ImportOptions
from parvis.connect.folder.contracts import FORMATS, FolderPlan, Manifest, PlannedSilo, SiloEntry
from parvis.connect.folder.guess import guessed_manifest
from parvis.connect.silo import Silo
from parvis.errors import SourceError

__all__ = ["FILE_NAME", "folder_plan"]

FILE_NAME: Final = "silos.toml"
#: What a simulation really was: kept for judges, and never read.
_TRUTH: Final = "truth"
_EXPECTED: Final = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text in quotes",
    "tuple_type": "a list in brackets",
    "model_type": "a section",
    "too_short": "at least one",
    "string_pattern_mismatch": "letters, digits, spaces, dots and dashes, 80 at most",
}


def folder_plan(root: Path, only: Sequence[str] = ()) -> FolderPlan:
    """Tell what an import of a folder would read.

    Parameters
    ----------
    root
        The folder; without a `silos.toml`, its folders' names tell what they hold.
    only
        Sources to read; empty: all.

    Raises
    ------
    SourceError
        There is no such folder, a key of its `silos.toml` is wrong (with the key, the value and
        what was expected), a path leads out of it, or `only` names a source that it lacks.
    """
    if not root.is_dir():
        raise SourceError(f"{root} is not a folder.", "Name the folder that holds silos.toml.")
    root = root.resolve()
    described = (root / FILE_NAME).is_file()
    manifest = _read(root / FILE_NAME) if described else guessed_manifest(root)
    notes = [] if described else [f"There is no {FILE_NAME}: told by the folders' names."]
    names = list(dict.fromkeys(entry.source for entry in manifest.silo))
    for wanted in only:
        if wanted not in names:
            raise SourceError(
                f"The folder has no source {wanted!r}.", f"It has: {', '.join(names)}."
            )
    silos = []
    for number, entry in enumerate(manifest.silo):
        if only and entry.source not in only:
            continue
        files = _files(root, entry, f"silo[{number}].files", notes)
        if files:
            silos.append(_planned(root, manifest, entry, files))
    return FolderPlan(root, manifest.name or root.name, tuple(silos), tuple(notes))


def _planned(
    root: Path, manifest: Manifest, entry: SiloEntry, files: tuple[Path, ...]
) -> PlannedSilo:
    zone, currency = entry.zone or manifest.zone, entry.currency or manifest.currency
    silo = Silo(
        source=entry.source,
        files=files,
        root=root,
        zone=zone,
        currency=currency,
        own=(*manifest.own, *entry.own),
        orders_told_by=entry.orders_told_by,
    )
    options = ImportOptions(
        source=entry.source,
        mapping_file=root / entry.mapping if entry.mapping else None,
        overrides=entry.set,
        currency=currency,
        zone=zone,
        date_format=entry.date_format,
        decimal=entry.decimal,
        delimiter=entry.delimiter,
        encoding=entry.encoding,
    )
    simulated = manifest.simulated if entry.simulated is None else entry.simulated
    return PlannedSilo(silo, entry.format, options, simulated, entry.description)


def _files(root: Path, entry: SiloEntry, key: str, notes: list[str]) -> tuple[Path, ...]:
    """Find what the globs name, in sorted order, glob by glob, each file once."""
    found: dict[Path, None] = {}
    for pattern in entry.files:
        met = False
        for path in sorted(root.glob(pattern)):
            place = path.resolve()
            if not place.is_relative_to(root):
                raise SourceError(
                    f"{FILE_NAME}: {key} = {pattern!r} leads out of the folder, to {place}.",
                    "Copy the file into the folder; links out of it are not followed.",
                )
            if place.relative_to(root).parts[:1] == (_TRUTH,):
                continue
            if path.is_dir() == (entry.format == "maildir"):
                found[path] = None
                met = True
        if not met:
            notes.append(f"{entry.source}: nothing matches {pattern}.")
    return tuple(found)


def _read(path: Path) -> Manifest:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} is not valid TOML: {error}.", "Mend that line.") from error
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        told = dict.fromkeys(_problem(dict(e)) for e in error.errors())
        raise SourceError(
            f"{path}: {'; '.join(told)}.", "Correct the file and run the command again."
        ) from error


def _problem(error: Mapping[str, Any]) -> str:
    place = [p for p in error["loc"] if isinstance(p, int) or not _is_member(str(p))]
    key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")
    kind = str(error["type"])
    if kind == "missing":
        return f"{key} is missing"
    if kind == "extra_forbidden":
        model: type[BaseModel] = SiloEntry if len(place) > 1 else Manifest
        known = list(model.model_fields)
        near = difflib.get_close_matches(str(place[-1]), known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
        return f"{key} is not a key{hint}"
    value = error["input"]
    if place[-1:] == ["format"]:
        near = difflib.get_close_matches(str(value), FORMATS, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        return f"{key} = {value!r}: expected one of {', '.join(FORMATS)}{hint}"
    expected = _EXPECTED.get(kind, "") or str(error["msg"])
    for words in ("Value error, ", "expected ", "Input should be "):
        expected = expected.removeprefix(words)
    return f"{key} = {value!r}: expected {expected}"


def _is_member(part: str) -> bool:
    # a union reports once per member: the member's name isn't part of the key
    return part.startswith(("literal[", "function-"))
