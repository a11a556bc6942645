"""How heads weigh what is seen of a text: each view gives an opinion, a stack weighs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from parvis.listen.contracts import Tier
from parvis.listen.encoders.accurate import accurate_meaning
from parvis.listen.encoders.fast import fast_meaning
from parvis.listen.forest import Forest
from parvis.listen.heads import Head
from parvis.listen.ngrams import hashed_ngrams
from parvis.listen.softmax import softmax

__all__ = [
    "ANY",
    "FLOOR",
    "MEMBERS",
    "Views",
    "judged_by",
    "views_of",
    "weighed",
    "with_accurate",
]

ANY = "xx"
"""The head of languages that have none of their own."""

MEMBERS: Mapping[Tier, tuple[str, ...]] = {
    "fast": ("meaning", "deep", "grams"),
    "accurate": ("accurate",),
    "best": ("meaning", "deep", "grams", "accurate"),
}
"""Which views of a text each tier weighs."""

FLOOR = 1e-4
"""The least probability that one opinion gives: none is a veto."""


@dataclass(frozen=True)
class Views:
    """A batch of texts as its heads see it; each view has a row for each text.

    Parameters
    ----------
    meaning, deep
        Of the fast encoder.
    grams
        Words and runs of characters.
    accurate
        Of the accurate encoder, where a tier needs it.
    """

    meaning: NDArray[np.float32]
    deep: NDArray[np.float32]
    grams: sp.csr_matrix
    accurate: NDArray[np.float32] | None = None

    def of(self, name: str, rows: NDArray[np.intp]) -> NDArray[np.float32] | sp.csr_matrix:
        """Take one view of some of the texts."""
        view: NDArray[np.float32] | sp.csr_matrix = getattr(self, name)
        return view[rows]


def views_of(texts: Sequence[str], tier: Tier, models: Path | None = None) -> Views:
    """Look at texts in all the ways that a tier needs."""
    meaning, deep = fast_meaning(texts)
    accurate = None if tier == "fast" else accurate_meaning(texts, models)
    return Views(meaning, deep, hashed_ngrams(texts), accurate)


def with_accurate(
    views: Views, rows: NDArray[np.intp], texts: Sequence[str], models: Path | None = None
) -> Views:
    """Take some rows of fast views and look at their texts with the accurate encoder too."""
    accurate = accurate_meaning(texts, models)
    return Views(views.meaning[rows], views.deep[rows], views.grams[rows], accurate)


def weighed(
    views: Views,
    languages: Sequence[str],
    tier: Tier,
    head: Head,
    beside: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Compute the probabilities of a head's classes.

    Parameters
    ----------
    views
        Of the texts.
    languages
        One a text, as ISO 639-1 codes; a language without weights of its own gets those of all.
    tier
        Which views count.
    head
        Trained weights.
    beside
        What the trees of a head look at beside its views, a row for each text.

    Returns
    -------
    numpy.ndarray
        Texts by the classes of the head's card; calibrated for the languages that its card names.
    """
    found = np.zeros((len(languages), len(head.card["classes"])), np.float32)
    own = np.array([name if f"{name}/stack {tier}/weights" in head else ANY for name in languages])
    for language in sorted(set(own.tolist())):
        rows = np.flatnonzero(own == language)
        members = [name for name in MEMBERS[tier] if f"{language}/{name}/weights" in head]
        logs = np.hstack([_opinion(head, language, name, views.of(name, rows)) for name in members])
        stacked, trees = f"{language}/stack {tier}", f"{language}/forest {tier}"
        if beside is not None and f"{trees}/columns" in head:
            found[rows] = judged_by(Forest.of(head, trees), logs, beside[rows])
        else:
            found[rows] = softmax(logs @ head[f"{stacked}/weights"] + head[f"{stacked}/bias"])
        if f"{language}/own stack {tier}/weights" in head:
            found[rows] = _corrected(head, language, tier, views, rows, found[rows])
    return found


def judged_by(
    forest: Forest, logs: NDArray[np.float32], beside: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Compute the probabilities of two classes by trees.

    Parameters
    ----------
    forest
        Of the first class.
    logs
        The views' opinions: logarithms of both probabilities, view after view.
    beside
        What else the trees look at.

    Returns
    -------
    numpy.ndarray
        Texts by two classes.
    """
    scores = forest.scores(np.hstack([logs[:, ::2] - logs[:, 1::2], beside]))
    return softmax(np.stack([scores, np.zeros_like(scores)], axis=1))


def _corrected(
    head: Head,
    language: str,
    tier: Tier,
    views: Views,
    rows: NDArray[np.intp],
    before: NDArray[np.float32],
) -> NDArray[np.float32]:
    # what a team's corrections taught stands beside what was known before
    names = [name for name in MEMBERS[tier] if f"{language}/own {name}/weights" in head]
    own = [_opinion(head, language, f"own {name}", views.of(name, rows)) for name in names]
    stacked = f"{language}/own stack {tier}"
    logs = np.hstack([np.log(before + FLOOR), *own])
    return softmax(logs @ head[f"{stacked}/weights"] + head[f"{stacked}/bias"])


def _opinion(
    head: Head, language: str, name: str, view: NDArray[np.float32] | sp.csr_matrix
) -> NDArray[np.float32]:
    scores = view @ head[f"{language}/{name}/weights"] + head[f"{language}/{name}/bias"]
    return np.asarray(np.log(softmax(scores) + FLOOR), np.float32)
