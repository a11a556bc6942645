"""Everything that is understood of a chunk of texts, in one pass."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ModelError
from parvis.listen.aspects import aspects_beside
from parvis.listen.bounded import bounded
from parvis.listen.contracts import Emotion, Mood, Tier
from parvis.listen.courtesy import without_courtesy
from parvis.listen.emotion import emotions_of
from parvis.listen.gazetteer import Entry, Gazetteer, clauses_of
from parvis.listen.heads import Head
from parvis.listen.intents import Intent, intents_of
from parvis.listen.language import Spoken, languages_of
from parvis.listen.personal import masked, personal_data
from parvis.listen.sentiment import moods
from parvis.listen.transformer import TransformerChoice, transformer_probabilities
from parvis.listen.weighing import Views, views_of, with_accurate

__all__ = ["Named", "Understanding", "UnderstandingOptions", "judged_part", "understood"]

_LOG = logging.getLogger(__name__)
_MOST_NAMED = 20


@dataclass(frozen=True)
class UnderstandingOptions:
    """How texts are understood.

    Parameters
    ----------
    tier
        What computes moods, emotions and intents: `fast` reads a million texts in half an hour
        on two cores.
    look_again_below
        With the fast tier: texts whose mood has a lower confidence are read again by the best
        tier, and those that matter.
    look_again_share
        At most this share of a chunk's texts is read again, the least sure first.
    names
        Brands, products and competitors.
    country
        Whose telephone numbers stand without a country code (ISO 3166).
    head
        The team's own head for moods, as its corrections taught it.
    transformer
        A model of the team's own choice for moods.
    models
        Where the accurate tier's graph is kept; the user's cache folder if missing.
    """

    tier: Tier = "fast"
    look_again_below: float = 0.0
    look_again_share: float = 0.1
    names: tuple[Entry, ...] = ()
    country: str = "FR"
    aspects: bool = True
    head: Head | None = None
    transformer: TransformerChoice | None = None
    models: Path | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A brand, product or competitor in a text: the mood of what is said of it."""

    kind: str
    name: str
    sentiment: str
    probability: float


@dataclass(frozen=True)
class Understanding:
    """What is understood of one text; `masked` is the text without personal data."""

    spoken: Spoken
    mood: Mood
    emotion: Emotion
    intents: list[Intent]
    names: list[Named]
    personal_data: list[str]
    masked: str
    cut: bool = field(default=False)


def judged_part(text: str) -> str:
    """Return what moods and intents are read from: a bounded text without its courtesy."""
    return without_courtesy(bounded(text)[0])


def understood(
    raw: Sequence[str | None],
    languages: Sequence[str | None],
    options: UnderstandingOptions,
    matters: Sequence[bool] | None = None,
) -> list[Understanding]:
    """Understand a chunk of texts.

    Parameters
    ----------
    raw
        As they were written; any length, missing ones are read as empty.
    languages
        What their sources say, where they say it.
    options
        How.
    matters
        Which texts are read again by the best tier whatever the fast one says.

    Returns
    -------
    list of Understanding
        One a text, in their order.
    """
    cleaned = [bounded(text or "") for text in raw]
    texts = [text for text, _ in cleaned]
    spoken = languages_of(texts, languages)
    said_in = [one.language for one in spoken]
    bare = [without_courtesy(text) for text in texts]
    views = views_of(bare, options.tier, options.models)
    found = _moods(bare, said_in, views, options)
    again = _look_again(found, options, matters)
    if len(again):
        _read_again(found, again, bare, said_in, views, options)
    emotions = emotions_of(said_in, found, views, options.tier)
    intents = intents_of(bare, said_in, found, views, options.tier)
    names = _names(texts, said_in, found, options)
    personal = [personal_data(text, options.country) for text in texts]
    return [
        Understanding(
            spoken[i],
            found[i],
            emotions[i],
            intents[i],
            names[i],
            sorted({one.kind for one in personal[i]}),
            masked(texts[i], personal[i]),
            cleaned[i][1],
        )
        for i in range(len(texts))
    ]


def _moods(
    texts: Sequence[str], languages: Sequence[str], views: Views, options: UnderstandingOptions
) -> list[Mood]:
    if options.transformer is not None:
        try:
            rows = transformer_probabilities(texts, options.transformer)
        except ModelError as error:
            _LOG.warning("%s The %s tier is used instead.", error.what, options.tier)
        else:
            return [
                Mood((float(n), float(u), float(p)), "transformer") for n, u, p in rows.tolist()
            ]
    return moods(texts, languages, views, options.tier, options.head)


def _look_again(
    found: Sequence[Mood], options: UnderstandingOptions, matters: Sequence[bool] | None
) -> NDArray[np.intp]:
    if options.tier != "fast" or options.transformer is not None:
        return np.zeros(0, np.intp)
    sure = np.array([one.confidence for one in found])
    doubtful = np.flatnonzero(sure < options.look_again_below)
    most = int(options.look_again_share * len(found))
    doubtful = doubtful[np.argsort(sure[doubtful], kind="stable")][:most]
    asked = np.flatnonzero(np.array(matters if matters is not None else [], bool))
    return np.union1d(doubtful, asked).astype(np.intp)


def _read_again(
    found: list[Mood],
    rows: NDArray[np.intp],
    texts: Sequence[str],
    languages: Sequence[str],
    views: Views,
    options: UnderstandingOptions,
) -> None:
    chosen = [texts[row] for row in rows]
    whole = with_accurate(views, rows, chosen, options.models)
    said_in = [languages[row] for row in rows]
    better = moods(chosen, said_in, whole, "best", options.head)
    for row, mood in zip(rows, better, strict=True):
        found[row] = mood


def _names(
    texts: Sequence[str],
    languages: Sequence[str],
    found: Sequence[Mood],
    options: UnderstandingOptions,
) -> list[list[Named]]:
    named: list[list[Named]] = [[] for _ in texts]
    sought = (*options.names, *(aspects_beside(options.names) if options.aspects else ()))
    if not sought:
        return named
    gazetteer = Gazetteer(sought)
    # (text, place in its list, clause): clauses are read together, in the fast tier
    clauses: list[tuple[int, int, str]] = []
    for row, text in enumerate(texts):
        for one in gazetteer.find(text)[:_MOST_NAMED]:
            if any(one.name == known.name and one.kind == known.kind for known in named[row]):
                continue
            clause = clauses_of(text, one.start, one.end)
            if len(clause) < len(text.strip()) - 2:
                clauses.append((row, len(named[row]), clause))
            named[row].append(Named(one.kind, one.name, found[row].label, one.probability))
    if clauses:
        said = [clause for _, _, clause in clauses]
        said_in = [languages[row] for row, _, _ in clauses]
        views = views_of(said, "fast")
        # a team's head of another tier has fast weights too
        for (row, place, _), mood in zip(
            clauses, moods(said, said_in, views, "fast", options.head), strict=True
        ):
            named[row][place] = replace(named[row][place], sentiment=mood.label)
    return named
