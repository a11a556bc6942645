"""Reads the word lists: sections of lines, each line with its alternatives.

A word list is a text file of the package (`words/fr/*.txt`, `words/en/*.txt`)::

    ; a remark
    [core delivery negative]
    the parcel (came|turned up) {late}
    [list late]
    a week late
    [raw emoji joy]
    😍

`(a|b)` is one of several wordings, `{name}` a place that is filled for each text: by a name of the
lexicon, by the topic, by the speaker's gender (`{e}`), or by a line of `[list name]`. A `raw`
section is never misspelt nor capitalised.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from parvis.errors import ParvisError

_HEADING = re.compile(r"\[([^\]]+)\]")
_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's word lists.

    Parameters
    ----------
    groups
        Section to its lines, each a tuple of the wordings that its alternatives allow.
    lists
        Place to what may fill it.
    raw
        The sections that are taken as they stand.
    """

    groups: Mapping[str, tuple[tuple[str, ...], ...]]
    lists: Mapping[str, tuple[str, ...]]
    raw: frozenset[str]


def read_words(language: str) -> Words:
    """Read all word lists of a language.

    Parameters
    ----------
    language
        "fr" or "en".

    Returns
    -------
    Words
        Its sections.

    Raises
    ------
    ParvisError
        If a line stands before the first heading, or a section is empty or given twice.

    Examples
    --------
    >>> "core delivery negative" in read_words("fr").groups
    True
    """
    groups: dict[str, tuple[tuple[str, ...], ...]] = {}
    lists: dict[str, tuple[str, ...]] = {}
    raw = set()
    folder = files(__package__) / "words" / language
    texts = sorted((p.name, p.read_text("utf-8")) for p in folder.iterdir())
    for heading, lines in itertools.chain.from_iterable(_sections(*text) for text in texts):
        how, _, rest = heading.partition(" ")
        name = rest if how in ("raw", "list") else heading
        if name in (lists if how == "list" else groups) or not lines:
            raise ParvisError(
                f"The section [{heading}] of the {language} word lists is empty or given twice.",
                "Give each section once, with at least one line.",
            )
        wordings = tuple(tuple(map(_tidy, expand(line))) for line in lines)
        if how == "list":
            lists[name] = tuple(itertools.chain.from_iterable(wordings))
        else:
            groups[name] = wordings
            raw |= {name} if how == "raw" else set()
    return Words(groups, lists, frozenset(raw))


def expand(line: str) -> Iterator[str]:
    """Tell every wording that a line's alternatives allow.

    Parameters
    ----------
    line
        With alternatives as `(a|b)`, also one within another.

    Yields
    ------
    str
        A wording, without alternatives.

    Examples
    --------
    >>> list(expand("so (good|very (bad|odd))"))
    ['so good', 'so very bad', 'so very odd']
    """
    found = _ALTERNATIVES.search(line)
    if found is None:
        yield line
        return
    # the innermost comes first, so its wordings can repeat: a dict keeps the first of each
    whole: dict[str, None] = {}
    for choice in found[1].split("|"):
        chosen = line[: found.start()] + choice + line[found.end() :]
        whole.update(dict.fromkeys(expand(chosen)))
    yield from whole


def _tidy(wording: str) -> str:
    # an alternative that says nothing leaves its spaces behind
    return " ".join(wording.split()).replace(" ,", ",")


def _sections(name: str, text: str) -> Iterator[tuple[str, list[str]]]:
    heading, lines = "", list[str]()
    for line in (raw.strip() for raw in text.splitlines()):
        found = _HEADING.fullmatch(line)
        if found:
            if heading:
                yield heading, lines
            heading, lines = found[1], []
        elif line and not line.startswith(";"):
            if not heading:
                raise ParvisError(
                    f"The word list {name} has a line before its first heading: {line!r}.",
                    "Put a heading such as [core delivery negative] above it.",
                )
            lines.append(line)
    if heading:
        yield heading, lines
