"""The head for sentiment, from tweets of six languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

from parvis.listen.contracts import LABELS
from parvis.listen.weighing import ANY, MEMBERS
from training.stacking import fit_language, prior_of
from training.texts import Labelled, read_texts

__all__ = ["train_sentiment"]

_LANGUAGES = ("fr", "en", "de", "es", "it", "pt")


def train_sentiment(data: Path, cache: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train on all six languages.

    Returns
    -------
    tuple
        The weights by name, and the figures of the card: per language and tier, on texts of the
        other four fifths' heads, and on the validation texts by heads of the training texts alone.
    """
    sets = {name: read_texts(data, f"umsab_{name}", cache) for name in _LANGUAGES}
    arrays: dict[str, Any] = {}
    figures: dict[str, Any] = {}
    for language in _LANGUAGES:
        print(language, flush=True)
        others = [sets[name] for name in _LANGUAGES if name != language]
        dense = [name for name in MEMBERS["best"] if name != "grams"]
        priors = {name: prior_of(name, others, LABELS) for name in dense}
        figures[language] = fit_language(language, sets[language], LABELS, priors, arrays)
    print(ANY, flush=True)
    whole = _joined(list(sets.values()))
    # what it is worth in a language that it doesn't know: each fold is a language
    dealt = np.repeat(np.arange(len(sets)), [len(one.labels) for one in sets.values()])
    figures[ANY] = fit_language(ANY, whole, LABELS, {}, arrays, dealt, ("grams",))
    return arrays, figures


def _joined(sets: list[Labelled]) -> Labelled:
    views = {
        name: sp.vstack([s.views[name] for s in sets]).tocsr()
        if name == "grams"
        else np.concatenate([s.views[name] for s in sets])
        for name in sets[0].views
    }
    return Labelled(
        [text for one in sets for text in one.texts],
        np.concatenate([one.labels for one in sets]),
        np.concatenate([one.validation for one in sets]),
        views,
    )
