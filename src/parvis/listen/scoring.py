"""Reads texts from lines of JSON and writes their moods, line by line, in the same order."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from parvis.listen.bounded import bounded
from parvis.listen.contracts import LABELS, Tier
from parvis.listen.language import languages_of
from parvis.listen.sentiment import moods
from parvis.listen.weighing import views_of

__all__ = ["lines_of", "scored_lines"]

_BATCH = 256
_LONGEST_LINE = 4_000_000


@dataclass(frozen=True, slots=True)
class _Line:
    text: str = ""
    language: str | None = None
    cut: bool = False
    error: str | None = None


def lines_of(source: BinaryIO) -> Iterator[bytes]:
    """Read lines, of which none takes more memory than the longest that is read."""
    while line := source.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            line = source.readline(_LONGEST_LINE + 1)


def scored_lines(
    lines: Iterable[bytes], tier: Tier, models: Path | None = None
) -> Iterator[dict[str, Any]]:
    """Score lines of JSON, each an object with `text` and perhaps `lang`.

    Parameters
    ----------
    lines
        As they stand in the file.
    tier
        What computes the mood.
    models
        Where the accurate tier's graph is kept.

    Yields
    ------
    dict
        For each line, in their order: `label`, `probabilities`, `confidence`, `lang`, `tier` (and
        `cut` where the text was too long to be read whole); or `error` for a line that isn't such
        an object.
    """
    remaining = iter(lines)
    while batch := [_read(line) for line in itertools.islice(remaining, _BATCH)]:
        good = [line for line in batch if line.error is None]
        spoken = languages_of([g.text for g in good], [g.language for g in good])
        views = views_of([g.text for g in good], tier, models)
        found = moods([g.text for g in good], [s.language for s in spoken], views, tier)
        answers = zip(found, spoken, strict=True)
        for line in batch:
            if line.error is not None:
                yield {"error": line.error}
                continue
            mood, language = next(answers)
            yield {
                "label": mood.label,
                "probabilities": dict(zip(LABELS, mood.probabilities, strict=True)),
                "confidence": mood.confidence,
                "lang": language.language,
                "tier": mood.tier,
            } | ({"cut": True} if line.cut else {})


def _read(line: bytes) -> _Line:
    if len(line) > _LONGEST_LINE:
        return _Line(error=f"The line has {len(line):,} bytes; at most {_LONGEST_LINE:,} are read.")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _Line(error=f"The line is no JSON: {error}.")
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return _Line(error='Expected an object with "text", a string.')
    language = row.get("lang")
    text, cut = bounded(row["text"])
    return _Line(text, language if isinstance(language, str) and language else None, cut)
