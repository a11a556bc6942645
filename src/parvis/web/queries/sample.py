"""Texts that the team labels unseen, drawn by chance, and how right the model was on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import ibis

from parvis.listen import api as listen
from parvis.web.label_desk import SENTIMENT
from parvis.web.queries.text_filter import TextFilter
from parvis.web.queries.texts import Text, counts_of, one_text
from parvis.web.shelf import Shelf
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Sampled", "languages_read", "next_text", "sample_of", "sampled"]

#: A language in which less than this share is read isn't sampled by itself.
_LEAST_SHARE: Final = 0.01
_MOST_LANGUAGES: Final = 4

_Told = dict[tuple[str, str], tuple[listen.Label, ...]]


def _drawn(shelf: Shelf, language: str, after: str, rows: int) -> ir.Table:
    table = shelf.table("texts")
    read = table.filter(
        ~table.is_own, table.p_negative.notnull(), table.language == language, table.text != ""
    )
    # a text's key is a digest of its words: the order of keys is an order by chance
    each = read.filter(read.text_key > after).group_by("text_key").agg(text_id=read.text_id.min())
    return each.order_by("text_key").limit(rows)


_DRAWN: Final = Statement(_drawn, language=str, after=str, rows=int)


def _given(shelf: Shelf, keys: str) -> ir.Table:
    asked = ibis.literal(keys).split(",").unnest().name("text_key").as_table()
    table = shelf.table("texts").semi_join(asked, "text_key")
    return table.group_by("text_key").agg(
        language=table.language.max(),
        p_negative=table.p_negative.max(),
        p_neutral=table.p_neutral.max(),
        p_positive=table.p_positive.max(),
    )


_GIVEN: Final = Statement(_given, keys=str)


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the sample tells of a language; language null: of all together.

    Parameters
    ----------
    labelled
        Texts that the team labelled.
    missing
        How many more are needed before anything is told.
    told
        Null while some are missing.
    """

    language: str | None
    labelled: int
    missing: int
    told: listen.Measured | None


def languages_read(shelf: Shelf) -> dict[str, int]:
    """Return the languages that are sampled, with how many texts of each were read."""
    found: dict[str, int] = {}
    for mood in listen.LABELS:
        spoken = counts_of(shelf, TextFilter(sentiment=mood)).by["language"]
        for language, texts in spoken.items():
            found[language] = found.get(language, 0) + texts
    least = sum(found.values()) * _LEAST_SHARE
    most = sorted(found.items(), key=lambda x: -x[1])[:_MOST_LANGUAGES]
    return {language: texts for language, texts in most if texts >= least}


def sample_of(told: _Told) -> dict[str, str]:
    """Return what the team said of texts that were drawn, by text key."""
    found: dict[str, str] = {}
    for (key, subject), labels in told.items():
        drawn = [x for x in labels if x.purpose == "sample"]
        if subject == SENTIMENT and drawn and drawn[-1].value != listen.WITHDRAWN:
            found[key] = drawn[-1].value
    return found


def next_text(shelf: Shelf, told: _Told, language: str, after: str = "") -> Text | None:
    """Return a text by chance that wasn't labelled in the sample; null: all were."""
    done = sample_of(told)
    for start in dict.fromkeys((after, "")):
        # as many more as may be labelled already
        rows = shelf.rows(_DRAWN, language=language, after=start, rows=len(done) + 1)
        for row in rows:
            if row["text_key"] not in done:
                return one_text(shelf, row["text_id"])
    return None


def sampled(shelf: Shelf, told: _Told) -> tuple[Sampled, ...]:
    """Measure on the sample, by language and on all of it."""
    done = sample_of(told)
    rows: list[dict[str, Any]] = shelf.rows(_GIVEN, keys=",".join(done)) if done else []
    rows = sorted((r for r in rows if r["p_negative"] is not None), key=lambda r: r["text_key"])
    by_language: dict[str | None, list[dict[str, Any]]] = {x: [] for x in languages_read(shelf)}
    for row in rows:
        by_language.setdefault(row["language"], []).append(row)
    found = [_measured(language, some, done) for language, some in by_language.items()]
    return (*found, _measured(None, rows, done)) if len(found) != 1 else tuple(found)


def _measured(language: str | None, rows: list[dict[str, Any]], done: dict[str, str]) -> Sampled:
    missing = max(0, listen.ENOUGH - len(rows))
    if missing:
        return Sampled(language, len(rows), missing, None)
    given = [(r["p_negative"], r["p_neutral"], r["p_positive"]) for r in rows]
    told = listen.measured([done[r["text_key"]] for r in rows], given)
    return Sampled(language, len(rows), 0, told)
